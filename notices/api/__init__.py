"""Doors of `notices` for systems."""
