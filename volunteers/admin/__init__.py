"""Administration of volunteers and wishes; each file registers its models."""

from volunteers.admin import points, wishes

__all__ = ["points", "wishes"]
