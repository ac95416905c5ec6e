"""Administration of party work; each file registers its models."""

from partybuilding.admin import activities, councils, duty, lists, members, organizations, units

__all__ = ["activities", "councils", "duty", "lists", "members", "organizations", "units"]
