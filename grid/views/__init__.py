"""Pages of `grid`, one subject per file."""
