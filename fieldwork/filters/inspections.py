"""The filters of places, inspections, hazards and notices to put right, for pages, files and API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwork.models import Hazard, InspectedPlace, Inspection, PlaceKind, RectificationNotice
from grid.filters import AmongFilter, StrictFilterSet
from grid.forms import day_input
from incidents.filters import CODE, DAYS, LONGEST_QUERY
from incidents.overview import midnight

YES: Final = (("true", _("Yes")),)
OPEN: Final = ("issued", "fixing")


def _kind(path: str) -> filters.ModelMultipleChoiceFilter:
    return filters.ModelMultipleChoiceFilter(
        label=_("kind of place"),
        field_name=path,
        to_field_name="code",
        queryset=PlaceKind.objects.all(),
        distinct=False,
    )


class _InGrid(filters.FilterSet):
    """What all of them can be narrowed by."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class PlaceFilter(_InGrid):
    """What the register of places can be narrowed by."""

    kind = _kind("kind")
    group = AmongFilter(label=_("group"), field_name="kind__group", choices=PlaceKind.Group.choices)
    due = filters.ChoiceFilter(label=_("inspection due"), choices=YES, method="filter_due")
    hazards = filters.ChoiceFilter(label=_("open hazards"), choices=YES, method="filter_hazards")
    gone = filters.ChoiceFilter(label=_("does not exist any more"), choices=YES, method="filter_gone")
    q = filters.CharFilter(label=_("name or address"), max_length=LONGEST_QUERY, method="filter_words")

    class Meta:
        model = InspectedPlace
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that exist, unless others are asked for."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["gone"] else found.filter(is_active=True)

    def filter_due(self, rows: Any, name: str, value: str) -> Any:
        """Due today or before."""
        return rows.filter(due_on__lte=timezone.localdate())

    def filter_hazards(self, rows: Any, name: str, value: str) -> Any:
        """With something that is not put right."""
        waiting = Hazard.objects.filter(status__in=("open", "ordered"))
        return rows.filter(pk__in=waiting.values("place"))

    def filter_gone(self, rows: Any, name: str, value: str) -> Any:
        """Closed down."""
        return rows.filter(is_active=False)

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """Words of name or address; never of the person responsible."""
        return rows.filter(Q(name__icontains=value.strip()) | Q(address__icontains=value.strip()))


class InspectionFilter(_InGrid):
    """What the list of inspections can be narrowed by; the statistics link here."""

    kind = _kind("place__kind")
    level = AmongFilter(label=_("inspected by"), choices=Inspection.Level.choices)
    place = filters.NumberFilter(label=_("inspected place"), field_name="place", min_value=1, max_value=2**62)
    first = filters.DateFilter(label=_("from"), validators=DAYS, method="filter_first", widget=day_input())
    last = filters.DateFilter(label=_("until"), validators=DAYS, method="filter_last", widget=day_input())
    found = filters.ChoiceFilter(label=_("with hazards"), choices=YES, method="filter_found")
    mine = filters.ChoiceFilter(label=_("mine"), choices=YES, method="filter_mine")

    class Meta:
        model = Inspection
        fields: tuple[str, ...] = ()

    def filter_first(self, rows: Any, name: str, value: date) -> Any:
        """On this day or later."""
        return rows.filter(at__gte=midnight(value))

    def filter_last(self, rows: Any, name: str, value: date) -> Any:
        """On this day or before."""
        return rows.filter(at__lt=midnight(value + timedelta(days=1)))

    def filter_found(self, rows: Any, name: str, value: str) -> Any:
        """Those that found something."""
        return rows.filter(pk__in=Hazard.objects.values("inspection"))

    def filter_mine(self, rows: Any, name: str, value: str) -> Any:
        """Made by the reader."""
        return rows.filter(by=self.request.user) if self.request else rows


class HazardFilter(_InGrid):
    """What the ledger of hazards can be narrowed by; the days are those on which they were found."""

    status = AmongFilter(label=_("status"), choices=Hazard.Status.choices)
    is_serious = filters.ChoiceFilter(label=_("serious"), choices=YES, method="filter_serious")
    kind = _kind("place__kind")
    level = AmongFilter(label=_("inspected by"), field_name="inspection__level", choices=Inspection.Level.choices)
    first = filters.DateFilter(label=_("from"), validators=DAYS, method="filter_first", widget=day_input())
    last = filters.DateFilter(label=_("until"), validators=DAYS, method="filter_last", widget=day_input())
    ordered = filters.ChoiceFilter(label=_("under a notice"), choices=YES, method="filter_ordered")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, field_name="text", lookup_expr="icontains")

    class Meta:
        model = Hazard
        fields: tuple[str, ...] = ()

    def filter_serious(self, rows: Any, name: str, value: str) -> Any:
        """Serious ones only."""
        return rows.filter(is_serious=True)

    def filter_first(self, rows: Any, name: str, value: date) -> Any:
        """Found on this day or later."""
        return rows.filter(inspection__at__gte=midnight(value))

    def filter_last(self, rows: Any, name: str, value: date) -> Any:
        """Found on this day or before."""
        return rows.filter(inspection__at__lt=midnight(value + timedelta(days=1)))

    def filter_ordered(self, rows: Any, name: str, value: str) -> Any:
        """A notice was issued about it, whatever came of it."""
        return rows.filter(notice__isnull=False)


class OrderFilter(_InGrid):
    """What the list of notices to put right can be narrowed by."""

    status = AmongFilter(label=_("status"), choices=RectificationNotice.Status.choices)
    open = filters.ChoiceFilter(label=_("open only"), choices=YES, method="filter_open")
    overdue = filters.ChoiceFilter(label=_("overdue only"), choices=YES, method="filter_overdue")
    kind = _kind("place__kind")
    level = AmongFilter(label=_("inspected by"), field_name="inspection__level", choices=Inspection.Level.choices)
    first = filters.DateFilter(label=_("inspected from"), validators=DAYS, method="filter_first", widget=day_input())
    last = filters.DateFilter(label=_("inspected until"), validators=DAYS, method="filter_last", widget=day_input())
    q = filters.CharFilter(label=_("number or place"), max_length=LONGEST_QUERY, method="filter_words")

    class Meta:
        model = RectificationNotice
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: Any, name: str, value: str) -> Any:
        """Not ended."""
        return rows.filter(status__in=OPEN)

    def filter_overdue(self, rows: Any, name: str, value: str) -> Any:
        """Open after the deadline."""
        return rows.filter(status__in=OPEN, deadline__lt=timezone.localdate())

    def filter_first(self, rows: Any, name: str, value: date) -> Any:
        """From an inspection on this day or later."""
        return rows.filter(inspection__at__gte=midnight(value))

    def filter_last(self, rows: Any, name: str, value: date) -> Any:
        """From an inspection on this day or before."""
        return rows.filter(inspection__at__lt=midnight(value + timedelta(days=1)))

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """By number or name of the place."""
        return rows.filter(Q(number__icontains=value.strip()) | Q(place__name__icontains=value.strip()))


class StrictPlaceFilter(StrictFilterSet, PlaceFilter):
    """The same for other systems: an unknown filter is refused."""


class StrictInspectionFilter(StrictFilterSet, InspectionFilter):
    """The same for other systems."""


class StrictHazardFilter(StrictFilterSet, HazardFilter):
    """The same for other systems."""


class StrictOrderFilter(StrictFilterSet, OrderFilter):
    """The same for other systems."""
