"""What each app adds to the weekly, monthly and quarterly reports: one module per app, found by itself (`shelf`)."""
