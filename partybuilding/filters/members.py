"""What the lists of members, households and reports to communities can be narrowed by, for pages, files and API."""

from typing import Any, Final

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.filters import CODE
from partybuilding.idle import idle_members
from partybuilding.models import HouseholdLink, MemberTag, PartnerUnit, PartyMember, PartyOrganization, ReportIn, Skill
from partybuilding.report_ins import without_evaluation

FOUND: Final = (
    ("any", _("Hidden or pocket member")),
    ("hidden", _("Hidden member")),
    ("pocket", _("Pocket member")),
    ("outside", _("Found, not yet in an organization")),
    ("brought_in", _("Found and brought in")),
)
PRESENT: Final = (("all", _("Also those who left")), ("left", _("Only those who left")))
LINKING: Final = (("yes", _("Looks after households")), ("no", _("Looks after none")))
WHO: Final = (("unit", _("Units")), ("member", _("Members")))
ORGANIZED: Final = (("yes", _("In an organization")), ("no", _("In none")))


def units_for(request: Any) -> QuerySet[PartnerUnit]:
    """The units that the reader sees, for choices."""
    rows: QuerySet[PartnerUnit] = PartnerUnit.objects.visible_to(getattr(request, "user", None))
    return rows.select_related("organization").order_by("organization__name")


def _parties(request: Any) -> QuerySet[PartyOrganization]:
    rows: QuerySet[PartyOrganization] = PartyOrganization.objects.visible_to(getattr(request, "user", None))
    return rows.select_related("organization")


class MemberFilter(filters.FilterSet):
    """Members; nothing personal is among it: nobody is found by a part of her name or phone."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    management = AmongFilter(label=_("management"), choices=PartyMember.Management.choices)
    skill = filters.ModelChoiceFilter(
        label=_("skill"), field_name="skills", queryset=Skill.objects.filter(is_active=True), empty_label=_("All")
    )
    tag = filters.ModelChoiceFilter(
        label=_("tag"), field_name="tags", queryset=MemberTag.objects.filter(is_active=True), empty_label=_("All")
    )
    unit = filters.ModelChoiceFilter(label=_("employer"), queryset=units_for, empty_label=_("All"))
    organized = filters.ChoiceFilter(
        label=_("organized in"), choices=ORGANIZED, empty_label=_("All"), method="filter_organized"
    )
    linking = filters.ChoiceFilter(
        label=_("linked households"), choices=LINKING, empty_label=_("All"), method="filter_linking"
    )
    found = filters.ChoiceFilter(label=_("found outside"), choices=FOUND, empty_label=_("All"), method="filter_found")
    present = filters.ChoiceFilter(
        label=_("on the register"), choices=PRESENT, empty_label=_("Present only"), method="filter_present"
    )

    idle = filters.NumberFilter(
        label=_("nothing done in the year"), min_value=2000, max_value=2100, decimal_places=0, method="filter_idle"
    )
    party = filters.ModelChoiceFilter(
        label=_("organized in or below"), queryset=_parties, method="filter_party", widget=forms.HiddenInput
    )

    class Meta:
        model = PartyMember
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Without a word about it, who left is left out."""
        chosen = super().filter_queryset(queryset)
        return chosen if self.form.cleaned_data.get("present") else chosen.filter(left_on=None)

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """Living in the subtree of a grid."""
        return rows.under(value)

    def filter_organized(self, rows: Any, name: str, value: str) -> Any:
        """In an organization or in none."""
        return rows.filter(party__isnull=value == "no")

    def filter_idle(self, rows: Any, name: str, value: Any) -> Any:
        """Of whom the year knows nothing done."""
        return idle_members(rows, int(value))

    def filter_party(self, rows: Any, name: str, value: PartyOrganization) -> Any:
        """In an organization or in one below it."""
        return rows.filter(party__path__startswith=value.path)

    def filter_linking(self, rows: Any, name: str, value: str) -> Any:
        """Who looks after households."""
        linking = HouseholdLink.objects.filter(until=None).values("member")
        return rows.filter(pk__in=linking) if value == "yes" else rows.exclude(pk__in=linking)

    def filter_found(self, rows: Any, name: str, value: str) -> Any:
        """Found outside any organization, and what became of it."""
        found = rows.exclude(found="")
        if value in PartyMember.Found.values:
            return found.filter(found=value)
        return found.filter(brought_in_on__isnull=value == "outside") if value != "any" else found

    def filter_present(self, rows: Any, name: str, value: str) -> Any:
        """With or only who left."""
        return rows.filter(left_on__isnull=False) if value == "left" else rows


class StrictMemberFilter(StrictFilterSet, MemberFilter):
    """The same for other systems: an unknown filter is refused."""


class LinkFilter(filters.FilterSet):
    """Linked households that hold."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    building = filters.NumberFilter(label=_("building"), field_name="building", min_value=1, max_value=2**31 - 1)
    member = filters.NumberFilter(label=_("party member"), field_name="member", min_value=1, max_value=2**31 - 1)

    class Meta:
        model = HouseholdLink
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class StrictLinkFilter(StrictFilterSet, LinkFilter):
    """The same for other systems."""


class ReportInFilter(filters.FilterSet):
    """Reports to communities."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    who = filters.ChoiceFilter(label=_("who"), choices=WHO, empty_label=_("All"), method="filter_who")
    status = AmongFilter(label=_("status"), choices=ReportIn.Status.choices)
    skill = filters.ModelChoiceFilter(
        label=_("post that she claims"), queryset=Skill.objects.filter(is_active=True), empty_label=_("All")
    )
    unit = filters.ModelChoiceFilter(
        label=_("unit or employer"), queryset=units_for, empty_label=_("All"), method="filter_unit"
    )
    not_evaluated = filters.NumberFilter(
        label=_("not evaluated in the year"), min_value=2000, max_value=2100, method="filter_not_evaluated"
    )

    class Meta:
        model = ReportIn
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_who(self, rows: Any, name: str, value: str) -> Any:
        """Units or members."""
        return rows.filter(**{f"{value}__isnull": False})

    def filter_unit(self, rows: Any, name: str, value: PartnerUnit) -> Any:
        """Of the unit itself, and of members who work there."""
        return rows.filter(Q(unit=value) | Q(member__unit=value))

    def filter_not_evaluated(self, rows: Any, name: str, value: Any) -> Any:
        """Whose employer waits for the evaluation of that year."""
        return without_evaluation(rows, int(value))


class StrictReportInFilter(StrictFilterSet, ReportInFilter):
    """The same for other systems."""
