"""Forms of service orders."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Building, Grid
from incidents.forms.words import many_lines
from partybuilding.forms.choices import GridChoice
from partybuilding.forms.duty import MemberForm
from partybuilding.models import ServiceOrder, SupportKind
from partybuilding.orders import NewOrder

RATINGS = [(n, f"{n} ★") for n in range(5, 0, -1)]


class BuildingChoice(forms.ModelChoiceField):
    """A building with its compound."""

    def label_from_instance(self, obj: Building) -> str:
        """Compound and number."""
        return f"{obj.compound.name} {obj.name}"


class OrderForm(OnceForm):
    """A resident's order. Buildings are those of the writer's grids, when they are few enough to choose from."""

    grid = GridChoice(Grid.objects.none(), to_field_name="code", label=_("grid"), empty_label=None)
    kind = forms.ModelChoiceField(SupportKind.objects.none(), label=_("kind"), empty_label=_("Choose"))
    is_agency = forms.BooleanField(
        label=_("done on her behalf at an office"),
        required=False,
        help_text=_("For example a certificate of disability, a bill, medicine."),
    )
    text = CleanCharField(
        label=_("what is ordered"),
        max_length=500,
        multiline=True,
        widget=many_lines(),
        help_text=_("Without name, phone and door: members read this before one of them takes it."),
    )
    name = CleanCharField(label=_("Name of the resident"), max_length=50, help_text=_("Kept encrypted."))
    phone = CleanCharField(label=_("phone"), max_length=20, required=False)
    building = BuildingChoice(Building.objects.none(), label=_("building"), required=False, empty_label="—")
    door = CleanCharField(label=_("door"), max_length=50, required=False)
    wanted_on = forms.DateField(label=_("wanted on"), widget=day_input(), required=False)
    source = forms.ChoiceField(
        label=_("came"), choices=[one for one in ServiceOrder.Source.choices if one[0] != "api"], initial="counter"
    )
    issue = forms.BooleanField(label=_("issue to the members at once"), required=False, initial=True)

    def __init__(
        self, *args: Any, grids: QuerySet[Grid], kinds: QuerySet[SupportKind], buildings: Any, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["grid"].queryset, fields["kind"].queryset = grids, kinds
        if buildings is None:
            del fields["building"]
        else:
            fields["building"].queryset = buildings

    def new(self) -> NewOrder:
        """What was typed, for the business."""
        names = ("kind", "text", "name", "phone", "door", "wanted_on", "is_agency", "source")
        given = {name: self.cleaned_data[name] for name in names}
        return NewOrder(**given, building=self.cleaned_data.get("building"))


class TakeForm(DomainForm):
    """Until which day it is served."""

    until = forms.DateField(
        label=_("served until"), widget=day_input(), help_text=_("After this day it goes back to the pool.")
    )


class GiveForm(MemberForm, TakeForm):
    """Staff give an order to a member."""

    field_order = ("member", "until")


class ReportForm(DomainForm):
    """What was done."""

    report = CleanCharField(label=_("How it was served"), max_length=1000, multiline=True, widget=many_lines())


class RatingForm(DomainForm):
    """What the resident said."""

    rating = forms.TypedChoiceField(label=_("rating (1 to 5)"), choices=RATINGS, coerce=int)
    text = CleanCharField(label=_("in her words"), max_length=500, required=False)


class WhyForm(DomainForm):
    """A reason."""

    text = CleanCharField(label=_("Reason"), max_length=500, multiline=True, widget=many_lines())


class PurposeForm(DomainForm):
    """What personal data are needed for."""

    purpose = CleanCharField(label=_("What it is needed for"), max_length=200)
