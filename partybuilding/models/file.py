"""Files of party work: agreements, prepared plans, minutes, and photos; served by a scoped view only."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partybuilding.models.activity import Activity
from partybuilding.models.council import ForumMeeting
from partybuilding.models.lists import Project
from partybuilding.models.star import StarDelivery
from partybuilding.models.unit import Agreement

OWNERS = ("agreement", "project", "activity", "meeting", "delivery")
"""A file belongs to exactly one of these."""


def _one_owner() -> Q:
    one = Q()
    for owner in OWNERS:
        one |= Q(**{f"{name}__isnull": name != owner for name in OWNERS})
    return one


class PartyFile(models.Model):
    """One file of exactly one thing; photos have a thumbnail and lie in the store of the photos of incidents."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, null=True, blank=True, related_name="files")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="files")
    activity = models.ForeignKey(Activity, models.CASCADE, null=True, blank=True, related_name="files")
    meeting = models.ForeignKey(ForumMeeting, models.CASCADE, null=True, blank=True, related_name="files")
    delivery = models.ForeignKey(StarDelivery, models.CASCADE, null=True, blank=True, related_name="files")
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
        verbose_name = _("file of party work")
        verbose_name_plural = _("files of party work")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_owner(), name="party_file_of_one_thing"),
            models.UniqueConstraint(fields=[*OWNERS, "sha256"], nulls_distinct=False, name="party_file_once"),
        ]

    def __str__(self) -> str:
        return self.name
