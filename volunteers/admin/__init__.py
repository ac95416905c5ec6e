"""Administration of volunteers and wishes; each file registers its models."""

from volunteers.admin import claims, people, points, services, wishes

__all__ = ["claims", "people", "points", "services", "wishes"]
