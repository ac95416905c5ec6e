"""Forms of partner units, agreements, seats and alliances; the rules stand in the business modules."""

from typing import Any, Final

from django import forms
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.protect import mask_name
from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input
from grid.models import Compound, Grid, Organization
from grid.scope import scope_of
from incidents.forms.disputes import GridChoice
from incidents.forms.files import FilesField
from partybuilding.agreements import NewAgreement
from partybuilding.alliances import AllianceFacts
from partybuilding.forms.choices import office_grids
from partybuilding.models import (
    Agreement,
    Alliance,
    AllianceMember,
    CommitteeSeat,
    PartnerKind,
    PartnerUnit,
    PartyOrganization,
)
from partybuilding.units import OFFERED, UnitFacts, attachable

MOST_COMPOUNDS: Final = 200
"""Above it only compounds that nobody manages are offered: a form has an end."""
_FAMILIES: Final = Case(When(family="six", then=0), When(family="five", then=1), default=2)
"""The order in which kinds of partners are offered."""


def partners_for(user: Any) -> QuerySet[PartnerUnit]:
    """Partners in reach that have not left, by name."""
    rows = PartnerUnit.objects.visible_to(user).filter(left_on=None).select_related("organization")
    found: QuerySet[PartnerUnit] = rows.order_by("organization__name")
    return found


class OrganizationChoice(forms.ModelChoiceField):
    """An organization with the grid where it serves."""

    def label_from_instance(self, obj: Organization) -> str:
        """Name and grid."""
        return f"{obj.name} · {obj.grid.name}"


