"""Tasks given out through the grids (任务通过网格布置、推进、反馈): lists, rollouts, publicity, the five links."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from incidents.gridtask_queries import GridTaskPartQuerySet, GridTaskQuerySet
from incidents.models.incident import Incident


class TaskKind(models.Model):
    """A kind of task, as data: the five links (五联), rollout, publicity, follow-up, project."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    family = models.CharField(_("family"), max_length=20, blank=True, default="")
    unit_word = models.CharField(_("what is counted"), max_length=10, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("kind of grid task")
        verbose_name_plural = _("kinds of grid tasks")
        ordering: ClassVar[list[str]] = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class GridTask(models.Model):
    """One task of a grid for the grids below it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Given out")
        DONE = "done", _("Done")
        CALLED_OFF = "called_off", _("Called off")

    kind = models.ForeignKey(TaskKind, models.PROTECT, related_name="tasks", verbose_name=_("kind"))
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is to be done"), max_length=5000)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="grid_tasks", verbose_name=_("given out by the grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="grid_tasks", verbose_name=_("follows the case")
    )
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    result = models.TextField(_("result"), max_length=5000, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"))
    issued_at = models.DateTimeField(_("given out at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = GridTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid task")
        verbose_name_plural = _("grid tasks")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "called_off"]) | (Q(ended_at__isnull=False) & ~Q(result="")),
                name="grid_task_ended_has_result",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_at__isnull=False) | Q(state="called_off"),
                name="grid_task_issued_has_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-id"], name="grid_task_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.title


class GridTaskItem(models.Model):
    """One line of the checklist of a task (清单化)."""

    task = models.ForeignKey(GridTask, models.CASCADE, related_name="items", verbose_name=_("task"))
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("text"), max_length=200)
    done_at = models.DateTimeField(_("ticked at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ticked by")
    )

    class Meta:
        verbose_name = _("line of a checklist")
        verbose_name_plural = _("lines of checklists")
        ordering: ClassVar[list[str]] = ["task", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["task", "position"], name="grid_task_item_once"),
        ]

    def __str__(self) -> str:
        return self.text


class GridTaskPart(models.Model):
    """The share of one grid in a task: what it is to reach and has reached, its report, and whether that counts."""

    class State(models.TextChoices):
        OPEN = "open", _("Being worked on")
        REPORTED = "reported", _("Reported done")
        ACCEPTED = "accepted", _("Accepted")

    task = models.ForeignKey(GridTask, models.CASCADE, related_name="parts", verbose_name=_("task"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="task_parts", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    target = models.PositiveIntegerField(_("to reach"), default=0)
    reached = models.PositiveIntegerField(_("reached"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    report = models.TextField(_("feedback of the grid"), max_length=2000, blank=True, default="")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)

    objects = GridTaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("share of a grid task")
        verbose_name_plural = _("shares of grid tasks")
        ordering: ClassVar[list[str]] = ["task", "grid_code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["task", "grid"], name="grid_task_part_once"),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("reported_by")),
                name="grid_task_part_two_people",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-id"], name="grid_task_part_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.grid_code}"


class GridTaskEntry(models.Model):
    """Progress of one share: so many more, with words. Only grows; a mistake is put right by a negative entry."""

    part = models.ForeignKey(GridTaskPart, models.PROTECT, related_name="entries", verbose_name=_("share"))
    amount = models.IntegerField(_("so many"))
    text = models.CharField(_("words"), max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("progress of a grid task")
        verbose_name_plural = _("progress of grid tasks")
        ordering: ClassVar[list[str]] = ["part", "id"]

    def __str__(self) -> str:
        return f"{self.part_id} {self.amount:+d}"
