"""What lists and the API of `reports` can be narrowed by."""
