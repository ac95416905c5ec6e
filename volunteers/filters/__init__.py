"""Filters of volunteers and wishes, one per subject."""
