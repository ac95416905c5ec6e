"""The demo street: volunteers and wishes of the last weeks, made up."""
