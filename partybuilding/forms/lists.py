"""Forms of needs, resources and calls; the rules stand in the business modules."""

from datetime import date
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm, OnceForm, day_input
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.disputes import GridChoice
from incidents.forms.reports import CompoundField, compounds_for
from incidents.models import Incident
from partybuilding.forms.choices import WEEKDAYS, UnitChoice, office_grids
from partybuilding.list_calls import NewCall
from partybuilding.match_queries import half_year
from partybuilding.models import (
    ListCall,
    Need,
    PartnerUnit,
    Resource,
    SupportKind,
)
from partybuilding.needs import NewNeed, place_of
from partybuilding.resources import NewResource

SOURCES: Final = (Need.Source.COMMUNITY, Need.Source.RESIDENT, Need.Source.VISIT)


def own_units(user: Any) -> QuerySet[Any]:
    """The units that `user` works for."""
    rows = PartnerUnit.objects.filter(organization__in=scope_of(user).organizations, left_on=None)
    return rows.select_related("organization__grid").defer("organization__grid__boundary")


def keeps_lists(user: Any) -> bool:
    """Whether `user` raises needs and offers resources: she keeps the lists or works for a partner unit."""
    return scope_of(user).can("lists.edit") or own_units(user).exists()


def edited_units(user: Any) -> QuerySet[Any]:
    """The units whose lists `user` keeps: those in her grids, and her own."""
    scope = scope_of(user)
    keeps = scope.q("lists.edit", "organization__grid__code") | Q(organization__in=scope.organizations)
    rows = PartnerUnit.objects.filter(keeps, left_on=None)
    return (
        rows.select_related("organization__grid").defer("organization__grid__boundary").order_by("organization__name")
    )


def open_calls(user: Any) -> QuerySet[Any]:
    """Calls that are open today."""
    today = timezone.localdate()
    return ListCall.objects.visible_to(user).filter(opens_on__lte=today, closes_on__gte=today)


class ResourceChoice(forms.ModelChoiceField):
    """A resource with its unit."""

    def label_from_instance(self, obj: Resource) -> str:
        """ "Unit: title"."""
        return f"{obj.unit.organization.name}：{obj.title}"


def _kinds() -> QuerySet[SupportKind]:
    return SupportKind.objects.filter(is_active=True)


