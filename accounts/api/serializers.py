"""Shapes of `accounts` in the API."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import ApiKey, User


class KeySerializer(serializers.ModelSerializer):
    """The key of this call: what it may and until when. Never its secret."""

    class Meta:
        model = ApiKey
        fields = ("prefix", "name", "capabilities", "grid_code", "expires_at")
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer):
    """The account of this call."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    phone = serializers.CharField(source="masked_phone", read_only=True)
    api_key = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "username", "real_name", "kind", "phone", "language", "large_text", "api_key")
        read_only_fields = ("id", "username", "real_name", "kind")

    @extend_schema_field(KeySerializer(allow_null=True))
    def get_api_key(self, user: User) -> dict[str, Any] | None:
        """The key that the call came with; null for a person."""
        key = getattr(user, "active_key", None)
        return dict(KeySerializer(key).data) if key else None

    def to_internal_value(self, data: Any) -> Any:
        """Refuse members that cannot be set here, instead of passing over them in silence."""
        unknown = sorted(set(data) - {"language", "large_text"}) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({str(name): [_("This cannot be set here.")] for name in unknown})
        return super().to_internal_value(data)
