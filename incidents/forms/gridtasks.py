"""Forms of grid tasks; the rules themselves stand in incidents.gridtasks."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input
from grid.models import Grid
from incidents.forms.words import many_lines
from incidents.gridtasks import MOST_TARGET, NewTask
from incidents.models import Incident, TaskKind

LEVELS: Final = (Grid.Level.COMMUNITY, Grid.Level.GRID, Grid.Level.MICRO)


class GridTaskForm(DomainForm):
    """A new task of one grid."""

    kind = forms.ModelChoiceField(label=_("kind"), queryset=TaskKind.objects.none())
    title = CleanCharField(label=_("title"), max_length=100)
    text = CleanCharField(label=_("what is to be done"), max_length=5000, multiline=True, widget=many_lines())
    due_on = forms.DateField(label=_("due on"), widget=day_input())
    level = forms.TypedChoiceField(label=_("each grid of this level gets a share"), coerce=int)
    target = forms.IntegerField(
        label=_("to reach, in each share"),
        min_value=0,
        max_value=MOST_TARGET,
        initial=0,
        required=False,
        help_text=_("For a rollout: so many households. 0 when nothing is counted."),
    )
    items = CleanCharField(
        label=_("checklist"),
        max_length=10_000,
        multiline=True,
        required=False,
        widget=many_lines(),
        help_text=_("One line for each thing to do."),
    )

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = TaskKind.objects.filter(is_active=True)  # type: ignore[attr-defined]
        below = [level for level in LEVELS if level > grid.level]
        self.fields["level"].choices = [(level.value, level.label) for level in below]  # type: ignore[attr-defined]

    def as_task(self, incident: Incident | None) -> NewTask:
        """What was typed, for the business."""
        given = self.cleaned_data
        items = [line.strip()[:200] for line in given["items"].splitlines() if line.strip()]
        names = ("kind", "title", "text", "due_on", "level")
        return NewTask(
            **{name: given[name] for name in names}, target=given["target"] or 0, items=items, incident=incident
        )


class ProgressForm(DomainForm):
    """What was reached in one share."""

    amount = forms.IntegerField(
        label=_("so many more"), min_value=-MOST_TARGET, max_value=MOST_TARGET, initial=0, required=False
    )
    text = CleanCharField(label=_("words"), max_length=500, required=False)
