"""Forms of volunteers and teams; the rules stand in people and teams."""

from functools import reduce
from operator import or_
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, PersonField, day_input
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents.forms.fields import Refillable
from partybuilding.forms.choices import WEEKDAYS, office_grids
from partybuilding.forms.members import QUIET, GridField
from volunteers.models import Team, Volunteer, VolunteerRecord, VolunteerSkill
from volunteers.standing import STREET_DIGITS, masked, volunteer_of

TEL: Final = {**QUIET, "inputmode": "tel"}
YEAR: Final = {"inputmode": "numeric"}


def communities(user: Any) -> QuerySet[Grid]:
    """Where somebody may say that she lives: in her own streets for who works or helps here, else in every one."""
    rows = Grid.objects.filter(level=Grid.Level.COMMUNITY).current(timezone.localdate()).defer("boundary")
    scope, volunteer = scope_of(user), volunteer_of(user)
    units = Organization.objects.filter(pk__in=scope.organizations).values_list("grid__code", flat=True)
    own = (volunteer.grid_code,) if volunteer else ()
    streets = {code[:STREET_DIGITS] for code in (*scope.prefixes("grid.view"), *units, *own) if code}
    if streets:
        rows = rows.filter(reduce(or_, (Q(code__startswith=code) for code in sorted(streets))))
    return rows.select_related("parent").defer("boundary", "parent__boundary").order_by("code")


class CommunityField(forms.ModelChoiceField):
    """A community, with its street."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Grid.objects.none(), to_field_name="code", empty_label=_("Choose"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """街道 · 社区."""
        return f"{obj.parent.name} · {obj.name}" if obj.parent else str(obj.name)


class TimesForm(DomainForm):
    """What a volunteer can do and when."""

    skills = forms.ModelMultipleChoiceField(
        VolunteerSkill.objects.filter(is_active=True),
        label=_("skills"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("free on"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    evenings = forms.BooleanField(label=_("also in the evening"), required=False)
    wants_points = forms.BooleanField(
        label=_("takes part in points"),
        required=False,
        help_text=_("Voluntary: points are seen by nobody else, and nobody is ranked by them."),
    )


class PersonForm(Refillable, TimesForm, OnceForm):
    """Somebody for the register."""

    name = CleanCharField(label=_("real name"), max_length=50, widget=forms.TextInput(attrs=QUIET))
    phone = CleanCharField(
        label=_("phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=TEL),
        help_text=_("Minors may leave it empty."),
    )
    birth_year = forms.IntegerField(label=_("year of birth"), widget=forms.TextInput(attrs=YEAR))
    of_age = forms.BooleanField(
        label=_("has turned 18 already"), required=False, help_text=_("Asked only for those who turn 18 this year.")
    )
    guardian_name = CleanCharField(
        label=_("guardian"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs=QUIET),
        help_text=_("Only for minors: a father, a mother or another guardian has agreed."),
    )
    guardian_phone = CleanCharField(
        label=_("guardian’s phone"), max_length=20, required=False, widget=forms.TextInput(attrs=TEL)
    )
    guardian_agreed_on = forms.DateField(label=_("guardian agreed on"), required=False, widget=day_input())
    consent = forms.BooleanField(label=_("agrees to the register"), required=False)
    field_order: Any = (
        "client_id", "name", "phone", "grid", "birth_year", "of_age", "guardian_name", "guardian_phone",
        "guardian_agreed_on", "skills", "weekdays", "evenings", "wants_points", "consent",
    )  # fmt: skip

    def given(self) -> dict[str, Any]:
        """What was typed, for the business."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("grid", "client_id")}


