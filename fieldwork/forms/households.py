"""Forms of households and residents; the rules themselves stand in fieldwork.households and fieldwork.people."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork.households import MOST_PEOPLE, Door
from fieldwork.models import Household, Resident
from fieldwork.people import masked
from grid.forms import DomainForm, day_input
from incidents.forms.fields import Refillable

QUIET: Final = {"autocomplete": "off"}
RELATIONS: Final = ("户主", "配偶", "子", "女", "父亲", "母亲", "儿媳", "女婿", "孙辈", "租户")
SEXES: Final = [("", "—"), *Resident.Sex.choices]
SEALED: Final = ("name", "phone", "id_number")


class DoorForm(DomainForm):
    """A new household behind a door of a building."""

    unit = CleanCharField(
        label=_("staircase"), max_length=10, required=False, help_text=_("For example 1; may be empty.")
    )
    room = CleanCharField(label=_("room"), max_length=20, help_text=_("For example 101."))
    tenure = forms.ChoiceField(label=_("use"), choices=Household.Tenure.choices)
    people = forms.IntegerField(label=_("people living there"), min_value=0, max_value=MOST_PEOPLE, required=False)

    def door(self) -> Door:
        """What was typed, for the business."""
        return Door(**{name: self.cleaned_data[name] for name in ("unit", "room", "tenure", "people")})


class HouseholdForm(Refillable, DomainForm):
    """How a household is lived in; carries the version that its reader saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    tenure = forms.ChoiceField(label=_("use"), choices=Household.Tenure.choices)
    people = forms.IntegerField(label=_("people living there"), min_value=0, max_value=MOST_PEOPLE, required=False)
    is_active = forms.BooleanField(
        label=_("exists"),
        required=False,
        help_text=_("Take the mark away when the flat is gone or was joined with another."),
    )

    def given(self) -> dict[str, Any]:
        """What was typed, for the business."""
        return {name: self.cleaned_data[name] for name in ("tenure", "people", "is_active")}


class PersonForm(Refillable, DomainForm):
    """Somebody who lives there; carries the version of the household."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    name = CleanCharField(label=_("real name"), max_length=50, widget=forms.TextInput(attrs=QUIET))
    phone = CleanCharField(
        label=_("phone"), max_length=20, required=False, widget=forms.TextInput(attrs={**QUIET, "inputmode": "tel"})
    )
    id_number = CleanCharField(
        label=_("ID number"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs=QUIET),
        help_text=_("Only where it is needed; year of birth and sex follow from it."),
    )
    relation = CleanCharField(
        label=_("relation to the head"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"list": "relations"}),
    )
    sex = forms.ChoiceField(label=_("sex"), choices=SEXES, required=False)
    birth_year = forms.IntegerField(label=_("year of birth"), min_value=1900, max_value=2100, required=False)
    is_head = forms.BooleanField(label=_("head of the household"), required=False)

    def given(self) -> dict[str, Any]:
        """What was typed, for the business."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PersonEditForm(PersonForm):
    """The same for somebody known: what is sealed is not shown; an empty field leaves it as it is."""

    drop_phone = forms.BooleanField(label=_("take the phone away"), required=False)
    drop_id_number = forms.BooleanField(label=_("take the ID number away"), required=False)

    def __init__(self, *args: Any, person: Resident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = masked(person)
        for name in SEALED:
            self.fields[name].required = False
            self.fields[name].widget.attrs["placeholder"] = getattr(shown, name)
            self.fields[name].help_text = _("Leave it empty to keep what is there.")
        for name in ("phone", "id_number"):
            if not getattr(person, name):
                del self.fields[f"drop_{name}"]

    def given(self) -> dict[str, Any]:
        """What was typed; sealed fields only where something was."""
        data = self.cleaned_data
        kept = {name for name in SEALED if not data[name] and not data.get(f"drop_{name}")}
        plain = {name: value for name, value in super().given().items() if not name.startswith("drop_")}
        gone = {name: "" for name in ("phone", "id_number") if data.get(f"drop_{name}")}
        return {name: value for name, value in plain.items() if name not in kept} | gone


class MoveOutForm(Refillable, DomainForm):
    """Since when somebody does not live there any more."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    on = forms.DateField(label=_("moved out on"), widget=day_input(), initial=timezone.localdate)


class NumberForm(DomainForm):
    """An exact phone or ID number."""

    number = CleanCharField(
        label=_("phone or ID number"),
        max_length=24,
        widget=forms.TextInput(attrs={**QUIET, "inputmode": "tel"}),
        help_text=_("The whole number. The search is recorded; names cannot be searched."),
    )
