"""Forms of tours, practical matters, work methods and outside figures."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input
from grid.models import Grid
from reports.forms.honours import lines
from reports.models import Matter, Tour
from reports.records import matters, methods
from reports.records.outside import Given
from reports.records.outside_file import MAX_BYTES

MARKS: Final = (("", _("not looked at")), ("yes", _("worth copying")), ("no", _("nothing special")))


class OfficeForm(DomainForm):
    """A form about something of one office."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("grid"), empty_label=None)

    def __init__(self, *args: Any, grids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]


class TourForm(OfficeForm):
    """A tour, a visit or a forum."""

    kind = forms.ChoiceField(label=_("kind"), choices=Tour.Kind.choices)
    title = CleanCharField(label=_("title"), max_length=120)
    held_on = forms.DateField(label=_("day"), widget=day_input())
    place = CleanCharField(label=_("place"), max_length=120, required=False)
    visitors = CleanCharField(
        label=_("visiting units, one per line"), max_length=2000, multiline=True, required=False, widget=lines(3)
    )
    items = CleanCharField(
        label=_("what is looked at, one per line"),
        max_length=2000,
        multiline=True,
        required=False,
        widget=lines(4),
        help_text=_("Left empty, a quarterly tour begins with the usual four items."),
    )

    def topics(self) -> list[str] | None:
        """The lines; None when nothing was typed."""
        found = [line.strip()[:100] for line in self.cleaned_data["items"].splitlines() if line.strip()]
        return found or None


class LookForm(DomainForm):
    """What was seen of one item."""

    finding = CleanCharField(label=_("finding"), max_length=500, required=False)
    is_good = forms.ChoiceField(label=_("worth copying"), choices=MARKS, required=False)

    @property
    def mark(self) -> bool | None:
        """Yes, no, or not looked at."""
        return {"yes": True, "no": False}.get(self.cleaned_data["is_good"])


class SummaryForm(DomainForm):
    """What a tour brought."""

    summary = CleanCharField(label=_("summary"), max_length=5000, multiline=True, widget=lines(5))


class MatterForm(DomainForm):
    """A practical matter."""

    topic = forms.ChoiceField(label=_("topic"))
    title = CleanCharField(label=_("matter"), max_length=120)
    owner = CleanCharField(label=_("owner"), max_length=100, required=False)
    planned_on = forms.DateField(label=_("planned for"), widget=day_input(), required=False)
    households = forms.IntegerField(
        label=_("households helped"), min_value=0, max_value=matters.MOST_HOUSEHOLDS, required=False
    )
    note = CleanCharField(label=_("note"), max_length=500, required=False)

    def __init__(self, *args: Any, topic: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict.fromkeys([*matters.topics(), *([topic] if topic else [])])
        self.fields["topic"].choices = [(one, one) for one in known]  # type: ignore[attr-defined]

    def wish(self) -> matters.Promise:
        """What was typed, for the business."""
        names = ("topic", "title", "owner", "planned_on", "households", "note")
        return matters.Promise(**{name: self.cleaned_data[name] for name in names})


class NewMatterForm(MatterForm, OfficeForm):
    """A new one, of one office."""

    field_order = ("grid",)


class MatterMoveForm(DomainForm):
    """The next status, with its day, the households helped and a note."""

    status = forms.ChoiceField(label=_("status"), choices=Matter.Status.choices)
    done_on = forms.DateField(label=_("done on"), widget=day_input(), required=False)
    households = forms.IntegerField(
        label=_("households helped"), min_value=0, max_value=matters.MOST_HOUSEHOLDS, required=False
    )
    note = CleanCharField(label=_("note"), max_length=500, required=False)


class MethodForm(OfficeForm):
    """A named way of working; each line a step: name | meaning | number."""

    name = CleanCharField(label=_("name"), max_length=60)
    meaning = CleanCharField(label=_("meaning"), max_length=500, required=False)
    source = CleanCharField(label=_("source"), max_length=100, required=False)
    steps = CleanCharField(
        label=_("steps, one per line: name | meaning | number that shows it"),
        max_length=5000,
        multiline=True,
        widget=lines(8),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["steps"].help_text = "，".join(label for _name, label in methods.figure_choices())

    def rows(self) -> list[dict[str, Any]]:
        """The steps as the business takes them."""
        return [self._row(line) for line in self.cleaned_data["steps"].splitlines() if line.strip()]

    def _row(self, line: str) -> dict[str, Any]:
        parts = [part.strip() for part in line.replace("｜", "|").split("|")] + ["", ""]
        return {"name": parts[0], "meaning": parts[1][:300], "figure": methods.figure_named(parts[2])}


class NoteForm(DomainForm):
    """How far one step of a method is."""

    note = CleanCharField(label=_("how far"), max_length=2000, multiline=True, required=False, widget=lines(3))


class FigureForm(OfficeForm):
    """One figure of another system."""

    system = CleanCharField(label=_("where from"), max_length=60)
    measure = CleanCharField(label=_("what was counted"), max_length=60)
    first = forms.DateField(label=_("first day"), widget=day_input())
    last = forms.DateField(label=_("last day"), widget=day_input())
    value = forms.DecimalField(label=_("value"), min_value=0, max_digits=14, decimal_places=2)
    unit = CleanCharField(label=_("unit"), max_length=20, initial="件")
    note = CleanCharField(label=_("note"), max_length=200, required=False)

    def given(self) -> Given:
        """What was typed, for the business."""
        names = ("system", "measure", "first", "last", "value", "unit", "note")
        return Given(**{name: self.cleaned_data[name] for name in names})


class FileForm(DomainForm):
    """A table of figures."""

    file = forms.FileField(label=_("file"), help_text=_("CSV or XLSX, at most 512 KB."))

    def __init__(self, *args: Any, is_sealed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the file that was checked comes back with the page, signed
        self.fields["file"].required = not is_sealed

    def clean_file(self) -> Any:
        """Not larger than what is read at once."""
        found = self.cleaned_data["file"]
        if found and found.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large: at most 512 KB are allowed."))
        return found
