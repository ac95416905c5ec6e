"""Pages of `reports`: doors for people."""
