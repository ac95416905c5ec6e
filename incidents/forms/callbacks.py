"""Forms of call-backs: the answer, leaving one out, drawing a sample, the period of the rates."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.models import Grid
from grid.scope import scope_of
from incidents.callbacks import LARGEST_SEED, Answer
from incidents.filters import CODE, DAYS
from incidents.forms.disputes import GridChoice
from incidents.models import CallBack
from incidents.overview import midnight

YES_NO: Final = (("true", _("Yes")), ("false", _("No")))
USUAL_DAYS: Final = 30
LONGEST: Final = timedelta(days=366)


def _calendar() -> forms.DateInput:
    """Browsers take a day in this form alone, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _question(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


class AnswerForm(forms.Form):
    """What the reporter said; what is missing the business says."""

    contact = forms.ChoiceField(
        label=_("How the call went"),
        choices=CallBack.Contact.choices,
        widget=forms.RadioSelect,
        initial=CallBack.Contact.REACHED,
    )
    responded = _question(_("Did the handling unit make contact?"))
    solved = _question(_("Is it solved?"))
    satisfaction = forms.ChoiceField(
        label=_("satisfaction"), choices=CallBack.Satisfaction.choices, widget=forms.RadioSelect, required=False
    )
    words = CleanCharField(
        label=_("answer, word for word"),
        max_length=2000,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reopen_reason = CleanCharField(
        label=_("Open the case again, because"),
        max_length=500,
        required=False,
        help_text=_("Only for an unhappy answer. Leave it empty to leave the case closed; the supervisors are told."),
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, may_reopen: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_reopen:
            del self.fields["reopen_reason"]

    def answer(self) -> Answer:
        """What the business takes."""
        return Answer(**self.cleaned_data)


class ExclusionForm(forms.Form):
    """Why a call-back does not count."""

    reason = CleanCharField(label=_("why it is left out"), max_length=200)


class PeriodForm(forms.Form):
    """The days of the rates: the last 30 when nothing is chosen."""

    first = forms.DateField(label=_("from"), required=False, validators=DAYS, widget=_calendar())
    last = forms.DateField(label=_("until"), required=False, validators=DAYS, widget=_calendar())
    grid = forms.CharField(required=False, max_length=24, validators=[CODE], widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A year at most, in the right order."""
        data = super().clean() or {}
        if not self.errors:
            today = timezone.localdate()
            data["last"] = data.get("last") or today
            data["first"] = data.get("first") or data["last"] - timedelta(days=USUAL_DAYS - 1)
            if not timedelta() <= data["last"] - data["first"] <= LONGEST:
                raise ValidationError(_("Choose a period of a year at most, the first day before the last."))
        return data

    @property
    def days(self) -> tuple[date, date]:
        """First and last day, both in the period."""
        return self.cleaned_data["first"], self.cleaned_data["last"]

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Beginning and end of the period, end excluded."""
        first, last = self.days
        return midnight(first), midnight(last + timedelta(days=1))


class SampleForm(forms.Form):
    """A sample drawn by hand; the same seed draws the same cases again."""

    first = forms.DateField(label=_("ended from"), validators=DAYS, widget=_calendar())
    last = forms.DateField(label=_("ended until"), validators=DAYS, widget=_calendar())
    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None, to_field_name="code")
    percent = forms.IntegerField(label=_("percent"), min_value=1, max_value=100, initial=20)
    seed = forms.IntegerField(
        label=_("seed"),
        min_value=0,
        max_value=LARGEST_SEED,
        required=False,
        help_text=_("May stay empty: one is made and kept. Type a kept one to repeat its draw."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = scope_of(user).q("incident.call_back", "code")
        levels = (Grid.Level.STREET, Grid.Level.COMMUNITY)
        rows = Grid.objects.filter(where, level__in=levels).current(timezone.localdate()).order_by("code")
        self.fields["grid"].queryset = rows.only("id", "code", "name", "level")  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """What `callbacks.draw` takes, beside actor and now."""
        data = self.cleaned_data
        seed = data["seed"] if data["seed"] is not None else secrets.randbelow(LARGEST_SEED)
        return {
            "starts_at": midnight(data["first"]),
            "ends_at": midnight(data["last"] + timedelta(days=1)),
            "grid_code": data["grid"].code,
            "percent": data["percent"],
            "seed": seed,
        }
