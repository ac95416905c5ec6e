"""Inspections (隐患排查, 网格+消防): places, checklists, hazards, notices to put right (整改通知书), re-inspection."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from fieldwork.querysets import InGridQuerySet
from grid.models import Building, Organization
from grid.models.record import FieldRecord, InGrid, newest_in_grid
from grid.models.staged import Staged
from incidents.models import Incident


class Checklist(models.Model):
    """A list of check items; released ones never change, a change is a new version (domain.md 3.8)."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("checklist of inspections")
        verbose_name_plural = _("checklists")
        ordering: ClassVar[list[str]] = ["code", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_once"),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(released_at__isnull=False, replaced_at__isnull=True),
                name="checklist_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(released_at__isnull=False), name="checklist_replaced_released"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ChecklistItem(models.Model):
    """One thing to look at."""

    checklist = models.ForeignKey(
        Checklist, models.CASCADE, related_name="items", verbose_name=_("checklist of inspections")
    )
    part = models.CharField(_("part"), max_length=40, blank=True, default="")
    text = models.CharField(_("what is to be looked at"), max_length=200)
    basis = models.CharField(_("rule"), max_length=100, blank=True, default="")
    is_serious = models.BooleanField(_("serious when missing"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("check item")
        verbose_name_plural = _("check items")
        ordering: ClassVar[list[str]] = ["checklist", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["checklist", "text"], name="check_item_once")
        ]

    def __str__(self) -> str:
        return self.text


class PlaceKind(models.Model):
    """A kind of place with its threshold as data (九小场所 of Erqi, 多合一, 群租房, 人员密集场所)."""

    class Group(models.TextChoices):
        NINE_SMALL = "nine_small", _("Nine small places")
        CROWDED = "crowded", _("Crowded places")
        MIXED = "mixed", _("Several uses in one")
        SHARED_RENT = "shared_rent", _("Group-rented rooms")
        OTHER = "other", _("Other places")

    class Measure(models.TextChoices):
        AREA = "area", _("area in m²")
        BEDS = "beds", _("beds")
        CHILDREN = "children", _("children")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    group = models.CharField(_("group"), max_length=12, choices=Group.choices)
    measure = models.CharField(_("measured by"), max_length=8, choices=Measure.choices, blank=True, default="")
    below = models.PositiveIntegerField(_("belongs here below"), null=True, blank=True)
    threshold = models.CharField(_("threshold in words"), max_length=200, blank=True, default="")
    every_days = models.PositiveSmallIntegerField(_("inspected every (days)"), null=True, blank=True)
    checklist_code = models.CharField(_("checklist of inspections"), max_length=20, blank=True, default="")
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of place")
        verbose_name_plural = _("kinds of places")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(below__isnull=True) | ~Q(measure=""), name="place_kind_below_needs_measure"
            )
        ]

    def __str__(self) -> str:
        return self.name


