"""Template tags of volunteers."""
