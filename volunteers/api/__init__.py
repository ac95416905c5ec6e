"""Doors of volunteers and wishes for systems."""
