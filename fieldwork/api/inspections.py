"""Doors of inspections for systems: places, looks, hazards, notices to put right. No contact leaves in clear."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.protect import mask_numbers
from accounts.text_guard import CleanTextSerializerField
from fieldwork import inspections, orders, places
from fieldwork.filters.inspections import (
    StrictHazardFilter,
    StrictInspectionFilter,
    StrictOrderFilter,
    StrictPlaceFilter,
)
from fieldwork.models import Hazard, InspectedPlace, Inspection, InspectionAnswer, Recheck, RectificationNotice
from grid.api.scoped import ScopedReadOnlyViewSet
from incidents.api.serializers import StrictSerializer

VERSION = {"min_value": 1, "max_value": 2**31 - 1}
MOST = 200
"""Findings of one look."""


# --- what goes out ----------------------------------------------------------------------------------------------------


class InspectedPlaceBrief(serializers.ModelSerializer[InspectedPlace]):
    """A place in a list."""

    kind = serializers.CharField(source="kind.code", read_only=True)
    grid = serializers.CharField(source="grid_code", read_only=True)

    class Meta:
        model = InspectedPlace
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "version", "kind", "name", "address", "grid", "area", "beds", "children"),
            *("in_complex", "is_active", "due_on"),
        )
        read_only_fields = fields


class InspectedPlaceSerializer(InspectedPlaceBrief):
    """One place with the masked person responsible and what speaks against its kind."""

    contact = serializers.SerializerMethodField()
    hints = serializers.SerializerMethodField()

    class Meta(InspectedPlaceBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*InspectedPlaceBrief.Meta.fields, "contact", "hints")
        read_only_fields = fields

    def get_contact(self, place: InspectedPlace) -> str:
        """Masked; there is no address of the API that shows it in clear."""
        return places.contact(place)

    def get_hints(self, place: InspectedPlace) -> list[str]:
        """Why the kind may be the wrong one."""
        return places.hints(place)


class HazardSerializer(serializers.ModelSerializer[Hazard]):
    """One hazard."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    notice = serializers.CharField(source="notice.number", read_only=True, default=None, allow_null=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Hazard
        fields = (
            *("id", "version", "inspection", "place", "grid", "item", "text", "is_serious", "status"),
            *("notice", "fixed_at"),
        )
        read_only_fields = fields

    def get_text(self, hazard: Hazard) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(hazard.text)


class InspectionBrief(serializers.ModelSerializer[Inspection]):
    """A look in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    by = serializers.CharField(source="by.real_name", read_only=True)

    class Meta:
        model = Inspection
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "client_id", "place", "grid", "level", "by", "at", "received_at", "checklist"),
        )
        read_only_fields = fields


class InspectionAnswerSerializer(serializers.ModelSerializer[InspectionAnswer]):
    """One item of the list."""

    text = serializers.CharField(source="item.text", read_only=True)

    class Meta:
        model = InspectionAnswer
        fields = ("item", "text", "answer")
        read_only_fields = fields


class InspectionSerializer(InspectionBrief):
    """One look with its answers and hazards."""

    text = serializers.SerializerMethodField()
    answers = InspectionAnswerSerializer(many=True, read_only=True)
    hazards = HazardSerializer(many=True, read_only=True)

    class Meta(InspectionBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *(*InspectionBrief.Meta.fields, "companions", "text", "answers", "hazards"),
        )
        read_only_fields = fields

    def get_text(self, row: Inspection) -> str:
        """Without phone and identity numbers."""
        return mask_numbers(row.text)


class RecheckSerializer(serializers.ModelSerializer[Recheck]):
    """One re-inspection."""

    by = serializers.CharField(source="by.real_name", read_only=True)

    class Meta:
        model = Recheck
        fields = ("id", "result", "text", "new_deadline", "by", "at")
        read_only_fields = fields


class RectificationBrief(serializers.ModelSerializer[RectificationNotice]):
    """A notice in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    organization = serializers.CharField(source="organization.name", read_only=True, default=None, allow_null=True)
    incident = serializers.CharField(source="incident.number", read_only=True, default=None, allow_null=True)

    class Meta:
        model = RectificationNotice
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "version", "number", "place", "inspection", "grid", "status", "deadline", "issued_at", "ended_at"),
            *("organization", "incident"),
        )
        read_only_fields = fields


class RectificationSerializer(RectificationBrief):
    """One notice with its hazards and re-inspections."""

    hazards = HazardSerializer(many=True, read_only=True)
    rechecks = serializers.SerializerMethodField()

    class Meta(RectificationBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*RectificationBrief.Meta.fields, "demand", "hazards", "rechecks")
        read_only_fields = fields

    @extend_schema_field(RecheckSerializer(many=True))
    def get_rechecks(self, row: RectificationNotice) -> Any:
        """Oldest first."""
        return RecheckSerializer(row.rechecks.select_related("by"), many=True).data


# --- what comes in ----------------------------------------------------------------------------------------------------