class UnitForm(DomainForm):
    """A partner: one that the platform knows as an organization, or a new one. A contact that is kept is not shown."""

    organization = OrganizationChoice(
        Organization.objects.none(),
        label=_("organization"),
        required=False,
        empty_label=_("It is not on the list: enter it"),
    )
    name = CleanCharField(label=_("name"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("kind"), choices=[(one.value, one.label) for one in OFFERED], required=False, initial="enterprise"
    )
    grid = GridChoice(Grid.objects.none(), label=_("serves the grid"), required=False, empty_label=_("Choose"))
    address = CleanCharField(label=_("address"), max_length=200, required=False)
    kinds = forms.ModelMultipleChoiceField(
        PartnerKind.objects.none(),
        label=_("kinds of partner"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    party = forms.ModelChoiceField(
        PartyOrganization.objects.none(), label=_("its party organization"), required=False, empty_label="—"
    )
    strengths = CleanCharField(label=_("what it is good at"), max_length=300, required=False)
    contact_name = CleanCharField(label=_("contact"), max_length=50, required=False)
    contact_phone = CleanCharField(label=_("contact’s phone"), max_length=20, required=False)
    joined_on = forms.DateField(label=_("partner since"), widget=day_input(), initial=timezone.localdate)

    NEW: Final = ("organization", "name", "kind", "grid", "address")

    def __init__(self, *args: Any, user: Any, unit: PartnerUnit | None = None, **kwargs: Any) -> None:
        if unit is not None:
            kept: dict[str, Any] = {name: getattr(unit, name) for name in ("strengths", "joined_on", "party")}
            kwargs["initial"] = {**kept, "kinds": [kind.pk for kind in unit.kinds.all()]}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kinds"].queryset = PartnerKind.objects.filter(is_active=True).order_by(_FAMILIES, "position", "id")
        fields["kinds"].label_from_instance = lambda kind: f"{kind.get_family_display()} · {kind.name}"
        parties = PartyOrganization.objects.visible_to(user).filter(kind__in=("unit", "non_public", "joint"))
        fields["party"].queryset = parties.filter(ended_on=None).select_related("organization")
        if unit is None:
            fields["organization"].queryset = attachable(user)
            fields["grid"].queryset = office_grids(user)
            return
        for name in self.NEW:
            del fields[name]
        for name, kept_text in (("contact_name", mask_name(unit.contact_name)), ("contact_phone", unit.contact_phone)):
            if kept_text:
                fields[name].help_text = _("Leave it empty to keep what is there.")

    def facts(self) -> UnitFacts:
        """What was typed, for the business."""
        return UnitFacts(**self.cleaned_data)


class LeaveForm(DomainForm):
    """The end of a partnership, of an agreement."""

    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(label=_("reason"), max_length=500, required=False)


class CompoundsField(forms.ModelMultipleChoiceField):
    """Compounds, by grid; those that nobody manages say so."""

    def label_from_instance(self, obj: Compound) -> str:
        """Name, and whether it has no property company."""
        return f"{obj.name}{_(' (unmanaged)') if obj.is_unmanaged else ''}"


class AgreementForm(DomainForm):
    """What was signed, its term, the compounds it covers, its files."""

    grid = GridChoice(Grid.objects.none(), label=_("signed for the grid"), empty_label=None)
    kind = forms.ChoiceField(label=_("kind"), choices=Agreement.Kind.choices)
    title = CleanCharField(label=_("title"), max_length=100)
    text = CleanCharField(
        label=_("content"), max_length=5000, multiline=True, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    signed_on = forms.DateField(label=_("signed on"), widget=day_input(), initial=timezone.localdate)
    starts_on = forms.DateField(label=_("from"), widget=day_input(), initial=timezone.localdate)
    ends_on = forms.DateField(
        label=_("until"), widget=day_input(), required=False, help_text=_("Empty: until it is ended.")
    )
    all_unmanaged = forms.BooleanField(label=_("all unmanaged compounds of the grid"), required=False)
    compounds = CompoundsField(
        Compound.objects.none(), label=_("compounds covered"), required=False, widget=forms.CheckboxSelectMultiple
    )
    files = FilesField()  # type: ignore[assignment]  # a field; the form keeps what was sent under the same name

    def __init__(self, *args: Any, user: Any, unit: PartnerUnit, old: Agreement | None = None, **kwargs: Any) -> None:
        if old is not None:
            names = ("kind", "title", "text", "signed_on", "starts_on", "ends_on")
            kept: dict[str, Any] = {name: getattr(old, name) for name in names}
            kwargs["initial"] = {**kept, "compounds": list(old.compounds.values_list("pk", flat=True))}
        super().__init__(*args, **kwargs)
        self.unit, self.old = unit, old
        fields: Any = self.fields
        if old is not None:
            del fields["grid"]
        else:
            fields["grid"].queryset = office_grids(user)
        fields["compounds"].queryset = self._compounds(user)

    def _compounds(self, user: Any) -> QuerySet[Compound]:
        """Where the reader edits partners, in the grid of the unit or below; those nobody manages first, or alone."""
        code = self.old.grid_code if self.old is not None else self.unit.grid_code
        rows = Compound.objects.filter(scope_of(user).q("lists.edit", "grid__code"), grid__code__startswith=code)
        if rows.count() > MOST_COMPOUNDS:
            kept = self.old.compounds.values("pk") if self.old is not None else ()
            rows = rows.filter(Q(is_unmanaged=True) | Q(pk__in=kept))
        return rows.select_related("grid").defer("grid__boundary").order_by("-is_unmanaged", "grid__code", "name")

    def new(self) -> NewAgreement:
        """What was typed, for the business."""
        data = dict(self.cleaned_data)
        data.pop("files")
        grid = self.old.grid if self.old is not None else data["grid"]
        chosen = set(data.pop("compounds"))
        if data.pop("all_unmanaged"):
            field: Any = self.fields["compounds"]
            chosen |= set(field.queryset.filter(is_unmanaged=True, grid__code__startswith=grid.code))
        return NewAgreement(unit=self.unit, compounds=chosen, **data | {"grid": grid})


class SeatForm(DomainForm):
    """A seat in a grand committee."""

    party = forms.ModelChoiceField(PartyOrganization.objects.none(), label=_("grand committee"), empty_label=None)
    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("partner unit"), empty_label=_("Choose"))
    holder = CleanCharField(label=_("part-time member"), max_length=50)
    post = CleanCharField(label=_("post in the unit"), max_length=60, required=False)
    duties = CleanCharField(
        label=_("list of duties, one per line"),
        max_length=2000,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    since = forms.DateField(label=_("since"), widget=day_input(), initial=timezone.localdate)

    def __init__(self, *args: Any, user: Any, old: CommitteeSeat | None = None, **kwargs: Any) -> None:
        if old is not None:
            kwargs["initial"] = {"post": old.post, "duties": old.duties}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if old is not None:
            for name in ("party", "unit", "holder", "since"):
                del fields[name]
            return
        rows = PartyOrganization.objects.filter(scope_of(user).q("party.edit", "grid_code"), is_grand=True)
        fields["party"].queryset = rows.filter(ended_on=None).select_related("organization")
        fields["unit"].queryset = partners_for(user)


class AllianceForm(DomainForm):
    """An alliance."""

    grid = GridChoice(Grid.objects.none(), label=_("grid"), empty_label=None)
    name = CleanCharField(label=_("name"), max_length=60)
    kind = forms.ChoiceField(label=_("kind"), choices=Alliance.Kind.choices)
    text = CleanCharField(
        label=_("what it is for"),
        max_length=2000,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    founded_on = forms.DateField(label=_("founded on"), widget=day_input(), required=False)
    solved_before = forms.IntegerField(label=_("issues solved before this platform"), min_value=0, initial=0)
    activities_before = forms.IntegerField(label=_("activities held before this platform"), min_value=0, initial=0)

    def __init__(self, *args: Any, user: Any, old: Alliance | None = None, **kwargs: Any) -> None:
        if old is not None:
            names = ("name", "kind", "text", "founded_on", "solved_before", "activities_before")
            kwargs["initial"] = {name: getattr(old, name) for name in names}
        super().__init__(*args, **kwargs)
        self.old = old
        fields: Any = self.fields
        if old is not None:
            del fields["grid"]
        else:
            fields["grid"].queryset = office_grids(user)

    def facts(self) -> AllianceFacts:
        """What was typed, for the business."""
        grid = self.old.grid if self.old is not None else self.cleaned_data["grid"]
        return AllianceFacts(**self.cleaned_data | {"grid": grid})


class AllianceMemberForm(DomainForm):
    """A unit joins an alliance."""

    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("partner unit"), empty_label=_("Choose"))
    role = forms.ChoiceField(label=_("role"), choices=AllianceMember.Role.choices, initial="member")
    since = forms.DateField(label=_("since"), widget=day_input(), initial=timezone.localdate)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = partners_for(user)  # type: ignore[attr-defined]
