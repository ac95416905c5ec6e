"""Forms of members, their households and their reports; the rules stand in members, links and report_ins."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Building, Grid
from grid.scope import scope_of
from incidents.forms.fields import Refillable
from partybuilding.members import masked
from partybuilding.models import (
    LinkContact,
    LinkReview,
    MemberTag,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    Skill,
    SupportKind,
    YearlyEvaluation,
)
from partybuilding.report_ins import NewReport
from partybuilding.standing import COMMUNITY_DIGITS

QUIET: Final = {"autocomplete": "off"}
MOST_ROOMS: Final = 100
_DOOR: Final = re.compile(r"(?:(?P<unit>[0-9A-Za-z]{1,3})单元[-—]?)?(?P<room>[0-9A-Za-z]{1,10})室?")


def grids_to_edit(user: Any) -> QuerySet[Grid]:
    """Where `user` may enter members: communities and grids, micro-grids too below a community of her own."""
    scope = scope_of(user)
    fine = all(len(prefix) >= COMMUNITY_DIGITS for prefix in scope.prefixes("party.edit"))
    lowest = Grid.Level.MICRO if fine else Grid.Level.GRID
    rows = Grid.objects.filter(scope.q("party.edit", "code"), level__gte=Grid.Level.STREET, level__lte=lowest)
    return rows.current(timezone.localdate()).defer("boundary").order_by("code")


def parties_to_edit(user: Any) -> QuerySet[PartyOrganization]:
    """The organizations into which `user` may put members."""
    rows = PartyOrganization.objects.filter(scope_of(user).q("party.edit", "grid_code"), ended_on=None)
    return rows.select_related("organization").order_by("path")


def units_seen(user: Any) -> QuerySet[PartnerUnit]:
    """The units that `user` sees."""
    rows: QuerySet[PartnerUnit] = PartnerUnit.objects.visible_to(user).filter(left_on=None)
    return rows.select_related("organization").order_by("organization__name")


class GridField(forms.ModelChoiceField):
    """A grid by its name, those below moved in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("Choose"))
        super().__init__(Grid.objects.none(), to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Moved in by its level."""
        return f"{'　' * max(0, obj.level - Grid.Level.COMMUNITY)}{obj.name}"


class MemberForm(Refillable, DomainForm):
    """Somebody to be entered."""

    grid = GridField(label=_("lives in"))
    name = CleanCharField(label=_("real name"), max_length=50, widget=forms.TextInput(attrs=QUIET))
    phone = CleanCharField(
        label=_("phone"), max_length=20, required=False, widget=forms.TextInput(attrs={**QUIET, "inputmode": "tel"})
    )
    management = forms.ChoiceField(label=_("management"), choices=PartyMember.Management.choices)
    party = forms.ModelChoiceField(
        PartyOrganization.objects.none(), label=_("organized in"), required=False, empty_label=_("None yet")
    )
    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("employer"), required=False, empty_label="—")
    joined_year = forms.IntegerField(label=_("member since (year)"), min_value=1921, max_value=2100, required=False)
    skills = forms.ModelMultipleChoiceField(
        Skill.objects.none(), label=_("skills"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.ModelMultipleChoiceField(
        MemberTag.objects.none(), label=_("tags"), required=False, widget=forms.CheckboxSelectMultiple
    )
    found = forms.ChoiceField(label=_("found as"), choices=PartyMember.Found.choices, required=False)
    found_on = forms.DateField(
        label=_("found on"), widget=day_input(), required=False, help_text=_("Empty: today, when found outside.")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "grid": grids_to_edit(user),
            "party": parties_to_edit(user),
            "unit": units_seen(user),
            "skills": Skill.objects.filter(is_active=True),
            "tags": MemberTag.objects.filter(is_active=True),
        }
        for name, rows in choices.items():
            if name in self.fields:
                self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What was typed, for the business."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("grid", "version")}


class MemberEditForm(MemberForm):
    """The same for somebody known: what is sealed is not shown; an empty field leaves it as it is."""

    grid = None  # type: ignore[assignment]
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    name = CleanCharField(label=_("real name"), max_length=50, required=False, widget=forms.TextInput(attrs=QUIET))
    drop_phone = forms.BooleanField(label=_("take the phone away"), required=False)

    def __init__(self, *args: Any, member: PartyMember, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        shown = masked(member)
        for name in ("name", "phone"):
            said = gettext("Now %(value)s. Empty: it stays.") % {"value": getattr(shown, name) or "—"}
            self.fields[name].help_text = said
        if member.unit_id:
            units: Any = self.fields["unit"]
            seen = Q(pk__in=units.queryset.order_by().values("pk")) | Q(pk=member.unit_id)
            units.queryset = PartnerUnit.objects.filter(seen).select_related("organization")

    def given(self) -> dict[str, Any]:
        """What was typed; sealed fields only where something was."""
        typed = super().given()
        drop = typed.pop("drop_phone")
        kept = {name: typed.pop(name) for name in ("name", "phone")}
        typed |= {name: value for name, value in kept.items() if value}
        return typed | ({"phone": ""} if drop else {})


class MoveForm(DomainForm):
    """Another home."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    grid = GridField(label=_("lives in"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = grids_to_edit(user)  # type: ignore[attr-defined]


class BringInForm(DomainForm):
    """An organization for somebody who has none."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    party = forms.ModelChoiceField(PartyOrganization.objects.none(), label=_("organized in"), empty_label=_("Choose"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties_to_edit(user)  # type: ignore[attr-defined]


class LeaveForm(DomainForm):
    """Somebody is not a member of this street any more."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    on = forms.DateField(label=_("left on"), widget=day_input(), initial=timezone.localdate)
    why = CleanCharField(label=_("why"), max_length=200, help_text=_("For example: moved away, transferred."))


class PhoneForm(DomainForm):
    """A whole phone number; it is not shown again and stands in no address."""

    number = CleanCharField(
        label=_("phone"), max_length=20, widget=forms.TextInput(attrs={**QUIET, "inputmode": "tel"})
    )


# --- 党员联户 ---------------------------------------------------------------------------------------------------------


class DoorsForm(DomainForm):
    """Doors of one building for a member."""

    building = forms.ModelChoiceField(Building.objects.none(), label=_("building"), empty_label=_("Choose"))
    unit = CleanCharField(
        label=_("staircase"), max_length=10, required=False, help_text=_("For example 1; may be empty.")
    )
    rooms = CleanCharField(
        label=_("rooms"),
        max_length=1000,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Parted by spaces or commas: 101 102 201, or with the staircase: 1单元101."),
    )

    def __init__(self, *args: Any, member: PartyMember, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = scope_of(user).q("party.edit", "grid__code")
        near = Building.objects.filter(here, grid__code__startswith=member.grid_code[:COMMUNITY_DIGITS])
        field: Any = self.fields["building"]
        field.queryset = near.select_related("compound").order_by("compound__name", "name")

    def clean_rooms(self) -> list[tuple[str, str]]:
        """(staircase, room) of every door; the staircase of the form where a door names none."""
        parts = [part for part in re.split(r"[\s,，、;；]+", self.cleaned_data["rooms"]) if part]
        if len(parts) > MOST_ROOMS:
            raise ValidationError(_("At most %(n)s rooms at a time."), params={"n": MOST_ROOMS})
        return list(self._doors(parts))

    def _doors(self, parts: list[str]) -> Iterator[tuple[str, str]]:
        for part in parts:
            found = _DOOR.fullmatch(part)
            if found is None:
                raise ValidationError(_("“%(text)s” is no room."), params={"text": part[:20]})
            yield found["unit"] or self.cleaned_data.get("unit", ""), found["room"]


class ContactForm(OnceForm):
    """A contact with a household; its id is made with the form, so that it is kept once."""

    way = forms.ChoiceField(label=_("how"), choices=LinkContact.Way.choices)
    text = CleanCharField(
        label=_("what was said"),
        max_length=500,
        required=False,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No names, no illnesses: what matters for the household goes into its own record."),
    )


class ReviewForm(DomainForm):
    """How the households found the member's work."""

    period = forms.ChoiceField(label=_("occasion"), choices=LinkReview.Period.choices)
    result = forms.ChoiceField(label=_("result"), choices=LinkReview.Result.choices)
    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(
        label=_("remark"), max_length=500, required=False, multiline=True, widget=forms.Textarea(attrs={"rows": 3})
    )


# --- 双报到 -----------------------------------------------------------------------------------------------------------


class ReportInForm(DomainForm):
    """A 报到单 of a unit."""

    grid = GridField(label=_("reports to"))
    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("unit"), empty_label=_("Choose"))
    skill = forms.ModelChoiceField(
        Skill.objects.filter(is_active=True), label=_("post that she claims"), required=False, empty_label="—"
    )
    reported_on = forms.DateField(label=_("reported on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(
        label=_("what they bring"),
        max_length=500,
        required=False,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: Any, member: PartyMember | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids: Any = self.fields["grid"]
        grids.queryset = grids_to_edit(user).filter(level__lte=Grid.Level.COMMUNITY)
        self.member = member
        if member is not None:
            del self.fields["unit"]
        else:
            self.fields["unit"].queryset = units_seen(user)  # type: ignore[attr-defined]

    def new(self) -> NewReport:
        """What was typed, for the business."""
        given = {name: self.cleaned_data[name] for name in ("skill", "text", "reported_on")}
        return NewReport(unit=self.cleaned_data.get("unit"), member=self.member, **given)


class ReceiveForm(DomainForm):
    """Where a report is placed."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    party = forms.ModelChoiceField(PartyOrganization.objects.none(), label=_("placed in"), empty_label=_("Choose"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties_to_edit(user)  # type: ignore[attr-defined]


class EndForm(DomainForm):
    """A report holds no more."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    text = CleanCharField(label=_("why"), max_length=500)


class EntryForm(DomainForm):
    """One line of the card."""

    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(label=_("what was done"), max_length=300)
    hours = forms.DecimalField(
        label=_("hours"), min_value=Decimal(0), max_value=Decimal(24), decimal_places=1, initial=Decimal(1)
    )


class NeedForm(OnceForm):
    """One line of the 需求表: a need that comes with the report."""

    kind = forms.ModelChoiceField(SupportKind.objects.filter(is_active=True), label=_("kind"), empty_label=_("Choose"))
    title = CleanCharField(label=_("what is needed"), max_length=100)
    text = CleanCharField(
        label=_("in words"), max_length=2000, required=False, multiline=True, widget=forms.Textarea(attrs={"rows": 3})
    )


class EvaluationForm(DomainForm):
    """What the community writes about a year."""

    year = forms.IntegerField(label=_("year"), min_value=2000, max_value=2100)
    grade = forms.ChoiceField(label=_("grade"), choices=YearlyEvaluation.Grade.choices)
    text = CleanCharField(label=_("reason"), max_length=1000, multiline=True, widget=forms.Textarea(attrs={"rows": 4}))
