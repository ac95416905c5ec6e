"""What every record made on the way has: where, who, when, and the id that the phone gave it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.grid import Grid


class InGrid(models.Model):
    """Lies in a grid; the code of the day is kept beside, because grids change."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    class Meta:
        abstract = True


class SentOnce(models.Model):
    """Made on a device that may send it twice: sent again it is the same record (architecture.md law 7).

    `client_id` is made by the device. `digest` is the SHA-256 of what was sent first: the same id with another content
    is a conflict that a person decides.
    """

    client_id = models.UUIDField(_("id given by the device"), unique=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        abstract = True


class FieldRecord(InGrid, SentOnce):
    """Written on the way, perhaps without a network."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-at", "-id"]


def newest_in_grid(name: str) -> list[models.Index]:
    """The two indexes that lists of field records live on: newest of a subtree, newest of a person."""
    return [
        models.Index(fields=["grid_code", "-at"], name=f"{name}_grid_idx", opclasses=["varchar_pattern_ops", ""]),
        models.Index(fields=["by", "-at"], name=f"{name}_by_idx"),
        models.Index(fields=["-at", "-id"], name=f"{name}_at_idx"),
    ]
