"""Shapes of `incidents` in the API. What comes in is strict: unknown members are refused."""

from datetime import datetime
from typing import Any, ClassVar, cast

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.errors import NotValid
from accounts.models import User
from accounts.protect import mask_name, mask_phone
from accounts.text_guard import CleanTextSerializerField
from grid.datum import Datum, to_wgs84
from grid.geojson import EAST, NORTH, SOUTH, WEST, make_point
from grid.leaders import leader_chain
from grid.models import Compound, Grid, Organization
from incidents.models import Category, Incident
from incidents.models.category import Urgency
from incidents.models.incident import Source
from incidents.people import actors_of, possible_handlers, possible_units
from incidents.rights import allowed_moves
from incidents.states import MOVES, START

MOVE_NAMES = [(move.name, move.label) for move in MOVES if START not in move.sources]


class StrictSerializer(serializers.Serializer):
    """Refuses members that it does not know, instead of passing over them in silence (reliability.md 3.3)."""

    def to_internal_value(self, data: Any) -> Any:
        """Look at the names first."""
        if isinstance(data, dict) and (unknown := sorted(str(name) for name in data if name not in self.fields)):
            raise serializers.ValidationError({name[:64]: [_("This member is not known.")] for name in unknown[:20]})
        return super().to_internal_value(data)


# --- what comes in ----------------------------------------------------------------------------------------------------


class PointInput(StrictSerializer):
    """A place in degrees, in the datum that the caller names; it is converted to WGS-84 and kept as it came."""

    lon = serializers.FloatField(min_value=WEST, max_value=EAST)
    lat = serializers.FloatField(min_value=SOUTH, max_value=NORTH)
    datum = serializers.ChoiceField(choices=Datum.choices, default=Datum.WGS84)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the WGS-84 point and the text that keeps what came in."""
        lon, lat, datum = attrs["lon"], attrs["lat"], attrs["datum"]
        try:
            point = make_point(*to_wgs84(lon, lat, datum))
        except NotValid as error:
            raise serializers.ValidationError([str(error)]) from error
        return {"point": point, "given": f"{lon!r},{lat!r} {datum}"[:80]}


class CategoryField(serializers.PrimaryKeyRelatedField):
    """An active minor class, by id."""

    def get_queryset(self) -> Any:
        """Active classes with their major class."""
        return Category.objects.filter(is_active=True, parent__isnull=False).select_related("parent")


class NewIncidentInput(StrictSerializer):
    """A report. A point, an address, a compound or a grid says where; without any it is the street of the caller."""

    text = CleanTextSerializerField(max_length=5000, multiline=True)
    title = CleanTextSerializerField(max_length=100, required=False, allow_blank=True)
    category = CategoryField(required=False, allow_null=True, queryset=Category.objects.none())
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Source.choices, default=Source.API
    )
    external_id = CleanTextSerializerField(max_length=100, required=False, allow_blank=True)
    client_uuid = serializers.UUIDField(required=False, allow_null=True)
    point = PointInput(required=False, allow_null=True)
    address = CleanTextSerializerField(max_length=200, required=False, allow_blank=True)
    compound = serializers.PrimaryKeyRelatedField(
        required=False, allow_null=True, queryset=Compound.objects.select_related("grid")
    )
    grid = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="code", queryset=Grid.objects.defer("boundary")
    )
    contact_name = CleanTextSerializerField(max_length=50, required=False, allow_blank=True)
    contact_phone = serializers.RegexField(r"^[0-9+][0-9 \-]{4,19}\Z", required=False, allow_blank=True)
    happened_at = serializers.DateTimeField(required=False, allow_null=True)
    self_handled_text = CleanTextSerializerField(max_length=5000, multiline=True, required=False, allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """Compounds and grids are those that the caller may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            day = timezone.localdate()
            fields["compound"].queryset = fields["compound"].queryset.visible_to(request.user)
            fields["grid"].queryset = fields["grid"].queryset.visible_to(request.user).current(day)
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put the converted point and its origin side by side."""
        if point := attrs.pop("point", None):
            attrs |= {"point": point["point"], "point_given": point["given"]}
        return attrs


class MoveInput(StrictSerializer):
    """A move of the table, with what it needs. The version may come as If-Match instead."""

    move = serializers.ChoiceField(choices=MOVE_NAMES)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    text = CleanTextSerializerField(max_length=5000, multiline=True, required=False, allow_blank=True)
    reason = CleanTextSerializerField(max_length=5000, multiline=True, required=False, allow_blank=True)
    category = CategoryField(required=False, allow_null=True, queryset=Category.objects.none())
    organization = serializers.PrimaryKeyRelatedField(
        required=False, allow_null=True, queryset=Organization.objects.none()
    )
    user = serializers.PrimaryKeyRelatedField(required=False, allow_null=True, queryset=Organization.objects.none())

    def get_fields(self) -> dict[str, Any]:
        """Handlers are those that may be handed this incident."""
        fields: dict[str, Any] = super().get_fields()
        if incident := self.context.get("incident"):
            fields["organization"].queryset = possible_units(incident)
            fields["user"].queryset = _choosable(incident)
        return fields


def _choosable(incident: Incident) -> QuerySet[User]:
    """Whom a move may name: who serves the place, and who acts for the handling unit."""
    now = timezone.now()
    members = actors_of([incident.handler_organization_id], timezone.localdate(now))
    near = possible_handlers(incident, now=now)
    return User.objects.filter(Q(pk__in=near.values("pk")) | Q(pk__in=members.values("pk")))


class RevealInput(StrictSerializer):
    """Why the contact is needed."""

    purpose = CleanTextSerializerField(max_length=200)


class PhotosInput(serializers.Serializer):
    """Up to nine photos."""

    photos = serializers.ListField(child=serializers.FileField(), min_length=1, max_length=9)


# --- what goes out ----------------------------------------------------------------------------------------------------


class CategorySerializer(serializers.ModelSerializer):
    """A class of matters, components or social governance."""

    class Meta:
        model = Category
        fields = ("id", "kind", "standard", "code", "name", "parent", "severity", "urgency", "is_active")
        read_only_fields = fields


class CategoryBrief(serializers.ModelSerializer):
    """A class, as an incident names it."""

    class Meta:
        model = Category
        fields = ("id", "kind", "code", "name")
        read_only_fields = fields


class PointSerializer(serializers.Serializer):
    """A place in WGS-84 degrees."""

    lon = serializers.FloatField(source="x", read_only=True)
    lat = serializers.FloatField(source="y", read_only=True)


class GridBrief(serializers.Serializer):
    """A grid as it was on the day of the report."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class HandlerSerializer(serializers.Serializer):
    """Who has it."""

    organization = serializers.IntegerField(allow_null=True, read_only=True)
    organization_name = serializers.CharField(read_only=True)
    user = serializers.IntegerField(allow_null=True, read_only=True)
    user_name = serializers.CharField(read_only=True)


