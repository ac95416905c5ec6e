"""Organizations: departments, committees, companies; who can be handed an incident."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.grid import Grid
from grid.querysets import OrganizationQuerySet


class Organization(models.Model):
    """An organization tied to the grid where it serves (its subtree is its territory)."""

    class Kind(models.TextChoices):
        OFFICE = "office", _("Street office")
        CENTRE = "centre", _("Operation centre")
        DEPARTMENT = "department", _("Posted department")
        TASK_GROUP = "task_group", _("Task group")
        COMMITTEE = "committee", _("Community committee")
        PROPERTY = "property", _("Property company")
        INSTITUTION = "institution", _("Public institution")
        ENTERPRISE = "enterprise", _("Enterprise")
        SOCIAL = "social", _("Social organization")
        PARTY = "party", _("Party organization")

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="organizations", verbose_name=_("grid"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    code = models.CharField(_("short code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    duties = models.TextField(_("duties"), blank=True, default="")
    duty_phone = models.CharField(_("public duty phone"), max_length=30, blank=True, default="")
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    confirms_work = models.BooleanField(_("its head confirms finished work"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering: ClassVar[list[str]] = ["grid_id", "kind", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "code"], name="organization_code_once_per_grid"),
        ]

    def __str__(self) -> str:
        return self.name
