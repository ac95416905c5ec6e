"""One FilterSet of reports for the list and the API."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR
from reports.models import Decision, Meeting, Report, ReportPaper
from reports.querysets import DecisionQuerySet, InGridQuerySet, ReportQuerySet


class ReportFilter(filters.FilterSet):
    """What a list of reports can be narrowed by."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Report.Kind.choices)
    status = filters.ChoiceFilter(label=_("Status"), choices=ReportPaper.Status.choices, field_name="paper__status")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    from_day = filters.DateFilter(label=_("from day"), field_name="period_start", lookup_expr="gte")
    to_day = filters.DateFilter(label=_("until day"), field_name="period_end", lookup_expr="lte")

    class Meta:
        model = Report
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: ReportQuerySet, name: str, value: str) -> ReportQuerySet:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)


class MeetingFilter(filters.FilterSet):
    """What a list of meetings can be narrowed by."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Meeting.Kind.choices, empty_label=_("All"))
    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    from_day = filters.DateFilter(label=_("from day"), field_name="held_on", lookup_expr="gte", widget=day_input())
    to_day = filters.DateFilter(label=_("until day"), field_name="held_on", lookup_expr="lte", widget=day_input())

    class Meta:
        model = Meeting
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: InGridQuerySet, name: str, value: str) -> InGridQuerySet:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)


class DecisionFilter(filters.FilterSet):
    """What a list of decisions can be narrowed by."""

    meeting = filters.NumberFilter(label=_("meeting"), min_value=1)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    open = filters.BooleanFilter(label=_("open"), field_name="done_at", lookup_expr="isnull")
    due_before = filters.DateFilter(label=_("due before"), field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Decision
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: DecisionQuerySet, name: str, value: str) -> DecisionQuerySet:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)