class IncidentBrief(serializers.ModelSerializer):
    """An incident in a list."""

    category = CategoryBrief(read_only=True, allow_null=True)
    grid = serializers.SerializerMethodField()
    point = PointSerializer(read_only=True, allow_null=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    handler = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "title",
            "category",
            "severity",
            "urgency",
            "source",
            "external_id",
            "grid",
            "address",
            "point",
            "located_by",
            "state",
            "state_label",
            "state_since",
            "version",
            "handler",
            "clock",
            "due_at",
            "is_overdue",
            "was_overdue",
            "rework_count",
            "return_count",
            "reported_at",
            "filed_at",
            "dispatched_at",
            "handled_at",
            "closed_at",
        )
        read_only_fields = fields

    @extend_schema_field(GridBrief)
    def get_grid(self, incident: Incident) -> dict[str, str]:
        """The code of the day and the grid's name."""
        return {"code": incident.grid_code, "name": incident.grid.name}

    @extend_schema_field(HandlerSerializer(allow_null=True))
    def get_handler(self, incident: Incident) -> dict[str, Any] | None:
        """Unit and person; null before the dispatch."""
        unit, user = incident.handler_organization, incident.handler_user
        if unit is None and user is None:
            return None
        return {
            "organization": incident.handler_organization_id,
            "organization_name": unit.name if unit else "",
            "user": incident.handler_user_id,
            "user_name": user.real_name if user else "",
        }

    def get_is_overdue(self, incident: Incident) -> bool:
        """Past the due time of the running stage."""
        now: datetime = self.context.get("now") or timezone.now()
        return incident.due_at is not None and incident.due_at < now


class ContactSerializer(serializers.Serializer):
    """The reporter's contact: masked, or in clear after a reveal."""

    name = serializers.CharField(read_only=True)
    phone = serializers.CharField(read_only=True)


class LeaderSerializer(serializers.Serializer):
    """Who is in charge of the place."""

    name = serializers.CharField(read_only=True)
    grid_code = serializers.CharField(read_only=True)
    grid_name = serializers.CharField(read_only=True)


class MoveSerializer(serializers.Serializer):
    """A move that the caller may make now, and what it needs."""

    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    target = serializers.CharField(read_only=True)
    needs = serializers.ListField(child=serializers.CharField(), read_only=True)
    may = serializers.ListField(child=serializers.CharField(), read_only=True)


class IncidentSerializer(IncidentBrief):
    """One incident with its text, its masked contact, the leader of the place and the caller's moves."""

    contact = serializers.SerializerMethodField()
    leader = serializers.SerializerMethodField()
    allowed_moves = serializers.SerializerMethodField()
    compound = serializers.CharField(source="compound.name", read_only=True, default=None, allow_null=True)

    class Meta(IncidentBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *IncidentBrief.Meta.fields,
            "text",
            "compound",
            "point_given",
            "client_uuid",
            "happened_at",
            "due_estimated",
            "warn_at",
            "unit_due_at",
            "verified_at",
            "is_genuine",
            "level",
            "step",
            "steps",
            "resume_at",
            "in_arbitration",
            "is_supervised",
            "closing",
            "is_solved",
            "solved_at",
            "was_excused",
            "report_up_count",
            "reopen_count",
            "extension_count",
            "contact",
            "leader",
            "allowed_moves",
        )
        read_only_fields = fields

    @extend_schema_field(ContactSerializer)
    def get_contact(self, incident: Incident) -> dict[str, str]:
        """Masked; the reveal is an address of its own."""
        return {"name": mask_name(incident.contact_name), "phone": mask_phone(incident.contact_phone)}

    @extend_schema_field(LeaderSerializer(allow_null=True))
    def get_leader(self, incident: Incident) -> dict[str, str] | None:
        """The lowest leader of the place who is there."""
        chain = leader_chain(incident.grid_code, now=self.context.get("now") or timezone.now())
        step = next((step for step in chain if step.user and not step.absent), None)
        if step is None or step.user is None:
            return None
        return {"name": step.user.real_name, "grid_code": step.grid_code, "grid_name": step.grid_name}

    @extend_schema_field(MoveSerializer(many=True))
    def get_allowed_moves(self, incident: Incident) -> list[dict[str, Any]]:
        """From the table of moves, for this caller."""
        moves = allowed_moves(incident, self.context["request"].user)
        return cast("list[dict[str, Any]]", MoveSerializer(moves, many=True).data)
