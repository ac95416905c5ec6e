"""Imports of party work, registered with `grid.importing.run` when the app is ready."""
