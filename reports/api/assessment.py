"""Assessments for systems: read them with their results. People make and decide them."""

from typing import Any, ClassVar

import django_filters as filters
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from grid.api.scoped import ScopedReadOnlyViewSet
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


class AssessmentViewSet(ScopedReadOnlyViewSet):
    """Assessments (考核) that the caller may see, newest first."""

    queryset = Assessment.objects.select_related("scheme")
    serializer_class = AssessmentSerializer
    brief_class = AssessmentBrief
    filterset_class = AssessmentFilter
    access_rules: ClassVar[dict[str, str]] = {"list": READS, "retrieve": READS}

    def get_queryset(self) -> Any:
        """Lists come without the results."""
        rows = super().get_queryset()
        return rows.defer("results") if self.action == "list" else rows
