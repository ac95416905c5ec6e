"""What the lists of care and promises can be narrowed by, for pages and systems."""

from datetime import timedelta
from typing import Any, Final

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fieldwork.models import CareColour, CarePromise, CareSubject, PopulationTag
from fieldwork.querysets import CareQuerySet, PromiseQuerySet
from grid.filters import StrictFilterSet
from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR
from grid.scope import scope_of

YES: Final = (("true", _("Yes")),)
MOST_DAYS: Final = 366


def tags_for(request: Any) -> Any:
    """The tags that the reader may know of: sensitive ones for whoever sees such care somewhere."""
    rows = PopulationTag.objects.select_related("colour").order_by("position", "id")
    user = getattr(request, "user", None)
    return rows if user is not None and scope_of(user).can("care.sensitive") else rows.filter(is_sensitive=False)


class CareFilter(filters.FilterSet):
    """People and households in care."""

    status = filters.ChoiceFilter(label=_("status"), choices=CareSubject.Status.choices)
    tag = filters.ModelChoiceFilter(label=_("care tag"), queryset=tags_for)
    colour = filters.ModelChoiceFilter(
        label=_("care colour"), field_name="tag__colour", to_field_name="slot", queryset=CareColour.objects.all()
    )
    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    building = filters.NumberFilter(label=_("building"), field_name="household__building", min_value=1, max_value=2**62)
    household = filters.NumberFilter(label=_("household"), field_name="household", min_value=1, max_value=2**62)
    basis = filters.ChoiceFilter(label=_("legal basis"), choices=CareSubject.Basis.choices)
    mine = filters.ChoiceFilter(label=_("cared for by me"), choices=YES, method="filter_mine")
    no_carer = filters.ChoiceFilter(label=_("without a carer"), choices=YES, method="filter_no_carer")
    consent_ends = filters.NumberFilter(
        label=_("consent ends within days"), min_value=0, max_value=MOST_DAYS, method="filter_consent"
    )

    class Meta:
        model = CareSubject
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: CareQuerySet, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_mine(self, rows: CareQuerySet, name: str, value: str) -> Any:
        """Whose carer the reader is."""
        return rows.filter(carer=self.request.user) if self.request else rows

    def filter_no_carer(self, rows: CareQuerySet, name: str, value: str) -> Any:
        """Nobody is named, or whoever was has left."""
        return rows.filter(Q(carer__isnull=True) | Q(carer__is_active=False))

    def filter_consent(self, rows: CareQuerySet, name: str, value: Any) -> Any:
        """The consent ends so soon, or has ended."""
        return rows.filter(consent_until__lte=timezone.localdate() + timedelta(days=int(value)))


class StrictCareFilter(StrictFilterSet, CareFilter):
    """The same for other systems: an unknown filter is refused."""


class PromiseFilter(filters.FilterSet):
    """Promises."""

    status = filters.ChoiceFilter(label=_("status"), choices=CarePromise.Status.choices)
    overdue = filters.ChoiceFilter(label=_("Late"), choices=YES, method="filter_overdue")
    mine = filters.ChoiceFilter(label=_("promised by me"), choices=YES, method="filter_mine")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    subject = filters.NumberFilter(label=_("care subject"), field_name="subject", min_value=1, max_value=2**62)
    due_from = filters.DateFilter(label=_("due from"), field_name="due_on", lookup_expr="gte", widget=day_input())
    due_to = filters.DateFilter(label=_("due until"), field_name="due_on", lookup_expr="lte", widget=day_input())

    class Meta:
        model = CarePromise
        fields: tuple[str, ...] = ()

    def filter_overdue(self, rows: PromiseQuerySet, name: str, value: str) -> Any:
        """Open after their day."""
        return rows.overdue(timezone.localdate())

    def filter_mine(self, rows: PromiseQuerySet, name: str, value: str) -> Any:
        """Made by the reader."""
        return rows.filter(promised_by=self.request.user) if self.request else rows

    def filter_grid(self, rows: PromiseQuerySet, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class StrictPromiseFilter(StrictFilterSet, PromiseFilter):
    """The same for other systems."""
