"""Administration of field work; each file registers its models."""

from fieldwork.admin import care, dictionaries, households, inspections, notes, patrols, training, visits

__all__ = ["care", "dictionaries", "households", "inspections", "notes", "patrols", "training", "visits"]
