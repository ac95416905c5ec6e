"""Counts kept up from the event log, so that a dashboard reads a handful of rows whatever the history.

`reports.rollups` writes them. A cell holds, for every condition of `rollups.names.CONDITIONS` in its order, a flow
(what the period itself adds) and a change of stock (what stays until changed again); see docs/rollups.md.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident


class RollupCell(models.Model):
    """The numbers of one grid subtree, one period and one cut (everything, a category, a source …)."""

    class Grain(models.TextChoices):
        DAY = "d", _("Day")
        WEEK = "w", _("Week")
        MONTH = "m", _("Month")
        QUARTER = "q", _("Quarter")
        YEAR = "y", _("Year")

    class Cut(models.TextChoices):
        ALL = "a", _("All")
        CATEGORY = "c", _("By category")
        SOURCE = "s", _("By source")
        BOTH = "b", _("By category and source")
        HOUR = "h", _("By weekday and hour")
        WAIT = "w", _("By state left")

    pk = models.CompositePrimaryKey("code", "cut", "grain", "starts_on", "key")
    code = models.CharField(_("grid code"), max_length=15)
    cut = models.CharField(_("cut"), max_length=1, choices=Cut.choices)
    grain = models.CharField(_("length of the period"), max_length=1, choices=Grain.choices)
    starts_on = models.DateField(_("first day"))
    key = models.CharField(_("which one of the cut"), max_length=24, blank=True, default="")
    flow = ArrayField(models.BigIntegerField(null=True), verbose_name=_("what the period adds"), default=list)
    stock = ArrayField(models.BigIntegerField(null=True), verbose_name=_("change of what stays"), default=list)

    class Meta:
        verbose_name = _("rollup cell")
        verbose_name_plural = _("rollup cells")

    def __str__(self) -> str:
        return f"{self.code} {self.cut}{self.key} {self.grain}{self.starts_on}"


class RollupCounted(models.Model):
    """Up to where an incident is counted in the cells, and under which grid, category and source."""

    # no constraint: incidents are never deleted, and ten million checks would only cost
    incident = models.OneToOneField(
        Incident,
        models.DO_NOTHING,
        primary_key=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("incident"),
    )
    code = models.CharField(_("grid code"), max_length=15)
    category_id = models.BigIntegerField(_("category"), null=True)
    source = models.CharField(_("source"), max_length=10)
    events = models.PositiveIntegerField(_("events counted"))
    entries = models.PositiveIntegerField(_("clock entries counted"))
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("counted incident")
        verbose_name_plural = _("counted incidents")

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.events}"


class RollupMark(models.Model):
    """One row: how far the event log is counted."""

    last_event = models.BigIntegerField(_("last event"), default=0)
    as_of = models.DateTimeField(_("as of"))
    names = models.CharField(_("fingerprint of the definitions"), max_length=64)

    class Meta:
        verbose_name = _("mark of the rollups")
        verbose_name_plural = _("marks of the rollups")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="rollup_mark_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.last_event} {self.as_of}"


class RollupCheck(models.Model):
    """One reconciliation: what was recounted from the events, and what differed."""

    at = models.DateTimeField(_("at"))
    code = models.CharField(_("grid code"), max_length=15)
    grain = models.CharField(_("length of the period"), max_length=1, choices=RollupCell.Grain.choices)
    starts_on = models.DateField(_("first day"))
    numbers = models.PositiveIntegerField(_("numbers compared"))
    differences = models.PositiveIntegerField(_("differences"))
    details = models.JSONField(_("what differed"), default=list)
    mended = models.BooleanField(_("counted anew"), default=False)

    class Meta:
        verbose_name = _("check of the rollups")
        verbose_name_plural = _("checks of the rollups")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.at} {self.code} {self.differences}"
