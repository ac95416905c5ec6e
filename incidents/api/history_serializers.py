"""Shapes of what has happened to an incident in the API: its events, its photos, its clocks."""

from typing import Any

from rest_framework import serializers

from incidents.models import Attachment, IncidentEvent
from incidents.worktime import ClockReading


class EventSerializer(serializers.ModelSerializer):
    """One step of the history."""

    class Meta:
        model = IncidentEvent
        fields = ("sequence", "kind", "move", "from_state", "to_state", "actor_name", "text", "data", "at")
        read_only_fields = fields


class AttachmentSerializer(serializers.ModelSerializer):
    """A photo; its address serves it to those who may see the incident."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    event = serializers.IntegerField(source="event.sequence", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Attachment
        fields = ("id", "stage", "event", "sha256", "width", "height", "size", "uploaded_at")
        read_only_fields = fields


class ClockStepSerializer(serializers.Serializer):
    """One fact of a clock and the due time after it."""

    kind = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    amount = serializers.DecimalField(max_digits=7, decimal_places=2, read_only=True, allow_null=True)
    unit = serializers.CharField(read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(read_only=True, allow_null=True)
    effective = serializers.BooleanField(read_only=True)


class ClockSerializer(serializers.Serializer):
    """What the ledger of one stage says."""

    clock = serializers.CharField(read_only=True)
    running = serializers.BooleanField(read_only=True)
    paused = serializers.BooleanField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    stopped_at = serializers.DateTimeField(read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(read_only=True, allow_null=True)
    warn_at = serializers.DateTimeField(read_only=True, allow_null=True)
    estimated = serializers.BooleanField(read_only=True)
    steps = ClockStepSerializer(many=True, read_only=True)

    @staticmethod
    def rows(readings: dict[Any, ClockReading]) -> list[dict[str, Any]]:
        """The readings as rows with the name of their stage."""
        names = ("running", "paused", "started_at", "stopped_at", "due_at", "warn_at", "estimated", "steps")
        return [
            {"clock": str(clock), **{name: getattr(reading, name) for name in names}}
            for clock, reading in readings.items()
        ]
