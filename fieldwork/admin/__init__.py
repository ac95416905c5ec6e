"""Administration of field work; each file registers its models."""

from fieldwork.admin import care, households, notes, training

__all__ = ["care", "households", "notes", "training"]
