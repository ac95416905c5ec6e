"""Doors of visits, due rounds, plans and door-knock actions for systems: translate in, one call, translate out."""

from typing import Any, ClassVar, Final

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.text_guard import CleanTextSerializerField
from fieldwork import knocking, visits
from fieldwork.filters.visits import StrictDutyFilter, StrictKnockFilter, StrictVisitFilter, StrictVisitPlanFilter
from fieldwork.models import (
    CareSubject,
    Household,
    KnockAction,
    KnockedDoor,
    MustDo,
    Visit,
    VisitDuty,
    VisitPlan,
    VisitPurpose,
)
from fieldwork.visit_lists import Writable, door_of, due_rows, for_lists, home_of, place_of
from fieldwork.visit_plans import visible_plans
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Building
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer
from incidents.api.views import OldestFirst

READS: Final[dict[str, str]] = {"list": "field.view", "retrieve": "field.view"}


def may_see_door(user: Any, household: Household | None) -> bool:
    """Whether `user` sees households where this one is."""
    return household is not None and scope_of(user).can("household.view", household.grid_code)


# --- visits -----------------------------------------------------------------------------------------------------------


class VisitBrief(serializers.ModelSerializer[Visit]):
    """A visit in a list. `place` goes down to the door only for callers who see households there."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    place = serializers.SerializerMethodField()
    household = serializers.SerializerMethodField(help_text="Only for callers who see households there.")
    by = serializers.CharField(source="by.real_name", read_only=True)
    purpose = serializers.CharField(source="purpose.name", read_only=True, allow_null=True, default=None)
    incident = serializers.CharField(source="incident.number", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Visit
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "grid", "place", "household", "subject", "building", "by", "at", "received_at"),
            *("outcome", "purpose", "text", "next_on", "incident"),
        )
        read_only_fields = fields

    def get_place(self, visit: Visit) -> str:
        """Building and door, or the place."""
        return place_of(visit, scope_of(self.context["request"].user))

    def get_household(self, visit: Visit) -> int | None:
        """The household: its id groups what was said at one door, also for whoever may not see the door."""
        return visit.household_id if may_see_door(self.context["request"].user, visit.household) else None


class VisitSerializer(VisitBrief):
    """One visit with the musts that it kept and the rounds that it ended (as far as the caller may see them)."""

    musts = serializers.SlugRelatedField[Any](slug_field="name", many=True, read_only=True)
    rounds = serializers.SerializerMethodField()

    class Meta(VisitBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*VisitBrief.Meta.fields, "musts", "rounds")
        read_only_fields = fields

    def get_rounds(self, visit: Visit) -> list[int]:
        """Ids of the rounds."""
        seen = VisitDuty.objects.visible_to(self.context["request"].user)
        return list(seen.filter(visit=visit).order_by("pk").values_list("pk", flat=True))


class NewVisitInput(StrictSerializer):
    """A visit. `client_id` makes it once; `duty`, `subject`, `household` or `building` says where."""

    client_id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=Visit.Outcome.choices)
    duty = serializers.PrimaryKeyRelatedField(queryset=VisitDuty.objects.none(), required=False, allow_null=True)
    subject = serializers.PrimaryKeyRelatedField(queryset=CareSubject.objects.none(), required=False, allow_null=True)
    household = serializers.PrimaryKeyRelatedField(queryset=Household.objects.none(), required=False, allow_null=True)
    building = serializers.PrimaryKeyRelatedField(queryset=Building.objects.none(), required=False, allow_null=True)
    text = CleanTextSerializerField(max_length=visits.LONGEST, multiline=True, required=False, allow_blank=True)
    purpose = serializers.SlugRelatedField(
        slug_field="name", queryset=VisitPurpose.objects.filter(is_active=True), required=False, allow_null=True
    )
    musts = serializers.PrimaryKeyRelatedField(
        queryset=MustDo.objects.filter(is_active=True), many=True, required=False
    )
    next_on = serializers.DateField(required=False, allow_null=True)
    at = serializers.DateTimeField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Rows that the caller may name."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            may = Writable(request.user)
            fields["duty"].queryset = may.duties()
            fields["household"].queryset = may.households()
            fields["building"].queryset = may.buildings()
            subjects = CareSubject.objects.visible_to(request.user).select_related("household__grid", "tag")
            fields["subject"].queryset = subjects.defer("reason", "health", "household__grid__boundary")
        return fields

    def visit(self) -> visits.NewVisit:
        """What business takes."""
        data = {name: value for name, value in self.validated_data.items() if value is not None}
        data.pop("client_id")
        duty = data.pop("duty", None)
        if duty is not None:
            data.setdefault("household", home_of(duty))
            if duty.subject:
                data.setdefault("subject", duty.subject)
        return visits.NewVisit(**data, also=[duty] if duty else [])


class VisitViewSet(ScopedReadOnlyViewSet):
    """Visits (走访) that the caller may see; those to people in care only for whoever may see these people."""

    queryset = Visit.objects.all()
    serializer_class = VisitSerializer
    brief_class = VisitBrief
    filterset_class = StrictVisitFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {**READS, "create": "field.write"}

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = for_lists(super().get_queryset())  # type: ignore[arg-type]
        return rows if self.action == "list" else rows.prefetch_related("musts")

    @extend_schema(request=NewVisitInput, responses={200: VisitSerializer, 201: VisitSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write a visit: 201; the same `client_id` with the same words again: 200 with the first; other words: 409."""
        given = NewVisitInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        actor: Any = request.user
        key = given.validated_data["client_id"]
        visit, created = visits.record_visit(given.visit(), actor=actor, now=timezone.now(), client_id=key)
        shown = VisitSerializer(visit, context={"request": request}).data
        location = request.build_absolute_uri(f"{visit.pk}/")
        return Response(shown, status=201 if created else 200, headers={"Location": location})


