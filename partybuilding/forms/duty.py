"""Forms of duty posts, shifts, calls of members and claimed services."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input, moment_input
from grid.models import Grid
from incidents.forms.words import many_lines
from incidents.models import Incident
from partybuilding.calls import Mark, NewCall
from partybuilding.forms.choices import WEEKDAYS, GridChoice, MemberChoice, members_offered
from partybuilding.models import CallAnswer, DutyPost, DutyShift, JointTaskKind, PartyMember, Skill, SupportKind
from partybuilding.rosters import NewPost


def clock_input() -> forms.TimeInput:
    """The browser's own clock."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PostForm(DomainForm):
    """A duty post; where is asked only when it is new."""

    grid = GridChoice(Grid.objects.none(), to_field_name="code", label=_("grid"), empty_label=None)
    name = CleanCharField(label=_("name"), max_length=60, initial="网格党员值日岗")
    skill = forms.ModelChoiceField(
        Skill.objects.none(), label=_("class of the post"), required=False, empty_label=_("Any member")
    )
    place = CleanCharField(label=_("where"), max_length=100)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("weekdays"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    starts = forms.TimeField(label=_("from"), widget=clock_input())
    ends = forms.TimeField(label=_("until"), widget=clock_input())
    people = forms.IntegerField(label=_("members per shift"), min_value=1, max_value=20, initial=1)
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, grids: QuerySet[Grid] | None, old: DutyPost | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        if grids is None:
            del fields["grid"]
        else:
            fields["grid"].queryset = grids
        kept = Q(pk=old.skill_id) if old and old.skill_id else Q(pk__in=())
        fields["skill"].queryset = Skill.objects.filter(Q(is_active=True) | kept)

    def new(self) -> NewPost:
        """What was typed, for the business."""
        names = ("name", "place", "weekdays", "starts", "ends", "people", "skill", "is_active")
        return NewPost(**{name: self.cleaned_data[name] for name in names})


class MemberForm(DomainForm):
    """One member among some."""

    member = MemberChoice(PartyMember.objects.none(), label=_("party member"), empty_label=_("Choose"))

    def __init__(self, *args: Any, members: QuerySet[PartyMember], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["member"].queryset = members_offered(members)  # type: ignore[attr-defined]


class ShiftForm(MemberForm):
    """A member on a roster, by hand."""

    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    field_order = ("on", "member")


class RosterForm(DomainForm):
    """One line of a day's roster."""

    status = forms.ChoiceField(
        label=_("whether she stood there"),
        choices=[(value, label) for value, label in DutyShift.Status.choices if value != "called_off"],
    )
    remark = CleanCharField(label=_("Remark"), max_length=300, required=False)

    @property
    def was_sent(self) -> bool:
        """Whether the line was on the page that was sent; one that somebody added meanwhile was not."""
        return self.add_prefix("status") in self.data


def roster_forms(rows: Iterable[DutyShift], typed: Any = None) -> list[tuple[DutyShift, RosterForm]]:
    """A form for each shift, bound when something was sent; a planned one is taken to be attended until said."""
    return [(row, RosterForm(typed, prefix=f"s{row.pk}", initial=_shown(row))) for row in rows]


def _shown(row: DutyShift) -> dict[str, Any]:
    planned = row.status == DutyShift.Status.PLANNED
    return {"status": DutyShift.Status.ATTENDED if planned else row.status, "remark": row.remark}


class CallForm(OnceForm):
    """A call of members."""

    grid = GridChoice(
        Grid.objects.none(),
        to_field_name="code",
        label=_("members of"),
        empty_label=None,
        help_text=_("Everybody who lives there is told at once."),
    )
    kind = forms.ModelChoiceField(JointTaskKind.objects.none(), label=_("kind of joint task"), empty_label=_("Choose"))
    title = CleanCharField(label=_("title"), max_length=100)
    place = CleanCharField(label=_("where"), max_length=100)
    starts_at = forms.DateTimeField(label=_("begins at"), widget=moment_input())
    people = forms.IntegerField(label=_("members needed"), min_value=1, max_value=500, initial=5)
    text = CleanCharField(
        label=_("what is to be done"), max_length=2000, multiline=True, required=False, widget=many_lines()
    )

    def __init__(self, *args: Any, grids: QuerySet[Grid], incident: Incident | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.incident = incident
        fields: Any = self.fields
        fields["grid"].queryset = grids
        fields["kind"].queryset = JointTaskKind.objects.filter(is_active=True)

    def new(self) -> NewCall:
        """What was typed, for the business."""
        names = ("kind", "title", "place", "starts_at", "people", "text")
        return NewCall(**{name: self.cleaned_data[name] for name in names}, incident=self.incident)


class MarkForm(DomainForm):
    """One member of a call."""

    answer = forms.ChoiceField(label=_("answer"), choices=CallAnswer.Answer.choices)
    hours = forms.DecimalField(
        label=_("Hours of service"), min_value=0, max_value=24, max_digits=4, decimal_places=1, required=False
    )

    @property
    def mark(self) -> Mark:
        """What was typed, for the business."""
        return Mark(self.cleaned_data["answer"], self.cleaned_data["hours"] or Decimal())


def mark_forms(rows: Iterable[CallAnswer], typed: Any = None, *, begun: bool) -> list[tuple[CallAnswer, MarkForm]]:
    """A form for each answer; once it has begun whoever was coming is taken to have come until said."""
    return [(row, MarkForm(typed, prefix=f"a{row.pk}", initial=_said(row, begun))) for row in rows]


def _said(row: CallAnswer, begun: bool) -> dict[str, Any]:
    came = begun and row.answer == CallAnswer.Answer.COMING
    return {"answer": CallAnswer.Answer.CAME if came else row.answer, "hours": row.hours}


class ClaimForm(DomainForm):
    """A member claims a service; on her own page there is no choice of members."""

    member = MemberChoice(PartyMember.objects.none(), label=_("party member"), empty_label=_("Choose"))
    kind = forms.ModelChoiceField(SupportKind.objects.none(), label=_("kind"), empty_label=_("Choose"))
    text = CleanCharField(
        label=_("pledge"), max_length=200, required=False, help_text=_("For example: every Saturday morning.")
    )

    def __init__(self, *args: Any, members: QuerySet[PartyMember] | None, kinds: QuerySet[SupportKind], **more: Any):
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["kind"].queryset = kinds
        if members is None:
            del fields["member"]
        else:
            fields["member"].queryset = members_offered(members)
