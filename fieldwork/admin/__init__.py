"""Administration of field work; each file registers its models."""

from fieldwork.admin import care, dictionaries, households, notes, patrols, training

__all__ = ["care", "dictionaries", "households", "notes", "patrols", "training"]
