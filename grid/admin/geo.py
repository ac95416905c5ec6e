"""Geometry in the admin: drawn on Leaflet, read by our own guard (no GDAL, no crs, no bow-ties)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Media
from leaflet.admin import LeafletAdminWidget, LeafletGeoAdminMixin

from accounts.errors import NotValid
from grid.geojson import parse_area, parse_point


class GuardedMap(LeafletAdminWidget):
    """The map of django-leaflet whose GeoJSON is read by `grid.geojson`."""

    @property
    def media(self) -> Media:
        """Plus the marker pictures and a first view (js/admin-map.js)."""
        return super().media + Media(js=["js/admin-map.js"])

    def deserialize(self, value: str) -> Any:
        """The geometry behind what the map sent; ValidationError with reason and place when it is none."""
        read = parse_point if self.geom_type == "POINT" else parse_area
        try:
            return read(value, drop_z=True)
        except NotValid as error:
            raise ValidationError(str(error)) from error

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Shows the geometry; one that was refused is not drawn again."""
        if isinstance(value, str) and value:
            try:
                value = self.deserialize(value)
            except ValidationError:
                value = None
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context


class GuardedGeoMixin(LeafletGeoAdminMixin):
    """Uses the guarded map for every geometry field."""

    widget = GuardedMap
