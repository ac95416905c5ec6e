"""Demo incidents: three months of closed history and today's open work (made up, marked so)."""
