"""Households of a building and the people who live there: what a visit needs, sealed where it is personal."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from fieldwork.querysets import InGridQuerySet
from grid.models import Building
from grid.models.record import InGrid


class Household(InGrid):
    """A flat: the address down to the door, and how it is lived in."""

    class Tenure(models.TextChoices):
        OWNED = "owned", _("Lived in by the owner")
        RENTED = "rented", _("Rented")
        SHARED = "shared", _("Rented by several groups")
        EMPTY = "empty", _("Empty")
        BUSINESS = "business", _("Used for business")

    building = models.ForeignKey(Building, models.PROTECT, related_name="flats", verbose_name=_("building"))
    unit = models.CharField(_("staircase"), max_length=10, blank=True, default="")
    room = models.CharField(_("room"), max_length=20)
    tenure = models.CharField(_("use"), max_length=10, choices=Tenure.choices, default=Tenure.OWNED)
    people = models.PositiveSmallIntegerField(_("people"), null=True, blank=True)
    is_active = models.BooleanField(_("exists"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = InGridQuerySet.of("grid_code", "household.view").as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering: ClassVar[list[str]] = ["building", "unit", "room"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["building", "unit", "room"], name="household_door_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "id"], name="household_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.room}"


class Resident(models.Model):
    """Somebody who lives there. Name, phone and ID number are sealed; exact search goes by blind index only."""

    class Sex(models.TextChoices):
        FEMALE = "f", _("female")
        MALE = "m", _("male")

    household = models.ForeignKey(Household, models.CASCADE, related_name="residents", verbose_name=_("household"))
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    id_number = EncryptedTextField(_("ID number"), blank=True, default="")
    id_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True, default="")
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    relation = models.CharField(_("relation to the head"), max_length=20, blank=True, default="")
    is_head = models.BooleanField(_("head of the household"), default=False)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True)

    objects = InGridQuerySet.of("household__grid_code", "household.view").as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering: ClassVar[list[str]] = ["household", "-is_head", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(is_head=True, moved_out_on__isnull=True), name="household_one_head"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["phone_index"], name="resident_phone_idx", condition=~Q(phone_index="")),
            models.Index(fields=["id_index"], name="resident_id_idx", condition=~Q(id_index="")),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
