"""Administration of volunteers and wishes; each file registers its models."""

from volunteers.admin import claims, micro, people, points, services, wishes

__all__ = ["claims", "micro", "people", "points", "services", "wishes"]
