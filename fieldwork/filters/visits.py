"""The filters of visits, due rounds and door-knock actions, for pages, export and API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwork.duties import AGREED
from fieldwork.models import KnockAction, MustDo, Period, Visit, VisitDuty, VisitPlan, VisitPurpose
from fieldwork.querysets import DutyQuerySet, VisitQuerySet
from fieldwork.visit_lists import SOON
from fieldwork.visit_plans import visible_plans
from grid.filters import AmongFilter, StrictFilterSet
from grid.forms import day_input
from grid.scope import scope_of
from incidents.filters import CODE, DAYS
from incidents.overview import midnight

MINE: Final = (("me", _("Visited by me")),)
WHEN: Final = (("overdue", _("Late")), ("week", _("Within seven days")), ("all", _("All that wait")))
LARGEST: Final = 2**62


def _plans(request: Any) -> Any:
    """The plans that touch the reader's grids, and the one of agreed days."""
    agreed = VisitPlan.objects.filter(name=AGREED)
    return VisitPlan.objects.filter(pk__in=visible_plans(request.user).values("pk")) | agreed if request else agreed


class VisitFilter(filters.FilterSet):
    """What a list of visits can be narrowed by."""

    outcome = AmongFilter(label=_("outcome"), choices=Visit.Outcome.choices)
    purpose = filters.ModelChoiceFilter(
        label=_("purpose of a visit"), queryset=VisitPurpose.objects.all(), empty_label=_("All")
    )
    must = filters.ModelChoiceFilter(
        label=_("must kept"), field_name="musts", queryset=MustDo.objects.all(), empty_label=_("All")
    )
    by = filters.ChoiceFilter(label=_("Visited by"), choices=MINE, empty_label=_("All"), method="filter_by")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    household = filters.NumberFilter(label=_("household"), min_value=1, max_value=LARGEST, method="filter_household")
    subject = filters.NumberFilter(label=_("care subject"), field_name="subject", min_value=1, max_value=LARGEST)
    visited_from = filters.DateFilter(
        label=_("visited from"), method="filter_from", validators=DAYS, widget=day_input()
    )
    visited_to = filters.DateFilter(label=_("visited until"), method="filter_to", validators=DAYS, widget=day_input())

    class Meta:
        model = Visit
        fields: tuple[str, ...] = ()

    def filter_household(self, rows: VisitQuerySet, name: str, value: Any) -> VisitQuerySet:
        """Of one household; the ids of others would group what was said at doors that the reader may not see."""
        reader: Any = getattr(self.request, "user", None)
        return rows.filter(scope_of(reader).q("household.view", "household__grid_code"), household=value)

    def filter_by(self, rows: VisitQuerySet, name: str, value: str) -> VisitQuerySet:
        """Written by the reader."""
        reader: Any = getattr(self.request, "user", None)
        return rows.filter(by=reader) if reader is not None else rows.none()

    def filter_grid(self, rows: VisitQuerySet, name: str, value: str) -> VisitQuerySet:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_from(self, rows: VisitQuerySet, name: str, value: date) -> VisitQuerySet:
        """On this day or later."""
        return rows.filter(at__gte=midnight(value))

    def filter_to(self, rows: VisitQuerySet, name: str, value: date) -> VisitQuerySet:
        """On this day or before."""
        return rows.filter(at__lt=midnight(value + timedelta(days=1)))


class StrictVisitFilter(StrictFilterSet, VisitFilter):
    """The same for other systems: an unknown filter is refused."""


class DutyFilter(filters.FilterSet):
    """What the list of due rounds can be narrowed by; without `when` overdue ones and those of the next two weeks."""

    when = filters.ChoiceFilter(label=_("due"), choices=WHEN, empty_label=_("Soon"), method="filter_when")
    plan = filters.ModelChoiceFilter(label=_("visit plan"), queryset=_plans, empty_label=_("All"))
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    building = filters.NumberFilter(label=_("building"), min_value=1, max_value=LARGEST, method="filter_building")

    class Meta:
        model = VisitDuty
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Without a word about it, what is far away is left out."""
        chosen = super().filter_queryset(queryset)
        soon = timezone.localdate() + SOON
        return chosen if self.form.cleaned_data.get("when") else chosen.filter(due_on__lte=soon)

    def filter_when(self, rows: DutyQuerySet, name: str, value: str) -> DutyQuerySet:
        """Overdue, within a week, or everything."""
        today = timezone.localdate()
        if value == "overdue":
            return rows.overdue(today)
        return rows.filter(due_on__gte=today, due_on__lt=today + timedelta(days=7)) if value == "week" else rows

    def filter_grid(self, rows: DutyQuerySet, name: str, value: str) -> DutyQuerySet:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_building(self, rows: DutyQuerySet, name: str, value: Any) -> DutyQuerySet:
        """At the doors of one building."""
        return rows.filter(Q(household__building=value) | Q(subject__household__building=value))


class StrictDutyFilter(StrictFilterSet, DutyFilter):
    """The same for other systems."""


class StrictVisitPlanFilter(StrictFilterSet):
    """What plans can be narrowed by, for other systems."""

    target = filters.ChoiceFilter(label=_("who is visited"), choices=VisitPlan.Target.choices)
    period = filters.ChoiceFilter(label=_("within"), choices=Period.choices)
    is_active = filters.BooleanFilter(label=_("in use"))

    class Meta:
        model = VisitPlan
        fields: tuple[str, ...] = ()


class KnockFilter(filters.FilterSet):
    """What the list of door-knock actions can be narrowed by."""

    status = AmongFilter(label=_("state"), choices=KnockAction.Status.choices)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")

    class Meta:
        model = KnockAction
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class StrictKnockFilter(StrictFilterSet, KnockFilter):
    """The same for other systems."""
