"""Filters of field work, one per subject."""
