"""The filters of calls and micro-projects, for pages, files and API."""

from typing import Any, Final

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.filters import CODE, LONGEST_QUERY
from volunteers import micro
from volunteers.models import MicroCall, MicroKind, MicroProject

YES: Final = (("true", _("Yes")),)
ID: Final = {"min_value": 1, "max_value": 2**62}


class _InGrid(filters.FilterSet):
    """What both can be narrowed by."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """Words of the title, or the number."""
        word = value.strip()
        return rows.filter(Q(title__icontains=word) | Q(number__icontains=word) | Q(team__name__icontains=word))


class MicroProjectFilter(_InGrid):
    """What the list of projects can be narrowed by."""

    status = AmongFilter(label=_("status"), choices=MicroProject.Status.choices)
    kind = filters.ModelChoiceFilter(label=_("kind"), queryset=MicroKind.objects.all(), empty_label=_("All"))
    call = filters.NumberFilter(label=_("call"), field_name="call", **ID)
    open = filters.ChoiceFilter(label=_("under way"), choices=YES, method="filter_open")
    late = filters.ChoiceFilter(label=_("milestone late"), choices=YES, method="filter_late")
    mine = filters.ChoiceFilter(label=_("mine"), choices=YES, method="filter_mine")

    class Meta:
        model = MicroProject
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: Any, name: str, value: str) -> Any:
        """Funded and not ended."""
        return rows.filter(status__in=micro.LIVING)

    def filter_late(self, rows: Any, name: str, value: str) -> Any:
        """A milestone's day has passed."""
        return micro.overdue(rows, timezone.localdate())

    def filter_mine(self, rows: Any, name: str, value: str) -> Any:
        """Of the team that the reader leads, her unit, or handed in by her."""
        if self.request is None:
            return rows
        user = self.request.user
        mine = Q(team__leader__user=user.pk) | Q(by=user.pk)
        return rows.filter(mine | Q(organization__in=micro.organizations_of(user)))


class MicroCallFilter(filters.FilterSet):
    """What the calls can be narrowed by."""

    open = filters.ChoiceFilter(label=_("open today"), choices=YES, method="filter_open")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")

    class Meta:
        model = MicroCall
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: Any, name: str, value: str) -> Any:
        """Bids are taken today."""
        today = timezone.localdate()
        return rows.filter(opens_on__lte=today, closes_on__gte=today)

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)


class StrictMicroProjectFilter(StrictFilterSet, MicroProjectFilter):
    """The same for other systems."""


class StrictMicroCallFilter(StrictFilterSet, MicroCallFilter):
    """The same for other systems."""
