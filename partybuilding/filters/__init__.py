"""Filters of party work, one per subject."""
