"""Doors of field work for systems."""
