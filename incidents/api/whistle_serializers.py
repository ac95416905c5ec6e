"""Shapes of whistles in the API. What comes in is strict: unknown members are refused."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.text_guard import CleanTextSerializerField
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents.api.serializers import GridBrief, MoveSerializer, StrictSerializer
from incidents.models import Incident, Whistle, WhistleEvent, WhistleLevel, WhistleTask
from incidents.whistle_moves import LENGTHS, MOVES, allowed_moves, allowed_steps, reached
from incidents.whistle_raising import Call, NewWhistle
from incidents.whistles import Given, Rating

MOVE_NAMES = [(move.name, move.label) for move in MOVES]

# --- what comes in ----------------------------------------------------------------------------------------------------


class CallInput(StrictSerializer):
    """One unit that is called, by id, and what it is to do. Exactly one leads."""

    organization = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.active())
    task = CleanTextSerializerField(max_length=LENGTHS["task"])
    is_lead = serializers.BooleanField(default=False)


class NewWhistleInput(StrictSerializer):
    """A whistle. Without a grid it is the community of the case."""

    title = CleanTextSerializerField(max_length=LENGTHS["title"])
    text = CleanTextSerializerField(max_length=LENGTHS["text"], multiline=True)
    ground = serializers.ChoiceField(choices=Whistle.Ground.choices)
    level = serializers.ChoiceField(choices=WhistleLevel.Colour.choices)
    address = CleanTextSerializerField(max_length=LENGTHS["address"], required=False, allow_blank=True)
    grid = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="code", queryset=Grid.objects.defer("boundary")
    )
    incident = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="number", queryset=Incident.objects.none()
    )
    calls = CallInput(many=True, allow_empty=False, max_length=20)  # type: ignore[call-arg]

    def get_fields(self) -> dict[str, Any]:
        """Grids are those for which the caller may whistle, cases those that she may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            own = fields["grid"].queryset.filter(scope_of(request.user).q("whistle.blow"))
            fields["grid"].queryset = own.current(timezone.localdate())
            fields["incident"].queryset = Incident.objects.visible_to(request.user)
        return fields

    def whistle(self) -> NewWhistle:
        """What was given, for `raise_whistle`."""
        data = {name: value for name, value in self.validated_data.items() if value is not None}
        calls = [Call(**call) for call in data.pop("calls")]
        return NewWhistle(calls=calls, **data)


class RatingInput(StrictSerializer):
    """How one unit responded."""

    task = serializers.IntegerField(min_value=1, max_value=2**62)
    stars = serializers.IntegerField(min_value=1, max_value=5)
    words = CleanTextSerializerField(max_length=LENGTHS["reason"], required=False, allow_blank=True)


class WhistleMoveInput(StrictSerializer):
    """A move of the table, with what it needs. Steps of units name the unit's `task`; the others the version seen."""

    move = serializers.ChoiceField(choices=MOVE_NAMES)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    text = CleanTextSerializerField(max_length=LENGTHS["result"], multiline=True, required=False, allow_blank=True)
    task = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    attendee = CleanTextSerializerField(max_length=LENGTHS["attendee"], required=False, allow_blank=True)
    rank = serializers.ChoiceField(choices=WhistleLevel.Rank.choices, required=False)
    ratings = RatingInput(many=True, required=False, max_length=20)  # type: ignore[call-arg]

    def given(self) -> Given:
        """What was given, for `perform`."""
        data = self.validated_data
        rated = {row["task"]: Rating(row["stars"], row.get("words", "")) for row in data.get("ratings", ())}
        plain = {name: data[name] for name in ("text", "task", "attendee", "rank") if name in data}
        return Given(ratings=rated, **plain)


class PeriodInput(serializers.Serializer):
    """The days of the figures, both included."""

    start = serializers.DateField(required=False)
    end = serializers.DateField(required=False)


# --- what goes out ----------------------------------------------------------------------------------------------------


class WhistleTaskSerializer(serializers.ModelSerializer):
    """One called unit with its task, its times and what it did."""

    organization_name = serializers.CharField(source="organization.name", read_only=True)
    at_rank = serializers.SerializerMethodField()

    class Meta:
        model = WhistleTask
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "organization",
            "organization_name",
            "is_lead",
            "task",
            "respond_due_at",
            "due_at",
            "responded_at",
            "attended_at",
            "attendee",
            "attendee_rank",
            "at_rank",
            "done_at",
            "result",
            "rating",
            "rating_text",
        )
        read_only_fields = fields

    def get_at_rank(self, task: WhistleTask) -> bool | None:
        """Whether the rank that attended is up to the level; null before anybody attended."""
        return reached(task.whistle, task) if task.attended_at else None


