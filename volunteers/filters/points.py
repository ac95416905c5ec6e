"""What lists of rules, items and exchanges can be narrowed by."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, AmongFilter, StrictFilterSet
from grid.forms import day_input
from partybuilding.filters.duty import KEY, GridRows
from volunteers.models import Exchange, PointEntry, PointRule, ShopItem


class ItemFilter(GridRows):
    """Items of the shop."""

    offer = filters.ChoiceFilter(label=_("on offer"), choices=YES_NO, empty_label=_("All"), method="filter_offer")
    left = filters.ChoiceFilter(label=_("in stock"), choices=YES_NO, empty_label=_("All"), method="filter_left")
    q = filters.CharFilter(label=_("name"), max_length=50, field_name="name", lookup_expr="icontains")

    class Meta:
        model = ShopItem
        fields: tuple[str, ...] = ()

    def filter_offer(self, rows: Any, name: str, value: str) -> Any:
        """On offer, or taken off."""
        return rows.filter(is_active=value == "true")

    def filter_left(self, rows: Any, name: str, value: str) -> Any:
        """Something left, or sold out."""
        return rows.filter(stock__gt=0) if value == "true" else rows.filter(stock=0)


class StrictItemFilter(StrictFilterSet, ItemFilter):
    """The same for other systems."""


class ExchangeFilter(GridRows):
    """Exchanges."""

    status = AmongFilter(label=_("status"), choices=Exchange.Status.choices)
    item = filters.NumberFilter(label=_("item of the shop"), field_name="item", **KEY)
    from_day = filters.DateFilter(label=_("from day"), field_name="at", lookup_expr="date__gte", widget=day_input())
    to_day = filters.DateFilter(label=_("until day"), field_name="at", lookup_expr="date__lte", widget=day_input())

    class Meta:
        model = Exchange
        fields: tuple[str, ...] = ()


class StrictExchangeFilter(StrictFilterSet, ExchangeFilter):
    """The same for other systems."""


class StrictRuleFilter(StrictFilterSet, GridRows):
    """Rules of points, for other systems."""

    class Meta:
        model = PointRule
        fields: tuple[str, ...] = ()


class StrictEntryFilter(StrictFilterSet):
    """One's own bookings."""

    kind = AmongFilter(label=_("kind"), choices=PointEntry.Kind.choices)
    from_day = filters.DateFilter(label=_("from day"), field_name="at", lookup_expr="date__gte")
    to_day = filters.DateFilter(label=_("until day"), field_name="at", lookup_expr="date__lte")

    class Meta:
        model = PointEntry
        fields: tuple[str, ...] = ()
