"""The filters of disputes and call-backs, for pages and API."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from grid.models import Grid
from incidents.callback_queries import CallBackQuerySet
from incidents.dispute_queries import DisputeQuerySet
from incidents.filters import CODE, DAYS, LONGEST_QUERY
from incidents.models import CallBack, Dispute
from incidents.overview import midnight
from incidents.rates import with_unit

YES: Final = (("true", _("Yes")),)
LEVELS: Final = [(one.value, one.label) for one in (Grid.Level.GRID, Grid.Level.COMMUNITY, Grid.Level.STREET)]
STAGES: Final = (("waiting", _("To be called")), ("done", _("Called")), ("excluded", _("Left out of the rates")))


class DisputeFilter(filters.FilterSet):
    """What a list of disputes can be narrowed by."""

    state = AmongFilter(label=_("state"), choices=Dispute.State.choices)
    kind = AmongFilter(label=_("kind"), choices=Dispute.Kind.choices)
    risk = AmongFilter(label=_("risk"), choices=Dispute.Risk.choices)
    level = AmongFilter(label=_("level"), choices=LEVELS)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    mine = filters.ChoiceFilter(label=_("mediated by me"), choices=YES, method="filter_mine")
    visit_due = filters.ChoiceFilter(label=_("visit due"), choices=YES, method="filter_visit_due")
    open = filters.ChoiceFilter(label=_("open only"), choices=YES, method="filter_open")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")

    class Meta:
        model = Dispute
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: DisputeQuerySet, name: str, value: str) -> DisputeQuerySet:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_mine(self, rows: DisputeQuerySet, name: str, value: str) -> DisputeQuerySet:
        """Mediated by the reader."""
        return rows.filter(mediator=self.request.user) if self.request else rows

    def filter_visit_due(self, rows: DisputeQuerySet, name: str, value: str) -> DisputeQuerySet:
        """With a follow-up visit due today or before."""
        return rows.visit_due(timezone.localdate())

    def filter_open(self, rows: DisputeQuerySet, name: str, value: str) -> DisputeQuerySet:
        """Neither settled nor given up."""
        return rows.open()

    def filter_words(self, rows: DisputeQuerySet, name: str, value: str) -> DisputeQuerySet:
        """By number or by words of the title."""
        return rows.filter(number__iexact=value.strip()) | rows.filter(title__icontains=value.strip())


class StrictDisputeFilter(StrictFilterSet, DisputeFilter):
    """The same for other systems: an unknown filter is refused."""


class CallBackFilter(filters.FilterSet):
    """What a list of call-backs can be narrowed by; the numbers of the rates link here."""

    stage = filters.ChoiceFilter(label=_("stage"), choices=STAGES, method="filter_stage")
    contact = AmongFilter(label=_("How the call went"), choices=CallBack.Contact.choices)
    responded = filters.BooleanFilter(label=_("the unit had made contact"))
    solved = filters.BooleanFilter(label=_("solved"))
    satisfaction = AmongFilter(label=_("satisfaction"), choices=CallBack.Satisfaction.choices)
    counted = filters.ChoiceFilter(label=_("counts in the rates"), choices=YES, method="filter_counted")
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    unit = filters.NumberFilter(label=_("handling unit"), min_value=0, max_value=2**31, method="filter_unit")
    called_from = filters.DateFilter(label=_("called from"), validators=DAYS, method="filter_from")
    called_to = filters.DateFilter(label=_("called until"), validators=DAYS, method="filter_to")
    number = filters.CharFilter(label=_("number"), field_name="incident__number", max_length=20)

    class Meta:
        model = CallBack
        fields: tuple[str, ...] = ()

    def filter_stage(self, rows: CallBackQuerySet, name: str, value: str) -> CallBackQuerySet:
        """Still to be called, called, or left out."""
        if value == "excluded":
            return rows.filter(is_excluded=True)
        return rows.waiting() if value == "waiting" else rows.finished()

    def filter_counted(self, rows: CallBackQuerySet, name: str, value: str) -> CallBackQuerySet:
        """What the rates are made of."""
        return rows.counted()

    def filter_grid(self, rows: CallBackQuerySet, name: str, value: str) -> CallBackQuerySet:
        """Of cases in the subtree of a grid."""
        return rows.filter(incident__grid_code__startswith=value)

    def filter_unit(self, rows: CallBackQuerySet, name: str, value: Any) -> CallBackQuerySet:
        """Of cases that this unit had handled; 0: handled in the grid itself."""
        return with_unit(rows).filter(unit=int(value) or None)

    def filter_from(self, rows: CallBackQuerySet, name: str, value: date) -> CallBackQuerySet:
        """Called on this day or later."""
        return rows.filter(called_at__gte=midnight(value))

    def filter_to(self, rows: CallBackQuerySet, name: str, value: date) -> CallBackQuerySet:
        """Called on this day or before."""
        return rows.filter(called_at__lt=midnight(value + timedelta(days=1)))


class StrictCallBackFilter(StrictFilterSet, CallBackFilter):
    """The same for other systems."""
