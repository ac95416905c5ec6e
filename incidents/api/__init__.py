"""Doors of `incidents` for systems."""
