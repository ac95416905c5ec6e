"""The libraries of the academy (课程库、教材库、师资库): courses and their materials are written here."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, demand_valid
from accounts.models import User
from fieldwork.models import Course, Material
from grid.scope import scope_of

COLUMNS: Final = ("title", "form", "audience", "hours", "text", "is_active")
MOST_MATERIALS: Final = 50


def may_write(user: Any) -> bool:
    """Courses are of no grid: whoever plans training anywhere keeps them."""
    return scope_of(user).can("training.edit")


def _demand(actor: User) -> None:
    if not may_write(actor):
        raise NotAllowed(_("You may not do this here."))


def write(course: Course | None, given: Mapping[str, Any], *, actor: User) -> Course:
    """A new course, or `course` anew. NotValid when another has the title."""
    _demand(actor)
    others = Course.objects.exclude(pk=course.pk) if course else Course.objects.all()
    taken = others.filter(title=given["title"]).exists()
    demand_valid((("title", not taken, _("There is a course of this title.")),))
    with transaction.atomic():
        written = course or Course()
        for name in COLUMNS:
            setattr(written, name, given[name])
        written.save()
        written.competences.set(given["competences"])
    return written


def add_material(course: Course, *, title: str, text: str, place: str, actor: User) -> Material:
    """One more material at the end. NotValid without content and place, or beyond 50."""
    _demand(actor)
    count = course.materials.count()
    demand_valid(
        (
            ("text", bool(text.strip() or place.strip()), _("Write it here, or say where it is found.")),
            ("title", count < MOST_MATERIALS, _("At most 50 materials.")),
        )
    )
    return Material.objects.create(course=course, title=title, text=text, place=place, position=count + 1)


def remove_material(material: Material, *, actor: User) -> None:
    """Take a material out of the library."""
    _demand(actor)
    material.delete()
