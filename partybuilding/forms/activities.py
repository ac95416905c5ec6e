"""Forms of activities; the rules themselves stand in partybuilding.activities, .signups, .series and .stories."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, PersonField, day_input, moment_input
from grid.models import Grid
from incidents.forms.files import FilesField
from incidents.models import Incident
from partybuilding.activities import COUNTS, LARGEST, PLAIN, NewActivity, Outcome
from partybuilding.models import (
    Activity,
    ActivityKind,
    ActivityPerson,
    ActivitySeries,
    Alliance,
    Label,
    PartnerUnit,
    PartyOrganization,
)
from partybuilding.signups import NOTED, WORDS

FIRST: Final = {"signed_up": "present", "waiting": "absent"}
"""Whoever signed up is taken to be there until said, whoever waited is not."""


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ActivityForm(OnceForm):
    """An activity; where it belongs is asked only when it is new."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("held by"), empty_label=None)
    level = forms.ChoiceField(
        label=_("level"),
        choices=[("", _("That of the grid")), *Activity.Level.choices],
        required=False,
        help_text=_("Whose activity it is: one of the street may take place in a community."),
    )
    kind = forms.ModelChoiceField(ActivityKind.objects.none(), label=_("kind"), empty_label=_("Choose"))
    title = CleanCharField(label=_("title"), max_length=100)
    place = CleanCharField(label=_("where"), max_length=100)
    starts_at = forms.DateTimeField(label=_("begins at"), widget=moment_input())
    ends_at = forms.DateTimeField(label=_("ends at"), widget=moment_input())
    places = forms.IntegerField(
        label=_("places"),
        min_value=1,
        max_value=2000,
        required=False,
        help_text=_("Empty: as many as come. When all are taken, people wait in their order."),
    )
    text = CleanCharField(label=_("what is planned"), max_length=3000, multiline=True, required=False, widget=_lines(4))
    series = forms.ModelChoiceField(ActivitySeries.objects.none(), label=_("series"), required=False, empty_label="—")
    party = forms.ModelChoiceField(
        PartyOrganization.objects.none(), label=_("held by the organization"), required=False, empty_label="—"
    )
    alliance = forms.ModelChoiceField(Alliance.objects.none(), label=_("alliance"), required=False, empty_label="—")
    units = forms.ModelMultipleChoiceField(
        PartnerUnit.objects.none(),
        label=_("units that take part"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    labels = forms.ModelMultipleChoiceField(
        Label.objects.none(), label=_("labels"), required=False, widget=forms.CheckboxSelectMultiple
    )
    incident = CleanCharField(
        label=_("number of the incident"),
        max_length=40,
        required=False,
        help_text=_("When it is about one, for example a drain that is cleared together."),
    )

    def __init__(
        self, *args: Any, user: Any, grids: QuerySet[Grid] | None, old: Activity | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.user, fields = user, self.fields
        if old is None:
            fields["grid"].queryset = grids  # type: ignore[attr-defined]
        else:
            for name in ("grid", "level", "client_id"):
                del fields[name]
        for name, rows in _offered(user, old).items():
            fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean_incident(self) -> Incident | None:
        """An incident that the planner sees."""
        given = self.cleaned_data["incident"]
        if not given:
            return None
        found: Incident | None = Incident.objects.visible_to(self.user).filter(number=given).first()
        if found is None:
            raise forms.ValidationError(_("You see no incident of this number."))
        return found

    def new(self) -> NewActivity:
        """What was typed, for the business."""
        names = [name for name in (*PLAIN, "units", "labels") if name in self.cleaned_data]
        return NewActivity(**{name: self.cleaned_data[name] for name in names})


def _offered(user: Any, old: Activity | None) -> dict[str, Any]:
    """The choices in reach; what an old activity has stays choosable."""
    kinds, series = ActivityKind.objects.all(), ActivitySeries.objects.visible_to(user)
    kept = {"kind": old.kind_id, "series": old.series_id} if old else {"kind": None, "series": None}
    parties = PartyOrganization.objects.visible_to(user).exclude(kind=PartyOrganization.Kind.GROUP)
    units = PartnerUnit.objects.visible_to(user).filter(left_on=None).select_related("organization")
    families = (Label.Family.METHOD, Label.Family.THEME, Label.Family.SCENE)
    return {
        "kind": kinds.filter(is_active=True) | kinds.filter(pk__in=[kept["kind"]]),
        "series": series.filter(is_active=True) | series.filter(pk__in=[kept["series"]]),
        "party": parties.filter(ended_on=None).select_related("organization"),
        "alliance": Alliance.objects.visible_to(user).filter(is_active=True),
        "units": units,
        "labels": Label.objects.filter(is_active=True, family__in=families),
    }


class OutcomeForm(DomainForm):
    """What came of an activity."""

    attended = forms.IntegerField(label=_("people who came"), min_value=1, max_value=LARGEST)
    members_count = forms.IntegerField(label=_("members who took part"), min_value=0, max_value=LARGEST, required=False)
    beneficiaries = forms.IntegerField(label=_("people who gained"), min_value=0, max_value=LARGEST, required=False)
    merchants = forms.IntegerField(label=_("merchants"), min_value=0, max_value=LARGEST, required=False)
    compounds = forms.IntegerField(label=_("compounds reached"), min_value=0, max_value=LARGEST, required=False)
    jobs = forms.IntegerField(label=_("jobs offered"), min_value=0, max_value=LARGEST, required=False)
    result = CleanCharField(
        label=_("what came of it"), max_length=3000, multiline=True, required=False, widget=_lines(4)
    )
    photos = FilesField(photos_only=True)

    def outcome(self) -> Outcome:
        """What was typed, for the business."""
        return Outcome(**{name: self.cleaned_data[name] for name in (*COUNTS, "result")})


class FilesForm(DomainForm):
    """Photos and papers of an activity."""

    papers = FilesField(required=True)


class PutDownForm(DomainForm):
    """Somebody whom staff put on the list."""

    person = PersonField(label=_("account or name of staff"), required=False)
    phone = CleanCharField(label=_("or a party member by her phone"), max_length=20, required=False)
    name = CleanCharField(
        label=_("or a resident’s name"),
        max_length=50,
        required=False,
        help_text=_("Kept sealed, shown masked. Nothing else of her is kept."),
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of the three."""
        data = super().clean() or {}
        if not self.errors and sum(bool(data.get(name)) for name in ("person", "phone", "name")) != 1:
            self.add_error("person", _("Fill in one of the three."))
        return data


class PresenceForm(DomainForm):
    """One person of an activity."""

    presence = forms.ChoiceField(label=_("attendance"), choices=[(one.value, WORDS[one]) for one in NOTED])


def presence_forms(rows: Iterable[ActivityPerson], typed: Any = None) -> list[tuple[ActivityPerson, PresenceForm]]:
    """A form for each person, bound when something was sent."""
    return [
        (row, PresenceForm(typed, prefix=f"a{row.pk}", initial={"presence": FIRST.get(row.presence, row.presence)}))
        for row in rows
    ]


class SeriesForm(DomainForm):
    """A series; of which grid is asked only when it is new."""

    grid = forms.ModelChoiceField(Grid.objects.none(), to_field_name="code", label=_("held by"), empty_label=None)
    name = CleanCharField(label=_("name"), max_length=60)
    theme = CleanCharField(label=_("theme"), max_length=100, required=False)
    starts_on = forms.DateField(label=_("from"), widget=day_input(), required=False)
    ends_on = forms.DateField(label=_("until"), widget=day_input(), required=False)
    text = CleanCharField(label=_("in words"), max_length=2000, multiline=True, required=False, widget=_lines(4))
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, grids: QuerySet[Grid] | None, **more: Any) -> None:
        super().__init__(*args, **more)
        if grids is None:
            del self.fields["grid"]
        else:
            self.fields["grid"].queryset = grids  # type: ignore[attr-defined]


class StoryForm(DomainForm):
    """A story of neighbours."""

    title = CleanCharField(label=_("title"), max_length=100)
    about = CleanCharField(
        label=_("about whom, as she wants to be called"),
        max_length=50,
        help_text=_("For example: Aunt Zhan of building 3. Ask her first."),
    )
    text = CleanCharField(label=_("story"), max_length=5000, multiline=True, widget=_lines(8))
