"""What the lists of honours, cases and records can be narrowed by, for systems."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from grid.models.grid import CODE_VALIDATOR
from reports.models import HonourRound, Matter, Nomination, OutsideFigure, Tour, TypicalCase
from reports.querysets import InGridQuerySet


class InSubtreeFilter(filters.FilterSet):
    """By the grid."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")

    def filter_grid(self, rows: InGridQuerySet, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)


class RoundFilter(InSubtreeFilter):
    """Rounds of honours."""

    status = filters.ChoiceFilter(label=_("status"), choices=HonourRound.Status.choices)


class NominationFilter(filters.FilterSet):
    """Nominations and awards."""

    round = filters.NumberFilter(label=_("round of honours"), field_name="place__round", min_value=1, max_value=2**62)
    status = filters.ChoiceFilter(label=_("status"), choices=Nomination.Status.choices)


class TypicalCaseFilter(InSubtreeFilter):
    """Typical cases."""

    status = filters.ChoiceFilter(label=_("status"), choices=TypicalCase.Status.choices)
    year = filters.NumberFilter(
        label=_("year"), field_name="created_at", lookup_expr="year", min_value=2000, max_value=2100
    )


class MatterFilter(InSubtreeFilter):
    """Practical matters."""

    status = filters.ChoiceFilter(label=_("status"), choices=Matter.Status.choices)
    topic = filters.CharFilter(label=_("topic"), max_length=40)


class TourFilter(InSubtreeFilter):
    """Tours, visits and forums."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Tour.Kind.choices)


class OutsideFigureFilter(InSubtreeFilter):
    """Figures of other systems."""

    system = filters.CharFilter(label=_("where from"), max_length=60)
    measure = filters.CharFilter(label=_("what was counted"), max_length=60)
    from_day = filters.DateFilter(label=_("from day"), field_name="period_start", lookup_expr="gte")
    to_day = filters.DateFilter(label=_("until day"), field_name="period_end", lookup_expr="lte")

    class Meta:
        model = OutsideFigure
        fields: tuple[str, ...] = ()
