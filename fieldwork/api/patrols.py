"""Doors of patrols, their plans and role badges for systems: translate in, one call, translate out."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.text_guard import CleanTextSerializerField
from fieldwork import patrols
from fieldwork.badges import worn_on
from fieldwork.filters.patrols import StrictBadgeFilter, StrictPatrolFilter, StrictPlanFilter
from fieldwork.models import BadgeHolding, Checkpoint, Patrol, PatrolFinding, PatrolKind, PatrolPlan
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer

SEES, WRITES = "field.view", "field.write"


class PatrolFindingSerializer(serializers.ModelSerializer[PatrolFinding]):
    """What was found."""

    incident = serializers.CharField(source="incident.number", read_only=True, default=None)
    checkpoint = serializers.CharField(source="checkpoint.name", read_only=True, default=None)

    class Meta:
        model = PatrolFinding
        fields = ("id", "client_id", "at", "text", "fixed_on_spot", "checkpoint", "incident")
        read_only_fields = fields


class PatrolBrief(serializers.ModelSerializer[Patrol]):
    """One patrol in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    by = serializers.CharField(source="by.real_name", read_only=True)
    plan_name = serializers.CharField(source="plan.name", read_only=True, default=None)
    findings_count = serializers.IntegerField(source="found", read_only=True)

    class Meta:
        model = Patrol
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "grid", "plan", "plan_name", "kind", "status", "by", "at", "finished_at"),
            *("findings_count", "version"),
        )
        read_only_fields = fields


class PatrolSerializer(PatrolBrief):
    """One patrol with its findings and the points that were passed."""

    findings = PatrolFindingSerializer(many=True, read_only=True)
    passed: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta(PatrolBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*PatrolBrief.Meta.fields, "text", "passed", "findings")
        read_only_fields = fields


class CheckpointSerializer(serializers.ModelSerializer[Checkpoint]):
    """A point of a plan."""

    lon = serializers.FloatField(source="point.x", read_only=True, default=None)
    lat = serializers.FloatField(source="point.y", read_only=True, default=None)

    class Meta:
        model = Checkpoint
        fields = ("id", "name", "lon", "lat")
        read_only_fields = fields


class PatrolPlanSerializer(serializers.ModelSerializer[PatrolPlan]):
    """How often a grid is walked."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    checkpoints = CheckpointSerializer(many=True, read_only=True)

    class Meta:
        model = PatrolPlan
        fields = (
            *("id", "name", "grid", "kind", "weekdays", "times", "opens_at", "closes_at", "starts_on", "ends_on"),
            *("checkpoints", "version"),
        )
        read_only_fields = fields


class BadgeSerializer(serializers.ModelSerializer[BadgeHolding]):
    """Who wears which badge."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    role_set = serializers.CharField(source="badge.role_set.name", read_only=True)
    badge = serializers.CharField(source="badge.name", read_only=True)
    person = serializers.CharField(source="user.real_name", read_only=True)

    class Meta:
        model = BadgeHolding
        fields = ("id", "grid", "role_set", "badge", "person", "since")
        read_only_fields = fields


class NewPatrolInput(StrictSerializer):
    """The beginning of a round: by a plan, or of a grid. The same `client_id` gives the first one again."""

    client_id = serializers.UUIDField(required=False, default=uuid4)
    plan = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    grid = serializers.CharField(max_length=24, required=False)
    kind = serializers.ChoiceField(choices=PatrolKind.choices, required=False, default="")
    at = serializers.DateTimeField(required=False, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A plan or a grid of the caller."""
        scope = scope_of(self.context["request"].user)
        plans = PatrolPlan.objects.filter(scope.q(WRITES, "grid_code")).select_related("grid")
        grids = Grid.objects.filter(scope.q(WRITES, "code")).current(timezone.localdate())
        plan = plans.filter(pk=attrs.pop("plan", 0)).first()
        grid = plan.grid if plan else grids.filter(code=attrs.pop("grid", "")).defer("boundary").first()
        attrs.pop("grid", None)
        if grid is None:
            raise serializers.ValidationError({"grid": [_("Name a plan or a grid where you write field work.")]})
        return {**attrs, "plan": plan, "grid": grid}


class FindingInput(StrictSerializer):
    """What was seen; without `fixed_on_spot` it becomes an incident."""

    client_id = serializers.UUIDField(required=False, default=uuid4)
    text = CleanTextSerializerField(max_length=patrols.FINDING_LENGTH, multiline=True)
    fixed_on_spot = serializers.BooleanField(required=False, default=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, required=False)
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    at = serializers.DateTimeField(required=False, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both coordinates or none."""
        lon, lat = attrs.pop("lon", None), attrs.pop("lat", None)
        if (lon is None) != (lat is None):
            raise serializers.ValidationError({"lon": [_("Give both coordinates or none.")]})
        return {**attrs, "point": None if lon is None else Point(lon, lat, srid=4326)}


class FinishInput(StrictSerializer):
    """The end of a round."""

    text = CleanTextSerializerField(
        max_length=patrols.REMARK_LENGTH, multiline=True, required=False, allow_blank=True, default=""
    )
    passed = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), max_length=100, required=False, default=list
    )
    at = serializers.DateTimeField(required=False, default=None)


