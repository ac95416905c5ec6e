"""Forms of door-knock actions; the rules themselves stand in fieldwork.knocking."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork import knocking
from fieldwork.knocking import NewAction, NewDoor
from fieldwork.models import KnockAction, KnockedDoor
from grid.forms import DomainForm, DraftForm, day_input
from grid.models import Building, Grid
from incidents.forms.fields import Refillable
from incidents.forms.words import many_lines

ANSWERS: Final = (
    (KnockedDoor.Answer.ANSWERED.value, _("The door was opened")),
    (KnockedDoor.Answer.NOT_HOME.value, KnockedDoor.Answer.NOT_HOME.label),
    (KnockedDoor.Answer.REFUSED.value, KnockedDoor.Answer.REFUSED.label),
)


class ActionForm(DomainForm):
    """A plan: the question, the buildings, the days."""

    title = CleanCharField(label=_("title"), max_length=knocking.TITLE)
    question = CleanCharField(
        label=_("question at the door"), max_length=knocking.QUESTION, multiline=True, widget=many_lines()
    )
    buildings = forms.ModelMultipleChoiceField(
        Building.objects.none(), label=_("buildings"), widget=forms.CheckboxSelectMultiple
    )
    companions = CleanCharField(
        label=_("who comes along"),
        max_length=knocking.COMPANIONS,
        required=False,
        help_text=_("For example the grid leader, the micro-grid leader, the property company."),
    )
    starts_on = forms.DateField(label=_("first day"), widget=day_input(), initial=timezone.localdate)
    ends_on = forms.DateField(label=_("last day"), widget=day_input())

    def __init__(self, *args: Any, grid: Grid, incident: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident
        rows = Building.objects.filter(grid__code__startswith=grid.code).select_related("compound", "grid")
        rows = rows.defer("grid__boundary").order_by("compound__name", "pk")
        self.fields["buildings"].queryset = rows  # type: ignore[attr-defined]

    def action(self) -> NewAction:
        """What the business takes."""
        data = self.cleaned_data
        return NewAction(**{**data, "buildings": list(data["buildings"])}, incident=self.incident)


class DoorForm(Refillable, DraftForm):
    """What was heard at one door; no photo is asked."""

    at = forms.DateTimeField(required=False, widget=forms.HiddenInput(attrs={"data-offline-at": ""}))
    building = forms.ModelChoiceField(Building.objects.none(), label=_("building"), empty_label=None)
    unit = CleanCharField(label=_("staircase"), max_length=10, required=False)
    room = CleanCharField(label=_("room"), max_length=knocking.ROOM)
    answer = forms.ChoiceField(
        label=_("at the door"),
        choices=ANSWERS,
        initial=KnockedDoor.Answer.ANSWERED,
        widget=forms.RadioSelect,
    )
    stand = forms.ChoiceField(
        label=_("stand"), choices=[("", _("No stand")), *KnockedDoor.Stand.choices], required=False
    )
    opinion = CleanCharField(label=_("opinion"), max_length=knocking.OPINION, required=False, widget=many_lines())

    def __init__(self, *args: Any, action: KnockAction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = action.buildings.select_related("compound", "grid").defer("grid__boundary").order_by("pk")
        self.fields["building"].queryset = rows  # type: ignore[attr-defined]

    def door(self) -> NewDoor:
        """What the business takes."""
        return NewDoor(**{name: value for name, value in self.cleaned_data.items() if name != "client_id"})


class ResultForm(DomainForm):
    """The end of an action."""

    result = CleanCharField(
        label=_("result"), max_length=knocking.RESULT, multiline=True, widget=forms.Textarea(attrs={"rows": 6})
    )
    lasting = CleanCharField(
        label=_("what stays (lasting mechanism)"),
        max_length=knocking.LASTING,
        multiline=True,
        required=False,
        widget=many_lines(),
    )


class FollowForm(DomainForm):
    """The incident that follows."""

    text = CleanCharField(
        label=_("what is reported"),
        max_length=5000,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("No names and no doors: whoever handles the incident reads this."),
    )