class NeedForm(OnceForm):
    """A need: from an incident the place is known, of a unit it is the unit's."""

    title = CleanCharField(label=_("what is needed"), max_length=100)
    kind = forms.ModelChoiceField(label=_("kind"), queryset=SupportKind.objects.none(), empty_label=_("Choose"))
    text = CleanCharField(
        label=_("More words"),
        max_length=2000,
        multiline=True,
        required=False,
        help_text=_("Partner units read it: no names and phone numbers of residents."),
    )
    unit = UnitChoice(label=_("unit in need"), queryset=PartnerUnit.objects.none(), empty_label="—", required=False)
    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    compound = CompoundField()
    place = CleanCharField(label=_("where"), max_length=200, required=False)
    source = forms.ChoiceField(label=_("raised by"), choices=[(one.value, one.label) for one in SOURCES])
    from_on = forms.DateField(label=_("needed from"), widget=day_input(), required=False)
    until_on = forms.DateField(label=_("needed until"), widget=day_input(), required=False)
    people = forms.IntegerField(label=_("people who gain"), min_value=1, max_value=10_000_000, required=False)
    call = forms.ModelChoiceField(
        label=_("call for lists"), queryset=ListCall.objects.none(), empty_label="—", required=False
    )

    def __init__(self, data: Any = None, *, user: Any, incident: Incident | None = None) -> None:
        super().__init__(data, initial=_from_incident(incident))
        self.incident = incident
        fields: dict[str, Any] = self.fields
        fields["kind"].queryset = _kinds()
        fields["text"].widget.attrs["rows"] = 4
        fields["grid"].queryset, fields["call"].queryset = office_grids(user), open_calls(user)
        fields["unit"].queryset = own_units(user)
        fields["compound"].queryset = compounds_for(user).filter(scope_of(user).q("lists.edit", "grid__code"))
        self._fit(user)

    def _fit(self, user: Any) -> None:
        """Leave out what is known or what the reader has none of."""
        keeps = scope_of(user).can("lists.edit")
        if self.incident is not None:
            drop = ["grid", "unit", "source", "compound"]
        elif keeps:
            drop = [] if scope_of(user).organizations else ["unit"]
        else:
            drop = ["grid", "source", "compound"]
            self.fields["unit"].required = True
        for name in drop:
            del self.fields[name]

    def new(self) -> NewNeed:
        """What the business takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "client_id"}
        if self.incident is not None:
            known: dict[str, Any] = {
                "incident": self.incident,
                "compound": self.incident.compound,
                "source": Need.Source.INCIDENT,
            }
            return NewNeed(**data, **known)
        if data.get("unit"):
            data = {**data, "source": Need.Source.UNIT, "grid": None, "compound": None}
        compound = data.get("compound")
        if compound is not None:
            data["grid"] = compound.grid
        return NewNeed(**data)


def _from_incident(incident: Incident | None) -> dict[str, Any]:
    if incident is None:
        return {}
    return {"title": incident.title, "place": place_of(incident)}


class ResourceForm(OnceForm):
    """What a unit offers."""

    unit = UnitChoice(label=_("partner unit"), queryset=PartnerUnit.objects.none(), empty_label=_("Choose"))
    title = CleanCharField(label=_("what is offered"), max_length=100)
    kind = forms.ModelChoiceField(label=_("kind"), queryset=SupportKind.objects.none(), empty_label=_("Choose"))
    text = CleanCharField(label=_("More words"), max_length=2000, multiline=True, required=False)
    serves = GridChoice(
        label=_("serves the grid"),
        queryset=Grid.objects.none(),
        required=False,
        empty_label=_("The grid of the unit"),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("weekdays"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: on every day."),
    )
    from_on = forms.DateField(label=_("available from"), widget=day_input(), required=False)
    until_on = forms.DateField(label=_("available until"), widget=day_input(), required=False)
    capacity = forms.IntegerField(label=_("times in half a year"), min_value=1, max_value=1000, required=False)
    call = forms.ModelChoiceField(
        label=_("call for lists"), queryset=ListCall.objects.none(), empty_label="—", required=False
    )
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, user: Any, resource: Resource | None = None, unit: int | None = None
    ) -> None:
        super().__init__(data, initial=_of_resource(resource) if resource else {"unit": unit})
        self.resource = resource
        fields: dict[str, Any] = self.fields
        units = edited_units(user)
        fields["unit"].queryset = units
        fields["kind"].queryset = _kinds()
        fields["text"].widget.attrs["rows"] = 3
        fields["call"].queryset = open_calls(user)
        fields["serves"].queryset = _servable(user, units)
        if resource is not None:
            del fields["unit"]
            fields["serves"].initial = resource_grid(resource)
            if resource.call_id:
                fields["call"].queryset = ListCall.objects.filter(Q(pk=resource.call_id) | Q(pk__in=open_calls(user)))

    def new(self) -> NewResource:
        """What the business takes."""
        skipped = ("client_id", "version", "weekdays", "unit")
        data = {name: value for name, value in self.cleaned_data.items() if name not in skipped}
        unit = self.resource.unit if self.resource else self.cleaned_data["unit"]
        return NewResource(**data, unit=unit, weekdays=tuple(self.cleaned_data["weekdays"]))


def resource_grid(resource: Resource) -> Grid | None:
    """The grid that a resource serves, as it is today."""
    return Grid.objects.filter(code=resource.serves_code).only("id", "code", "name", "level").first()


def _of_resource(resource: Resource) -> dict[str, Any]:
    names = ("title", "kind", "text", "from_on", "until_on", "capacity", "call", "version")
    return {**{name: getattr(resource, name) for name in names}, "weekdays": resource.weekdays}


def _servable(user: Any, units: QuerySet[Any]) -> QuerySet[Any]:
    """Grids of the streets in which the units are partners."""
    streets = {code[:9] for code in units.values_list("organization__grid__code", flat=True)}
    where = Q(pk__in=())
    for code in streets:
        where |= Q(code__startswith=code)
    rows = Grid.objects.filter(where).current(timezone.localdate())
    rows = rows.filter(level__gte=Grid.Level.STREET, level__lte=Grid.Level.GRID).order_by("code")
    return rows.only("id", "code", "name", "level")


class CallForm(DomainForm):
    """A call for the lists of a half-year."""

    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    year = forms.IntegerField(label=_("year"), min_value=2000, max_value=2998)
    half = forms.TypedChoiceField(label=_("half-year"), choices=ListCall.Half.choices, coerce=int)
    opens_on = forms.DateField(label=_("opens on"), widget=day_input())
    closes_on = forms.DateField(label=_("closes on"), widget=day_input())
    text = CleanCharField(label=_("call"), max_length=2000, multiline=True, required=False)

    def __init__(self, data: Any = None, *, user: Any, today: date) -> None:
        first, _end = half_year(today)
        initial = {"year": today.year, "half": 1 if first.month == 1 else 2, "opens_on": today}
        super().__init__(data, initial=initial)
        self.fields["grid"].queryset = office_grids(user, "party.decide")  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs["rows"] = 4

    def new(self) -> NewCall:
        """What the business takes."""
        return NewCall(**self.cleaned_data)
