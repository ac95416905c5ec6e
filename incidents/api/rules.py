"""Dispatch rules for systems: to read only; they are changed by drafts on their page."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from accounts.pagination import StrictCursorPagination
from incidents.models import DispatchRule


class DispatchRuleSerializer(serializers.ModelSerializer):
    """What a rule says: category (null: any) in a subtree of grids → a unit, or the leader."""

    category_name = serializers.CharField(source="category.name", default=None, read_only=True, allow_null=True)
    organization_name = serializers.CharField(source="organization.name", default=None, read_only=True, allow_null=True)

    class Meta:
        model = DispatchRule
        fields = (
            "id",
            "category",
            "category_name",
            "grid_code",
            "target",
            "organization",
            "organization_name",
            "leader_level",
            "priority",
            "version",
            "note",
        )
        read_only_fields = fields


class OldestFirst(StrictCursorPagination):
    """In the order in which they were written: a cursor needs an order without ties."""

    ordering = "id"


class DispatchRuleViewSet(ListModelMixin, GenericViewSet):
    """The live dispatch rules that count in the caller's subtrees."""

    queryset = DispatchRule.objects.none()
    serializer_class = DispatchRuleSerializer
    pagination_class = OldestFirst
    filter_backends = ()
    access_rules: ClassVar[dict[str, str]] = {"list": "rules.edit|incident.dispatch"}

    def get_queryset(self) -> Any:
        """No drafts, no old versions."""
        rows = DispatchRule.objects.visible_to(self.request.user).live()
        return rows.select_related("category", "organization")
