"""The filters of households and buildings, for pages, export and API."""

from typing import Any, Final

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwork.board import floor_rooms
from fieldwork.household_queries import not_visited, with_words
from fieldwork.models import Household
from grid.filters import AmongFilter, StrictFilterSet
from grid.models import Building
from incidents.filters import CODE, LONGEST_QUERY

EXISTING: Final = (("all", _("Also those that are gone")), ("gone", _("Only those that are gone")))
NOT_VISITED: Final = (("30", _("30 days")), ("90", _("90 days")), ("180", _("180 days")))
REGISTERED: Final = (("none", _("Without households")), ("all", _("All buildings")))
LARGEST: Final = 2**31 - 1


class HouseholdFilter(filters.FilterSet):
    """What the register can be narrowed by; nothing personal is among it (reliability.md 3.3, filter through FK)."""

    q = filters.CharFilter(label=_("address"), max_length=LONGEST_QUERY, method="filter_words")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    building = filters.NumberFilter(
        label=_("building"), field_name="building", min_value=1, max_value=LARGEST, widget=forms.HiddenInput
    )
    floor = filters.NumberFilter(
        label=_("floor"), min_value=-99, max_value=99, method="filter_floor", widget=forms.HiddenInput
    )
    unit = filters.CharFilter(label=_("staircase"), max_length=10)
    tenure = AmongFilter(label=_("use"), choices=Household.Tenure.choices)
    not_visited = filters.ChoiceFilter(
        label=_("nobody met for"), choices=NOT_VISITED, empty_label=_("All"), method="filter_not_visited"
    )
    existing = filters.ChoiceFilter(
        label=_("existing"), choices=EXISTING, empty_label=_("Existing only"), method="filter_existing"
    )

    class Meta:
        model = Household
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Without a word about it, what is gone is left out."""
        chosen = super().filter_queryset(queryset)
        return chosen if self.form.cleaned_data.get("existing") else chosen.filter(is_active=True)

    def filter_words(self, rows: QuerySet[Household], name: str, value: str) -> QuerySet[Household]:
        """By words of the address."""
        return with_words(rows, value)

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_floor(self, rows: QuerySet[Household], name: str, value: int) -> QuerySet[Household]:
        """Whose room says this floor, as on the building board."""
        return rows.filter(room__regex=floor_rooms(int(value)))

    def filter_not_visited(self, rows: QuerySet[Household], name: str, value: str) -> QuerySet[Household]:
        """Lived in, and nobody was met for so many days."""
        reader: Any = getattr(self.request, "user", None)
        return not_visited(rows, reader, days=int(value), today=timezone.localdate())

    def filter_existing(self, rows: QuerySet[Household], name: str, value: str) -> QuerySet[Household]:
        """With or only what is gone."""
        return rows.filter(is_active=False) if value == "gone" else rows


class StrictHouseholdFilter(StrictFilterSet, HouseholdFilter):
    """The same for other systems: an unknown filter is refused."""


class BuildingFilter(filters.FilterSet):
    """What the list of buildings can be narrowed by; without a word about it, those with households."""

    q = filters.CharFilter(label=_("compound or building"), max_length=LONGEST_QUERY, method="filter_words")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    registered = filters.ChoiceFilter(
        label=_("households registered"), choices=REGISTERED, empty_label=_("With households"), method="filter_any"
    )

    class Meta:
        model = Building
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """With, without or whether or not there are households."""
        chosen, wanted = super().filter_queryset(queryset), self.form.cleaned_data.get("registered")
        here = Exists(Household.objects.filter(building=OuterRef("pk")))
        return chosen if wanted == "all" else chosen.exclude(here) if wanted == "none" else chosen.filter(here)

    def filter_any(self, rows: QuerySet[Building], name: str, value: str) -> QuerySet[Building]:
        """See `filter_queryset`."""
        return rows

    def filter_words(self, rows: QuerySet[Building], name: str, value: str) -> QuerySet[Building]:
        """Whose name, or whose compound's, holds every word."""
        for word in value.split()[:6]:
            rows = rows.filter(Q(compound__name__icontains=word) | Q(name__icontains=word))
        return rows

    def filter_grid(self, rows: QuerySet[Building], name: str, value: str) -> QuerySet[Building]:
        """In the subtree of a grid."""
        return rows.filter(grid__code__startswith=value)


class StrictBuildingFilter(StrictFilterSet, BuildingFilter):
    """The same for other systems."""
