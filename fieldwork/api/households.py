"""Doors of the register for systems: translate in, one call, translate out."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import IdempotentCreateMixin
from fieldwork import households, people
from fieldwork.api import household_serializers as shapes
from fieldwork.board import building_board, buildings_of_register, counted_buildings
from fieldwork.filters.households import StrictBuildingFilter, StrictHouseholdFilter
from fieldwork.household_queries import listed
from fieldwork.households import address_of
from fieldwork.models import Household, Resident
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Building
from incidents.api.views import IDEMPOTENCY_KEY, IF_MATCH, version_of


class CreateHousehold:
    """The POST of a household; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Register a door."""
        actor: Any = request.user
        buildings = buildings_of_register(actor, "household.edit")
        given = shapes.NewHouseholdInput(data=request.data, context={"buildings": buildings})
        given.is_valid(raise_exception=True)
        made = households.register(given.validated_data["building"], given.door(), actor=actor, now=timezone.now())
        location = request.build_absolute_uri(f"{made.pk}/")
        shown: Any = self.shown(made.pk)  # type: ignore[attr-defined]
        return Response(shown, status=201, headers={"Location": location, "ETag": f'"{made.version}"'})


class HouseholdViewSet(IdempotentCreateMixin, CreateHousehold, ScopedReadOnlyViewSet):
    """Households that the caller may see; residents are masked here."""

    named_by = "id"
    queryset = Household.objects.all()
    serializer_class = shapes.HouseholdSerializer
    brief_class = shapes.HouseholdBrief
    filterset_class = StrictHouseholdFilter
    access_rules: ClassVar[dict[str, str]] = {
        "list": "household.view",
        "retrieve": "household.view",
        "create": "household.edit",
        "partial_update": "household.edit",
        "residents": "household.edit",
        "search": "household.view",
    }

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = super().get_queryset().select_related("building__compound", "grid").defer("grid__boundary")
        return listed(rows, self.request.user)

    def filter_queryset(self, queryset: Any) -> Any:
        """One household is shown by its id also when it is gone."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def shown(self, pk: int) -> Any:
        """One household as an answer."""
        return shapes.HouseholdSerializer(get_object_or_404(self.get_queryset(), pk=pk)).data

    @extend_schema(
        request=shapes.NewHouseholdInput, responses={201: shapes.HouseholdSerializer}, parameters=[IDEMPOTENCY_KEY]
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Register a door of a building. The same Idempotency-Key gives the first one again."""
        return super().create(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One household; its ETag is the version that a change must name."""
        household: Household = self.get_object()
        return Response(self.get_serializer(household).data, headers={"ETag": f'"{household.version}"'})

    @extend_schema(
        request=shapes.HouseholdChangeInput,
        responses={200: shapes.HouseholdSerializer},
        parameters=[IF_MATCH],
        filters=False,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change use, number of people or existence. 409 when the version has changed."""
        household: Household = self.get_object()
        given = shapes.HouseholdChangeInput(data=request.data)
        given.is_valid(raise_exception=True)
        data, actor = dict(given.validated_data), request.user
        version = version_of(request, data.pop("version", None))
        households.edit(household, actor=actor, now=timezone.now(), version=version, **data)  # type: ignore[arg-type]
        return Response(self.shown(household.pk))

    @extend_schema(
        request=shapes.NewResidentInput,
        responses={201: shapes.HouseholdSerializer},
        parameters=[IF_MATCH],
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def residents(self, request: Request, pk: str) -> Response:
        """Enter somebody who lives there. 409 when the version has changed."""
        household: Household = self.get_object()
        given = shapes.NewResidentInput(data=request.data)
        given.is_valid(raise_exception=True)
        data, actor = dict(given.validated_data), request.user
        version = version_of(request, data.pop("version", None))
        households.add_person(household, data, actor=actor, now=timezone.now(), version=version)  # type: ignore[arg-type]
        return Response(self.shown(household.pk), status=201)

    @extend_schema(request=shapes.NumberInput, responses={200: shapes.FoundPersonSerializer(many=True)}, filters=False)
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def search(self, request: Request) -> Response:
        """Who has exactly this phone or ID number, masked. Each search is recorded, twenty a minute at most."""
        given = shapes.NumberInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor: Any = request.user
        number = given.validated_data["number"]
        found = people.find_people(number, actor=actor, now=timezone.now(), request=request._request)
        return Response([_found(person) for person in found])


def _found(person: Resident) -> dict[str, Any]:
    masked = shapes.PersonSerializer(people.masked(person)).data
    return {**masked, "household": person.household_id, "address": address_of(person.household)}


class ResidentViewSet(GenericViewSet[Resident]):
    """Residents one by one, in clear: only for a purpose, and recorded."""

    queryset = Resident.objects.none()
    serializer_class = shapes.PersonSerializer
    filter_backends = ()
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {"reveal": "care.reveal"}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return Resident.objects.visible_to(self.request.user).select_related("household")

    @extend_schema(request=shapes.PurposeInput, responses={200: shapes.PersonSerializer})
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """Name, phone and ID number in clear, for a purpose that is recorded."""
        resident = self.get_object()
        given = shapes.PurposeInput(data=request.data)
        given.is_valid(raise_exception=True)
        shown = people.reveal_resident(
            resident,
            actor=request.user,  # type: ignore[arg-type]
            purpose=given.validated_data["purpose"],
            now=timezone.now(),
            request=request._request,
        )
        return Response(shapes.PersonSerializer(shown).data)


class BuildingBoardViewSet(ScopedReadOnlyViewSet):
    """Buildings with what is registered of them, and the board of one: numbers only."""

    queryset = Building.objects.all()
    serializer_class = shapes.BuildingSerializer
    filterset_class = StrictBuildingFilter
    access_rules: ClassVar[dict[str, str]] = {
        "list": "household.view",
        "retrieve": "household.view",
        "board": "household.view",
    }

    def get_queryset(self) -> Any:
        """The buildings where the caller sees households."""
        return counted_buildings(self.request.user)

    @extend_schema(responses={200: shapes.BoardCellSerializer(many=True)}, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def board(self, request: Request, pk: str) -> Response:
        """Staircase × floor, from the top."""
        board = building_board(self.get_object(), request.user)
        cells = [
            shapes.cell_shape(unit, floor.number, cell)
            for floor in board.floors
            for unit, cell in zip(board.units, floor.cells, strict=True)
            if cell is not None
        ]
        return Response(shapes.BoardCellSerializer(cells, many=True).data)
