"""The address of an analysis, checked field by field."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotValid
from grid.models.grid import CODE_VALIDATOR
from incidents.models.incident import Source
from reports.dashboards.choice import KINDS, TABS
from reports.periods import local_day, parse_day

KIND_WORDS = {
    "daily": _("By day"),
    "weekly": _("By week"),
    "monthly": _("By month"),
    "quarterly": _("By quarter"),
    "yearly": _("By year"),
}
TAB_WORDS = {
    "trend": _("Trend and breakdown"),
    "hours": _("Hours of the week"),
    "waits": _("Where cases wait"),
    "bounces": _("Sent back and forth"),
    "solved": _("Closed and solved"),
    "people": _("People who report"),
}


class AnalysisForm(forms.Form):
    """Every field may be missing: then the widest grid and the present month are meant."""

    grid = forms.CharField(label=_("Grid"), max_length=24, required=False, validators=[CODE_VALIDATOR])
    kind = forms.ChoiceField(label=_("Period"), choices=[(kind, KIND_WORDS[kind]) for kind in KINDS], required=False)
    day = forms.CharField(label=_("Day"), max_length=10, required=False)
    category = forms.CharField(
        label=_("Category"),
        max_length=10,
        required=False,
        validators=[RegexValidator(r"^([0-9]{1,9}|none)\Z", _("There is no such category."))],
    )
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("All")), *Source.choices], required=False)
    tab = forms.ChoiceField(choices=[(tab, TAB_WORDS[tab]) for tab in TABS], required=False)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_kind(self) -> str:
        """A month unless something else is asked for."""
        return self.cleaned_data["kind"] or "monthly"

    def clean_tab(self) -> str:
        """The first one unless something else is asked for."""
        return self.cleaned_data["tab"] or TABS[0]

    def clean_day(self) -> date:
        """A day that has begun; today when none is given."""
        today = local_day(self.now)
        if not self.cleaned_data["day"]:
            return today
        try:
            day = parse_day(self.cleaned_data["day"])
        except NotValid as error:
            raise ValidationError(error.fields["day"]) from error
        return min(day, today)