class JoinForm(PersonForm):
    """Oneself."""

    grid = CommunityField(label=_("my community"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = communities(user)  # type: ignore[attr-defined]
        said = gettext(
            "I take part of my own will. My community keeps my name, phone, year of birth, skills and times to ask me "
            "for services; others see only my surname. I may leave at any time; my contacts are then erased."
        )
        self.fields["consent"].label, self.fields["consent"].help_text = gettext("I agree"), said


class VolunteerForm(PersonForm):
    """Somebody entered by staff."""

    grid = GridField(label=_("home grid"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = office_grids(user, "volunteer.edit")  # type: ignore[attr-defined]
        self.fields["consent"].help_text = gettext("She knows what is kept and agreed to it, on paper or in person.")


class VolunteerEditForm(PersonForm):
    """The same for somebody known: what is sealed is not shown; an empty field leaves it as it is."""

    grid = GridField(label=_("home grid"))
    name = CleanCharField(label=_("real name"), max_length=50, required=False, widget=forms.TextInput(attrs=QUIET))
    user = PersonField(label=_("account"), required=False)
    client_id = None  # type: ignore[assignment]
    consent = None  # type: ignore[assignment]

    def __init__(self, *args: Any, volunteer: Volunteer, user: Any, **kwargs: Any) -> None:
        first = {name: getattr(volunteer, name) for name in ("birth_year", "weekdays", "evenings", "wants_points")}
        first |= {
            "skills": list(volunteer.skills.all()),
            "guardian_agreed_on": volunteer.guardian_agreed_on,
            "grid": volunteer.grid.code,
            "user": volunteer.user.username if volunteer.user else "",
        }
        kwargs["initial"] = first
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = office_grids(user, "volunteer.edit")  # type: ignore[attr-defined]
        shown = masked(volunteer)
        stays = gettext("Now %(value)s. Empty: it stays.")
        for name in ("name", "phone"):
            self.fields[name].help_text = stays % {"value": getattr(shown, name) or "—"}
        if volunteer.guardian_name:
            for name in ("guardian_name", "guardian_phone"):
                self.fields[name].help_text = stays % {"value": "…"}
        self.initial["of_age"] = not volunteer.is_minor

    def given(self) -> dict[str, Any]:
        """What was typed; sealed fields only where something was."""
        typed = dict(self.cleaned_data)
        for name in ("name", "phone", "guardian_name", "guardian_phone", "guardian_agreed_on"):
            if not typed[name]:
                del typed[name]
        return typed


class DetailsForm(TimesForm):
    """What a volunteer changes herself."""

    phone = CleanCharField(label=_("phone"), max_length=20, required=False, widget=forms.TextInput(attrs=TEL))
    field_order: Any = ("phone", "skills", "weekdays", "evenings", "wants_points")

    def __init__(self, *args: Any, volunteer: Volunteer, **kwargs: Any) -> None:
        names = ("weekdays", "evenings", "wants_points")
        first = {name: getattr(volunteer, name) for name in names} | {"skills": list(volunteer.skills.all())}
        kwargs["initial"] = first
        super().__init__(*args, **kwargs)
        said = gettext("Now %(value)s. Empty: it stays.") % {"value": masked(volunteer).phone or "—"}
        self.fields["phone"].help_text = said

    def given(self) -> dict[str, Any]:
        """What was typed; the phone only where something was."""
        typed = dict(self.cleaned_data)
        return typed if typed["phone"] else {name: value for name, value in typed.items() if name != "phone"}


class WordsForm(DomainForm):
    """A few words to a step."""

    text = CleanCharField(
        label=_("why"), max_length=500, required=False, multiline=True, widget=forms.Textarea(attrs={"rows": 3})
    )


class EmptyForm(DomainForm):
    """A step that needs no words: sent or not."""


class RecordForm(DomainForm):
    """A line of the record: training, honour, evaluation."""

    kind = forms.ChoiceField(label=_("kind"), choices=VolunteerRecord.Kind.choices)
    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(label=_("in words"), max_length=300, help_text=_("It stays for good and is not changed."))


# --- teams ------------------------------------------------------------------------------------------------------------


class NumberField(CleanCharField):
    """A volunteer by her number; gives the volunteer, None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("The number of the volunteer, for example ZY2026000012."))
        super().__init__(max_length=20, **kwargs)
        self.rows: QuerySet[Volunteer] = Volunteer.objects.none()

    def clean(self, value: Any) -> Volunteer | None:
        """The volunteer of that number among those that the reader sees."""
        number = super().clean(value)
        if not number:
            return None
        found = self.rows.filter(number=number.upper()).first()
        if found is None:
            raise forms.ValidationError(_("There is no such volunteer in your area."))
        return found


class TeamForm(DomainForm):
    """A team."""

    grid = GridField(label=_("grid"))
    name = CleanCharField(label=_("name"), max_length=60)
    purpose = CleanCharField(label=_("what it does"), max_length=200, required=False)
    leader = NumberField(label=_("leader"), required=False)
    founded_on = forms.DateField(label=_("founded on"), required=False, widget=day_input())
    on_boards = forms.BooleanField(
        label=_("shown on boards of teams"), required=False, help_text=_("Only when the team wants it.")
    )

    def __init__(self, *args: Any, user: Any, team: Team | None = None, **kwargs: Any) -> None:
        if team is not None:
            kwargs["initial"] = {
                **{name: getattr(team, name) for name in ("name", "purpose", "founded_on", "on_boards")},
                "leader": team.leader.number if team.leader else "",
            }
        super().__init__(*args, **kwargs)
        self.fields["leader"].rows = Volunteer.objects.visible_to(user)  # type: ignore[attr-defined]
        if team is not None:
            del self.fields["grid"]
        else:
            self.fields["grid"].queryset = office_grids(user, "volunteer.edit")  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What was typed, for the business."""
        return {name: value for name, value in self.cleaned_data.items() if name != "grid"}


class LeaderForm(DomainForm):
    """What the leader changes herself."""

    purpose = CleanCharField(label=_("what it does"), max_length=200, required=False)
    on_boards = forms.BooleanField(
        label=_("shown on boards of teams"), required=False, help_text=_("Only when the team wants it.")
    )


class AddForm(DomainForm):
    """One more member by number."""

    volunteer = NumberField(label=_("volunteer"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].rows = Volunteer.objects.visible_to(user)  # type: ignore[attr-defined]
