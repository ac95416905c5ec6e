"""Template tags of `reports`."""
