"""Forms through which cases come in: on the phone of the grid leader, and at the staff desk."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.datum import Datum, to_wgs84
from grid.models import Compound, Grid
from grid.scope import scope_of
from incidents.forms.fields import CategoryField, Choices, DegreesField, PhotosField, Refillable, parse_coordinates
from incidents.intake import NewIncident
from incidents.models.category import Urgency
from incidents.models.incident import Source

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
KEPT_AT_MOST: Final = timedelta(days=30)
SMALL_GRID: Final = 15
"""Digits of a grid's code: only a grid or a micro-grid is small enough to stand for a place."""
_PHONE: Final = re.compile(r"^[0-9+][0-9 -]{4,19}$")


EXAMPLE: Final = _("For example: the drain before building 3 is blocked")


class CompoundField(forms.ModelChoiceField):
    """A residential compound among those that the reporter sees; grouped by nothing, named with its grid."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Compound.objects.none(), required=False, label=_("Compound"), empty_label="—", **kwargs
        )

    def label_from_instance(self, obj: Compound) -> str:
        """ "Compound name (grid)": names repeat between grids."""
        return f"{obj.name}（{obj.grid.name}）"


def compounds_for(user: Any) -> QuerySet[Any]:
    """The compounds that `user` may choose from."""
    return Compound.objects.visible_to(user).select_related("grid").only("id", "name", "grid__name", "grid__code")


class ReportForm(Refillable, forms.Form):
    """What both doors ask: words and a place."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput(attrs={"class": "data-draft-id"}))
    text = forms.CharField(
        label=_("What is the matter?"),
        min_length=2,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": EXAMPLE}),
    )
    photos = PhotosField(required=False)
    lon = DegreesField(limit=180)
    lat = DegreesField(limit=90)
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Road and number, building, floor"), "autocomplete": "off"}),
    )
    category = CategoryField(required=False, help_text=_("May stay empty: the system proposes one."))

    door: str = Source.PATROL
    place_fields: tuple[str, ...] = ("point", "compound", "address")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        compounds = compounds_for(user)
        self.fields["compound"] = CompoundField()
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Some place is given, and the point is whole."""
        data = super().clean() or {}
        lon, lat = data.get("lon"), data.get("lat")
        if (lon is None) != (lat is None):
            self.add_error("lon", _("The place is not whole: set it again."))
        data["point"] = Point(lon, lat, srid=4326) if lon is not None and lat is not None else None
        if not self.errors and not self.has_place(data):
            message = _("Say where it is: use your place, tap the map, choose the compound or write the address.")
            raise ValidationError(message, code="place")
        return data

    def has_place(self, data: dict[str, Any]) -> bool:
        """Whether the cleaned `data` says where it is."""
        return any(data.get(name) for name in self.place_fields)

    def new_incident(self) -> NewIncident:
        """What intake takes."""
        data = self.cleaned_data
        return NewIncident(
            text=data["text"],
            source=data.get("source") or self.door,
            category=data["category"],
            point=data["point"],
            point_given=data.get("point_given") or _given(data["point"], Datum.WGS84),
            address=data["address"],
            compound=data["compound"],
            client_uuid=data["client_uuid"],
            photos=data["photos"],
            **self.more(),
        )

    def more(self) -> dict[str, Any]:
        """What only one door asks."""
        return {}


def _given(point: Point | None, datum: str) -> str:
    """How a point came in, kept beside the converted one."""
    return f"{datum}:{point.x:.6f},{point.y:.6f}" if point else ""


class FieldReportForm(ReportForm):
    """上报: on the phone, in under 30 seconds; what was handled on the spot (随手办结) is told at once."""

    at = forms.DateTimeField(required=False, widget=forms.HiddenInput(attrs={"data-offline-at": ""}))
    self_handled = forms.BooleanField(required=False, label=_("Already handled on the spot"))
    self_handled_text = forms.CharField(
        label=_("How it was handled"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("For example: carried the branches away")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_grid = own_grid(self.user)

    def has_place(self, data: dict[str, Any]) -> bool:
        """In a stairwell no position is found: the form says that her own grid then stands for the place."""
        return self.own_grid is not None or super().has_place(data)

    def clean(self) -> dict[str, Any]:
        """Handled on the spot needs words about how."""
        data = super().clean()
        if data.get("self_handled") and not data.get("self_handled_text", "").strip():
            self.add_error("self_handled_text", _("Say in a few words how it was handled."))
        return data

    def more(self) -> dict[str, Any]:
        """The words that make it handled on the spot; an address alone is looked for in the reporter's own grid."""
        data = self.cleaned_data
        only_words = data["point"] is None and data["compound"] is None
        return {
            "self_handled_text": data["self_handled_text"] if data["self_handled"] else "",
            "grid": self.own_grid if only_words else None,
            "happened_at": _written(data.get("at"), timezone.now()),
        }


