"""The filters of service points, of the ten-minute circle and of the ledger, for pages, files, maps and API."""

from typing import Any, Final

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import StrictFilterSet
from incidents.filters import CODE, LONGEST_QUERY
from volunteers.circle import Question
from volunteers.models import PointKind, ServicePoint
from volunteers.practical import KINDS
from volunteers.service_points import in_season

YES: Final = (("true", _("Yes")),)
USE: Final = (("true", _("In use")), ("false", _("No longer in use")))


class ServicePointFilter(filters.FilterSet):
    """What points can be narrowed by; those out of use are left out unless asked for."""

    kind = filters.ModelMultipleChoiceFilter(label=_("kind"), queryset=PointKind.objects.all(), distinct=False)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    season = filters.ChoiceFilter(label=_("in season today"), choices=YES, method="filter_season")
    active = filters.ChoiceFilter(label=_("in use"), choices=USE, method="filter_active")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")

    class Meta:
        model = ServicePoint
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_season(self, rows: Any, name: str, value: str) -> Any:
        """Whose season holds today."""
        return rows.filter(in_season(timezone.localdate()))

    def filter_active(self, rows: Any, name: str, value: str) -> Any:
        """In use, or no longer."""
        return rows.filter(is_active=value == "true")

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """Words of the name, the address or the services."""
        word = value.strip()
        found = Q(name__icontains=word) | Q(address__icontains=word) | Q(services__icontains=word)
        return rows.filter(found)


class StrictServicePointFilter(StrictFilterSet, ServicePointFilter):
    """The same for other systems."""


class CircleFilter(filters.FilterSet):
    """What the ten-minute circle is asked: which kinds count, how far people walk, whether today counts."""

    kind = filters.ModelMultipleChoiceFilter(
        label=_("kinds that count"), queryset=PointKind.objects.all(), distinct=False
    )
    metres = filters.NumberFilter(label=_("walk (m)"), min_value=50, max_value=20_000, decimal_places=0, method="keep")
    season = filters.ChoiceFilter(label=_("in season today"), choices=YES, method="keep")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="keep")

    class Meta:
        model = ServicePoint
        fields: tuple[str, ...] = ()

    def keep(self, rows: Any, name: str, value: Any) -> Any:
        """Read by `question`."""
        return rows

    def question(self, under: str) -> Question:
        """What is asked of `volunteers.circle`."""
        data = self.form.cleaned_data
        today = timezone.localdate() if data.get("season") else None
        kinds = tuple(kind.pk for kind in data.get("kind") or ())
        metres = int(data["metres"]) if data.get("metres") else None
        return Question(under, kinds=kinds, metres=metres, in_season_on=today)


class MatterFilter(filters.FilterSet):
    """What the ledger of practical matters can be narrowed by."""

    year = filters.NumberFilter(label=_("year"), min_value=2000, max_value=2998, decimal_places=0, method="keep")
    what = filters.ChoiceFilter(label=_("kind"), choices=tuple(KINDS.items()), empty_label=_("All"), method="keep")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="keep")

    class Meta:
        model = ServicePoint
        fields: tuple[str, ...] = ()

    def keep(self, rows: Any, name: str, value: Any) -> Any:
        """Read by the page."""
        return rows
