"""What the office keeps beside incidents and reports on: tours, practical matters, work methods, outside figures."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from reports.querysets import InGridQuerySet


class Tour(models.Model):
    """A tour of good sites in a quarter (季观摩), a visit of other streets, a forum: where one learns from another."""

    class Kind(models.TextChoices):
        TOUR = "tour", _("Quarterly tour")
        VISIT = "visit", _("Visit of other units")
        FORUM = "forum", _("Forum")

    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.TOUR)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("host"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    title = models.CharField(_("title"), max_length=120)
    held_on = models.DateField(_("day"))
    place = models.CharField(_("place"), max_length=120, blank=True, default="")
    visitors = models.TextField(_("visiting units, one per line"), max_length=2000, blank=True, default="")
    is_done = models.BooleanField(_("held"), default=False)
    summary = models.TextField(_("summary"), max_length=5000, blank=True, default="")

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("tour")
        verbose_name_plural = _("tours")
        ordering: ClassVar[list[str]] = ["-held_on", "-id"]

    def __str__(self) -> str:
        return self.title


class TourItem(models.Model):
    """One line of the checklist of a tour."""

    tour = models.ForeignKey(Tour, models.CASCADE, related_name="items", verbose_name=_("tour"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    topic = models.CharField(_("what is looked at"), max_length=100)
    finding = models.CharField(_("finding"), max_length=500, blank=True, default="")
    is_good = models.BooleanField(_("worth copying"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of a tour")
        verbose_name_plural = _("items of a tour")
        ordering: ClassVar[list[str]] = ["tour", "order", "id"]

    def __str__(self) -> str:
        return self.topic


class Matter(models.Model):
    """A practical matter for residents (民生实事): promised, under way, done."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DOING = "doing", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    topic = models.CharField(_("topic"), max_length=40)
    title = models.CharField(_("matter"), max_length=120)
    owner = models.CharField(_("owner"), max_length=100, blank=True, default="")
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households helped"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PLANNED)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("practical matter")
        verbose_name_plural = _("practical matters")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~models.Q(status="done") | models.Q(done_on__isnull=False), name="matter_done_has_day"
            )
        ]

    def __str__(self) -> str:
        return self.title


class WorkMethod(models.Model):
    """A way of working with its steps (找-育-治-议-评-奖; 一晒三评五优), each with what shows that it is lived."""

    name = models.CharField(_("name"), max_length=60)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("whose"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    meaning = models.CharField(_("meaning"), max_length=500, blank=True, default="")
    source = models.CharField(_("source"), max_length=100, blank=True, default="")

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("work method")
        verbose_name_plural = _("work methods")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name


class WorkMethodStep(models.Model):
    """One step of a method; `figure` names the number of the product that shows it, "" when it is kept in words."""

    method = models.ForeignKey(WorkMethod, models.CASCADE, related_name="steps", verbose_name=_("method"))
    order = models.PositiveSmallIntegerField(_("order"))
    name = models.CharField(_("step"), max_length=40)
    meaning = models.CharField(_("meaning"), max_length=300, blank=True, default="")
    figure = models.CharField(_("number that shows it"), max_length=40, blank=True, default="")
    note = models.TextField(_("how far"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("step of a method")
        verbose_name_plural = _("steps of a method")
        ordering: ClassVar[list[str]] = ["method", "order"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["method", "order"], name="method_step_once")
        ]

    def __str__(self) -> str:
        return self.name


class OutsideFigure(models.Model):
    """A number that another system or a paper gives (智管中原 APP: 上报 6851 件); never mixed with our own counts."""

    system = models.CharField(_("where from"), max_length=60)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    measure = models.CharField(_("what is counted"), max_length=60)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, default="件")
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure of another system")
        verbose_name_plural = _("figures of other systems")
        ordering: ClassVar[list[str]] = ["-period_end", "system", "measure"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["system", "grid", "measure", "period_start", "period_end"], name="outside_figure_once"
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start")), name="outside_figure_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.measure} {self.value}"


class FormUse(models.Model):
    """What filling in forms costs (减负): counted per kind of post and day, never per person."""

    day = models.DateField(_("day"))
    grid_code = models.CharField(_("grid code"), max_length=24, blank=True, default="")
    post = models.CharField(_("post"), max_length=20)
    form = models.CharField(_("form"), max_length=60)
    sent = models.PositiveIntegerField(_("forms sent"), default=0)
    refused = models.PositiveIntegerField(_("sent back with errors"), default=0)
    fields = models.PositiveIntegerField(_("fields typed"), default=0)
    photos = models.PositiveIntegerField(_("photos"), default=0)
    seconds = models.PositiveIntegerField(_("seconds spent"), default=0)
    timed = models.PositiveIntegerField(_("forms whose time is known"), default=0)

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a form")
        verbose_name_plural = _("uses of forms")
        ordering: ClassVar[list[str]] = ["-day", "post", "form"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "grid_code", "post", "form"], name="form_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.post} {self.form}"
