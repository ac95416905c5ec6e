"""Forms of care, promises and the legend."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.protect import mask_name
from accounts.text_guard import CleanCharField
from fieldwork.care import HEALTH_LENGTH, REASON_LENGTH, NewCare
from fieldwork.care_reading import possible_carers
from fieldwork.models import CareColour, CareSubject, Household, PopulationTag, Resident
from fieldwork.promises import RESULT_LENGTH, TITLE_LENGTH, NewPromise
from grid.forms import DomainForm, day_input
from grid.models import Grid
from grid.models.grid import CODE_VALIDATOR, LEVEL_BY_LENGTH
from grid.scope import scope_of

LENGTHS: Final = {level: length for length, level in LEVEL_BY_LENGTH.items() if 3 <= level <= 6}
"""Of street, community, grid and micro-grid."""


class CarerChoice(forms.ModelChoiceField):
    """A person by the real name."""

    def label_from_instance(self, obj: User) -> str:
        """The real name."""
        return obj.real_name or obj.username


class ResidentChoice(forms.ModelChoiceField):
    """Somebody of the household, masked; nobody chosen means the whole household."""

    def label_from_instance(self, obj: Resident) -> str:
        """The masked name with the relation."""
        relation = gettext("head of the household") if obj.is_head else obj.relation
        return " · ".join(word for word in (mask_name(obj.name), relation) if word)


class CareForm(DomainForm):
    """Somebody of one household comes into care."""

    resident = ResidentChoice(Resident.objects.none(), label=_("Who"), required=False)
    tag = forms.ModelChoiceField(PopulationTag.objects.none(), label=_("care tag"), empty_label=_("Choose"))
    basis = forms.ChoiceField(label=_("legal basis"), choices=CareSubject.Basis.choices, widget=forms.RadioSelect)
    consent_on = forms.DateField(label=_("agreed on"), widget=day_input(), required=False)
    consent_until = forms.DateField(
        label=_("agreed until"),
        widget=day_input(),
        required=False,
        help_text=_("Without a day the consent counts until it is withdrawn."),
    )
    reason = CleanCharField(
        label=_("reason"),
        max_length=REASON_LENGTH,
        multiline=True,
        help_text=_("Kept encrypted; only named roles open it, for a purpose that is recorded."),
    )
    health = CleanCharField(label=_("health"), max_length=HEALTH_LENGTH, multiline=True, required=False)
    carer = CarerChoice(User.objects.none(), label=_("carer"), required=False, empty_label="—")
    since = forms.DateField(label=_("since"), widget=day_input(), required=False)

    def __init__(self, data: Any = None, *, household: Household, user: Any, today: date) -> None:
        super().__init__(data, initial={"since": today, "consent_on": today, "basis": CareSubject.Basis.CONSENT})
        self.household = household
        may_sensitive = scope_of(user).can("care.sensitive", household.grid_code)
        fields: dict[str, Any] = self.fields
        fields["resident"].queryset = household.residents.filter(moved_out_on__isnull=True)
        fields["resident"].empty_label = gettext("The whole household")
        tags = PopulationTag.objects.filter(is_active=True).select_related("colour")
        fields["tag"].queryset = tags if may_sensitive else tags.filter(is_sensitive=False)
        fields["carer"].queryset = possible_carers(household.grid_code)
        for name in ("reason", "health"):
            fields[name].widget.attrs["rows"] = 3

    def new(self) -> NewCare:
        """What the business takes."""
        return NewCare(household=self.household, **self.cleaned_data)


class CareEditForm(DomainForm):
    """Another carer, other words; what is left empty stays as it is."""

    carer = CarerChoice(User.objects.none(), label=_("carer"), required=False, empty_label="—")
    reason = CleanCharField(
        label=_("reason"),
        max_length=REASON_LENGTH,
        multiline=True,
        required=False,
        help_text=_("Leave it empty to keep the words that stand there."),
    )
    health = CleanCharField(
        label=_("health"),
        max_length=HEALTH_LENGTH,
        multiline=True,
        required=False,
        help_text=_("Leave it empty to keep the words that stand there."),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, subject: CareSubject) -> None:
        super().__init__(data, initial={"carer": subject.carer_id, "version": subject.version})
        carers: Any = self.fields["carer"]
        carers.queryset = possible_carers(subject.grid_code, sensitive=subject.tag.is_sensitive, also=subject.carer_id)
        for name in ("reason", "health"):
            self.fields[name].widget.attrs["rows"] = 3


class ConsentForm(DomainForm):
    """The person agreed again."""

    consent_on = forms.DateField(label=_("agreed on"), widget=day_input())
    consent_until = forms.DateField(label=_("agreed until"), widget=day_input(), required=False)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class CareStepForm(DomainForm):
    """One step of a subject or a promise."""

    stage = forms.CharField(max_length=20)
    text = CleanCharField(label=_("Words"), max_length=RESULT_LENGTH, multiline=True, required=False)
    version = forms.IntegerField(min_value=1, required=False)


class OpenReasonForm(forms.Form):
    """The purpose stands in the record of access."""

    purpose = CleanCharField(
        label=_("What do you need the reason for?"),
        max_length=200,
        min_length=2,
        help_text=_("The purpose is recorded together with your name and the time."),
    )


class PromiseForm(DomainForm):
    """What is promised, and until when."""

    title = CleanCharField(label=_("what was promised"), max_length=TITLE_LENGTH)
    due_on = forms.DateField(label=_("due on"), widget=day_input())
    promised_on = forms.DateField(label=_("promised on"), widget=day_input(), required=False)
    grid = forms.ModelChoiceField(Grid.objects.none(), label=_("grid"), to_field_name="code", empty_label=_("Choose"))

    def __init__(
        self,
        data: Any = None,
        *,
        user: Any,
        today: date,
        subject: CareSubject | None = None,
        household: Household | None = None,
    ) -> None:
        super().__init__(data, initial={"promised_on": today})
        self.subject, self.household = subject, household
        if subject or household:
            del self.fields["grid"]
            return
        grids: Any = self.fields["grid"]
        rows = Grid.objects.filter(scope_of(user).q("care.edit", "code"), valid_to=None, level__gte=Grid.Level.STREET)
        grids.queryset = rows.defer("boundary").order_by("code")

    def new(self) -> NewPromise:
        """What the business takes."""
        return NewPromise(subject=self.subject, household=self.household, **self.cleaned_data)


class ColourForm(DomainForm):
    """One slot of the legend."""

    name = CleanCharField(label=_("colour"), max_length=20)
    value = forms.CharField(
        label=_("shade"),
        max_length=7,
        min_length=7,
        widget=forms.TextInput(attrs={"type": "color", "class": "form-control-color"}),
    )
    meaning = CleanCharField(label=_("what the colour means"), max_length=100)
    source = CleanCharField(label=_("source"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, colour: CareColour) -> None:
        names = ("name", "value", "meaning", "source")
        super().__init__(data, initial={name: getattr(colour, name) for name in names})


class CountsForm(forms.Form):
    """For which grids systems ask the counts of the nine-colour map."""

    grid = forms.CharField(max_length=24, required=False, validators=[CODE_VALIDATOR])
    level = forms.TypedChoiceField(
        choices=[(level, level) for level in LENGTHS], coerce=int, required=False, empty_value=None
    )

    @property
    def length(self) -> int:
        """The length of the codes to count by."""
        return LENGTHS[self.cleaned_data["level"] or Grid.Level.COMMUNITY]
