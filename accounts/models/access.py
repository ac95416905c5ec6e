"""Append-only audit of access: logins, reveals of personal data, exports."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessEvent(models.Model):
    """Who looked at what, when and why. The database refuses UPDATE and DELETE."""

    class Action(models.TextChoices):
        LOGIN = "login", _("Signed in")
        LOGIN_FAILED = "login_failed", _("Sign-in failed")
        LOGOUT = "logout", _("Signed out")
        LOCKED = "locked", _("Locked out")
        PASSWORD = "password", _("Password changed")
        REVEAL = "reveal", _("Personal data revealed")
        EXPORT = "export", _("Exported")
        API_KEY = "api_key", _("API key issued or revoked")
        POST = "post", _("Post given or ended")
        SEARCH = "search", _("Searched by personal data")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="access_events",
        verbose_name=_("actor"),
    )
    actor_name = models.CharField(_("name given"), max_length=150, blank=True, default="")
    action = models.CharField(_("action"), max_length=20, choices=Action.choices)
    succeeded = models.BooleanField(_("succeeded"), default=True)
    object_type = models.CharField(_("kind of object"), max_length=60, blank=True, default="")
    object_id = models.CharField(_("object"), max_length=60, blank=True, default="")
    fields = models.CharField(_("fields"), max_length=200, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=200, blank=True, default="")
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=40, blank=True, default="")
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("access event")
        verbose_name_plural = _("access events")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # who has seen this record? (reliability.md 4.2, article 57)
            models.Index(fields=["object_type", "object_id"], name="access_object_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
