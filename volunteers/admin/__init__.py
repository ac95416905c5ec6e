"""Administration of volunteers and wishes; each file registers its models."""

from volunteers.admin import people, points, services, wishes

__all__ = ["people", "points", "services", "wishes"]
