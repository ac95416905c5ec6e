"""Imports of division codes, boundaries and rosters. A dry run is the real run, rolled back."""
