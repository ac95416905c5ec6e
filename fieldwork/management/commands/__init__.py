"""Commands of field work."""
