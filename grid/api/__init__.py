"""Doors of `grid` for systems."""
