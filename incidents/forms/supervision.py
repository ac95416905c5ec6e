"""Forms of supervision: a notice, its reply, its lifting, and the decision of an arbitration."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from incidents.clocks import Limit
from incidents.filters import CODE
from incidents.forms.moves import handler_choices
from incidents.forms.whistles import PeriodForm
from incidents.handlers import Handler
from incidents.models import Incident
from incidents.supervision import LENGTHS
from incidents.worktime import TimeUnit

REPLY_TIMES: Final = {
    "work_hour:4": _("4 work hours"),
    "work_day:1": _("1 work day"),
    "work_day:2": _("2 work days"),
    "work_day:3": _("3 work days"),
    "work_day:5": _("5 work days"),
}
NOBODY: Final = "none"
HANDLER_KEY: Final = r"\A(?:(?:unit|person):[0-9]{1,18}|none)\Z"


class PlaceForm(forms.Form):
    """Below which grid."""

    grid = forms.CharField(required=False, max_length=24, validators=[CODE])


class ReturnsForm(PeriodForm):
    """The days in which cases were returned, and the pair of units whose cases are listed."""

    grid = forms.CharField(required=False, max_length=24, validators=[CODE], widget=forms.HiddenInput)
    giver = forms.RegexField(HANDLER_KEY, required=False, widget=forms.HiddenInput)
    taker = forms.RegexField(HANDLER_KEY, required=False, widget=forms.HiddenInput)
    holder = forms.RegexField(HANDLER_KEY, required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, today: date) -> None:
        super().__init__(data, today=today)
        self.data = {**self.data, **{name: data.get(name, "") for name in ("grid", "giver", "taker", "holder")}}
        self.fields["start"].label, self.fields["end"].label = _("Returned from"), _("Returned until")

    def pair(self) -> dict[str, str]:
        """The keys of the pair that were asked for; "none" is nobody yet."""
        asked = {name: self.cleaned_data.get(name) for name in ("giver", "taker", "holder")}
        return {name: "" if key == NOBODY else key for name, key in asked.items() if key}


class NoticeForm(forms.Form):
    """A supervision notice about a case."""

    text = CleanCharField(
        label=_("What is demanded"),
        max_length=LENGTHS["text"],
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    within = forms.ChoiceField(label=_("Reply within"), choices=list(REPLY_TIMES.items()), initial="work_day:1")

    def limit(self) -> Limit:
        """The time to reply that was chosen."""
        unit, amount = self.cleaned_data["within"].split(":")
        return Limit(Decimal(amount), TimeUnit(unit))


class ReplyForm(forms.Form):
    """The answer of the unit or person."""

    text = CleanCharField(
        label=_("What was done, and until when the rest will be"),
        max_length=LENGTHS["reply"],
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LiftForm(forms.Form):
    """Why a notice is lifted."""

    reason = CleanCharField(
        label=_("Why it is lifted"),
        max_length=LENGTHS["reason"],
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecideForm(forms.Form):
    """Who handles a case that waits for arbitration, and why; carries the version that its reader saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    handler = forms.ChoiceField(label=_("Goes to"))
    reason = CleanCharField(
        label=_("Why this unit handles it"),
        max_length=LENGTHS["reason"],
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        incident: Incident,
        handlers: tuple[Sequence[Handler], Sequence[Handler]],
        proposed: str = "",
    ) -> None:
        super().__init__(data, initial={"version": incident.version, "handler": proposed})
        self.handlers = {handler.value: handler for group in handlers for handler in group}
        self.fields["handler"].choices = handler_choices(*handlers)  # type: ignore[attr-defined]

    def clean_handler(self) -> Handler:
        """The unit or person behind the chosen value."""
        return self.handlers[self.cleaned_data["handler"]]

    def arguments(self) -> dict[str, Any]:
        """What `lifecycle.perform` takes."""
        handler = self.cleaned_data["handler"]
        given = {"organization": handler.organization, "user": handler.user, "text": self.cleaned_data["reason"]}
        return given | {"version": self.cleaned_data["version"]}
