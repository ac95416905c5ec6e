"""Forms of patrols: start, finding, finish; and the plan that the office writes."""

import re
from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError, NotAllowed
from accounts.text_guard import CleanCharField
from fieldwork.models import Checkpoint, DutyKind, Patrol, PatrolKind, PatrolPlan
from fieldwork.notes import grids_to_write
from fieldwork.patrol_plans import MOST_TIMES, NAME_LENGTH, NewPlan, Spot
from fieldwork.patrols import FINDING_LENGTH, REMARK_LENGTH, NewFinding, NewPatrol
from grid.forms import DomainForm, DraftForm, day_input
from grid.models import Grid
from grid.once import Conflict
from grid.scope import scope_of
from incidents.forms.fields import DegreesField, PhotosField, Refillable, parse_coordinates

DAYS: Final = [(n + 1, name) for n, name in WEEKDAYS.items()]
FOUND_HINT: Final = _("For example: charging cable hangs across the stairs of building 2")
_PLACE: Final = re.compile(r"^(?P<name>.*?)[\s,，;；]+(?P<place>[0-9.]+[\s,，;；]+[0-9.]+)$")


class SentForm(Refillable, DraftForm):
    """What every record of the phone carries: its id, and when it was written."""

    at = forms.DateTimeField(required=False, widget=forms.HiddenInput(attrs={"data-offline-at": ""}))

    def attempt(self, write: Callable[[], Any]) -> Any:
        """As every form, but a conflict of two versions is the view's to answer."""
        try:
            return write()
        except (Conflict, NotAllowed):
            raise
        except DomainError as error:
            self.add_domain_error(error)
            return None


class StartForm(SentForm):
    """Begin a round: one tap on a plan that is due, or a grid and a kind."""

    plan = forms.ModelChoiceField(queryset=PatrolPlan.objects.none(), required=False, widget=forms.HiddenInput)
    grid = forms.ChoiceField(label=_("Grid"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=PatrolKind.choices, required=False)
    duty = forms.ModelChoiceField(
        label=_("Duty"), queryset=DutyKind.objects.filter(is_active=True), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grids: dict[str, Grid] = {grid.code: grid for grid in grids_to_write(user)}
        mine = PatrolPlan.objects.filter(scope_of(user).q("field.write", "grid_code"))
        plan, grid = self.fields["plan"], self.fields["grid"]
        plan.queryset = mine.select_related("grid").defer("grid__boundary")  # type: ignore[attr-defined]
        grid.choices = [(code, one.name) for code, one in self.grids.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A plan or a grid."""
        data = super().clean() or {}
        if not self.errors and not data.get("plan") and not data.get("grid"):
            raise ValidationError(_("Choose the grid that you walk."), code="grid")
        return data

    def patrol(self) -> NewPatrol:
        """What business takes."""
        data = self.cleaned_data
        plan: PatrolPlan | None = data["plan"]
        grid = plan.grid if plan else self.grids[data["grid"]]
        return NewPatrol(data["client_id"], grid, plan, data["kind"], data["duty"], data["at"])


class OfPatrol(SentForm):
    """A record of the round that the actor walks, which the phone names by the id it gave."""

    patrol = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"data-offline-last": "patrol"}))

    def __init__(self, *args: Any, patrol: Patrol | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = patrol
        self.points = patrol.plan.checkpoints.all() if patrol and patrol.plan else Checkpoint.objects.none()
        if patrol is not None:
            self.fields["patrol"].initial = patrol.client_id


class FindingForm(OfPatrol):
    """What was found: words, photos, put right or not."""

    text = CleanCharField(
        label=_("What did you find?"),
        max_length=FINDING_LENGTH,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": FOUND_HINT}),
    )
    photos = PhotosField(required=False)
    fixed_on_spot = forms.BooleanField(
        label=_("Put right on the spot"), required=False, help_text=_("Otherwise it becomes a case at once.")
    )
    checkpoint = forms.ModelChoiceField(
        label=_("At the checkpoint"), queryset=Checkpoint.objects.none(), required=False, empty_label="—"
    )
    lon = DegreesField(limit=180)
    lat = DegreesField(limit=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = self.points  # type: ignore[attr-defined]

    def finding(self) -> NewFinding:
        """What business takes."""
        data = self.cleaned_data
        lon, lat = data["lon"], data["lat"]
        return NewFinding(
            data["client_id"],
            data["text"],
            fixed_on_spot=data["fixed_on_spot"],
            checkpoint=data["checkpoint"],
            point=Point(lon, lat, srid=4326) if lon is not None and lat is not None else None,
            at=data["at"],
            photos=data["photos"],
        )


class FinishForm(OfPatrol):
    """The end of a round; nothing has to be filled in."""

    passed = forms.ModelMultipleChoiceField(
        label=_("Checkpoints passed"),
        queryset=Checkpoint.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick what you like; nothing has to be ticked."),
    )
    text = CleanCharField(
        label=_("Remark"),
        max_length=REMARK_LENGTH,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passed"].queryset = self.points  # type: ignore[attr-defined]


class PlanForm(DomainForm):
    """A plan of patrols."""

    name = CleanCharField(label=_("Name"), max_length=NAME_LENGTH)
    kind = forms.ChoiceField(label=_("Kind"), choices=PatrolKind.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    times = forms.IntegerField(label=_("Times a day"), min_value=1, max_value=MOST_TIMES, initial=1)
    opens_at = forms.TimeField(
        label=_("Not before"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes_at = forms.TimeField(
        label=_("Not after"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("An hour before “not before” lies on the next day: 20:00 to 02:00 is one night."),
    )
    starts_on = forms.DateField(label=_("From"), widget=day_input())
    ends_on = forms.DateField(label=_("Until"), widget=day_input(), required=False)
    checkpoints = CleanCharField(
        label=_("Checkpoints"),
        max_length=6000,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "One on each line, with its place if you like: East gate 113.6253, 34.7466. Nobody must pass them."
        ),
    )

    def clean_checkpoints(self) -> list[Spot]:
        """(name, place or None) of each line; a name once."""
        lines = [line.strip() for line in self.cleaned_data["checkpoints"].splitlines() if line.strip()]
        found = [_spot(line) for line in lines]
        names = [name for name, _point in found]
        if long := next((name for name in names if len(name) > NAME_LENGTH), None):
            raise ValidationError(_("“%(name)s” is too long."), params={"name": long[:80]}, code="long")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValidationError(_("“%(name)s” is there twice."), params={"name": twice}, code="twice")
        return found

    def plan(self) -> NewPlan:
        """What business takes."""
        return NewPlan(**self.cleaned_data)


def _spot(line: str) -> Spot:
    parts = _PLACE.match(line)
    if parts is None or not parts["name"]:
        return line, None
    lon, lat = parse_coordinates(parts["place"])
    return parts["name"], Point(lon, lat, srid=4326)


def written(plan: PatrolPlan) -> dict[str, Any]:
    """A plan as its form shows it."""
    names = ("name", "kind", "weekdays", "times", "opens_at", "closes_at", "starts_on", "ends_on")
    points = [f"{p.name} {p.point.x:.6f}, {p.point.y:.6f}" if p.point else p.name for p in plan.checkpoints.all()]
    return {name: getattr(plan, name) for name in names} | {"checkpoints": "\n".join(points)}


class DropForm(DomainForm):
    """Why a round is broken off."""

    text = CleanCharField(
        label=_("Why it is broken off"), max_length=REMARK_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
