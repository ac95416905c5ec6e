"""Forms of joint actions; the rules themselves stand in incidents.actions."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input
from grid.models import Compound, Grid, Organization
from incidents.actions import MOST_FOUND, MOST_PEOPLE, DayEntry, Plan
from incidents.forms.words import many_lines
from incidents.models import ActionDay, JointAction


class _Compounds(forms.ModelMultipleChoiceField):
    """Compounds with the word that matters for the choice."""

    def label_from_instance(self, obj: Any) -> str:
        """The name; a compound without a managing unit says so."""
        return _("%(name)s (no managing unit)") % {"name": obj.name} if obj.is_unmanaged else str(obj.name)


class ActionForm(DomainForm):
    """The plan of a joint action in one grid."""

    name = CleanCharField(label=_("name"), max_length=100)
    purpose = CleanCharField(label=_("aim of the action"), max_length=2000, multiline=True, widget=many_lines())
    lead = forms.ModelChoiceField(label=_("led by"), queryset=Organization.objects.none())
    starts_on = forms.DateField(label=_("first day"), widget=day_input(), initial=timezone.localdate)
    ends_on = forms.DateField(label=_("last day"), widget=day_input())
    planned_people = forms.IntegerField(
        label=_("people planned"), min_value=0, max_value=MOST_PEOPLE, initial=0, required=False
    )
    units = forms.ModelMultipleChoiceField(
        label=_("taking part"),
        queryset=Organization.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    compounds = _Compounds(
        label=_("compounds"), queryset=Compound.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = Organization.objects.active().select_related("grid").defer("grid__boundary")
        offices = offices.serving(grid.code) | offices.filter(grid__code__startswith=grid.code)
        offices = offices.order_by("kind", "code")
        places = Compound.objects.filter(grid__code__startswith=grid.code).select_related("grid")
        self.fields["lead"].queryset = offices  # type: ignore[attr-defined]
        self.fields["units"].queryset = offices  # type: ignore[attr-defined]
        self.fields["compounds"].queryset = places.defer("grid__boundary").order_by("-is_unmanaged", "name")  # type: ignore[attr-defined]

    def as_plan(self) -> Plan:
        """What was typed, for the business."""
        given = self.cleaned_data
        return Plan(
            name=given["name"],
            purpose=given["purpose"],
            lead=given["lead"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            planned_people=given["planned_people"] or 0,
            units=list(given["units"]),
            compounds=list(given["compounds"]),
        )


class DayForm(DomainForm):
    """One day of a joint action, written on the spot."""

    day = forms.DateField(label=_("day"), widget=day_input())
    people = forms.IntegerField(label=_("people on duty"), min_value=1, max_value=MOST_PEOPLE)
    found = forms.IntegerField(label=_("problems found"), min_value=0, max_value=MOST_FOUND, initial=0)
    settled = forms.IntegerField(label=_("problems settled"), min_value=0, max_value=MOST_FOUND, initial=0)
    text = CleanCharField(label=_("progress"), max_length=2000, multiline=True, widget=many_lines())
    compounds = _Compounds(
        label=_("compounds worked on"),
        queryset=Compound.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = CleanCharField(label=_("why it is corrected"), max_length=200, required=False)

    def __init__(self, *args: Any, action: JointAction, kept: ActionDay | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compounds"].queryset = action.compounds.order_by("name")  # type: ignore[attr-defined]
        if kept is None:
            del self.fields["reason"]

    def as_entry(self) -> DayEntry:
        """What was typed, for the business."""
        given = self.cleaned_data
        names = ("day", "people", "text", "found", "settled")
        return DayEntry(**{name: given[name] for name in names}, compounds=list(given["compounds"]))


class NumbersForm(DomainForm):
    """Cases that are gathered by hand, by their numbers."""

    numbers = CleanCharField(
        label=_("numbers of cases"),
        max_length=2000,
        help_text=_("Several with a space between them."),
    )
