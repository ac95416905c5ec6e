"""The demo street: party work of the last weeks, made up."""
