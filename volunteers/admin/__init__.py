"""Administration of volunteers and wishes; each file registers its models."""
