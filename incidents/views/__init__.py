"""Doors for people: pages of the desk, of the case, of the phone; data for maps."""
