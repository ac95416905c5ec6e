"""Doors of grid tasks for systems: translate in, one call, translate out."""

from typing import Any, ClassVar

import django_filters as filters
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.text_guard import CleanTextSerializerField
from grid.filters import StrictFilterSet
from grid.scope import scope_of
from incidents import gridtasks
from incidents.api.serializers import StrictSerializer
from incidents.models import GridTask, GridTaskPart, TaskKind

SEES = "grid.view"


class GridTaskFilter(StrictFilterSet):
    """By state and kind."""

    state = filters.ChoiceFilter(label=_("state"), choices=GridTask.State.choices)
    kind = filters.ModelChoiceFilter(
        label=_("kind"), field_name="kind", to_field_name="code", queryset=TaskKind.objects.all()
    )

    class Meta:
        model = GridTask
        fields: tuple[str, ...] = ()


class GridTaskBrief(serializers.ModelSerializer[GridTask]):
    """One task in a list, with its figures."""

    kind = serializers.CharField(source="kind.code", read_only=True)
    grid = serializers.CharField(source="grid_code", read_only=True)
    shares = serializers.IntegerField(read_only=True)
    accepted = serializers.IntegerField(read_only=True)
    target = serializers.IntegerField(source="target_all", read_only=True)
    reached = serializers.IntegerField(source="reached_all", read_only=True)

    class Meta:
        model = GridTask
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "title",
            "kind",
            "state",
            "grid",
            "due_on",
            "shares",
            "accepted",
            "target",
            "reached",
            "version",
        )
        read_only_fields = fields


class GridTaskPartSerializer(serializers.ModelSerializer[GridTaskPart]):
    """The share of one grid."""

    grid = serializers.CharField(source="grid_code", read_only=True)

    class Meta:
        model = GridTaskPart
        fields = ("id", "grid", "state", "target", "reached", "report", "reported_at", "accepted_at")
        read_only_fields = fields


class GridTaskSerializer(GridTaskBrief):
    """One task with the shares that the caller sees."""

    parts = serializers.SerializerMethodField()

    class Meta(GridTaskBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*GridTaskBrief.Meta.fields, "text", "result", "issued_at", "parts")
        read_only_fields = fields

    @extend_schema_field(GridTaskPartSerializer(many=True))
    def get_parts(self, row: GridTask) -> Any:
        """Of the caller's grids alone."""
        scope = scope_of(self.context["request"].user)
        return GridTaskPartSerializer(row.parts.filter(scope.q("grid.view", "grid_code")), many=True).data


class ProgressInput(StrictSerializer):
    """What was reached in one share."""

    part = serializers.IntegerField(min_value=1, max_value=2**62)
    amount = serializers.IntegerField(min_value=-gridtasks.MOST_TARGET, max_value=gridtasks.MOST_TARGET)
    text = CleanTextSerializerField(max_length=500, required=False, allow_blank=True, default="")


class GridTaskViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Grid tasks (网格任务) that the caller may see."""

    queryset = GridTask.objects.none()
    serializer_class = GridTaskSerializer
    filterset_class = GridTaskFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "progress": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return GridTask.objects.visible_to(self.request.user).with_figures().select_related("kind")

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return GridTaskBrief if self.action == "list" else self.serializer_class

    @extend_schema(request=ProgressInput, responses={201: GridTaskPartSerializer})
    @action(detail=True, methods=["post"])
    def progress(self, request: Request, pk: str) -> Response:
        """Add what was reached in one share of the task."""
        task = get_object_or_404(self.get_queryset(), pk=pk)
        given = ProgressInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        seen = task.parts.filter(scope_of(request.user).q("grid.view", "grid_code"))
        part = get_object_or_404(seen, pk=data["part"])
        who: Any = request.user
        gridtasks.progress(part.pk, amount=data["amount"], text=data["text"], actor=who, now=timezone.now())
        part.refresh_from_db()
        return Response(GridTaskPartSerializer(part).data, status=201)
