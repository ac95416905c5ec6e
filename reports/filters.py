"""One FilterSet of reports for the list and the API."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from grid.models.grid import CODE_VALIDATOR
from reports.models import Report
from reports.querysets import ReportQuerySet


class ReportFilter(filters.FilterSet):
    """What a list of reports can be narrowed by."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Report.Kind.choices)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    from_day = filters.DateFilter(label=_("from day"), field_name="period_start", lookup_expr="gte")
    to_day = filters.DateFilter(label=_("until day"), field_name="period_end", lookup_expr="lte")

    class Meta:
        model = Report
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: ReportQuerySet, name: str, value: str) -> ReportQuerySet:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)
