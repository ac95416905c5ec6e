"""What the pages of the indicators and of the cases behind a number are asked for."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotValid
from grid.models import Grid
from incidents.models import Category
from incidents.models.incident import Source
from reports.figures import Line
from reports.forms.reports import grids_for
from reports.periods import FIRST_DAY, Period, parse_day

LONGEST: Final = timedelta(days=366)
"""Nothing longer is counted at once."""
USUAL: Final = timedelta(days=29)


class DayField(forms.CharField):
    """YYYY-MM-DD in ASCII digits; a date field would take other digits too. Empty: None."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self, value: Any) -> Any:
        """Read the day."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_day(text)
        except NotValid as error:
            raise ValidationError(error.fields["day"]) from error


class PeriodForm(forms.Form):
    """A grid and the days to count: the last thirty when none are given."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("Grid"), required=False)
    first = DayField(label=_("from"), required=False, max_length=10)
    last = DayField(label=_("until"), required=False, max_length=10)

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field: Any = self.fields["grid"]
        field.queryset = grids_for(user)
        field.empty_label = None

    def clean(self) -> dict[str, Any]:
        """A year at most, in the right order."""
        data = super().clean() or {}
        if not self.errors:
            data["last"] = data.get("last") or self.today
            data["first"] = data.get("first") or data["last"] - USUAL
            if not (timedelta() <= data["last"] - data["first"] < LONGEST and data["first"] >= FIRST_DAY):
                raise ValidationError(_("Choose a period of a year at most, the first day before the last."))
        return data

    @property
    def period(self) -> Period:
        """The days chosen."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


class LineForm(forms.Form):
    """Which part of a number: an area below the grid, a category, a unit, a source."""

    area = forms.ChoiceField(label=_("Area"), required=False)
    category = forms.ChoiceField(label=_("category"), required=False)
    source = forms.ChoiceField(label=_("source"), required=False, choices=[("", "—"), *Source.choices])
    unit = forms.RegexField(r"[oa][0-9A-Z]{1,24}", required=False, max_length=25, widget=forms.HiddenInput)

    def __init__(self, *args: Any, grid: Grid, areas: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["area"].choices = [("", "—"), *areas.items(), (grid.code, _("The grid itself"))]
        names = Category.objects.order_by("name", "pk").values_list("pk", "name")
        fields["category"].choices = [
            ("", "—"),
            ("none", _("No category yet")),
            *((str(pk), name) for pk, name in names),
        ]

    @property
    def line(self) -> Line:
        """The part chosen."""
        return Line(**{name: self.cleaned_data[name] for name in ("area", "category", "unit", "source")})
