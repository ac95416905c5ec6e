"""Forms of service points and their opening board; the rules stand in `volunteers.service_points`."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.text_guard import CleanCharField
from grid.chosen import grids_where
from grid.forms import DomainForm, day_input
from grid.models import Grid, Organization
from incidents.forms.disputes import GridChoice
from incidents.forms.fields import DegreesField
from volunteers.models import PointKind, ServicePoint
from volunteers.service_points import Facts

FIELDS = (
    "grid",
    "kind",
    "name",
    "address",
    "organization",
    "hours",
    "season_from",
    "season_until",
    "services",
    "reach",
)


class PlaceForm(DomainForm):
    """A place that the device or a tap on the map gave; it is used once and not kept."""

    lon = DegreesField(limit=180)
    lat = DegreesField(limit=90)

    def point(self) -> Point | None:
        """The place, None without one."""
        lon, lat = self.cleaned_data["lon"], self.cleaned_data["lat"]
        return None if lon is None or lat is None else Point(lon, lat, srid=4326)


class PointForm(PlaceForm):
    """A service point."""

    name = CleanCharField(label=_("name"), max_length=60)
    kind = forms.ModelChoiceField(label=_("kind"), queryset=PointKind.objects.filter(is_active=True), empty_label=None)
    grid = GridChoice(label=_("grid"), queryset=Grid.objects.none(), empty_label=None)
    address = CleanCharField(label=_("address"), max_length=200, required=False)
    organization = forms.ModelChoiceField(
        label=_("run by"), queryset=Organization.objects.none(), required=False, empty_label="—"
    )
    hours = CleanCharField(
        label=_("opening hours"), max_length=100, required=False, help_text=_("For example 08:30-12:00, 14:30-18:00.")
    )
    season_from = CleanCharField(
        label=_("season from (MM-DD)"), max_length=5, required=False, help_text=_("Empty: the whole year.")
    )
    season_until = CleanCharField(label=_("season until (MM-DD)"), max_length=5, required=False)
    services = CleanCharField(label=_("services, one per line"), max_length=2000, multiline=True, required=False)
    reach = forms.IntegerField(
        label=_("walk (m)"),
        min_value=1,
        max_value=20_000,
        initial=800,
        help_text=_("Ten minutes on foot are about 800 m."),
    )
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: Any, point: ServicePoint | None = None) -> None:
        super().__init__(data, initial=_known(point))
        fields: dict[str, Any] = self.fields
        fields["grid"].queryset = grids_where(user, "service.edit").order_by("code")
        seen = Organization.objects.active().visible_to(user)
        fields["organization"].queryset = seen.order_by("name")
        fields["services"].widget.attrs["rows"] = 4

    def clean(self) -> dict[str, Any]:
        """A point stands somewhere."""
        super().clean()
        if not self.errors and self.point() is None:
            self.add_error("lon", gettext("Tap the map to set the place."))
        return self.cleaned_data

    def facts(self) -> Facts:
        """What the business takes."""
        place = self.point()
        assert place is not None
        return Facts(**{name: self.cleaned_data[name] for name in FIELDS}, place=place)


def _known(point: ServicePoint | None) -> dict[str, Any]:
    if point is None:
        return {}
    given = {name: getattr(point, name) for name in FIELDS}
    return {**given, "lon": point.place.x, "lat": point.place.y, "version": point.version}


class BoardForm(DomainForm):
    """One line of the opening board."""

    is_open = forms.TypedChoiceField(
        label=_("Stands"),
        choices=(("1", _("Open for people")), ("0", _("Shut"))),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label=_("on"), widget=day_input(), initial=timezone.localdate)
    text = CleanCharField(label=_("Words on the board"), max_length=200, required=False)
