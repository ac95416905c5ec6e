"""Party work tied to the grid (党建): organizations, members, partner units, three lists, councils (domain.md 4)."""
