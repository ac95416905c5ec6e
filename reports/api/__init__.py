"""Doors of `reports` for systems."""
