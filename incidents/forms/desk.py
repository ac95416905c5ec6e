"""Forms of the desk: several cases at once, a caller's number, the right place of a case, a cluster."""

import re
from typing import Any, Final

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from incidents.desk import TABS
from incidents.forms.fields import DegreesField
from incidents.forms.reports import CompoundField, compounds_for, grid_choices_of, grids_for
from incidents.models import Incident
from incidents.relocating import NewPlace
from incidents.states import MOVE_BY_NAME

BULK_MOVES: Final = tuple(dict.fromkeys(name for tab in TABS for name in tab.bulk))
BULK_LIMIT: Final = 50
_TICKED: Final = re.compile(r"[0-9]{8}-[0-9]{6,8}:[0-9]{1,9}")
_PHONE: Final = re.compile(r"[0-9+][0-9 \-]{4,19}")


class BulkForm(forms.Form):
    """One move for several cases of one queue of the desk; a rejection goes with one reason for all."""

    move = forms.ChoiceField(choices=[(name, MOVE_BY_NAME[name].label) for name in BULK_MOVES])
    cases = forms.TypedMultipleChoiceField(coerce=str)
    reason = forms.CharField(required=False, max_length=500, label=_("Reason"))

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        # each box carries "number:version", the version that its reader saw
        given = [value for value in data.getlist("cases") if _TICKED.fullmatch(value)]
        self.fields["cases"].choices = [(value, value) for value in given[:BULK_LIMIT]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A rejection names its reason."""
        data = super().clean() or {}
        if data.get("move") == "reject" and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why: the reporter is told."))
        return data

    def ticked(self) -> dict[str, int]:
        """Number → version of every ticked case."""
        pairs = (value.split(":") for value in self.cleaned_data["cases"])
        return {number: int(version) for number, version in pairs}


class CallerForm(forms.Form):
    """The number of somebody who calls again; sent by POST, never part of an address."""

    phone = forms.CharField(
        label=_("Caller's phone number"),
        max_length=20,
        help_text=_("The search is recorded with your name; the number itself is not kept."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        """Digits, spaces and hyphens."""
        phone = str(self.cleaned_data["phone"]).strip()
        if not _PHONE.fullmatch(phone):
            raise ValidationError(_("Give a phone number: digits, spaces and hyphens."), code="phone")
        return phone


class ClusterForm(forms.Form):
    """One step of a cluster; the versions are those that the reader saw."""

    ACTIONS: Final = (
        ("join", _("Join to this one")),
        ("take", _("Take it in")),
        ("part", _("Part")),
        ("lead", _("Make it the lead case")),
    )
    action = forms.ChoiceField(choices=ACTIONS)
    other = forms.CharField(required=False, max_length=20)
    version = forms.IntegerField(min_value=1, required=False)
    other_version = forms.IntegerField(min_value=1, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class RelocateForm(forms.Form):
    """改正位置: filled with the place as it is; whatever is changed counts before what was left."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Road and number, building, floor"), "autocomplete": "off"}),
    )
    grid = forms.ChoiceField(label=_("Grid"), required=False, help_text=_("Empty: found from the rest."))
    lon = DegreesField(limit=180)
    lat = DegreesField(limit=90)
    reason = forms.CharField(
        label=_("How the right place is known"),
        max_length=500,
        widget=forms.TextInput(attrs={"placeholder": _("For example: asked the reporter by phone")}),
    )

    def __init__(self, data: QueryDict | None = None, *, incident: Incident, user: Any) -> None:
        point = incident.point
        first = {
            "version": incident.version,
            "address": incident.address,
            "compound": incident.compound_id,
            "lon": round(point.x, 6) if point else None,
            "lat": round(point.y, 6) if point else None,
        }
        super().__init__(data, auto_id="id_place_%s", initial=first)
        self.fields["compound"] = CompoundField()
        self.fields["compound"].queryset = compounds_for(user)  # type: ignore[attr-defined]
        self.grids = {grid.code: grid for grid in grids_for(user)}
        self.fields["grid"].choices = grid_choices_of(self.grids)  # type: ignore[attr-defined]
        self.order_fields(["version", "compound", "address", "grid", "lon", "lat", "reason"])

    def clean_grid(self) -> Grid | None:
        """The grid behind the chosen code."""
        return self.grids.get(self.cleaned_data["grid"])

    def clean(self) -> dict[str, Any]:
        """A point is whole or none."""
        data = super().clean() or {}
        if (data.get("lon") is None) != (data.get("lat") is None):
            self.add_error("lon", _("The place is not whole: set it again."))
        return data

    def new_place(self) -> NewPlace:
        """What the sender changed; of point and compound the changed one wins over the one left from before."""
        data = self.cleaned_data
        moved = bool({"lon", "lat"} & set(self.changed_data))
        lon, lat = data["lon"], data["lat"]
        point = Point(lon, lat, srid=4326) if lon is not None and lat is not None else None
        compound = data["compound"]
        if "compound" in self.changed_data and compound is not None and not moved:
            point = None
        elif moved and "compound" not in self.changed_data:
            compound = None
        return NewPlace(address=data["address"], point=point, compound=compound, grid=data["grid"])
