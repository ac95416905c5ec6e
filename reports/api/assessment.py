"""Assessments for systems: read them with their results. People make and decide them."""

from typing import Any, ClassVar

import django_filters as filters
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from grid.filters import StrictFilterSet
from reports.models import Assessment

READS = "report.view|incident.handle"


class AssessmentFilter(StrictFilterSet):
    """By status and grid."""

    status = filters.ChoiceFilter(label=_("status"), choices=Assessment.Status.choices)
    grid = filters.CharFilter(label=_("grid"), field_name="grid_code", lookup_expr="startswith", max_length=24)

    class Meta:
        model = Assessment
        fields: tuple[str, ...] = ()


class AssessmentBrief(serializers.ModelSerializer[Assessment]):
    """One run of a scheme, without its lines."""

    scheme_name = serializers.CharField(source="scheme.name", read_only=True)
    scheme_version = serializers.IntegerField(source="scheme.number", read_only=True)
    subject = serializers.CharField(source="scheme.subject", read_only=True)

    class Meta:
        model = Assessment
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "scheme",
            "scheme_name",
            "scheme_version",
            "subject",
            "grid_code",
            "period_start",
            "period_end",
            "status",
            "version",
            "published_at",
            "objections_until",
        )
        read_only_fields = fields


class AssessmentSerializer(AssessmentBrief):
    """With the results: plan, counts, lines; decimals are text."""

    results = serializers.JSONField(read_only=True)

    class Meta(AssessmentBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *AssessmentBrief.Meta.fields,
            "results",
            "input_hash",
            "definition_version",
            "created_at",
        )
        read_only_fields = fields


class AssessmentViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """Assessments (考核) that the caller may see, newest first."""

    queryset = Assessment.objects.none()
    serializer_class = AssessmentSerializer
    filterset_class = AssessmentFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {"list": READS, "retrieve": READS}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Assessment.objects.visible_to(self.request.user).select_related("scheme")
        return rows.defer("results") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return AssessmentBrief if self.action == "list" else self.serializer_class
