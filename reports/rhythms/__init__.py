"""The weekly, monthly and quarterly reports: what they say, and their pages and files."""
