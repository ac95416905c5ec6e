"""Administration of field work; each file registers its models."""
