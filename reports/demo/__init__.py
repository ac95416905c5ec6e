"""Made-up material of the reports, for the demo street."""
