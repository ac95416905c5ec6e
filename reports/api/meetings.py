"""Doors of meetings and their decisions for systems."""

from typing import Any, ClassVar, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.errors import NotValid
from accounts.idempotency import IdempotentCreateMixin
from accounts.models import User
from accounts.text_guard import CleanTextSerializerField
from grid.access import demand
from grid.models import Grid
from grid.models.grid import CODE_VALIDATOR
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer
from reports import meetings
from reports.api.serializers import StrictDayField
from reports.api.views import IDEMPOTENCY_KEY
from reports.filters.reports import DecisionFilter, MeetingFilter
from reports.models import Decision, Meeting

SEES, WRITES = "report.view", "report.write"


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """What a meeting decided."""

    incidents = serializers.SlugRelatedField[Any](slug_field="number", many=True, read_only=True)

    class Meta:
        model = Decision
        fields: ClassVar[list[str]] = [
            "id",
            "meeting",
            "grid_code",
            "text",
            "owner",
            "organization",
            "incidents",
            "due_on",
            "decided_at",
            "done_at",
            "result",
        ]
        read_only_fields = fields


class MeetingSerializer(serializers.ModelSerializer[Meeting]):
    """A meeting with what it decided."""

    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta:
        model = Meeting
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "grid_code",
            "held_on",
            "chair",
            "present",
            "minutes",
            "report",
            "decisions",
        ]
        read_only_fields = fields


class NewMeetingInput(StrictSerializer):
    """A meeting to be written down."""

    kind = serializers.ChoiceField(choices=Meeting.Kind.choices)
    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    held_on = StrictDayField()
    chair = CleanTextSerializerField(max_length=60, required=False, allow_blank=True, default="")
    present = CleanTextSerializerField(max_length=2000, required=False, allow_blank=True, default="", multiline=True)
    minutes = CleanTextSerializerField(max_length=10_000, required=False, allow_blank=True, default="", multiline=True)


class NewDecisionInput(StrictSerializer):
    """A decision: its owner is a unit (by id) or words."""

    text = CleanTextSerializerField(max_length=500, multiline=True)
    organization = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    owner = CleanTextSerializerField(max_length=100, required=False, allow_blank=True, default="")
    due_on = StrictDayField(required=False)


class DoneInput(StrictSerializer):
    """How a decision ended."""

    result = CleanTextSerializerField(max_length=500, multiline=True)


class CreateMeeting:
    """The POST of a meeting; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write it down: 409 when the same kind of meeting of that day is there already."""
        given = NewMeetingInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        grids = Grid.objects.filter(scope_of(request.user).q(SEES, "code")).defer("boundary")
        grid = get_object_or_404(grids, code=values.pop("grid"))
        made = meetings.hold(grid, meetings.NewMeeting(**values), **_by(request))
        return Response(MeetingSerializer(made).data, status=201)


class MeetingViewSet(IdempotentCreateMixin, CreateMeeting, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """Meetings of the offices whose reports the caller may see, newest first."""

    queryset = Meeting.objects.none()
    serializer_class = MeetingSerializer
    filterset_class = MeetingFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "create": WRITES, "decide": WRITES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return Meeting.objects.visible_to(self.request.user).prefetch_related("decisions__incidents")

    @extend_schema(request=NewMeetingInput, responses={201: MeetingSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Write a meeting down."""
        return super().create(request, *args, **kwargs)

    @extend_schema(request=NewDecisionInput, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"], url_path="decisions")
    def decide(self, request: Request, pk: str) -> Response:
        """Add a decision; its owner is told."""
        meeting = self.get_object()
        demand(request.user, WRITES, meeting.grid_code)
        given = NewDecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        values["organization"] = _unit(meeting, values.get("organization"))
        made = meetings.decide(meeting, meetings.NewDecision(**values), **_by(request))
        return Response(DecisionSerializer(made).data, status=201)


class DecisionViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """What meetings decided: of offices whose reports the caller may see, and what the caller has to do."""

    queryset = Decision.objects.none()
    serializer_class = DecisionSerializer
    filterset_class = DecisionFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = dict.fromkeys(("list", "retrieve", "done"), "report.view|incident.handle")

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return Decision.objects.visible_to(self.request.user).prefetch_related("incidents")

    @extend_schema(request=DoneInput, responses={200: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """It is done, with its result: for its owner and for the office."""
        decision = self.get_object()
        meetings.must_finish(decision, request.user)
        given = DoneInput(data=request.data)
        given.is_valid(raise_exception=True)
        meetings.finish(decision, given.validated_data["result"], **_by(request))
        return Response(DecisionSerializer(decision).data)


def _by(request: Request) -> dict[str, Any]:
    return {"actor": cast("User", request.user), "now": timezone.now()}


def _unit(meeting: Meeting, pk: int | None) -> Any:
    if pk is None:
        return None
    unit = meetings.units_of(meeting.grid_code).filter(pk=pk).first()
    if unit is None:
        raise NotValid(_("Please correct the marked fields."), {"organization": [_("There is no such unit here.")]})
    return unit
