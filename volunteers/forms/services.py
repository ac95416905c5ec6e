"""Forms of services, hours and certificates; the rules themselves stand in the modules of their names."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input, moment_input
from grid.models import Grid
from incidents.forms.files import FilesField
from volunteers.certificates import NewCertificate
from volunteers.hours import MOST_TAKEN_OVER
from volunteers.models import ServiceActivity, ServiceKind, SignUp, Team, VolunteerSkill
from volunteers.services import MOST_GAINED, MOST_SLOTS, PLAIN, NewService, Times, daily

TIME: Final = {"type": "time"}


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ServiceForm(OnceForm):
    """A service; where it belongs and its first shifts are asked only when it is new."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("held by"), empty_label=None)
    kind = forms.ModelChoiceField(ServiceKind.objects.none(), label=_("kind"), empty_label=_("Choose"))
    title = CleanCharField(label=_("title"), max_length=100)
    place = CleanCharField(label=_("where"), max_length=100)
    text = CleanCharField(label=_("what is done"), max_length=2000, multiline=True, required=False, widget=_lines(4))
    first = forms.DateField(label=_("first day"), widget=day_input())
    last = forms.DateField(
        label=_("last day"),
        widget=day_input(),
        required=False,
        help_text=_("Empty: one day. Otherwise there is a shift on every day."),
    )
    starts = forms.TimeField(label=_("begins at"), widget=forms.TimeInput(attrs=TIME))
    ends = forms.TimeField(label=_("ends at"), widget=forms.TimeInput(attrs=TIME))
    slots = forms.IntegerField(
        label=_("slots of each shift"),
        min_value=1,
        max_value=MOST_SLOTS,
        help_text=_("When all are taken, people wait in their order."),
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=_("team of volunteers"), required=False, empty_label="—")
    skills = forms.ModelMultipleChoiceField(
        VolunteerSkill.objects.none(), label=_("skills"), required=False, widget=forms.CheckboxSelectMultiple
    )
    for_minors = forms.BooleanField(label=_("fit for minors"), required=False)
    cancel_hours = forms.IntegerField(
        label=_("withdraw until (hours before)"), min_value=0, max_value=168, required=False, initial=2
    )

    def __init__(
        self, *args: Any, user: Any, grids: QuerySet[Grid] | None, old: ServiceActivity | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        self.old = old
        if old is None:
            fields["grid"].queryset = grids
        else:
            for name in ("grid", "client_id", "first", "last", "starts", "ends", "slots"):
                del fields[name]
        kinds, teams = ServiceKind.objects.all(), Team.objects.visible_to(user)
        kept = (old.kind_id, old.team_id) if old else (None, None)
        fields["kind"].queryset = kinds.filter(is_active=True) | kinds.filter(pk__in=[kept[0]])
        fields["team"].queryset = teams.filter(status=Team.Status.ACTIVE) | teams.filter(pk__in=[kept[1]])
        fields["skills"].queryset = VolunteerSkill.objects.filter(is_active=True)

    def new(self) -> NewService:
        """What was typed, for the business."""
        data = self.cleaned_data
        plain = {name: data[name] for name in PLAIN if name in data}
        plain["cancel_hours"] = 2 if data["cancel_hours"] is None else data["cancel_hours"]
        if self.old is None:
            own = {"grid": data["grid"], "client_id": data["client_id"], "shifts": self._shifts()}
        else:
            own = {"grid": self.old.grid, "shifts": (), "point": self.old.point}
        return NewService(**plain, **own, skills=list(data["skills"]))

    def _shifts(self) -> list[Times]:
        data = self.cleaned_data
        return daily(data["first"], data["last"] or data["first"], data["starts"], data["ends"], data["slots"])

    def add_domain_error(self, error: Any) -> None:
        """Business code speaks of shifts; here their days are typed."""
        error.fields = {"first" if name == "shifts" else name: found for name, found in error.fields.items()}
        super().add_domain_error(error)


class ShiftsForm(DomainForm):
    """More shifts of a service: one on each day."""

    first = forms.DateField(label=_("first day"), widget=day_input())
    last = forms.DateField(label=_("last day"), widget=day_input(), required=False)
    starts = forms.TimeField(label=_("begins at"), widget=forms.TimeInput(attrs=TIME))
    ends = forms.TimeField(label=_("ends at"), widget=forms.TimeInput(attrs=TIME))
    slots = forms.IntegerField(label=_("slots of each shift"), min_value=1, max_value=MOST_SLOTS)

    def shifts(self) -> list[Times]:
        """What was typed, for the business."""
        data = self.cleaned_data
        return daily(data["first"], data["last"] or data["first"], data["starts"], data["ends"], data["slots"])

    def add_domain_error(self, error: Any) -> None:
        """Business code speaks of shifts; here their days are typed."""
        error.fields = {"first" if name == "shifts" else name: found for name, found in error.fields.items()}
        super().add_domain_error(error)


class ShiftForm(DomainForm):
    """Times and slots of one shift."""

    starts_at = forms.DateTimeField(label=_("begins at"), widget=moment_input())
    ends_at = forms.DateTimeField(label=_("ends at"), widget=moment_input())
    slots = forms.IntegerField(label=_("slots"), min_value=1, max_value=MOST_SLOTS)

    def add_domain_error(self, error: Any) -> None:
        """Business code speaks of shifts; here one is typed."""
        error.fields = {"starts_at" if name == "shifts" else name: found for name, found in error.fields.items()}
        super().add_domain_error(error)


class PutDownForm(DomainForm):
    """A volunteer whom the organizer puts on the list."""

    number = CleanCharField(label=_("volunteer number"), max_length=20)


class AttendanceForm(DomainForm):
    """Who was at a shift."""

    present = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rows: Iterable[SignUp], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["present"].choices = [(str(row.pk), "") for row in rows]  # type: ignore[attr-defined]

    def keys(self) -> set[int]:
        """The keys of the sign-ups that are ticked."""
        return {int(key) for key in self.cleaned_data["present"]}


class EndForm(DomainForm):
    """What came of a service."""

    beneficiaries = forms.IntegerField(label=_("people who gained"), min_value=0, max_value=MOST_GAINED)
    result = CleanCharField(
        label=_("what came of it"), max_length=2000, multiline=True, required=False, widget=_lines(4)
    )
    photos = FilesField(photos_only=True)


class CorrectForm(DomainForm):
    """The right hours of a record."""

    minutes = forms.IntegerField(label=_("minutes in truth"), min_value=0, max_value=MOST_TAKEN_OVER)
    reason = CleanCharField(label=_("reason"), max_length=300)


class TakeOverForm(DomainForm):
    """Hours of another system."""

    hours = forms.DecimalField(label=_("hours"), min_value=0, max_value=3000, max_digits=6, decimal_places=2)
    on = forms.DateField(label=_("until which day"), widget=day_input(), initial=timezone.localdate)
    source = CleanCharField(
        label=_("recorded by"), max_length=300, help_text=_("The system and, where there is one, the number there.")
    )

    def minutes(self) -> int:
        """The hours in minutes."""
        return int(self.cleaned_data["hours"] * 60)

    def add_domain_error(self, error: Any) -> None:
        """Business code speaks of minutes; here hours are typed."""
        error.fields = {"hours" if name == "minutes" else name: found for name, found in error.fields.items()}
        super().add_domain_error(error)


class CertificateForm(DomainForm):
    """A certificate of service (W75)."""

    starts_on = forms.DateField(label=_("from"), widget=day_input())
    ends_on = forms.DateField(label=_("until"), widget=day_input(), initial=timezone.localdate)
    issuer = CleanCharField(label=_("issuing body"), max_length=100)
    head = CleanCharField(label=_("Head of the body"), max_length=50)
    handler = CleanCharField(label=_("Handled by"), max_length=50)
    contact = CleanCharField(label=_("Contact of the body"), max_length=100)
    remark = CleanCharField(label=_("Remark"), max_length=300, required=False)

    def new(self, volunteer: Any) -> NewCertificate:
        """What was typed, for the business."""
        return NewCertificate(volunteer=volunteer, **self.cleaned_data)


class CodeForm(forms.Form):
    """The code below the QR code of a certificate; spaces between its groups do not matter."""

    code = CleanCharField(label=_("code of verification"), max_length=60)
