"""网格实事服务台账: the practical matters done for people in a grid, whatever part of the platform holds them.

Wishes granted, micro-projects closed, services held and joint projects confirmed, one line each (domain.md 10, row
3.23); nothing is kept twice, the ledger is read from what was done.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db.models import CharField, IntegerField, Max, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.protect import mask_numbers
from partybuilding.models import Project
from volunteers.models import MicroProject, ServiceActivity, VolunteerStep, Wish

KINDS: Final = {
    "wish": _("Micro-wish"),
    "micro": _("Micro-project"),
    "service": _("Service of volunteers"),
    "project": _("Joint project"),
}
PAGES: Final = {
    "wish": "volunteers:wish",
    "micro": "volunteers:micro_project",
    "service": "volunteers:service",
    "project": "partybuilding:project",
}
COLUMNS: Final = ("day", "what", "title", "grid_code", "grid__name", "gained", "id")


def matters(user: Any, code: str, year: int, *, kind: str = "") -> Any:
    """What was done in `year` in the grid `code`, newest first: rows of `COLUMNS`, in one query.

    Each kind as far as `user` sees it; no name of a person is among them.
    """
    head, *others = [_shaped(rows, name) for name, rows in _parts(user, code, year).items() if kind in ("", name)]
    return head.union(*others, all=True).order_by("-day", "what", "-id")


def counts(user: Any, code: str, year: int) -> list[tuple[str, str, int]]:
    """(kind, its word, how many) of `year` in the grid `code`; a query for each kind."""
    return [(name, str(KINDS[name]), rows.count()) for name, rows in _parts(user, code, year).items()]


def _parts(user: Any, code: str, year: int) -> dict[str, Any]:
    done = {"wish": _wishes(user), "micro": _micro(user), "service": _services(user), "project": _projects(user)}
    first, last = date(year, 1, 1), date(year, 12, 31)
    return {name: rows.under(code).filter(day__gte=first, day__lte=last) for name, rows in done.items()}


def _wishes(user: Any) -> Any:
    rows: Any = Wish.objects.visible_to(user).filter(status__in=("confirmed", "archived"))
    return rows.annotate(day=TruncDate("confirmed_at"), gained=Value(1, IntegerField()))


def _micro(user: Any) -> Any:
    steps = VolunteerStep.objects.filter(subject="microproject", subject_id=OuterRef("pk"), after="closed")
    rows: Any = MicroProject.objects.visible_to(user).filter(status="closed")
    ended = Subquery(steps.order_by("-id").values("at")[:1])
    return rows.annotate(ended=ended).annotate(day=TruncDate("ended"), gained=_counted("beneficiaries"))


def _services(user: Any) -> Any:
    rows: Any = ServiceActivity.objects.visible_to(user).filter(status="ended")
    return rows.annotate(ended=Max("shifts__ends_at")).annotate(
        day=TruncDate("ended"), gained=_counted("beneficiaries")
    )


def _projects(user: Any) -> Any:
    rows: Any = Project.objects.visible_to(user).filter(status__in=("confirmed", "evaluated"))
    return rows.annotate(day=TruncDate("done_at"), gained=_counted("beneficiaries"))


def _counted(name: str) -> Any:
    return Coalesce(Cast(name, IntegerField()), 0)


def _shaped(rows: Any, name: str) -> Any:
    return rows.annotate(what=Value(name, CharField())).order_by().values_list(*COLUMNS)


def shown(line: Sequence[Any]) -> dict[str, Any]:
    """One row with the word of its kind and the page of its thing, "" where that page is not installed."""
    day, what, title, code, grid, gained, pk = line
    try:
        url = reverse(PAGES[what], args=[pk])
    except NoReverseMatch:
        url = ""
    words = mask_numbers(title)
    return {"day": day, "kind": KINDS[what], "title": words, "code": code, "grid": grid, "gained": gained, "url": url}