class InspectedPlace(InGrid):
    """A place on the register. The phone of the person responsible is sealed."""

    kind = models.ForeignKey(PlaceKind, models.PROTECT, related_name="places", verbose_name=_("kind of place"))
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("building")
    )
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    area = models.PositiveIntegerField(_("area in m²"), null=True, blank=True)
    beds = models.PositiveIntegerField(_("beds"), null=True, blank=True)
    children = models.PositiveIntegerField(_("children"), null=True, blank=True)
    in_complex = models.BooleanField(_("inside a commercial complex"), default=False)
    responsible = models.CharField(_("person responsible"), max_length=50, blank=True, default="")
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    is_active = models.BooleanField(_("exists"), default=True)
    due_on = models.DateField(_("next inspection"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta:
        verbose_name = _("inspected place")
        verbose_name_plural = _("inspected places")
        ordering: ClassVar[list[str]] = ["grid_code", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name", "address"], name="place_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "id"], name="place_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
            models.Index(fields=["due_on"], name="place_due_idx", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Inspection(FieldRecord):
    """One look at one place by a checklist of one version; `level` says who came (street, community, grid)."""

    class Level(models.TextChoices):
        GRID = "grid", _("Grid")
        COMMUNITY = "community", _("Community")
        STREET = "street", _("Street")

    place = models.ForeignKey(
        InspectedPlace, models.PROTECT, related_name="inspections", verbose_name=_("inspected place")
    )
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checklist of inspections")
    )
    level = models.CharField(_("inspected by"), max_length=10, choices=Level.choices, default=Level.GRID)
    companions = models.CharField(_("who came along"), max_length=200, blank=True, default="")
    text = models.CharField(_("remark"), max_length=1000, blank=True, default="")

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta(FieldRecord.Meta):
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        indexes: ClassVar[list[models.Index]] = [
            *newest_in_grid("inspection"),
            models.Index(fields=["place", "-at"], name="inspection_place_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.at:%Y-%m-%d}"


class InspectionAnswer(models.Model):
    """One item of the list at one inspection."""

    class Answer(models.TextChoices):
        GOOD = "good", _("In order")
        BAD = "bad", _("Not in order")
        NOT_HERE = "not_here", _("Does not apply")

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers", verbose_name=_("inspection"))
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="+", verbose_name=_("check item"))
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices)

    class Meta:
        verbose_name = _("answer of an inspection")
        verbose_name_plural = _("answers of inspections")
        ordering: ClassVar[list[str]] = ["inspection", "item"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["inspection", "item"], name="inspection_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.answer}"


class RectificationNotice(InGrid, Staged):
    """整改通知书: numbered, with a deadline, looked at again, closed or handed to enforcement (domain.md 3.8, W59)."""

    class Status(models.TextChoices):
        ISSUED = "issued", _("Notice issued")
        FIXING = "fixing", _("Being put right")
        CLOSED = "closed", _("Put right and closed")
        TRANSFERRED = "transferred", _("Handed to enforcement")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.CharField(_("number"), max_length=30, unique=True)
    place = models.ForeignKey(InspectedPlace, models.PROTECT, related_name="notices", verbose_name=_("inspected place"))
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="notices", verbose_name=_("inspection"))
    demand = models.TextField(_("what is demanded"), max_length=3000)
    deadline = models.DateField(_("to be put right by"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))
    received_by = models.CharField(_("received by"), max_length=50, blank=True, default="")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.ISSUED)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("enforcement department")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="rectifications", verbose_name=_("incident")
    )

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta:
        verbose_name = _("notice to put right")
        verbose_name_plural = _("notices to put right")
        ordering: ClassVar[list[str]] = ["-issued_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["issued", "fixing"], ended_at__isnull=True)
                | Q(status__in=["closed", "transferred", "withdrawn"], ended_at__isnull=False),
                name="rectification_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="transferred") | Q(organization__isnull=False), name="rectification_handed_to_whom"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-issued_at"],
                name="rectification_grid_idx",
                opclasses=["varchar_pattern_ops", ""],
            ),
            models.Index(
                fields=["deadline"], name="rectification_due_idx", condition=Q(status__in=["issued", "fixing"])
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Hazard(InGrid, Staged):
    """One hazard found at a place."""

    class Status(models.TextChoices):
        OPEN = "open", _("Waits to be put right")
        FIXED_AT_ONCE = "fixed_once", _("Put right at once")
        ORDERED = "ordered", _("Ordered to be put right")
        FIXED = "fixed", _("Put right")
        TRANSFERRED = "transferred", _("Handed to enforcement")

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="hazards", verbose_name=_("inspection"))
    place = models.ForeignKey(InspectedPlace, models.PROTECT, related_name="hazards", verbose_name=_("inspected place"))
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("check item")
    )
    text = models.CharField(_("hazard"), max_length=500)
    is_serious = models.BooleanField(_("serious"), default=False)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.OPEN)
    notice = models.ForeignKey(
        RectificationNotice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hazards",
        verbose_name=_("notice to put right"),
    )
    fixed_at = models.DateTimeField(_("put right at"), null=True, blank=True)

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta:
        verbose_name = _("hazard")
        verbose_name_plural = _("hazards")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(status__in=["fixed_once", "fixed"]) | Q(fixed_at__isnull=False),
                name="hazard_fixed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="ordered") | Q(notice__isnull=False), name="hazard_ordered_has_notice"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-id"], name="hazard_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
            models.Index(fields=["place", "status"], name="hazard_place_idx"),
        ]

    def __str__(self) -> str:
        return self.text[:30]


class Recheck(models.Model):
    """One re-inspection of a notice; only grows."""

    class Result(models.TextChoices):
        FIXED = "fixed", _("Everything is put right")
        PARTLY = "partly", _("Partly put right")
        NOT_FIXED = "not_fixed", _("Not put right")

    notice = models.ForeignKey(
        RectificationNotice, models.PROTECT, related_name="rechecks", verbose_name=_("notice to put right")
    )
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    text = models.CharField(_("remark"), max_length=500, blank=True, default="")
    new_deadline = models.DateField(_("new deadline"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("re-inspection")
        verbose_name_plural = _("re-inspections")
        ordering: ClassVar[list[str]] = ["notice", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(result="fixed") | ~Q(text=""), name="recheck_says_what_is_missing"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.result}"
