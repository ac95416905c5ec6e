"""Forms of applications: what is asked for and why, and the decision about it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.application_rules import Rule, morning_of
from incidents.forms.fields import PhotosField


class ApplyForm(forms.Form):
    """One kind of application; a rest asks for its last day."""

    until = forms.DateField(
        label=_("The work goes on on"),
        help_text=_("On the morning of this day the case comes back to you by itself."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What stands in the way, since when, and what has been done already."),
    )
    photos = PhotosField(required=False, label=_("Photos or the written explanation"))

    def __init__(self, *args: Any, rule: Rule, longest: int, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not rule.rests:
            del self.fields["until"]
            return
        widget = self.fields["until"].widget
        widget.attrs |= {"min": str(today + timedelta(days=1)), "max": str(today + timedelta(days=longest))}

    def arguments(self) -> dict[str, Any]:
        """What `applications.apply` takes: reason, until, photos."""
        data = self.cleaned_data
        return {"reason": data["reason"], "photos": data["photos"], "until": morning_of(data.get("until"))}


class ReviewForm(forms.Form):
    """The decision is the button that was pressed."""

    result = forms.ChoiceField(
        choices=[("approved", _("Approve")), ("rejected", _("Reject"))], widget=forms.HiddenInput
    )
    reason = forms.CharField(
        label=_("Reason of the decision"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
