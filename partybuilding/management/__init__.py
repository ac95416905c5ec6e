"""Commands of party work."""
