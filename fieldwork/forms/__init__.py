"""Forms of field work, one file per subject."""
