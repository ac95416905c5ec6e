"""Forms of volunteers and wishes, one file per subject."""