# --- rounds and plans -------------------------------------------------------------------------------------------------


class DutySerializer(serializers.ModelSerializer[VisitDuty]):
    """A round that waits: of which plan, where, until when."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    plan_name = serializers.CharField(source="plan.name", read_only=True)
    household = serializers.SerializerMethodField(help_text="Only for callers who see households there.")
    building = serializers.SerializerMethodField()
    door = serializers.SerializerMethodField()

    class Meta:
        model = VisitDuty
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "plan", "plan_name", "grid", "household", "subject", "building", "door", "due_on"),
        )
        read_only_fields = fields

    def get_household(self, duty: VisitDuty) -> int | None:
        """The household of the round."""
        return duty.household_id if may_see_door(self.context["request"].user, duty.household) else None

    def get_building(self, duty: VisitDuty) -> str:
        """Compound and building."""
        return str(home_of(duty).building)

    def get_door(self, duty: VisitDuty) -> str:
        """Staircase and room; empty for callers who do not see households there."""
        return door_of(home_of(duty), scope_of(self.context["request"].user))


class DutyViewSet(ScopedReadOnlyViewSet):
    """Rounds of visits that wait (待走访); without `when` those that are overdue or due within two weeks."""

    queryset = VisitDuty.objects.all()
    serializer_class = DutySerializer
    filterset_class = StrictDutyFilter
    access_rules: ClassVar[dict[str, str]] = READS

    def get_queryset(self) -> Any:
        """With what is shown."""
        return due_rows(self.request.user).order_by()


class PlanSerializer(serializers.ModelSerializer[VisitPlan]):
    """A plan of visits; `grid` is null for a plan that holds everywhere."""

    grid = serializers.CharField(source="grid.code", read_only=True, allow_null=True, default=None)
    tag = serializers.CharField(source="tag.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = VisitPlan
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "name", "target", "tenure", "tag", "times", "period", "grid", "starts_on", "is_active", "source"),
        )
        read_only_fields = fields


class PlanViewSet(ScopedReadOnlyViewSet):
    """Plans of visits (走访计划)."""

    queryset = VisitPlan.objects.all()
    serializer_class = PlanSerializer
    filterset_class = StrictVisitPlanFilter
    access_rules: ClassVar[dict[str, str]] = READS

    def get_queryset(self) -> Any:
        """Plans for everywhere and those that touch the caller's grids."""
        return visible_plans(self.request.user).order_by()


# --- door-knock actions -----------------------------------------------------------------------------------------------


