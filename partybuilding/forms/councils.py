"""Forms of forums, meetings, topics and guests; the rules themselves stand in forums, meetings and topics."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, PersonField, moment_input
from grid.models import Grid
from incidents.forms.files import FilesField
from incidents.models import Incident
from partybuilding.forms.choices import MemberChoice
from partybuilding.forums import NewForum
from partybuilding.meetings import MINUTES_LENGTH, NewGuest, NewMeeting
from partybuilding.models import Alliance, Forum, ForumMeeting, MeetingGuest, PartnerUnit, PartyMember, Topic
from partybuilding.topics import NewTopic

MOST_CHOICES: Final = 400
"""A list longer than this is no choice any more."""


def lines(rows: int) -> forms.Textarea:
    """A box of some lines."""
    return forms.Textarea(attrs={"rows": rows})


def grid_field(label: Any) -> forms.ModelChoiceField:
    """A grid by its name, its code in the address."""
    return forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=label, empty_label=None)


class ForumForm(DomainForm):
    """A forum; of which grid is asked only when it is new."""

    grid = grid_field(_("of the grid"))
    name = CleanCharField(label=_("name"), max_length=60)
    kind = forms.ChoiceField(label=_("kind"), choices=Forum.Kind.choices)
    venue = CleanCharField(label=_("usual place"), max_length=100, required=False)
    rhythm = CleanCharField(label=_("how often, in words"), max_length=60, required=False)
    every_days = forms.IntegerField(
        label=_("held every (days)"),
        min_value=1,
        max_value=366,
        required=False,
        help_text=_("The next meeting is proposed for this day; empty: no rhythm."),
    )
    child_days = forms.IntegerField(
        label=_("a decision must lead to something within (days)"), min_value=1, max_value=366, initial=7
    )
    alliance = forms.ModelChoiceField(Alliance.objects.none(), label=_("alliance"), required=False, empty_label="—")
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, grids: QuerySet[Grid] | None, alliances: QuerySet[Alliance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if grids is None:
            del fields["grid"]
        else:
            fields["grid"].queryset = grids
        fields["alliance"].queryset = alliances

    def new(self) -> NewForum:
        """What was typed, for the business."""
        return NewForum(**{name: value for name, value in self.cleaned_data.items() if name != "grid"})


class MeetingForm(OnceForm):
    """A meeting; of which forum is asked only when it is new."""

    forum = forms.ModelChoiceField(Forum.objects.none(), label=_("forum"), empty_label=_("Choose"))
    title = CleanCharField(label=_("title"), max_length=100)
    starts_at = forms.DateTimeField(label=_("begins at"), widget=moment_input())
    place = CleanCharField(label=_("where"), max_length=100, required=False)
    chair = CleanCharField(label=_("chair"), max_length=50, required=False)

    def __init__(self, *args: Any, forums: QuerySet[Forum] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if forums is None:
            del fields["forum"]
        else:
            fields["forum"].queryset = forums
            fields["forum"].label_from_instance = lambda forum: f"{forum.name} · {forum.grid.name}"

    def new(self) -> NewMeeting:
        """What was typed, for the business."""
        return NewMeeting(**{name: self.cleaned_data[name] for name in ("title", "starts_at", "place", "chair")})


class TopicForm(OnceForm):
    """A topic; `incident` by its number, when a case is its reason."""

    grid = grid_field(_("grid"))
    title = CleanCharField(label=_("Topic of deliberation"), max_length=100)
    principle = forms.ChoiceField(label=_("principle"), choices=Topic.Principle.choices, widget=forms.RadioSelect)
    text = CleanCharField(
        label=_("what is the matter"), max_length=2000, multiline=True, required=False, widget=lines(4)
    )
    raised_by = CleanCharField(
        label=_("raised by"),
        max_length=60,
        required=False,
        help_text=_("Say the role, not the name of a resident: for example residents of building 3."),
    )
    incident = CleanCharField(label=_("number of the case"), max_length=20, required=False)

    def __init__(self, *args: Any, grids: QuerySet[Grid] | None, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        fields: Any = self.fields
        if grids is None:
            del fields["grid"], fields["incident"]
        else:
            fields["grid"].queryset = grids

    def clean_incident(self) -> Incident | None:
        """The case of that number among those that the reader sees."""
        number = self.cleaned_data["incident"]
        seen = Incident.objects.visible_to(self.user)
        found: Incident | None = seen.filter(number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no such case."))
        return found

    def new(self, topic: Topic | None = None) -> NewTopic:
        """What was typed, for the business; `topic` keeps its case."""
        names = ("title", "principle", "text", "raised_by", "client_id")
        given = {name: self.cleaned_data[name] for name in names}
        return NewTopic(**given, incident=self.cleaned_data.get("incident") or (topic.incident if topic else None))


class OpinionOfTopicForm(DomainForm):
    """What was said of a topic."""

    opinion = CleanCharField(
        label=_("what was said of it"), max_length=3000, multiline=True, required=False, widget=lines(3)
    )


class GuestForm(DomainForm):
    """Who is asked: an account, a unit, a member, or in words."""

    person = PersonField(label=_("account or name"), required=False)
    unit = forms.ModelChoiceField(PartnerUnit.objects.none(), label=_("unit"), required=False, empty_label="—")
    member = MemberChoice(PartyMember.objects.none(), label=_("party member"), required=False, empty_label="—")
    role = CleanCharField(
        label=_("as"), max_length=60, required=False, help_text=_("For example: residents of building 3, 5 people")
    )

    def __init__(self, *args: Any, units: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["unit"], units)
        _offer(self.fields["member"], members)

    def new(self) -> NewGuest:
        """What was typed, for the business."""
        data = self.cleaned_data
        return NewGuest(user=data["person"], member=data["member"], unit=data["unit"], role=data["role"])


def _offer(field: Any, rows: Any) -> None:
    """All of `rows` count, the first four hundred are shown."""
    field.queryset = rows
    shown = list(rows[:MOST_CHOICES])
    field.choices = [("", "—"), *((row.pk, field.label_from_instance(row)) for row in shown)]


class FilesForm(DomainForm):
    """Files of a meeting: signed minutes, lists, photos."""

    papers = FilesField(required=True)


class PresenceForm(DomainForm):
    """One guest."""

    presence = forms.ChoiceField(label=_("Attendance of the meeting"), choices=MeetingGuest.Presence.choices)


def presence_forms(rows: Iterable[MeetingGuest], typed: Any = None) -> list[tuple[MeetingGuest, PresenceForm]]:
    """A form for each guest; whoever was asked is taken to be there until said otherwise."""
    present, invited = MeetingGuest.Presence.PRESENT, MeetingGuest.Presence.INVITED
    return [
        (
            row,
            PresenceForm(
                typed,
                prefix=f"g{row.pk}",
                initial={"presence": present if row.presence == invited else row.presence},
            ),
        )
        for row in rows
    ]


class HoldForm(DomainForm):
    """The end of a meeting: minutes and how many residents came."""

    residents = forms.IntegerField(label=_("residents who came"), min_value=0, max_value=100_000, required=False)
    minutes = CleanCharField(label=_("minutes"), max_length=MINUTES_LENGTH, multiline=True, widget=lines(12))

    @classmethod
    def begun(cls, meeting: ForumMeeting, agenda: Iterable[Topic]) -> str:
        """Minutes to begin with: what was said and decided, in the order of the agenda."""
        parts = []
        for number, topic in enumerate(agenda, 1):
            parts.append(f"{number}. {topic.title}")
            parts.extend(text for text in (topic.opinion,) if text)
            parts.extend(f"   · {row.text}（{row.owner}，{row.due_on:%Y-%m-%d}）" for row in topic.resolutions.all())
        return "\n".join(parts)