class PatrolViewSet(ScopedReadOnlyViewSet):
    """Patrols (巡查) that the caller may see; who walks writes."""

    queryset = Patrol.objects.all()
    serializer_class = PatrolSerializer
    brief_class = PatrolBrief
    filterset_class = StrictPatrolFilter
    intake = ("create", "findings")
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": WRITES,
        "findings": WRITES,
        "finish": WRITES,
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see, or walks herself: everything else is 404."""
        rows: Any = super().get_queryset()
        if self.action in ("findings", "finish"):
            rows = Patrol.objects.filter(Q(pk__in=rows.values("pk")) | Q(by=self.request.user))
        rows = patrols.counted(rows.select_related("plan", "by", "grid").defer("grid__boundary"))
        if self.action == "list":
            return rows
        return rows.prefetch_related("passed", "findings__incident", "findings__checkpoint")

    @extend_schema(request=NewPatrolInput, responses={201: PatrolBrief, 200: PatrolBrief})
    def create(self, request: Request) -> Response:
        """Begin a round."""
        given = NewPatrolInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        new, who = patrols.NewPatrol(**given.validated_data), self._caller(request)
        patrol, created = patrols.start_patrol(new, actor=who, now=timezone.now())
        patrol.found = 0  # type: ignore[attr-defined]
        return Response(PatrolBrief(patrol).data, status=201 if created else 200)

    @extend_schema(
        request=FindingInput, responses={201: PatrolFindingSerializer, 200: PatrolFindingSerializer}, filters=False
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def findings(self, request: Request, pk: str) -> Response:
        """Write what was seen. 403 for anybody but who walks."""
        given = FindingInput(data=request.data)
        patrol = self.get_object()
        given.is_valid(raise_exception=True)
        new = patrols.NewFinding(**given.validated_data)
        finding, created = patrols.record_finding(patrol, new, actor=self._caller(request), now=timezone.now())
        return Response(PatrolFindingSerializer(finding).data, status=201 if created else 200)

    @extend_schema(request=FinishInput, responses={200: PatrolSerializer}, filters=False)
    @action(detail=True, methods=["post"], filterset_class=None)
    def finish(self, request: Request, pk: str) -> Response:
        """End the round. 403 for anybody but who walks."""
        patrol = self.get_object()
        given = FinishInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        points = Checkpoint.objects.filter(pk__in=data.pop("passed"), plan=patrol.plan_id)
        patrols.finish_patrol(patrol, actor=self._caller(request), now=timezone.now(), passed=points, **data)
        return Response(PatrolSerializer(self.get_object()).data)

    @staticmethod
    def _caller(request: Request) -> Any:
        return request.user


class PatrolPlanViewSet(ScopedReadOnlyViewSet):
    """Plans of patrols (巡查计划)."""

    queryset = PatrolPlan.objects.prefetch_related("checkpoints")
    serializer_class = PatrolPlanSerializer
    filterset_class = StrictPlanFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class BadgeViewSet(ScopedReadOnlyViewSet):
    """Role badges (四员, 五员) worn today."""

    queryset = BadgeHolding.objects.select_related("badge__role_set", "user")
    serializer_class = BadgeSerializer
    filterset_class = StrictBadgeFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "grid.view", "retrieve": "grid.view"}

    def get_queryset(self) -> Any:
        """Of today."""
        return worn_on(super().get_queryset(), timezone.localdate())
