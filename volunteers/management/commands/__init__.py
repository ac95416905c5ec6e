"""Commands of volunteers and wishes."""
