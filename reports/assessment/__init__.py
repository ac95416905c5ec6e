"""Assessment (考核): schemes as data, points by pure functions, publication, objections, the work ledger of grids."""
