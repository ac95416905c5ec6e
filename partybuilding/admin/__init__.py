"""Administration of party work; each file registers its models."""

from partybuilding.admin import organizations

__all__ = ["organizations"]
