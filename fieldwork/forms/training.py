"""Forms of the grid academy; the rules themselves stand in fieldwork.training."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork.models import Attendance, Competence, Course, Teacher, TrainingForm, TrainingSession
from fieldwork.training import Mark, NewSession
from grid.forms import DomainForm, PersonField, moment_input
from grid.models import Grid
from grid.posts import PostKind

PASSED: Final = (("", "—"), ("yes", _("passed")), ("no", _("not passed")))
CALLED: Final = (
    PostKind.COMMUNITY_HEAD,
    PostKind.COMMITTEE_MEMBER,
    PostKind.GRID_LEADER,
    PostKind.GRID_WORKER,
    PostKind.MICRO_LEADER,
    PostKind.BUILDING_HEAD,
    PostKind.MEDIATOR,
    PostKind.GRID_PARTNER,
    PostKind.ORG_HEAD,
    PostKind.HANDLER,
)
"""Kinds of posts that are called to a training together."""


def lines(rows: int) -> forms.Textarea:
    """A box of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class SessionForm(DomainForm):
    """A session of a course; of which grid is asked only when it is new."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("held by"), empty_label=None)
    course = forms.ModelChoiceField(Course.objects.none(), label=_("course"), empty_label=_("Choose"))
    starts_at = forms.DateTimeField(label=_("begins at"), widget=moment_input())
    ends_at = forms.DateTimeField(label=_("ends at"), widget=moment_input())
    place = CleanCharField(label=_("where"), max_length=100)
    teacher = forms.ModelChoiceField(Teacher.objects.none(), label=_("teacher"), required=False, empty_label="—")
    places = forms.IntegerField(
        label=_("places"), min_value=1, max_value=2000, required=False, help_text=_("Empty: as many as come.")
    )
    remark = CleanCharField(label=_("Remark"), max_length=500, required=False)

    def __init__(self, *args: Any, grids: QuerySet[Grid] | None, old: TrainingSession | None = None, **more: Any):
        super().__init__(*args, **more)
        fields: Any = self.fields
        if grids is None:
            del fields["grid"]
        else:
            fields["grid"].queryset = grids
        kept = {"course": old.course_id, "teacher": old.teacher_id} if old else {"course": None, "teacher": None}
        in_use: Any = {"course": Course.objects, "teacher": Teacher.objects}
        for name, rows in in_use.items():
            fields[name].queryset = rows.filter(is_active=True) | rows.filter(pk=kept[name])

    def new(self) -> NewSession:
        """What was typed, for the business."""
        names = ("course", "starts_at", "ends_at", "place", "teacher", "places", "remark")
        return NewSession(**{name: self.cleaned_data[name] for name in names})


class CallForm(DomainForm):
    """Who is called: everybody with some kinds of posts, or one person."""

    kinds = forms.MultipleChoiceField(
        label=_("everybody who is"),
        choices=[(kind.value, kind.label) for kind in CALLED],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    person = PersonField(label=_("or one person: account or name"), required=False)

    def clean(self) -> dict[str, Any]:
        """Somebody at least."""
        data = super().clean() or {}
        if not self.errors and not data.get("kinds") and not data.get("person"):
            self.add_error("kinds", _("Choose posts or a person."))
        return data


class MarkForm(DomainForm):
    """One person of a session."""

    presence = forms.ChoiceField(label=_("attendance"), choices=Attendance.Presence.choices)
    passed = forms.ChoiceField(label=_("test"), choices=PASSED, required=False)
    remark = CleanCharField(label=_("Remark"), max_length=200, required=False)

    @property
    def mark(self) -> Mark:
        """What was typed, for the business."""
        data = self.cleaned_data
        return Mark(data["presence"], {"yes": True, "no": False}.get(data["passed"]), data["remark"])


def mark_forms(rows: Iterable[Attendance], typed: Any = None) -> list[tuple[Attendance, MarkForm]]:
    """A form for each person, bound when something was sent; whoever signed up is taken to be there until said."""
    return [(row, MarkForm(typed, prefix=f"a{row.pk}", initial=_shown(row))) for row in rows]


def _shown(row: Attendance) -> dict[str, Any]:
    passed = "" if row.passed is None else "yes" if row.passed else "no"
    signed_up, present = Attendance.Presence.SIGNED_UP, Attendance.Presence.PRESENT
    presence = present if row.presence == signed_up else row.presence
    return {"presence": presence, "passed": passed, "remark": row.remark}


class CourseForm(DomainForm):
    """A course of the library."""

    title = CleanCharField(label=_("title"), max_length=100)
    form = forms.ChoiceField(label=_("form of training"), choices=TrainingForm.choices)
    audience = CleanCharField(label=_("audience"), max_length=100, required=False)
    hours = forms.DecimalField(label=_("hours"), min_value=0, max_value=200, max_digits=4, decimal_places=1, initial=2)
    competences = forms.ModelMultipleChoiceField(
        Competence.objects.none(), label=_("competences"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = CleanCharField(label=_("content"), max_length=3000, multiline=True, required=False, widget=lines(4))
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["competences"].queryset = Competence.objects.filter(is_active=True)


class MaterialForm(DomainForm):
    """Teaching material of a course."""

    title = CleanCharField(label=_("title"), max_length=100)
    text = CleanCharField(label=_("content"), max_length=20000, multiline=True, required=False, widget=lines(6))
    place = CleanCharField(label=_("where it is found"), max_length=200, required=False)
