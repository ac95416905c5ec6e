"""An outside address that receives messages: a webhook or a WeCom group robot."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from notices.querysets import EndpointQuerySet


class Endpoint(models.Model):
    """One receiver. Failures are kept per receiver so that a dead one delays nobody else."""

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        WECOM = "wecom", _("WeCom group robot")

    name = models.CharField(_("name"), max_length=100, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    url = models.URLField(_("address"), max_length=500)
    secret = EncryptedTextField(_("secret"), blank=True, default="")
    grid_code = models.CharField(_("code of the subtree"), max_length=30)
    kinds = models.CharField(
        _("kinds of notice, separated by commas; empty: all"), max_length=300, blank=True, default=""
    )
    is_active = models.BooleanField(_("active"), default=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
