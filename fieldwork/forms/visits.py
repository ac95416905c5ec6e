"""Forms of visits and of their plans; the rules themselves stand in fieldwork.visits and fieldwork.visit_plans."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from fieldwork.models import CareSubject, MustDo, Period, PopulationTag, Visit, VisitDuty, VisitPlan, VisitPurpose
from fieldwork.models.household import Household
from fieldwork.visit_lists import Writable, find_door, home_of
from fieldwork.visit_plans import MOST_TIMES, NewPlan
from fieldwork.visits import LONGEST, NewVisit
from grid.forms import DomainForm, DraftForm, day_input
from grid.models import Building, Grid
from grid.scope import scope_of
from incidents.filters import DAYS
from incidents.forms.fields import PhotosField, Refillable

MOST_BUILDINGS: Final = 300
"""A list longer than this is no choice any more; the page of a building leads to the form then."""
EXAMPLE: Final = _("For example: gas valve checked, asks for a lamp in the staircase")


def hidden(queryset: Any) -> forms.ModelChoiceField:
    """A row that the address or the page named."""
    return forms.ModelChoiceField(queryset, required=False, widget=forms.HiddenInput)


class RoundChoice(forms.ModelMultipleChoiceField):
    """Rounds by the name of their plan."""

    def label_from_instance(self, obj: Any) -> str:
        """The plan says whom."""
        return str(obj.plan)


class MustChoice(forms.ModelMultipleChoiceField):
    """Musts with their group before them."""

    def label_from_instance(self, obj: Any) -> str:
        """Group and name."""
        return f"{obj.get_group_display()} · {obj.name}"


class VisitForm(Refillable, DraftForm):
    """What was found at a door. From a round one tap is enough: everything but the outcome may stay empty."""

    at = forms.DateTimeField(required=False, widget=forms.HiddenInput(attrs={"data-offline-at": ""}))
    outcome = forms.ChoiceField(
        label=_("outcome"), choices=Visit.Outcome.choices, initial=Visit.Outcome.MET, widget=forms.RadioSelect
    )
    text = CleanCharField(
        label=_("what was found"),
        max_length=LONGEST,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": EXAMPLE}),
    )
    building = forms.ModelChoiceField(
        queryset=Building.objects.none(), label=_("building"), required=False, empty_label="—"
    )
    door = CleanCharField(
        label=_("staircase and room"),
        max_length=30,
        required=False,
        help_text=_("For example 2-301; may stay empty."),
    )
    photos = PhotosField(required=False)
    purpose = forms.ModelChoiceField(
        VisitPurpose.objects.filter(is_active=True), label=_("purpose of a visit"), required=False, empty_label="—"
    )
    musts = MustChoice(
        MustDo.objects.filter(is_active=True),
        label=_("musts kept"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    next_on = forms.DateField(label=_("next visit"), required=False, widget=day_input())

    def __init__(self, *args: Any, user: Any, others: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = Writable(user)
        subjects = CareSubject.objects.visible_to(user).select_related("household__grid", "household__building", "tag")
        self.fields["duty"] = hidden(may.duties())
        self.fields["subject"] = hidden(subjects.defer("reason", "health", "household__grid__boundary"))
        self.fields["household"] = hidden(may.households())
        self.fields["place"] = hidden(may.places())
        self.fields["grid"] = hidden(may.grids())
        self.fields["building"].queryset = may.buildings()  # type: ignore[attr-defined]
        self.others = list(others)
        if self.others or self.is_bound:
            self.fields["also"] = RoundChoice(
                may.duties(), label=_("I also saw"), required=False, widget=forms.CheckboxSelectMultiple
            )
            self.fields["also"].choices = [(one.pk, str(one.plan)) for one in self.others]  # type: ignore[attr-defined]

    def offer_buildings(self) -> bool:
        """Fill the list of buildings; False when there are too many to choose from one."""
        field: Any = self.fields["building"]
        rows = list(field.queryset[: MOST_BUILDINGS + 1])
        field.choices = [("", "—"), *((row.pk, str(row)) for row in rows[:MOST_BUILDINGS])]
        return len(rows) <= MOST_BUILDINGS

    def visit(self) -> NewVisit:
        """What the business takes; a door that nobody registered yet stays in the words."""
        data = self.cleaned_data
        duty: VisitDuty | None = data["duty"]
        subject = data["subject"] or (duty.subject if duty else None)
        household = data["household"] or (home_of(duty) if duty else None)
        text = data["text"]
        if household is None and subject is None and data["building"] and data["door"]:
            household = find_door(data["building"], data["door"])
            text = text if household else f"（{data['door']}）{text}"
        names = ("outcome", "building", "place", "grid", "purpose", "next_on", "at", "photos")
        return NewVisit(
            household=household,
            subject=subject,
            text=text,
            musts=list(data["musts"]),
            also=[one for one in (duty, *data.get("also", ())) if one],
            **{name: data[name] for name in names},
        )


class PlanForm(DomainForm):
    """A plan of visits."""

    name = CleanCharField(label=_("name"), max_length=60)
    target = forms.ChoiceField(label=_("who is visited"), choices=VisitPlan.Target.choices)
    tenure = forms.ChoiceField(
        label=_("use"),
        choices=[("", "—"), *Household.Tenure.choices],
        required=False,
        help_text=_("For households by use."),
    )
    tag = forms.ModelChoiceField(
        PopulationTag.objects.filter(is_active=True),
        label=_("care tag"),
        required=False,
        empty_label="—",
        help_text=_("For people and households with a care tag."),
    )
    times = forms.IntegerField(label=_("times"), min_value=1, max_value=MOST_TIMES, initial=1)
    period = forms.ChoiceField(label=_("within"), choices=Period.choices, initial=Period.MONTH)
    grid = forms.ModelChoiceField(
        Grid.objects.none(), to_field_name="code", label=_("only below the grid"), required=False, empty_label=None
    )
    starts_on = forms.DateField(label=_("from"), widget=day_input(), initial=timezone.localdate)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = scope_of(user)
        rows = Grid.objects.filter(scope.q("field.plan", "code")).current(timezone.localdate())
        field: Any = self.fields["grid"]
        field.queryset = rows.filter(level__lte=Grid.Level.COMMUNITY).defer("boundary").order_by("code")
        if scope.can("field.plan", ""):
            field.empty_label = _("Everywhere")
        if not scope.can("care.sensitive"):
            tags: Any = self.fields["tag"]
            tags.queryset = tags.queryset.filter(is_sensitive=False)

    def plan(self) -> NewPlan:
        """What the business takes."""
        return NewPlan(**self.cleaned_data)


class DaysForm(forms.Form):
    """From when to when a page counts."""

    first = forms.DateField(label=_("from"), widget=day_input(), required=False, validators=DAYS)
    last = forms.DateField(label=_("until"), widget=day_input(), required=False, validators=DAYS)