class InspectionFindingInput(StrictSerializer):
    """One thing not in order: an item of the list, or words of one's own."""

    item = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**62, default=None)
    text = CleanTextSerializerField(max_length=250, required=False, allow_blank=True, default="")
    fixed = serializers.BooleanField(default=False)
    is_serious = serializers.BooleanField(default=False)


class NewInspectionInput(StrictSerializer):
    """A look; `client_id` makes it once. Items that are not named are in order."""

    client_id = serializers.UUIDField()
    place = serializers.PrimaryKeyRelatedField(queryset=InspectedPlace.objects.none())
    checklist = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**62, default=None)
    at = serializers.DateTimeField(required=False, allow_null=True)
    findings = InspectionFindingInput(many=True, required=False, max_length=MOST)  # type: ignore[call-arg]
    not_here = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), required=False, max_length=MOST
    )
    companions = CleanTextSerializerField(max_length=200, required=False, allow_blank=True, default="")
    text = CleanTextSerializerField(max_length=1000, multiline=True, required=False, allow_blank=True, default="")

    def get_fields(self) -> dict[str, Any]:
        """Places are those that the caller may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            rows = InspectedPlace.objects.visible_to(request.user).select_related("kind", "grid")
            fields["place"].queryset = rows.defer("grid__boundary")
        return fields

    def inspection(self, now: Any) -> inspections.NewInspection:
        """What the business takes."""
        data = dict(self.validated_data)
        found = [inspections.Finding(**one) for one in data.pop("findings", [])]
        at = data.pop("at", None) or now
        return inspections.NewInspection(at=at, findings=found, **data)


class RecheckInput(StrictSerializer):
    """What a re-inspection found."""

    result = serializers.ChoiceField(choices=Recheck.Result.choices)
    text = CleanTextSerializerField(max_length=500, multiline=True, required=False, allow_blank=True, default="")
    new_deadline = serializers.DateField(required=False, allow_null=True, default=None)
    fixed = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), required=False, max_length=MOST, default=list
    )
    version = serializers.IntegerField(required=False, **VERSION)  # type: ignore[arg-type]


# --- doors ------------------------------------------------------------------------------------------------------------


class PlaceViewSet(ScopedReadOnlyViewSet):
    """Places on the register of inspections that the caller may see."""

    queryset = InspectedPlace.objects.select_related("kind")
    serializer_class = InspectedPlaceSerializer
    brief_class = InspectedPlaceBrief
    filterset_class = StrictPlaceFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "field.view", "retrieve": "field.view"}


class HazardViewSet(ScopedReadOnlyViewSet):
    """Hazards that the caller may see."""

    queryset = Hazard.objects.select_related("notice")
    serializer_class = HazardSerializer
    filterset_class = StrictHazardFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "field.view", "retrieve": "field.view"}


class InspectionViewSet(ScopedReadOnlyViewSet):
    """Inspections that the caller may see."""

    queryset = Inspection.objects.select_related("by")
    serializer_class = InspectionSerializer
    brief_class = InspectionBrief
    filterset_class = StrictInspectionFilter
    intake = ("create",)
    access_rules: ClassVar[dict[str, str]] = {"list": "field.view", "retrieve": "field.view", "create": "field.write"}

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("answers__item", "hazards__notice")

    @extend_schema(
        request=NewInspectionInput, responses={200: InspectionSerializer, 201: InspectionSerializer}, filters=False
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write a look: 201; the same `client_id` and content again: 200 with the first; other content: 409."""
        given = NewInspectionInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        actor, now = request.user, timezone.now()
        row, created = inspections.inspect(given.inspection(now), actor=actor, now=now)  # type: ignore[arg-type]
        location = request.build_absolute_uri(f"{row.pk}/")
        return Response(InspectionSerializer(row).data, status=201 if created else 200, headers={"Location": location})


class OrderViewSet(ScopedReadOnlyViewSet):
    """Notices to put right (整改通知书) that the caller may see."""

    queryset = RectificationNotice.objects.select_related("organization", "incident").defer(
        "incident__contact_name", "incident__contact_phone", "incident__text"
    )
    serializer_class = RectificationSerializer
    brief_class = RectificationBrief
    filterset_class = StrictOrderFilter
    access_rules: ClassVar[dict[str, str]] = {
        "list": "field.view",
        "retrieve": "field.view",
        "recheck": "field.write",
    }

    def get_queryset(self) -> Any:
        """With what is shown."""
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("hazards__notice")

    @extend_schema(request=RecheckInput, responses={200: RectificationSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def recheck(self, request: Request, pk: str) -> Response:
        """Enter a re-inspection: everything put right closes the notice. 409 for one that has ended."""
        row = self.get_object()
        given = RecheckInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        version, actor = data.pop("version", None), request.user
        orders.recheck(row, orders.Look(**data), actor=actor, now=timezone.now(), version=version)  # type: ignore[arg-type]
        return Response(RectificationSerializer(get_object_or_404(self.get_queryset(), pk=row.pk)).data)
