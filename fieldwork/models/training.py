"""Grid academy (网格学院): teachers, courses, materials, sessions, attendance, competences (domain.md 3.17, 3.27)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fieldwork.querysets import TrainingQuerySet
from grid.models.dictionary import DictionaryRow
from grid.models.record import InGrid
from grid.models.staged import Staged


class TrainingForm(models.TextChoices):
    """How a course is held."""

    SHARING = "sharing", _("Sharing in exchange")
    ON_SITE = "on_site", _("Teaching on site")
    CASES = "cases", _("Teaching by cases")
    SCENARIO = "scenario", _("Scenario exercise")
    SMART = "smart", _("Smart classroom")
    CLASSROOM = "classroom", _("Grid classroom")
    PRACTICE = "practice", _("Grid practice")
    JOURNEY = "journey", _("Training elsewhere")
    CONTEST = "contest", _("Grid contest")


class Competence(DictionaryRow):
    """What a grid worker should be able to do: to find, to report, to handle, to deal with what is sudden."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="competence_once")
        ]


class Teacher(models.Model):
    """Somebody of the pool of teachers (师资库)."""

    name = models.CharField(_("name"), max_length=50)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    unit = models.CharField(_("unit"), max_length=100, blank=True, default="")
    subjects = models.CharField(_("teaches"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name", "unit"], name="teacher_once")
        ]

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """A course of the library (课程库)."""

    title = models.CharField(_("title"), max_length=100, unique=True)
    form = models.CharField(_("form"), max_length=10, choices=TrainingForm.choices)
    audience = models.CharField(_("audience"), max_length=100, blank=True, default="")
    text = models.TextField(_("content"), max_length=3000, blank=True, default="")
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1, default=2)
    competences = models.ManyToManyField(Competence, blank=True, related_name="courses", verbose_name=_("competences"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering: ClassVar[list[str]] = ["title"]

    def __str__(self) -> str:
        return self.title


class Material(models.Model):
    """Teaching material (教材库): words, and where the file or film is found."""

    title = models.CharField(_("title"), max_length=100)
    course = models.ForeignKey(Course, models.CASCADE, related_name="materials", verbose_name=_("course"))
    text = models.TextField(_("content"), max_length=20000, blank=True, default="")
    place = models.CharField(_("where it is found"), max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("teaching material")
        verbose_name_plural = _("teaching materials")
        ordering: ClassVar[list[str]] = ["course", "position", "id"]

    def __str__(self) -> str:
        return self.title


class TrainingSession(InGrid, Staged):
    """One meeting of a course."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CALLED_OFF = "called_off", _("Called off")

    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", verbose_name=_("course"))
    teacher = models.ForeignKey(
        Teacher, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("teacher")
    )
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    place = models.CharField(_("where"), max_length=100)
    places = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training session")
        verbose_name_plural = _("training sessions")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="training_ends_after"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.starts_at:%Y-%m-%d}"


class Attendance(models.Model):
    """One person at one session: signed up, was there or not, and what came of it."""

    class Presence(models.TextChoices):
        SIGNED_UP = "signed_up", _("Signed up")
        PRESENT = "present", _("Was there")
        ABSENT = "absent", _("Was not there")
        EXCUSED = "excused", _("Excused")

    session = models.ForeignKey(
        TrainingSession, models.CASCADE, related_name="attendance", verbose_name=_("training session")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="training", verbose_name=_("person")
    )
    presence = models.CharField(_("attendance"), max_length=10, choices=Presence.choices, default=Presence.SIGNED_UP)
    passed = models.BooleanField(_("passed"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True, default="")
    noted_at = models.DateTimeField(_("noted at"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering: ClassVar[list[str]] = ["session", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "user"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(passed__isnull=True) | Q(presence="present"), name="attendance_passed_was_there"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "-id"], name="attendance_user_idx")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.user_id}"
