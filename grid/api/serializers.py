"""Grids, organizations and compounds as systems read them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grid.datum import Datum
from grid.filters import check_place
from grid.models import Compound, Grid, Organization


@extend_schema_field(
    {
        "type": "object",
        "properties": {"lon": {"type": "number"}, "lat": {"type": "number"}},
        "required": ["lon", "lat"],
        "nullable": True,
        "description": "WGS-84, six digits (about 10 cm)",
    }
)
class PlaceField(serializers.Field):  # type: ignore[type-arg]
    """A point as {"lon": 113.64, "lat": 34.72}, WGS-84."""

    def to_representation(self, value: Any) -> dict[str, float]:
        """Six digits: about 10 cm."""
        return {"lon": round(value.x, 6), "lat": round(value.y, 6)}


class GridSerializer(serializers.ModelSerializer[Grid]):
    """A grid without its boundary."""

    parent = serializers.CharField(source="parent.code", default=None, read_only=True)  # type: ignore[assignment]

    class Meta:
        model = Grid
        fields: ClassVar[list[str]] = [
            "code",
            "name",
            "level",
            "kind",
            "parent",
            "households",
            "population",
            "area_km2",
            "valid_from",
            "valid_to",
            "boundary_origin",
            "note",
        ]
        read_only_fields = fields


class LocatedSerializer(serializers.Serializer[Any]):
    """The grid of a place; "nearest" is a guess."""

    how = serializers.ChoiceField(choices=["inside", "nearest"])
    grid = GridSerializer()


class PlaceQuerySerializer(serializers.Serializer[Any]):
    """The place that is asked for."""

    locate = serializers.CharField(max_length=60, validators=[check_place], help_text="longitude,latitude")
    datum = serializers.ChoiceField(choices=Datum.choices, default=Datum.WGS84)


class BoundarySerializer(serializers.Serializer[Any]):
    """A GeoJSON feature (WGS-84)."""

    type = serializers.CharField(default="Feature")
    properties = serializers.DictField()
    geometry = serializers.DictField(allow_null=True)


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """An organization; persons are not named here."""

    grid = serializers.CharField(source="grid.code", read_only=True)

    class Meta:
        model = Organization
        fields: ClassVar[list[str]] = [
            "id",
            "code",
            "name",
            "kind",
            "grid",
            "parent",
            "duties",
            "duty_phone",
            "address",
            "is_active",
        ]
        read_only_fields = fields


class CompoundSerializer(serializers.ModelSerializer[Compound]):
    """A residential compound."""

    grid = serializers.CharField(source="grid.code", read_only=True)
    point = PlaceField(read_only=True)

    class Meta:
        model = Compound
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "address",
            "grid",
            "is_unmanaged",
            "property_company",
            "households",
            "built_year",
            "point",
        ]
        read_only_fields = fields
