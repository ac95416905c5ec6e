"""Forms of a report's paper and of meetings; the rules stand in reports.editing, signing and meetings."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, day_input, find_person
from grid.models import Grid, Organization
from reports.editing import BODY_LENGTH, HEADING_LENGTH, Section
from reports.meetings import NewDecision, NewMeeting, units_of
from reports.models import Meeting, Report
from reports.signing import SENT_TO_LENGTH, Sending, grids_near, people_near, posts_near, with_readers

EMPTY_SECTIONS: Final = 1
"""Empty places for a new section at the end of the form."""
MOST_TYPED: Final = 30


def area(rows: int) -> forms.Textarea:
    """A field of several lines."""
    return forms.Textarea(attrs={"rows": rows})


class ReasonForm(DomainForm):
    """Why."""

    reason = CleanCharField(label=_("reason"), max_length=500, multiline=True, widget=area(3))


class TextForm(DomainForm):
    """The text of a paper: a heading and a body per section, and an empty section at the end."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, sections: Sequence[Section], version: int) -> None:
        super().__init__(data, initial={"version": version})
        count = max(len(sections) + EMPTY_SECTIONS, _typed(data))
        given = [*sections, *[Section("", "")] * (count - len(sections))]
        for n, section in enumerate(given):
            self.fields[f"key_{n}"] = forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=40, initial=section.key
            )
            self.fields[f"heading_{n}"] = forms.CharField(
                label=_("Heading of the section"),
                required=False,
                initial=section.heading,
                max_length=4 * HEADING_LENGTH,
            )
            rows = min(14, 2 + len(section.body) // 60 + section.body.count("\n"))
            self.fields[f"body_{n}"] = forms.CharField(
                label=_("Paragraphs, one per line"),
                required=False,
                initial=section.body,
                max_length=2 * BODY_LENGTH,
                widget=area(rows),
            )
        self.count = count

    def pairs(self) -> list[dict[str, Any]]:
        """Bound fields of each section, for the template."""
        names = ("key", "heading", "body")
        return [{name: self[f"{name}_{n}"] for name in names} | {"number": n + 1} for n in range(self.count)]

    def sections(self) -> list[Section]:
        """What was typed; after is_valid()."""
        values = self.cleaned_data
        return [Section(values[f"heading_{n}"], values[f"body_{n}"], values[f"key_{n}"]) for n in range(self.count)]


def _typed(data: Any) -> int:
    """How many sections a request brings along."""
    return sum(f"heading_{n}" in data for n in range(MOST_TYPED)) if data else 0


class GridsField(forms.ModelMultipleChoiceField):
    """Grids with the number of their readers."""

    counts: dict[int, int]

    def label_from_instance(self, obj: Any) -> str:
        """Name, level and readers."""
        return str(_("%(name)s (%(n)s readers)") % {"name": obj.name, "n": self.counts.get(obj.pk, 0)})


class PeopleField(forms.ModelMultipleChoiceField):
    """People with one of their posts: names alone are not enough to tell them apart."""

    posts: dict[int, str]

    def label_from_instance(self, obj: Any) -> str:
        """Name, post and grid."""
        return f"{obj}　{self.posts.get(obj.pk, '')}".rstrip("　")


class SendForm(DomainForm):
    """To whom a signed report goes."""

    main = CleanCharField(label=_("sent to (送)"), max_length=SENT_TO_LENGTH)
    copied = CleanCharField(label=_("passed on to (发)"), max_length=SENT_TO_LENGTH, required=False)
    grids = GridsField(
        Grid.objects.none(),
        label=_("readers of these grids get it in their messages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    people = PeopleField(
        None, label=_("and these people"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, report: Report, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = with_readers(grids_near(report), day)
        grids: Any = self.fields["grids"]
        grids.queryset, grids.counts = grids_near(report), {grid.pk: count for grid, count in near}
        people: Any = self.fields["people"]
        people.queryset, people.posts = people_near(report, day), posts_near(report, day)

    def sending(self) -> Sending:
        """What was chosen; after is_valid()."""
        values = self.cleaned_data
        return Sending(values["main"], values["copied"], list(values["grids"]), list(values["people"]))


class MeetingForm(DomainForm):
    """A meeting as it is written down."""

    kind = forms.ChoiceField(label=_("kind"), choices=Meeting.Kind.choices)
    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("Grid"), empty_label=None)
    held_on = forms.DateField(label=_("held on"), widget=day_input())
    chair = CleanCharField(label=_("chair"), max_length=60, required=False)
    present = CleanCharField(label=_("present"), max_length=2000, required=False, multiline=True, widget=area(2))
    minutes = CleanCharField(label=_("minutes"), max_length=10_000, required=False, multiline=True, widget=area(6))

    def __init__(self, *args: Any, grids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["grid"]
        field.queryset = grids

    def meeting(self) -> NewMeeting:
        """What was typed; after is_valid()."""
        values = self.cleaned_data
        names = ("kind", "held_on", "chair", "present", "minutes")
        return NewMeeting(**{name: values[name] for name in names})


class DecisionForm(DomainForm):
    """One decision with its owner and its day."""

    text = CleanCharField(label=_("what is decided"), max_length=500, multiline=True, widget=area(2))
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("unit"), required=False)
    person = CleanCharField(
        label=_("person"), max_length=60, required=False, help_text=_("Account or name; the person gets a message.")
    )
    owner = CleanCharField(
        label=_("owner in words"), max_length=100, required=False, help_text=_("When it is neither unit nor person.")
    )
    due_on = forms.DateField(label=_("to be done by"), widget=day_input(), required=False)

    def __init__(self, *args: Any, report: Report | None = None, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = meeting or report
        field: Any = self.fields["organization"]
        field.queryset = units_of(owner.grid_code)

    def clean_person(self) -> Any:
        """The one active person of that account or name."""
        given = self.cleaned_data["person"]
        return find_person(given) if given else None

    def decision(self) -> NewDecision:
        """What was typed; after is_valid()."""
        return NewDecision(**self.cleaned_data)


class DoneForm(DomainForm):
    """How a decision ended."""

    result = CleanCharField(label=_("how it ended"), max_length=500, multiline=True, widget=area(3))
