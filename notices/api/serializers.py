"""Shapes of `notices` in the API."""

from rest_framework import serializers

from notices.models import Notice


class NoticeSerializer(serializers.ModelSerializer):
    """A message in the inbox of the account."""

    class Meta:
        model = Notice
        fields = ("id", "kind", "level", "title", "body", "url", "grid_code", "delivered_at", "read_at")
        read_only_fields = fields


class ReadAllSerializer(serializers.Serializer):
    """How many messages were marked as read."""

    read = serializers.IntegerField(min_value=0)
