"""Read-only viewsets that can only show what the caller may see."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet


class ScopedReadOnlyViewSet(ReadOnlyModelViewSet[Any]):
    """List and detail of a model whose queryset has `visible_to`; another model is a mistake that shows at once."""

    request: Request
    throttle_scope: str | None = None
    lookup_value_regex = "[0-9]{1,18}"
    brief_class: type[BaseSerializer[Any]] | None = None
    """The serializer of lists, where details show more."""

    intake: ClassVar[tuple[str, ...]] = ()
    """Actions by which records come in: they have the limit of reports, not that of reading."""

    def get_throttles(self) -> list[Any]:
        """Without a scope by method (`accounts.throttles`): what writes has the limit of writing."""
        if self.action in self.intake:
            self.throttle_scope = "intake"
        return super().get_throttles()

    def get_queryset(self) -> QuerySet[Any]:
        """What the caller may see: 404 for all else."""
        found: QuerySet[Any] = super().get_queryset().visible_to(self.request.user)  # type: ignore[attr-defined]
        return found

    def get_serializer_class(self) -> Any:
        """A list is brief where there is a brief form."""
        return self.brief_class if self.action == "list" and self.brief_class else super().get_serializer_class()
