"""Read-only viewsets that can only show what the caller may see."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet


class ScopedReadOnlyViewSet(ReadOnlyModelViewSet[Any]):
    """List and detail of a model whose queryset has `visible_to`; another model is a mistake that shows at once."""

    request: Request
    throttle_scope = "read"

    def get_queryset(self) -> QuerySet[Any]:
        """What the caller may see: 404 for all else."""
        found: QuerySet[Any] = super().get_queryset().visible_to(self.request.user)  # type: ignore[attr-defined]
        return found
