"""Forms of the report pages."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotValid
from grid.models import Grid
from grid.scope import scope_of
from reports.models import Report, ReportPaper
from reports.periods import parse_day


def grids_for(user: Any, capability: str = "report.view") -> QuerySet[Grid]:
    """Grids down to the grid level (5) where `user` holds the capability, widest first; no polygons."""
    rows: QuerySet[Grid] = Grid.objects.filter(scope_of(user).q(capability, "code"), level__lte=Grid.Level.GRID)
    return rows.order_by("level", "code").defer("boundary")


class GridForm(forms.Form):
    """Which grid's reports to show, of which kind and status."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("Grid"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("All")), *ReportPaper.Status.choices])
    kind = forms.ChoiceField(widget=forms.HiddenInput, required=False, choices=Report.Kind.choices)
    month = forms.CharField(widget=forms.HiddenInput, required=False, max_length=7)
    year = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["grid"]
        # streets and communities: a list of all 126 grids would hide what is looked for
        field.queryset = grids_for(user).filter(level__lte=Grid.Level.COMMUNITY)
        field.empty_label = None


class GenerateForm(forms.Form):
    """A finished period of a grid where the user may write reports."""

    kind = forms.ChoiceField(label=_("kind"), choices=Report.Kind.choices, required=False)
    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("Grid"))
    day = forms.CharField(label=_("Day"), max_length=10)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["grid"]
        field.queryset = grids_for(user)

    def clean_kind(self) -> str:
        """Daily when nothing is said."""
        return str(self.cleaned_data["kind"] or Report.Kind.DAILY)

    def clean_day(self) -> date:
        """YYYY-MM-DD in ASCII digits; a date field would take other digits too."""
        try:
            return parse_day(self.cleaned_data["day"])
        except NotValid as error:
            raise ValidationError(error.fields["day"]) from error
