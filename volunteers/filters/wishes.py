"""The filters of wishes, for pages, files and API."""

from datetime import date
from typing import Any, Final

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.filters import CODE, LONGEST_QUERY
from volunteers.models import Wish, WishKind

YES: Final = (("true", _("Yes")),)
ID: Final = {"min_value": 1, "max_value": 2**62}


class WishFilter(filters.FilterSet):
    """What the list of wishes can be narrowed by; names, phones and doors are sealed and nothing finds them."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    status = AmongFilter(label=_("status"), choices=Wish.Status.choices)
    kind = filters.ModelChoiceFilter(label=_("kind"), queryset=WishKind.objects.all(), empty_label=_("All"))
    source = AmongFilter(label=_("came"), choices=Wish.Source.choices)
    round = filters.NumberFilter(label=_("round"), field_name="round", **ID)
    back = filters.ChoiceFilter(label=_("came back to the board"), choices=YES, method="filter_back")
    granted = filters.NumberFilter(
        label=_("granted in the year"), min_value=2000, max_value=2998, method="filter_granted", decimal_places=0
    )
    uncalled = filters.ChoiceFilter(label=_("not called back yet"), choices=YES, method="filter_uncalled")
    mine = filters.ChoiceFilter(label=_("mine"), choices=YES, method="filter_mine")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")

    class Meta:
        model = Wish
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_back(self, rows: Any, name: str, value: str) -> Any:
        """On the board again, after a claim that came to nothing or a round that is over."""
        return rows.filter(status=Wish.Status.PUBLISHED, returns__gt=0)

    def filter_granted(self, rows: Any, name: str, value: Any) -> Any:
        """Confirmed in that year by the one who wished."""
        year = int(value)
        return rows.filter(confirmed_at__date__gte=date(year, 1, 1), confirmed_at__date__lt=date(year + 1, 1, 1))

    def filter_uncalled(self, rows: Any, name: str, value: str) -> Any:
        """Confirmed, and nobody called back since."""
        return rows.filter(status=Wish.Status.CONFIRMED, called_back_at=None)

    def filter_mine(self, rows: Any, name: str, value: str) -> Any:
        """Collected by the reader."""
        return rows.filter(by=self.request.user) if self.request else rows

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """Public words, or the number."""
        word = value.strip()
        found = Q(title__icontains=word) | Q(display_name__icontains=word) | Q(text__icontains=word)
        return rows.filter(found | Q(number__icontains=word))


class StrictWishFilter(StrictFilterSet, WishFilter):
    """The same for other systems."""
