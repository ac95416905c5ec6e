"""What lists of shifts, calls of members and claimed services can be narrowed by."""

from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, StrictFilterSet
from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR
from partybuilding.models import DutyPost, DutyShift, JointTaskKind, MemberCall, ServiceClaim, Skill, SupportKind
from partybuilding.querysets import PartyQuerySet, TenureQuerySet

KEY: Final = {"min_value": 1, "max_value": 2**62}


class GridRows(filters.FilterSet):
    """Rows of a subtree."""

    grid = filters.CharFilter(label=_("grid code"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")

    def filter_grid(self, rows: PartyQuerySet, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class PostFilter(GridRows):
    """Duty posts."""

    skill = filters.ModelChoiceFilter(
        label=_("class of the post"), queryset=Skill.objects.filter(is_active=True), empty_label=_("All")
    )
    active = filters.ChoiceFilter(
        label=_("in use"), field_name="is_active", choices=YES_NO, empty_label=_("All"), method="filter_active"
    )

    class Meta:
        model = DutyPost
        fields: tuple[str, ...] = ()

    def filter_active(self, rows: PartyQuerySet, name: str, value: str) -> Any:
        """In use, or given up."""
        return rows.filter(is_active=value == "true")


class StrictPostFilter(StrictFilterSet, PostFilter):
    """The same for other systems: an unknown filter is refused."""


class ShiftFilter(GridRows):
    """Shifts."""

    status = filters.ChoiceFilter(label=_("status"), choices=DutyShift.Status.choices, empty_label=_("All"))
    post = filters.NumberFilter(label=_("duty post"), field_name="post", **KEY)
    member = filters.NumberFilter(label=_("party member"), field_name="member", **KEY)
    from_day = filters.DateFilter(label=_("from day"), field_name="on", lookup_expr="gte", widget=day_input())
    to_day = filters.DateFilter(label=_("until day"), field_name="on", lookup_expr="lte", widget=day_input())

    class Meta:
        model = DutyShift
        fields: tuple[str, ...] = ()


class StrictShiftFilter(StrictFilterSet, ShiftFilter):
    """The same for other systems."""


class CallFilter(GridRows):
    """Calls of members."""

    status = filters.ChoiceFilter(label=_("status"), choices=MemberCall.Status.choices, empty_label=_("All"))
    kind = filters.ModelChoiceFilter(
        label=_("kind of joint task"), queryset=JointTaskKind.objects.all(), empty_label=_("All")
    )
    from_day = filters.DateFilter(
        label=_("from day"), field_name="starts_at", lookup_expr="date__gte", widget=day_input()
    )
    to_day = filters.DateFilter(
        label=_("until day"), field_name="starts_at", lookup_expr="date__lte", widget=day_input()
    )

    class Meta:
        model = MemberCall
        fields: tuple[str, ...] = ()


class StrictCallFilter(StrictFilterSet, CallFilter):
    """The same for other systems."""


class ClaimFilter(GridRows):
    """Claimed services; without a choice those that hold today."""

    kind = filters.ModelChoiceFilter(
        label=_("kind"), queryset=SupportKind.objects.filter(is_service=True), empty_label=_("All")
    )
    ended = filters.ChoiceFilter(
        label=_("ended"), choices=YES_NO, empty_label=_("No"), field_name="until", method="filter_ended"
    )

    class Meta:
        model = ServiceClaim
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Those of today, unless ended ones are asked for."""
        found: TenureQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["ended"] == "true" else found.on(timezone.localdate())

    def filter_ended(self, rows: TenureQuerySet, name: str, value: str) -> Any:
        """Given up."""
        return rows.filter(until__lte=timezone.localdate()) if value == "true" else rows


class StrictClaimFilter(StrictFilterSet, ClaimFilter):
    """The same for other systems."""
