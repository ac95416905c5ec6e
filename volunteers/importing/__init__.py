"""Reading files of volunteers."""
