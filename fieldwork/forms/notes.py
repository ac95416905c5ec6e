"""The form of a quick note: one text box; everything else is filled in or may stay empty."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork.models import DutyKind
from fieldwork.notes import LONGEST, NewNote, grids_to_write, home_grid
from grid.forms import DraftForm
from grid.models import Grid
from incidents.forms.fields import PhotosField, Refillable

EXAMPLE: Final = _("For example: helped Mrs Li of building 3 to book a doctor")


class NoteForm(Refillable, DraftForm):
    """Words and photos; the grid is filled in."""

    at = forms.DateTimeField(required=False, widget=forms.HiddenInput(attrs={"data-offline-at": ""}))
    text = CleanCharField(
        label=_("What did you see or do?"),
        max_length=LONGEST,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": EXAMPLE}),
    )
    photos = PhotosField(required=False)
    grid = forms.ChoiceField(label=_("Grid"), required=False)
    duty = forms.ModelChoiceField(
        label=_("Duty"), queryset=DutyKind.objects.filter(is_active=True), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grids: dict[str, Grid] = {grid.code: grid for grid in grids_to_write(user)}
        self.own_grid = home_grid(user)
        if self.own_grid is not None:
            self.grids.setdefault(self.own_grid.code, self.own_grid)
        field: Any = self.fields["grid"]
        field.choices = [(code, grid.name) for code, grid in self.grids.items()]
        field.initial = self.own_grid.code if self.own_grid else None

    def note(self) -> NewNote:
        """What business takes."""
        data = self.cleaned_data
        return NewNote(
            data["client_id"], data["text"], self.grids.get(data["grid"]), data["duty"], data["at"], data["photos"]
        )
