"""Doors of party work for systems."""
