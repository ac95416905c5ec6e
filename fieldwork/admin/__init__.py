"""Administration of field work; each file registers its models."""

from fieldwork.admin import care, notes, training

__all__ = ["care", "notes", "training"]
