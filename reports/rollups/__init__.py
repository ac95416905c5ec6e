"""Counts kept up from the event log. See docs/reports.md, "Rollups"."""