def _written(at: datetime | None, now: datetime) -> datetime | None:
    """When the phone kept it, if that was a while ago (no network); a clock that is wrong says nothing."""
    return at if at and CLOCKS_DIFFER < now - at < KEPT_AT_MOST else None


def own_grid(user: Any) -> Grid | None:
    """The grid or micro-grid of which `user` is in charge, when it is just one."""
    prefixes = scope_of(user).prefixes("incident.report")
    if len(prefixes) != 1 or len(prefixes[0]) < SMALL_GRID:
        return None
    found: Grid | None = Grid.objects.filter(code=prefixes[0]).defer("boundary").first()
    return found


class DeskReportForm(ReportForm):
    """登记: a call, a visitor, a 12345 work order, entered by the desk."""

    source = forms.ChoiceField(
        label=_("Source"), choices=[(Source.DESK, Source.DESK.label), (Source.HOTLINE, Source.HOTLINE.label)]
    )
    external_id = forms.CharField(
        label=_("Number of the work order"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=50, required=False)
    contact_phone = forms.CharField(
        label=_("Contact's phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"), required=False, choices=[("", _("By the category")), *Urgency.choices]
    )
    happened_at = forms.DateTimeField(
        label=_("Happened at"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    grid = forms.ChoiceField(label=_("Grid"), required=False)
    coordinates = forms.CharField(
        label=_("Coordinates"),
        max_length=60,
        required=False,
        help_text=_("Paste them as the other system shows them, and choose its datum."),
        widget=forms.TextInput(attrs={"placeholder": "113.625300, 34.746600", "autocomplete": "off"}),
    )
    datum = forms.ChoiceField(label=_("Datum"), required=False, choices=Datum.choices, initial=Datum.GCJ02)

    place_fields = ("point", "compound", "address", "grid")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grids = {grid.code: grid for grid in grids_for(self.user)}
        self.fields["grid"].choices = grid_choices_of(self.grids)  # type: ignore[attr-defined]

    def clean_grid(self) -> Grid | None:
        """The grid behind the chosen code."""
        return self.grids.get(self.cleaned_data["grid"])

    def clean_contact_phone(self) -> str:
        """Digits; numbers of landlines and extensions too."""
        phone = str(self.cleaned_data["contact_phone"]).strip()
        if phone and not _PHONE.match(phone):
            raise ValidationError(_("Write the phone number with digits only."))
        return phone

    def clean_happened_at(self) -> datetime | None:
        """Neither before 2000 nor in the future (reliability.md F14)."""
        at: datetime | None = self.cleaned_data["happened_at"]
        if at and not EARLIEST <= at <= timezone.now() + CLOCKS_DIFFER:
            raise ValidationError(_("This time lies in the future or too far back."))
        return at

    def clean(self) -> dict[str, Any]:
        """Pasted coordinates win over nothing, never over a point set on the map."""
        pasted = self.cleaned_data.get("coordinates", "")
        if pasted and self.cleaned_data.get("lon") is None:
            self._take_coordinates(pasted, self.cleaned_data.get("datum") or Datum.WGS84)
        data = super().clean()
        if data.get("source") == Source.HOTLINE and not data.get("external_id"):
            self.add_error("external_id", _("A 12345 work order has a number: it keeps it from being entered twice."))
        return data

    def _take_coordinates(self, pasted: str, datum: str) -> None:
        try:
            given = parse_coordinates(pasted)
        except ValidationError as error:
            self.add_error("coordinates", error)
            return
        self.cleaned_data["lon"], self.cleaned_data["lat"] = to_wgs84(*given, datum)
        self.cleaned_data["point_given"] = f"{datum}:{given[0]:.6f},{given[1]:.6f}"

    def more(self) -> dict[str, Any]:
        """Contact, work order, grid and time."""
        names = ("external_id", "contact_name", "contact_phone", "urgency", "happened_at", "grid")
        return {name: self.cleaned_data[name] for name in names}


def grids_for(user: Any) -> QuerySet[Any]:
    """Communities and grids that `user` sees, without their boundaries."""
    rows = Grid.objects.visible_to(user).current(timezone.localdate()).filter(level__in=(4, 5))
    return rows.only("id", "code", "name", "level").order_by("code")


def grid_choices_of(grids: dict[str, Grid]) -> Choices:
    groups: dict[str, Choices] = {}
    for code, grid in grids.items():
        community = grids.get(code[:12])
        groups.setdefault(community.name if community else "—", []).append((code, grid.name))
    return [("", "—"), *groups.items()]
