"""Pages of party work, one file per subject."""
