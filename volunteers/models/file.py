"""Receipts and pictures: of what was bought for a wish, of an expense, of a wish granted, of a service."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from volunteers.models.micro import Expense
from volunteers.models.service import ServiceActivity
from volunteers.models.wish import WishClaim, WishReceipt

OWNERS = ("receipt", "expense", "claim", "service")
"""A file belongs to exactly one of these."""


def _one_owner() -> Q:
    one = Q()
    for owner in OWNERS:
        one |= Q(**{f"{name}__isnull": name != owner for name in OWNERS})
    return one


class VolunteerFile(models.Model):
    """One file of exactly one thing; photos have a thumbnail."""

    receipt = models.ForeignKey(WishReceipt, models.CASCADE, null=True, blank=True, related_name="files")
    expense = models.ForeignKey(Expense, models.CASCADE, null=True, blank=True, related_name="files")
    claim = models.ForeignKey(WishClaim, models.CASCADE, null=True, blank=True, related_name="files")
    service = models.ForeignKey(ServiceActivity, models.CASCADE, null=True, blank=True, related_name="files")
    public_id = models.UUIDField(_("id in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_photo = models.BooleanField(_("photo"), default=False)
    content_type = models.CharField(_("type"), max_length=100)
    file = models.CharField(_("file"), max_length=200)
    thumbnail = models.CharField(_("thumbnail"), max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    size = models.PositiveIntegerField(_("size in bytes"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("file of volunteers’ work")
        verbose_name_plural = _("files of volunteers’ work")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_owner(), name="volunteer_file_of_one_thing"),
            models.UniqueConstraint(fields=[*OWNERS, "sha256"], nulls_distinct=False, name="volunteer_file_once"),
        ]

    def __str__(self) -> str:
        return self.name
