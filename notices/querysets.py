"""Questions to the notices."""

from typing import Any

from django.db import models


class NoticeQuerySet(models.QuerySet[Any]):
    """Adjectives of notices; they chain."""

    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """The inbox of `user`: what was delivered to her, and nobody else's, whatever her posts."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(recipient_id=user.pk, delivered_at__isnull=False)

    def unread(self) -> "NoticeQuerySet":
        """Not yet read."""
        return self.filter(read_at__isnull=True)


class EndpointQuerySet(models.QuerySet[Any]):
    """Adjectives of endpoints."""

    def active(self) -> "EndpointQuerySet":
        """Switched on."""
        return self.filter(is_active=True)

    def resting(self, now: Any) -> "EndpointQuerySet":
        """Left alone for now, because the last attempts failed."""
        return self.filter(paused_until__gt=now)


class DeliveryQuerySet(models.QuerySet[Any]):
    """Adjectives of deliveries."""

    def into_inbox(self) -> "DeliveryQuerySet":
        """To people."""
        return self.filter(endpoint__isnull=True)

    def to(self, endpoint_id: int) -> "DeliveryQuerySet":
        """To one endpoint."""
        return self.filter(endpoint_id=endpoint_id)

    def live(self) -> "DeliveryQuerySet":
        """Due or in work: what the partial index holds."""
        return self.filter(work_state__in=["due", "leased"])

    def waiting(self, now: Any) -> "DeliveryQuerySet":
        """Live and its time has come."""
        return self.live().filter(run_at__lte=now)

    def quarantined(self) -> "DeliveryQuerySet":
        """Failed for good, until a person decides."""
        return self.filter(work_state="dead")
