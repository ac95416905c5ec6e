"""Forms of disputes: entering one, and one step, made from the table of steps."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text_guard import CleanCharField
from grid.models import Grid
from grid.scope import scope_of
from incidents.dispute_moves import DisputeMove
from incidents.dispute_parties import NewParty
from incidents.disputes import Given, NewDispute, possible_mediators
from incidents.forms.fields import Refillable
from incidents.models import Dispute, DisputeParty, Incident

SIDES: Final = (DisputeParty.Side.FIRST, DisputeParty.Side.SECOND)
KEPT: Final = (("", _("Not asked")), ("true", _("The agreement is kept.")), ("false", _("The agreement is not kept.")))
AFTER_AGREEMENT: Final = timedelta(days=30)
"""When the first follow-up visit is proposed; whoever writes the agreement may choose another day."""
MOMENT: Final = "%Y-%m-%dT%H:%M"
OWN_SOURCES: Final = (Dispute.Source.FOUND, Dispute.Source.VISIT)


def mediated_grids(user: Any) -> QuerySet[Any]:
    """The streets, communities and grids where `user` mediates; micro-grids are left to their grid."""
    rows = Grid.objects.filter(scope_of(user).q("dispute.mediate", "code")).current(timezone.localdate())
    rows = rows.filter(level__gte=Grid.Level.STREET, level__lte=Grid.Level.GRID).order_by("code")
    return rows.only("id", "code", "name", "level")


class GridChoice(forms.ModelChoiceField):
    """A grid, indented by its level."""

    def label_from_instance(self, obj: Grid) -> str:
        """Community and grid as they hang together."""
        return "　" * (obj.level - Grid.Level.STREET) + obj.name


class DisputeForm(forms.Form):
    """A new dispute with its two sides; from a case the place and the words are filled in."""

    grid = GridChoice(label=_("Where is it?"), queryset=Grid.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("kind"), choices=Dispute.Kind.choices)
    risk = forms.ChoiceField(label=_("risk"), choices=Dispute.Risk.choices, initial=Dispute.Risk.LOW)
    source = forms.ChoiceField(label=_("How it became known"), choices=[(one.value, one.label) for one in OWN_SOURCES])
    title = CleanCharField(
        label=_("title"), max_length=100, help_text=_("Without the names of the parties: more people read it.")
    )
    text = CleanCharField(
        label=_("what the dispute is about"),
        max_length=5000,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, user: Any, incident: Incident | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident
        for side in SIDES:
            self._ask_party(side)
        if incident is None:
            self.fields["grid"].queryset = mediated_grids(user)  # type: ignore[attr-defined]
            return
        for name in ("grid", "source"):
            del self.fields[name]
        self.initial = {**self.initial, "title": incident.title, "text": incident.text}

    def _ask_party(self, side: str) -> None:
        quiet = {"autocomplete": "off"}
        self.fields[f"{side}_kind"] = forms.ChoiceField(label=_("kind"), choices=DisputeParty.Kind.choices)
        self.fields[f"{side}_name"] = CleanCharField(
            label=_("Name of the party"), max_length=50, widget=forms.TextInput(attrs=quiet)
        )
        self.fields[f"{side}_phone"] = CleanCharField(
            label=_("phone"), max_length=20, required=False, widget=forms.TextInput(attrs={**quiet, "type": "tel"})
        )
        self.fields[f"{side}_address"] = CleanCharField(
            label=_("address"), max_length=200, required=False, widget=forms.TextInput(attrs=quiet)
        )

    def sides(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(label, fields) of each side, for the template."""
        names = ("kind", "name", "phone", "address")
        return [(str(side.label), [self[f"{side}_{name}"] for name in names]) for side in SIDES]

    def own_fields(self) -> list[forms.BoundField]:
        """The fields of the dispute itself."""
        return [self[name] for name in ("grid", "kind", "risk", "source", "title", "text") if name in self.fields]

    def dispute(self) -> NewDispute:
        """What the business takes."""
        data = self.cleaned_data
        parties = [
            NewParty(side, **{name: data[f"{side}_{name}"] for name in ("name", "kind", "phone", "address")})
            for side in SIDES
        ]
        own = {name: data[name] for name in ("kind", "risk", "title", "text")}
        more = {name: data[name] for name in ("grid", "source") if name in data}
        return NewDispute(parties=parties, incident=self.incident, **own, **more)


class PersonChoice(forms.ModelChoiceField):
    """A person by name."""

    def label_from_instance(self, obj: User) -> str:
        """The real name."""
        return obj.real_name or obj.username


class DisputeMoveForm(Refillable, forms.Form):
    """One step of one dispute; carries the version that its reader saw."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, move: DisputeMove, dispute: Dispute) -> None:
        now = timezone.now()
        first = {"version": dispute.version, "happened_at": timezone.localtime(now).strftime(MOMENT)}
        if move.name == "settle":
            first["next_visit_on"] = (timezone.localdate(now) + AFTER_AGREEMENT).isoformat()
        super().__init__(data, auto_id=f"id_{move.name}_%s", initial=first)
        self.move = move
        for name in (*move.needs, *move.asks):
            self.fields[name] = self._field(name, dispute)

    def _field(self, name: str, dispute: Dispute) -> forms.Field:
        needed = name in self.move.needs
        if name == "mediator":
            people = possible_mediators(dispute, now=timezone.now())
            return PersonChoice(label=_("mediator"), queryset=people, initial=dispute.mediator_id, empty_label="—")
        if name == "happened_at":
            clock = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
            return forms.DateTimeField(label=_("When was it?"), widget=clock, required=needed)
        if name == "next_visit_on":
            calendar = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(label=_("next follow-up visit"), widget=calendar, required=False)
        if name == "is_kept":
            return forms.TypedChoiceField(
                label=_("the agreement is kept"), choices=KEPT, coerce=_as_bool, empty_value=None, required=False
            )
        return self._words(name, required=needed)

    def _words(self, name: str, *, required: bool) -> CleanCharField:
        if name == "text":
            area = forms.Textarea(attrs={"rows": 4})
            label = self.move.words or _("Words")
            return CleanCharField(label=label, max_length=5000, multiline=True, required=required, widget=area)
        if name == "place":
            return CleanCharField(label=_("Where was it held?"), max_length=100, required=required)
        return CleanCharField(label=_("who was present"), max_length=200, required=required)

    def given(self) -> Given:
        """What the business takes."""
        return Given(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


def _as_bool(value: str) -> bool:
    return value == "true"
