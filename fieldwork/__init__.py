"""Field work (外勤): quick notes, patrols, visits, care, inspections, training (domain.md 3)."""
