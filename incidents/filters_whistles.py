"""One FilterSet of whistles for the list and the API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from grid.scope import scope_of
from incidents.filters import CODE, DAYS, LONGEST_QUERY, MOST_WORDS
from incidents.models import Whistle, WhistleLevel, WhistleTask
from incidents.overview import midnight
from incidents.whistle_querysets import WhistleQuerySet
from incidents.whistle_stats import MEASURES, conditions

MINE: Final = (
    ("raised", _("Raised by me")),
    ("called", _("My unit is called")),
    ("approve", _("Waits for my approval")),
)


class WhistleFilter(filters.FilterSet):
    """What a list of whistles can be narrowed by; every value is checked."""

    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")
    state = AmongFilter(label=_("state"), choices=Whistle.State.choices)
    level = AmongFilter(label=_("level"), choices=WhistleLevel.Colour.choices)
    ground = filters.ChoiceFilter(label=_("ground"), choices=Whistle.Ground.choices)
    mine = filters.ChoiceFilter(label=_("mine"), choices=MINE, method="filter_mine")
    grid = filters.CharFilter(
        label=_("grid"), field_name="grid_code", lookup_expr="startswith", validators=[CODE], max_length=24
    )
    unit = filters.NumberFilter(label=_("called unit"), min_value=1, max_value=2**31, method="filter_unit")
    measure = filters.ChoiceFilter(label=_("what the unit did"), choices=tuple(MEASURES.items()), method="filter_unit")
    blown_from = filters.DateFilter(label=_("blown from"), validators=DAYS, method="filter_blown_from")
    blown_to = filters.DateFilter(label=_("blown until"), validators=DAYS, method="filter_blown_to")

    class Meta:
        model = Whistle
        fields: tuple[str, ...] = ()

    def filter_words(self, rows: WhistleQuerySet, name: str, value: str) -> WhistleQuerySet:
        """Whose title holds every word, or whose number it is."""
        if rows.filter(number=value.strip()).exists():
            return rows.filter(number=value.strip())
        for word in value.split()[:MOST_WORDS]:
            rows = rows.filter(title__icontains=word)
        return rows

    def filter_mine(self, rows: WhistleQuerySet, name: str, value: str) -> WhistleQuerySet:
        """Which the reader raised, is called by, or is to approve."""
        user: Any = self.request.user if self.request else None
        if value == "called":
            return rows.calling(scope_of(user).organizations)
        return rows.filter(caller=user) if value == "raised" else rows.to_approve_by(user)

    def filter_unit(self, rows: WhistleQuerySet, name: str, value: Any) -> WhistleQuerySet:
        """Which call the unit, and in which it did what the measure says: the list behind a number of the figures.

        Both filters are one condition on one row, so the second to come is passed over.
        """
        chosen = self.form.cleaned_data
        unit, measure = chosen.get("unit"), chosen.get("measure")
        if unit and name == "measure":
            return rows
        tasks = WhistleTask.objects.filter(conditions(timezone.now())[measure or "called"])
        tasks = tasks.filter(organization=int(unit)) if unit else tasks
        found = rows.filter(blown_at__isnull=False, pk__in=tasks.order_by().values("whistle"))
        return found.counted() if measure else found

    def filter_blown_from(self, rows: WhistleQuerySet, name: str, value: date) -> WhistleQuerySet:
        """Blown on this day or later."""
        return rows.blown_between(midnight(value), None)

    def filter_blown_to(self, rows: WhistleQuerySet, name: str, value: date) -> WhistleQuerySet:
        """Blown on this day or before."""
        return rows.blown_between(None, midnight(value + timedelta(days=1)))


class StrictWhistleFilter(StrictFilterSet, WhistleFilter):
    """The same for other systems: a mistyped filter is refused."""