class WhistleBrief(serializers.ModelSerializer):
    """A whistle in a list."""

    grid = serializers.SerializerMethodField()
    incident = serializers.CharField(source="incident.number", read_only=True, default=None, allow_null=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    caller = serializers.CharField(source="caller.real_name", read_only=True)

    class Meta:
        model = Whistle
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "title",
            "ground",
            "level",
            "rank",
            "grid",
            "address",
            "incident",
            "state",
            "state_label",
            "version",
            "caller",
            "raised_at",
            "blown_at",
            "handled_at",
            "closed_at",
        )
        read_only_fields = fields

    @extend_schema_field(GridBrief)
    def get_grid(self, whistle: Whistle) -> dict[str, str]:
        """The code of the day and the grid's name."""
        return {"code": whistle.grid_code, "name": whistle.grid.name}


class WhistleEventSerializer(serializers.ModelSerializer):
    """One step of the history."""

    organization_name = serializers.CharField(source="organization.name", read_only=True, default="")

    class Meta:
        model = WhistleEvent
        fields = ("move", "from_state", "to_state", "organization", "organization_name", "actor_name", "text", "at")
        read_only_fields = fields


class UnitMoveSerializer(MoveSerializer):
    """A step that the caller may make for one unit."""

    task = serializers.IntegerField(read_only=True)


class WhistleSerializer(WhistleBrief):
    """One whistle with its units, its history and the caller's moves."""

    tasks = WhistleTaskSerializer(many=True, read_only=True)
    events = serializers.SerializerMethodField()
    allowed_moves = serializers.SerializerMethodField()
    allowed_steps = serializers.SerializerMethodField()

    class Meta(WhistleBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *WhistleBrief.Meta.fields,
            "text",
            "approval_reason",
            "tasks",
            "events",
            "allowed_moves",
            "allowed_steps",
        )
        read_only_fields = fields

    @extend_schema_field(WhistleEventSerializer(many=True))
    def get_events(self, whistle: Whistle) -> list[dict[str, Any]]:
        """The history, oldest first."""
        rows = WhistleEvent.objects.filter(whistle=whistle).select_related("organization")
        return cast("list[dict[str, Any]]", WhistleEventSerializer(rows, many=True).data)

    @extend_schema_field(MoveSerializer(many=True))
    def get_allowed_moves(self, whistle: Whistle) -> list[dict[str, Any]]:
        """Moves of the whole whistle, for this caller."""
        moves = allowed_moves(whistle, self.context["request"].user)
        return cast("list[dict[str, Any]]", MoveSerializer(moves, many=True).data)

    @extend_schema_field(UnitMoveSerializer(many=True))
    def get_allowed_steps(self, whistle: Whistle) -> list[dict[str, Any]]:
        """Steps of units, for this caller."""
        tasks, user = list(whistle.tasks.all()), self.context["request"].user
        return [
            {**MoveSerializer(move).data, "task": task.pk}
            for task in tasks
            for move in allowed_steps(whistle, task, tasks, user)
        ]


class UnitFiguresSerializer(serializers.Serializer):
    """How one unit answered: counts with their denominators, rates of 0 to 1 (null where nothing was due)."""

    organization = serializers.IntegerField(source="organization.pk", read_only=True)
    organization_name = serializers.CharField(source="organization.name", read_only=True)
    called = serializers.IntegerField(source="counts.called", read_only=True)
    respond_due = serializers.IntegerField(source="counts.respond_due", read_only=True)
    responded_in_time = serializers.IntegerField(source="counts.responded_in_time", read_only=True)
    attend_due = serializers.IntegerField(source="counts.attend_due", read_only=True)
    attended_at_rank = serializers.IntegerField(source="counts.attended_at_rank", read_only=True)
    done_due = serializers.IntegerField(source="counts.done_due", read_only=True)
    done_in_time = serializers.IntegerField(source="counts.done_in_time", read_only=True)
    rated = serializers.IntegerField(source="counts.rated", read_only=True)
    response_rate = serializers.FloatField(allow_null=True, read_only=True)
    attendance_rate = serializers.FloatField(allow_null=True, read_only=True)
    done_rate = serializers.FloatField(allow_null=True, read_only=True)
    mean_rating = serializers.FloatField(allow_null=True, read_only=True)
