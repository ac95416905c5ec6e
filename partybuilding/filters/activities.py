"""What lists of activities, series and stories can be narrowed by, on pages and for systems."""

from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, StrictFilterSet
from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR
from incidents.filters import DAYS
from partybuilding.models import Activity, ActivityKind, ActivityPerson, ActivitySeries, Alliance, Label, Story
from partybuilding.querysets import OpenQuerySet

PHASES: Final = (("to_come", _("To come")), ("to_note", _("Result to be noted")))
ANY: Final = (("", _("All")), *YES_NO)


def _user(request: Any) -> Any:
    return getattr(request, "user", None)


def _series(request: Any) -> Any:
    return ActivitySeries.objects.visible_to(_user(request))


def _alliances(request: Any) -> Any:
    return Alliance.objects.visible_to(_user(request))


def _yes(value: str) -> bool:
    return value == "true"


class ActivityFilter(StrictFilterSet):
    """Activities."""

    q = filters.CharFilter(label=_("title"), field_name="title", lookup_expr="icontains", max_length=50)
    status = filters.ChoiceFilter(label=_("Status"), choices=Activity.Status.choices, empty_label=_("All"))
    phase = filters.ChoiceFilter(label=_("phase"), choices=PHASES, empty_label=_("All"), method="filter_phase")
    level = filters.ChoiceFilter(label=_("level"), choices=Activity.Level.choices, empty_label=_("All"))
    kind = filters.ModelChoiceFilter(label=_("kind"), queryset=ActivityKind.objects.all(), empty_label=_("All"))
    series = filters.ModelChoiceFilter(label=_("series"), queryset=_series, empty_label=_("All"))
    alliance = filters.ModelChoiceFilter(label=_("alliance"), queryset=_alliances, empty_label=_("All"))
    label = filters.ModelChoiceFilter(
        label=_("label"), queryset=Label.objects.all(), empty_label=_("All"), field_name="labels", distinct=False
    )
    grid = filters.CharFilter(label=_("grid code"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    from_day = filters.DateFilter(
        label=_("from day"), field_name="starts_at", lookup_expr="date__gte", widget=day_input(), validators=DAYS
    )
    to_day = filters.DateFilter(
        label=_("until day"), field_name="starts_at", lookup_expr="date__lte", widget=day_input(), validators=DAYS
    )
    mine = filters.TypedChoiceFilter(label=_("mine"), choices=ANY, coerce=_yes, method="filter_mine")

    class Meta:
        model = Activity
        fields: tuple[str, ...] = ()

    def filter_phase(self, rows: OpenQuerySet, name: str, value: str) -> OpenQuerySet:
        """Planned ones that are to come, or are over and wait for their result."""
        now, planned = timezone.now(), rows.filter(status=Activity.Status.PLANNED)
        return planned.filter(starts_at__gt=now) if value == "to_come" else planned.filter(ends_at__lte=now)

    def filter_grid(self, rows: OpenQuerySet, name: str, value: str) -> OpenQuerySet:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_mine(self, rows: OpenQuerySet, name: str, value: bool) -> OpenQuerySet:
        """Those that the reader signed up for, or the others."""
        keys = ActivityPerson.objects.filter(user=_user(self.request)).values("activity")
        return rows.filter(pk__in=keys) if value else rows.exclude(pk__in=keys)


class SeriesFilter(StrictFilterSet):
    """Series of activities."""

    q = filters.CharFilter(label=_("name"), field_name="name", lookup_expr="icontains", max_length=50)
    active = filters.TypedChoiceFilter(label=_("in use"), field_name="is_active", choices=ANY, coerce=_yes)

    class Meta:
        model = ActivitySeries
        fields: tuple[str, ...] = ()


class StoryFilter(StrictFilterSet):
    """Stories of neighbours."""

    q = filters.CharFilter(label=_("title"), field_name="title", lookup_expr="icontains", max_length=50)
    chosen = filters.TypedChoiceFilter(
        label=_("chosen as an example"), field_name="is_chosen", choices=ANY, coerce=_yes
    )
    activity = filters.NumberFilter(label=_("activity"), field_name="activity_id", min_value=1, max_value=2**53)

    class Meta:
        model = Story
        fields: tuple[str, ...] = ()
