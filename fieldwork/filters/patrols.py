"""The filters of patrols and their plans, for pages, export and API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwork.models import BadgeHolding, Patrol, PatrolFinding, PatrolKind, PatrolPlan, RoleSet
from fieldwork.patrol_plans import current
from grid.filters import StrictFilterSet
from grid.forms import day_input
from incidents.filters import CODE, DAYS
from incidents.overview import midnight

ALL: Final = _("All")
YES: Final = (("true", _("Yes")),)
MINE: Final = (("me", _("Walked by me")),)
FOUND: Final = (("any", _("With findings")), ("case", _("With cases")), ("fixed", _("Put right on the spot")))


class PatrolFilter(filters.FilterSet):
    """What a list of patrols can be narrowed by."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=PatrolKind.choices, empty_label=ALL)
    status = filters.ChoiceFilter(label=_("state"), choices=Patrol.Status.choices, empty_label=ALL)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    plan = filters.NumberFilter(label=_("plan"), min_value=1, max_value=2**62)
    by = filters.ChoiceFilter(label=_("by"), choices=MINE, method="filter_by")
    found = filters.ChoiceFilter(label=_("Findings"), choices=FOUND, method="filter_found", empty_label=ALL)
    walked_from = filters.DateFilter(label=_("walked from"), method="filter_from", validators=DAYS, widget=day_input())
    walked_to = filters.DateFilter(label=_("walked until"), method="filter_to", validators=DAYS, widget=day_input())

    class Meta:
        model = Patrol
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_by(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Walked by the reader."""
        reader: Any = getattr(self.request, "user", None)
        return rows.filter(by=reader) if reader is not None else rows.none()

    def filter_found(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """With findings of that sort."""
        found = PatrolFinding.objects.filter(patrol=OuterRef("pk"))
        sorts = {"case": found.filter(incident__isnull=False), "fixed": found.filter(fixed_on_spot=True)}
        return rows.filter(Exists(sorts.get(value, found)))

    def filter_from(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Begun on this day or later."""
        return rows.filter(at__gte=midnight(value))

    def filter_to(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Begun on this day or before."""
        return rows.filter(at__lt=midnight(value + timedelta(days=1)))


class StrictPatrolFilter(StrictFilterSet, PatrolFilter):
    """The same for other systems: an unknown filter is refused."""


class PlanFilter(filters.FilterSet):
    """What a list of plans can be narrowed by."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=PatrolKind.choices, empty_label=ALL)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    current = filters.ChoiceFilter(label=_("runs today"), choices=YES, method="filter_current", empty_label=ALL)

    class Meta:
        model = PatrolPlan
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_current(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Begun and not ended."""
        return current(rows, timezone.localdate())


class StrictPlanFilter(StrictFilterSet, PlanFilter):
    """The same for other systems."""


class BadgeFilter(filters.FilterSet):
    """What a list of badges can be narrowed by."""

    role_set = filters.ModelChoiceFilter(
        label=_("set of roles"), field_name="badge__role_set", queryset=RoleSet.objects.all(), empty_label=ALL
    )
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")

    class Meta:
        model = BadgeHolding
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class StrictBadgeFilter(StrictFilterSet, BadgeFilter):
    """The same for other systems."""
