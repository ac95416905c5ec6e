"""The filters of needs, resources and projects, for pages, files and API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.filters import CODE, LONGEST_QUERY
from partybuilding.models import Need, Project, ProjectType, Resource, SupportKind

YES: Final = (("true", _("Yes")),)
ID: Final = {"min_value": 1, "max_value": 2**62}
LIVING: Final = (Need.Status.OPEN, Need.Status.PROMISED, Need.Status.RUNNING, Need.Status.DELIVERED)
PROJECT_OPEN: Final = (Project.Status.PROPOSED, Project.Status.AGREED, Project.Status.RUNNING, Project.Status.DONE)


def _kind() -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(label=_("kind"), queryset=SupportKind.objects.all(), empty_label=_("All"))


class _InGrid(filters.FilterSet):
    """What all of them can be narrowed by."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """Words of title or text, or the number."""
        word = value.strip()
        found = Q(title__icontains=word) | Q(text__icontains=word)
        return rows.filter(found | Q(number__icontains=word) if hasattr(rows.model, "number") else found)


class NeedFilter(_InGrid):
    """What the list of needs can be narrowed by."""

    status = AmongFilter(label=_("status"), choices=Need.Status.choices)
    kind = _kind()
    source = AmongFilter(label=_("raised by"), choices=Need.Source.choices)
    open = filters.ChoiceFilter(label=_("not ended"), choices=YES, method="filter_open")
    risen = filters.ChoiceFilter(label=_("came up from below"), choices=YES, method="filter_risen")
    level = filters.CharFilter(label=_("waits at the grid"), validators=[CODE], max_length=24, field_name="level_code")
    days = filters.NumberFilter(
        label=_("waiting for days"), min_value=0, max_value=3660, method="filter_days", decimal_places=0
    )
    call = filters.NumberFilter(label=_("call for lists"), field_name="call", **ID)
    mine = filters.ChoiceFilter(label=_("mine"), choices=YES, method="filter_mine")

    class Meta:
        model = Need
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: Any, name: str, value: str) -> Any:
        """Neither met nor given up."""
        return rows.filter(status__in=LIVING)

    def filter_risen(self, rows: Any, name: str, value: str) -> Any:
        """Open, and waiting above the grid where it was raised."""
        return rows.filter(status=Need.Status.OPEN).exclude(level_code=F("grid_code"))

    def filter_days(self, rows: Any, name: str, value: Any) -> Any:
        """Open since that many days."""
        return rows.filter(status=Need.Status.OPEN, at__lte=timezone.now() - timedelta(days=int(value)))

    def filter_mine(self, rows: Any, name: str, value: str) -> Any:
        """Raised by the reader."""
        return rows.filter(by=self.request.user) if self.request else rows


class ResourceFilter(_InGrid):
    """What the list of resources can be narrowed by."""

    status = AmongFilter(label=_("status"), choices=Resource.Status.choices)
    kind = _kind()
    unit = filters.NumberFilter(label=_("partner unit"), field_name="unit", **ID)
    call = filters.NumberFilter(label=_("call for lists"), field_name="call", **ID)

    class Meta:
        model = Resource
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """That serve the grid: also what a street offers to all its communities."""
        return rows.serving(value)


class ProjectFilter(_InGrid):
    """What the list of projects can be narrowed by."""

    status = AmongFilter(label=_("status"), choices=Project.Status.choices)
    type = filters.ModelChoiceFilter(label=_("type"), queryset=ProjectType.objects.all(), empty_label=_("All"))
    unit = filters.NumberFilter(label=_("partner unit"), field_name="unit", **ID)
    open = filters.ChoiceFilter(label=_("not ended"), choices=YES, method="filter_open")
    late = filters.ChoiceFilter(label=_("promise not kept"), choices=YES, method="filter_late")
    best = filters.ChoiceFilter(label=_("best of the year"), choices=YES, method="filter_best")
    year = filters.NumberFilter(label=_("year"), min_value=2000, max_value=2998, method="filter_year", decimal_places=0)

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: Any, name: str, value: str) -> Any:
        """Not confirmed and not dropped."""
        return rows.filter(status__in=PROJECT_OPEN)

    def filter_late(self, rows: Any, name: str, value: str) -> Any:
        """The promised day has passed without a result."""
        return rows.filter(status__in=("agreed", "running"), promised_on__lt=timezone.localdate())

    def filter_best(self, rows: Any, name: str, value: str) -> Any:
        """Chosen for the year."""
        return rows.filter(is_best=True)

    def filter_year(self, rows: Any, name: str, value: Any) -> Any:
        """Done in that year."""
        year = int(value)
        return rows.filter(done_at__date__gte=date(year, 1, 1), done_at__date__lt=date(year + 1, 1, 1))


class StrictNeedFilter(StrictFilterSet, NeedFilter):
    """The same for other systems."""


class StrictResourceFilter(StrictFilterSet, ResourceFilter):
    """The same for other systems."""


class StrictProjectFilter(StrictFilterSet, ProjectFilter):
    """The same for other systems."""


class ListsFilter(_InGrid):
    """What the three lists side by side can be narrowed by."""

    kind = _kind()

    class Meta:
        model = Need
        fields: tuple[str, ...] = ()
