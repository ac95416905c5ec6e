"""A line of the log book (工作台账), and whose lines are asked for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from grid.models import Grid, Post
from incidents.overview import midnight

MOST_ROWS: Final = 2000
KINDS: Final = {
    "reported": _("Found and reported"),
    "self_handled": _("Handled on the spot"),
    "handled": _("Handled"),
    "checked": _("Checked on site"),
    "dispute": _("Mediation"),
    "task": _("Task of the grid"),
    "note": _("Quick note"),
    "patrol": _("Patrol"),
    "visit": _("Visit"),
    "knock": _("Door-knock action"),
    "care": _("Care"),
    "inspection": _("Inspection"),
    "training": _("Training"),
}
"""Kinds of work, in the order of tables."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: when, which kind of work (a key of KINDS), what, with what result, and where it can be read."""

    at: datetime
    kind: str
    matter: str
    result: str
    url: str = ""

    @property
    def label(self) -> str:
        """The kind of work in words."""
        return str(KINDS.get(self.kind, self.kind))


@dataclass(frozen=True, slots=True)
class Whose:
    """The work of the people of one grid, or of one person, from `first` to `last` (both included).

    `reader` is who will read the lines: of field work, care and cases she gets what she may see. Without a reader
    everything is counted; such lines are for sums only.
    """

    first: date
    last: date
    code: str = ""
    person: int | None = None
    reader: Any = None

    @classmethod
    def of(cls, whose: Grid | User, period: Any, reader: Any = None) -> "Whose":
        """Of a grid or a person, in a period (anything with `first` and `last`)."""
        if isinstance(whose, Grid):
            return cls(period.first, period.last, code=whose.code, reader=reader)
        return cls(period.first, period.last, person=whose.pk, reader=reader)

    def people(self, path: str = "actor") -> Q:
        """A condition on who did it: the person, or whoever held a post in the grid in those days."""
        if self.person is not None:
            return Q(**{path: self.person})
        held = Post.objects.filter(grid__code__startswith=self.code, starts_on__lte=self.last)
        held = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=self.first))
        return Q(**{f"{path}__in": held.values("user")})

    def place(self, path: str) -> Q:
        """A condition on a grid code: inside the grid; anywhere for a person."""
        return Q(**{f"{path}__startswith": self.code}) if self.code else Q()

    def days(self, path: str) -> Q:
        """A condition on a moment."""
        return Q(**{f"{path}__gte": midnight(self.first), f"{path}__lt": midnight(self.last + timedelta(days=1))})

    def seen(self, model: Any) -> Any:
        """The rows of `model` that the reader may see."""
        return model.objects.visible_to(self.reader) if self.reader is not None else model.objects.all()
