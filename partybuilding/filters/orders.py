"""What lists of service orders can be narrowed by."""

from typing import Any

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, AmongFilter, StrictFilterSet
from grid.forms import day_input
from partybuilding import orders
from partybuilding.filters.duty import KEY, GridRows
from partybuilding.models import ServiceOrder, SupportKind
from partybuilding.querysets import PartyQuerySet


class OrderFilter(GridRows):
    """Service orders."""

    status = AmongFilter(label=_("status"), choices=ServiceOrder.Status.choices)
    kind = filters.ModelChoiceFilter(
        label=_("kind"), queryset=SupportKind.objects.filter(is_service=True), empty_label=_("All")
    )
    agency = filters.ChoiceFilter(
        label=_("done on her behalf"), choices=YES_NO, empty_label=_("All"), method="filter_agency"
    )
    late = filters.ChoiceFilter(label=_("Late"), choices=YES_NO[:1], empty_label=_("All"), method="filter_late")
    member = filters.NumberFilter(label=_("party member"), field_name="member", **KEY)
    q = filters.CharFilter(label=_("number or words"), max_length=50, method="filter_words")
    from_day = filters.DateFilter(label=_("from day"), field_name="at", lookup_expr="date__gte", widget=day_input())
    to_day = filters.DateFilter(label=_("until day"), field_name="at", lookup_expr="date__lte", widget=day_input())

    class Meta:
        model = ServiceOrder
        fields: tuple[str, ...] = ()

    def filter_agency(self, rows: PartyQuerySet, name: str, value: str) -> Any:
        """代办, or served by the member herself."""
        return rows.filter(is_agency=value == "true")

    def filter_late(self, rows: PartyQuerySet, name: str, value: str) -> Any:
        """Past the day that was wanted or promised."""
        return orders.late(rows, timezone.now())

    def filter_words(self, rows: PartyQuerySet, name: str, value: str) -> Any:
        """In the number or in what is ordered; never in the name."""
        return rows.filter(text__icontains=value) | rows.filter(number__icontains=value)


class StrictOrderFilter(StrictFilterSet, OrderFilter):
    """The same for other systems."""