class KnockBrief(serializers.ModelSerializer[KnockAction]):
    """A door-knock action in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    led_by = serializers.CharField(source="led_by.real_name", read_only=True)
    doors_tried = serializers.IntegerField(read_only=True)
    doors_answered = serializers.IntegerField(read_only=True)

    class Meta:
        model = KnockAction
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "title", "question", "grid", "status", "starts_on", "ends_on", "led_by"),
            *("doors_tried", "doors_answered"),
        )
        read_only_fields = fields


class KnockSerializer(KnockBrief):
    """One action with what came of it."""

    follow_up = serializers.CharField(source="follow_up.number", read_only=True, allow_null=True, default=None)
    buildings = serializers.PrimaryKeyRelatedField[Any](many=True, read_only=True)

    class Meta(KnockBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *KnockBrief.Meta.fields,
            *("companions", "result", "lasting", "follow_up", "buildings"),
        )
        read_only_fields = fields


class DoorSerializer(serializers.ModelSerializer[KnockedDoor]):
    """What was heard at one door; staircase and room are empty for callers who do not see households there."""

    unit = serializers.SerializerMethodField()
    room = serializers.SerializerMethodField()

    class Meta:
        model = KnockedDoor
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "building", "unit", "room", "answer", "stand", "opinion", "at", "tries"),
        )
        read_only_fields = fields

    def _sees(self, door: KnockedDoor) -> bool:
        user = self.context["request"].user
        return door.by_id == user.pk or scope_of(user).can("household.view", door.building.grid.code)

    def get_unit(self, door: KnockedDoor) -> str:
        """The staircase."""
        return door.unit if self._sees(door) else ""

    def get_room(self, door: KnockedDoor) -> str:
        """The room."""
        return door.room if self._sees(door) else ""


class NewDoorInput(StrictSerializer):
    """One door. `client_id` makes it once; a door that was tried before is written anew."""

    client_id = serializers.UUIDField()
    building = serializers.PrimaryKeyRelatedField(queryset=Building.objects.none())
    unit = CleanTextSerializerField(max_length=10, required=False, allow_blank=True)
    room = CleanTextSerializerField(max_length=knocking.ROOM)
    answer = serializers.ChoiceField(choices=KnockedDoor.Answer.choices)
    stand = serializers.ChoiceField(choices=KnockedDoor.Stand.choices, required=False, allow_blank=True)
    opinion = CleanTextSerializerField(max_length=knocking.OPINION, required=False, allow_blank=True)
    at = serializers.DateTimeField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Buildings of the action."""
        fields: dict[str, Any] = super().get_fields()
        if (knock := self.context.get("knock")) is not None:
            fields["building"].queryset = knock.buildings.select_related("grid").defer("grid__boundary")
        return fields


class KnockViewSet(ScopedReadOnlyViewSet):
    """Door-knock actions (敲门行动) that the caller may see, with their doors."""

    queryset = KnockAction.objects.all()
    serializer_class = KnockSerializer
    brief_class = KnockBrief
    filterset_class = StrictKnockFilter
    access_rules: ClassVar[dict[str, str]] = {**READS, "doors": "field.view", "write_door": "field.write"}

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = knocking.with_doors(super().get_queryset()).select_related("led_by", "grid", "follow_up")
        rows = rows.defer("grid__boundary", "follow_up__text")
        return rows if self.action == "list" else rows.prefetch_related("buildings")

    @extend_schema(responses={200: DoorSerializer(many=True)}, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=OldestFirst)
    def doors(self, request: Request, pk: str) -> Response:
        """What was heard, door by door, oldest first; of buildings where the caller sees field work."""
        seen = KnockedDoor.objects.visible_to(request.user).filter(Q(action=self.get_object()))
        page = self.paginate_queryset(seen.select_related("building__grid").defer("building__grid__boundary"))
        return self.get_paginated_response(DoorSerializer(page, many=True, context={"request": request}).data)

    @extend_schema(request=NewDoorInput, responses={200: DoorSerializer, 201: DoorSerializer}, filters=False)
    @doors.mapping.post
    def write_door(self, request: Request, pk: str) -> Response:
        """Write one door: 201; the same `client_id` again: 200. 409 when the action is not under way."""
        knock: KnockAction = self.get_object()
        given = NewDoorInput(data=request.data, context={"knock": knock})
        given.is_valid(raise_exception=True)
        data = {name: value for name, value in given.validated_data.items() if value is not None}
        key, actor = data.pop("client_id"), request.user
        new = knocking.NewDoor(**data)
        door, created = knocking.write_door(knock, new, actor=actor, now=timezone.now(), client_id=key)  # type: ignore[arg-type]
        return Response(DoorSerializer(door, context={"request": request}).data, status=201 if created else 200)
