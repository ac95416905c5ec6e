"""The form of a move, made from the table of moves: it asks for what the move needs and nothing else."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.forms.fields import CategoryField, Choices, PhotosField, Refillable
from incidents.handlers import Handler
from incidents.models import Incident
from incidents.states import Move

TEXT_LABELS: Final[dict[str, Promise]] = {
    "feedback": _("What was done"),
    "close": _("Result of the check"),
    "self_handle": _("How it was handled"),
    "genuine": _("What was seen"),
    "pass_check": _("Result of the check"),
    "answer": _("The answer"),
    "finish": _("What was done"),
    "next_step": _("What was done in this step"),
    "verify": _("What to look at"),
}
REASON_LABELS: Final[dict[str, Promise]] = {
    "reject": _("Why it is not accepted"),
    "cancel": _("Why it is cancelled"),
    "return": _("Why it is not yours, and whose it is"),
    "recall": _("Why it is taken back"),
    "rework": _("What is still to be done"),
    "refuse_work": _("What is still to be done"),
    "send_back": _("What is still to be done"),
    "not_genuine": _("What was seen instead"),
    "not_file": _("Why it is not filed"),
    "report_up": _("Why a higher level must take it"),
    "force_close": _("Why it is closed by order"),
    "reopen": _("Why it is opened again"),
    "refuse_self": _("Why it does not count"),
}
PEOPLE_LABELS: Final[dict[str, Any]] = {
    "member": _("Who of the unit does it"),
    "inspector": _("Who looks on site"),
}


class MoveForm(Refillable, forms.Form):
    """One move of one incident; carries the version that its reader saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        move: Move,
        incident: Incident,
        handlers: tuple[Sequence[Handler], Sequence[Handler]] = ((), ()),
        members: Sequence[User] = (),
        suggested: dict[str, Any] | None = None,
    ) -> None:
        first = {"version": incident.version, **(suggested or {})}
        # ids differ when several moves stand on one page
        super().__init__(data, files, auto_id=f"id_{move.name}_%s", initial=first)
        self.move = move
        self.handlers = {handler.value: handler for group in handlers for handler in group}
        self.members = {str(member.pk): member for member in members}
        for need in move.needs:
            self._ask(need, handlers)
        for offer in move.may:
            self._ask(offer, handlers, required=False)

    def _ask(self, need: str, handlers: tuple[Sequence[Handler], Sequence[Handler]], *, required: bool = True) -> None:
        """Add the field of one thing that the move needs, or may be given."""
        name = self.move.name
        if need == "text":
            self.fields["text"] = _words(TEXT_LABELS.get(name, _("Words")), 2000, required=required)
        elif need == "reason":
            self.fields["reason"] = _words(REASON_LABELS.get(name, _("Reason")), 500)
        elif need == "photo":
            self.fields["photos"] = PhotosField(required=required)
        elif need == "category":
            self.fields["category"] = CategoryField(required=True)
        elif need == "handler":
            self.fields["handler"] = forms.ChoiceField(label=_("Goes to"), choices=handler_choices(*handlers))
        elif need in PEOPLE_LABELS:
            label, choices = PEOPLE_LABELS[need], [(pk, str(member)) for pk, member in self.members.items()]
            self.fields[need] = forms.ChoiceField(label=label, required=required, choices=[("", "—"), *choices])

    def offer_reason(self) -> None:
        """Room for why it is to be otherwise than proposed (`incidents.overriding` asks for it)."""
        help_text = _("Only when you choose otherwise than the system proposes.")
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=500, required=False, help_text=help_text)

    def mark_guess(self) -> None:
        """The category filled in is the best guess, not a sure one."""
        self.fields["category"].help_text = _("Suggestion of the system, not sure: please check it.")

    def take_focus(self) -> None:
        """Whoever has opened this form types next."""
        for name, field in self.fields.items():
            if name not in ("version", "photos"):
                field.widget.attrs["data-focus"] = "1"
                return

    def clean_handler(self) -> Handler:
        """The unit or person behind the chosen value."""
        return self.handlers[self.cleaned_data["handler"]]

    def arguments(self) -> dict[str, Any]:
        """What `lifecycle.perform` takes: text, reason, category, organization, user, version."""
        data = self.cleaned_data
        given: dict[str, Any] = {key: data[key] for key in ("text", "reason", "category") if key in data}
        if handler := data.get("handler"):
            given |= {"organization": handler.organization, "user": handler.user}
        for name in PEOPLE_LABELS:
            if chosen := data.get(name):
                given["user"] = self.members[chosen]
        return {"version": data["version"], **given}


def _words(label: Any, most: int, *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=most, widget=widget, required=required)


def handler_choices(units: Sequence[Handler], people: Sequence[Handler]) -> Choices:
    """The choices of a handler, units and people in groups."""
    choices: Choices = [("", "—")]
    if units:
        choices.append((str(_("Units")), [(unit.value, unit.label) for unit in units]))
    if people:
        choices.append((str(_("People in charge of the grid")), [(person.value, person.label) for person in people]))
    return choices
