"""The demo street: field work of the last weeks, made up."""
