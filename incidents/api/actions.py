"""Doors of joint actions for systems: translate in, one call, translate out."""

from typing import Any, ClassVar

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
from grid.models import Compound
from incidents import action_figures
from incidents.actions import MOST_FOUND, MOST_PEOPLE, DayEntry, write_day
from incidents.api.serializers import IncidentBrief, StrictSerializer
from incidents.filters_actions import JointActionFilter
from incidents.models import ActionDay, Incident, JointAction

SEES = "grid.view"


class JointActionBrief(serializers.ModelSerializer[JointAction]):
    """One joint action in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    lead = serializers.CharField(source="lead.name", read_only=True)

    class Meta:
        model = JointAction
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "name",
            "state",
            "grid",
            "lead",
            "starts_on",
            "ends_on",
            "planned_people",
            "version",
        )
        read_only_fields = fields


class ProgressSerializer(serializers.Serializer[Any]):
    """What came of it so far; person_days is the sum of the people of every day."""

    days = serializers.IntegerField(read_only=True)
    days_written = serializers.IntegerField(read_only=True)
    person_days = serializers.IntegerField(read_only=True)
    found = serializers.IntegerField(read_only=True)
    settled = serializers.IntegerField(read_only=True)
    compounds = serializers.IntegerField(read_only=True)
    compounds_done = serializers.IntegerField(read_only=True)
    cases = serializers.IntegerField(read_only=True)
    cases_open = serializers.IntegerField(read_only=True)


class CompoundMark(serializers.Serializer[Any]):
    """A compound of the list and the first day on which it was worked on."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(read_only=True)
    first_day = serializers.DateField(read_only=True, allow_null=True)


class JointActionSerializer(JointActionBrief):
    """One joint action with its units, its compounds and its figures."""

    units: Any = serializers.SlugRelatedField(many=True, slug_field="name", read_only=True)
    compounds = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta(JointActionBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *JointActionBrief.Meta.fields,
            "purpose",
            "units",
            "compounds",
            "result",
            "ended_at",
            "progress",
        )
        read_only_fields = fields

    @extend_schema_field(CompoundMark(many=True))
    def get_compounds(self, row: JointAction) -> Any:
        """The list with its marks."""
        return CompoundMark(action_figures.compounds_of(row), many=True).data

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, row: JointAction) -> Any:
        """The figures."""
        found = action_figures.progress(row, action_figures.days_of(row), action_figures.compounds_of(row))
        return ProgressSerializer(found).data


class ActionDaySerializer(serializers.ModelSerializer[ActionDay]):
    """One day as it was written, with the ids of the compounds."""

    compounds: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True, source="compounds_done")
    corrections = serializers.SerializerMethodField()

    class Meta:
        model = ActionDay
        fields = ("day", "people", "found", "settled", "text", "compounds", "written_at", "corrections")
        read_only_fields = fields

    def get_corrections(self, row: ActionDay) -> int:
        """How often it was corrected."""
        return len(row.changes)


class ActionDayInput(StrictSerializer):
    """A day to write, or to correct with a reason."""

    day = serializers.DateField()
    people = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE)
    found = serializers.IntegerField(min_value=0, max_value=MOST_FOUND, default=0)
    settled = serializers.IntegerField(min_value=0, max_value=MOST_FOUND, default=0)
    text = CleanTextSerializerField(max_length=2000, multiline=True)
    compounds = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), max_length=2000, default=list
    )
    reason = CleanTextSerializerField(max_length=200, required=False, allow_blank=True, default="")

    def entry(self) -> DayEntry:
        """What was given, for `write_day`; a compound that is not there is refused."""
        given = dict(self.validated_data)
        wanted = set(given.pop("compounds"))
        found = list(Compound.objects.filter(pk__in=wanted))
        if missing := sorted(wanted - {one.pk for one in found}):
            raise serializers.ValidationError({"compounds": [str(_("No such compound: %(id)s.") % {"id": missing[0]})]})
        given.pop("reason")
        return DayEntry(**given, compounds=found)


class JointActionViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Joint actions (专项行动) that the caller may see."""

    queryset = JointAction.objects.none()
    serializer_class = JointActionSerializer
    filterset_class = JointActionFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES, "days": SEES, "cases": SEES}

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = JointAction.objects.visible_to(self.request.user).select_related("lead", "grid")
        return rows.defer("grid__boundary")

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return JointActionBrief if self.action == "list" else self.serializer_class

    def _found(self, pk: str) -> JointAction:
        found: JointAction = get_object_or_404(self.get_queryset(), pk=pk)
        return found

    @extend_schema(
        methods=["GET"], responses={200: ActionDaySerializer(many=True)}, filters=False, operation_id="action_days_list"
    )
    @extend_schema(
        methods=["POST"],
        request=ActionDayInput,
        responses={200: ActionDaySerializer},
        filters=False,
        operation_id="action_days_write",
    )
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def days(self, request: Request, pk: str) -> Response:
        """GET: the days, oldest first. POST: write one day, or correct it with a reason."""
        row = self._found(pk)
        if request.method == "GET":
            return Response(ActionDaySerializer(action_figures.days_of(row), many=True).data)
        given = ActionDayInput(data=request.data)
        given.is_valid(raise_exception=True)
        day = write_day(
            row.pk,
            given.entry(),
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            reason=given.validated_data["reason"],
        )
        return Response(ActionDaySerializer(day).data)

    @extend_schema(responses={200: IncidentBrief(many=True)}, filters=False)
    @action(detail=True, filterset_class=None)
    def cases(self, request: Request, pk: str) -> Response:
        """The gathered cases that the caller may see."""
        related = ("category", "grid", "handler_organization", "handler_user")
        rows = Incident.objects.visible_to(request.user).filter(joint_action=self._found(pk)).select_related(*related)
        page = self.paginate_queryset(rows.defer("text", "contact_name", "contact_phone", "grid__boundary"))
        return self.get_paginated_response(IncidentBrief(page, many=True, context={"now": timezone.now()}).data)
