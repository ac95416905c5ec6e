"""Shapes of the register in the API. No answer but that of a reveal holds a resident in clear."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.text_guard import CleanTextSerializerField
from fieldwork.board import Cell
from fieldwork.household_queries import head_name
from fieldwork.households import MOST_PEOPLE, Door, address_of
from fieldwork.models import Household, Resident
from fieldwork.people import masked
from grid.models import Building
from incidents.api.serializers import StrictSerializer

VERSION = {"min_value": 1, "max_value": 2**31 - 1}
PEOPLE = {"min_value": 0, "max_value": MOST_PEOPLE, "required": False, "allow_null": True}


class PersonSerializer(serializers.Serializer[Any]):
    """A resident: masked, but in the answer of a reveal."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(read_only=True)
    phone = serializers.CharField(read_only=True)
    id_number = serializers.CharField(read_only=True)
    sex = serializers.CharField(read_only=True)
    birth_year = serializers.IntegerField(read_only=True, allow_null=True)
    relation = serializers.CharField(read_only=True)
    is_head = serializers.BooleanField(read_only=True)
    moved_out_on = serializers.DateField(read_only=True, allow_null=True)


class HouseholdBrief(serializers.ModelSerializer[Household]):
    """A household in a list; `head` is masked."""

    address = serializers.SerializerMethodField()
    head = serializers.SerializerMethodField()
    residents = serializers.IntegerField(source="resident_count", read_only=True)
    last_visit = serializers.DateTimeField(read_only=True, allow_null=True)
    grid_name = serializers.CharField(source="grid.name", read_only=True)

    class Meta:
        model = Household
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "building", "unit", "room", "address", "tenure", "people", "is_active", "residents",
            "head", "last_visit", "grid_code", "grid_name",
        )  # fmt: skip
        read_only_fields = fields

    def get_address(self, household: Household) -> str:
        """Compound, building, staircase, room."""
        return address_of(household)

    def get_head(self, household: Household) -> str:
        """The masked name of the head."""
        return head_name(household)


class HouseholdSerializer(HouseholdBrief):
    """One household with its residents, masked."""

    persons = serializers.SerializerMethodField()

    class Meta(HouseholdBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*HouseholdBrief.Meta.fields, "persons")
        read_only_fields = fields

    @extend_schema_field(PersonSerializer(many=True))
    def get_persons(self, household: Household) -> Any:
        """Who lives there now."""
        people = household.residents.filter(moved_out_on=None).order_by("-is_head", "id")
        return PersonSerializer([masked(person) for person in people], many=True).data


class FoundPersonSerializer(PersonSerializer):
    """Somebody found by an exact number: masked, and behind which door."""

    household = serializers.IntegerField(read_only=True)
    address = serializers.CharField(read_only=True)


class NewHouseholdInput(StrictSerializer):
    """A door of a building."""

    building = serializers.PrimaryKeyRelatedField(queryset=Building.objects.none())
    unit = CleanTextSerializerField(max_length=10, required=False, allow_blank=True, default="")
    room = CleanTextSerializerField(max_length=20)
    tenure = serializers.ChoiceField(choices=Household.Tenure.choices, default=Household.Tenure.OWNED)
    people = serializers.IntegerField(**PEOPLE, default=None)  # type: ignore[arg-type]

    def get_fields(self) -> dict[str, Any]:
        """Only buildings where the caller may register."""
        fields: dict[str, Any] = super().get_fields()
        if (rows := self.context.get("buildings")) is not None:
            fields["building"].queryset = rows
        return fields

    def door(self) -> Door:
        """What the business takes."""
        return Door(**{name: self.validated_data[name] for name in ("unit", "room", "tenure", "people")})


class HouseholdChangeInput(StrictSerializer):
    """How a household is lived in. The version may come as If-Match instead."""

    version = serializers.IntegerField(required=False, **VERSION)  # type: ignore[arg-type]
    tenure = serializers.ChoiceField(choices=Household.Tenure.choices, required=False)
    people = serializers.IntegerField(**PEOPLE)  # type: ignore[arg-type]
    is_active = serializers.BooleanField(required=False)


class NewResidentInput(StrictSerializer):
    """Somebody who lives there; name, phone and ID number are sealed at once."""

    version = serializers.IntegerField(required=False, **VERSION)  # type: ignore[arg-type]
    name = CleanTextSerializerField(max_length=50)
    phone = CleanTextSerializerField(max_length=20, required=False, allow_blank=True)
    id_number = CleanTextSerializerField(max_length=24, required=False, allow_blank=True)
    sex = serializers.ChoiceField(choices=Resident.Sex.choices, required=False, allow_blank=True)
    birth_year = serializers.IntegerField(min_value=1900, max_value=2100, required=False, allow_null=True)
    relation = CleanTextSerializerField(max_length=20, required=False, allow_blank=True)
    is_head = serializers.BooleanField(required=False, default=False)


class NumberInput(StrictSerializer):
    """An exact phone or ID number."""

    number = CleanTextSerializerField(max_length=24)


class PurposeInput(StrictSerializer):
    """What somebody is shown in clear for."""

    purpose = CleanTextSerializerField(max_length=200, min_length=2)


class BuildingSerializer(serializers.ModelSerializer[Building]):
    """A building with what is registered of it."""

    compound = serializers.CharField(source="compound.name", read_only=True)
    grid_code = serializers.CharField(source="grid.code", read_only=True)
    registered = serializers.IntegerField(source="flat_count", read_only=True)
    empty = serializers.IntegerField(source="empty_count", read_only=True)
    residents = serializers.IntegerField(source="resident_count", read_only=True)

    class Meta:
        model = Building
        fields = (
            "id",
            "compound",
            "name",
            "grid_code",
            "units",
            "floors",
            "households",
            "registered",
            "empty",
            "residents",
        )
        read_only_fields = fields


class ColourCountSerializer(serializers.Serializer[Any]):
    """How many are in care under one colour."""

    colour = serializers.CharField(read_only=True)
    value = serializers.CharField(read_only=True)
    count = serializers.IntegerField(read_only=True)


class BoardCellSerializer(serializers.Serializer[Any]):
    """One floor of one staircase, numbers only; `floor` is null where the room does not say it."""

    unit = serializers.CharField(read_only=True)
    floor = serializers.IntegerField(read_only=True, allow_null=True)
    households = serializers.IntegerField(read_only=True)
    residents = serializers.IntegerField(read_only=True)
    rented = serializers.IntegerField(read_only=True)
    empty = serializers.IntegerField(read_only=True)
    care = ColourCountSerializer(many=True, read_only=True)


def cell_shape(unit: str, floor: int | None, cell: Cell) -> dict[str, Any]:
    """A cell as the API shows it."""
    care = [{"colour": name, "value": value, "count": count} for value, (name, count) in cell.colours.items()]
    plain = {name: getattr(cell, name) for name in ("residents", "rented", "empty")}
    return {"unit": unit, "floor": floor, "households": cell.flats, "care": care, **plain}
