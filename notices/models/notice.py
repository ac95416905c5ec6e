"""A message to a person or a system, and its delivery."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notices.models.endpoint import Endpoint
from notices.models.leased import LeasedWork
from notices.querysets import DeliveryQuerySet, NoticeQuerySet


class Notice(models.Model):
    """What is to be told to one person (or, with no recipient, to outside systems).

    Written in the transaction of the change that it tells of. A person's inbox
    shows it when its inbox delivery is done.
    """

    class Level(models.TextChoices):
        INFO = "info", _("Information")
        TASK = "task", _("Task")
        WARNING = "warning", _("Warning")
        URGENT = "urgent", _("Urgent")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("recipient"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.INFO)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True, default="")
    url = models.CharField(_("page"), max_length=300, blank=True, default="")
    grid_code = models.CharField(_("code of the subtree"), max_length=30, blank=True, default="")
    payload = models.JSONField(_("data for systems"), default=dict, blank=True)
    dedupe_key = models.CharField(_("key against repeats"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("created at"))
    delivered_at = models.DateTimeField(_("in the inbox since"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # the inbox of a person, newest first
            models.Index(fields=["recipient", "-id"], name="notice_inbox_idx"),
            # the unread count in the bell
            models.Index(
                fields=["recipient"],
                name="notice_unread_idx",
                condition=models.Q(read_at__isnull=True, delivered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def badge(self) -> str:
        """The level in a word; what is late is called late (超时), however loudly it is told."""
        return str(_("Overdue") if self.kind.endswith("overdue") else self.get_level_display())


class Delivery(LeasedWork):
    """One way of one notice: into the inbox, or to one endpoint."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        WEBHOOK = "webhook", _("Webhook")
        WECOM = "wecom", _("WeCom group robot")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", verbose_name=_("notice"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.INBOX)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, blank=True, related_name="deliveries", verbose_name=_("endpoint")
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        abstract = False
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notice", "channel", "endpoint"], nulls_distinct=False, name="delivery_once_per_way"
            ),
            models.CheckConstraint(
                condition=models.Q(channel="inbox", endpoint__isnull=True)
                | (~models.Q(channel="inbox") & models.Q(endpoint__isnull=False)),
                name="delivery_endpoint_unless_inbox",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.channel}"
