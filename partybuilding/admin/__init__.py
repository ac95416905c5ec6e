"""Administration of party work; each file registers its models."""
