"""Doors of `accounts` for systems."""
