"""Practical matters for residents (民生实事清单): promised, under way, done; dropped only with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from reports.models import Matter
from reports.words import templates

Status = Matter.Status
ARROWS: Final[Mapping[str, tuple[str, ...]]] = {
    Status.PLANNED: (Status.DOING, Status.DONE, Status.DROPPED),
    Status.DOING: (Status.DONE, Status.DROPPED),
    Status.DROPPED: (Status.PLANNED,),
    Status.DONE: (),
}
MOST_HOUSEHOLDS: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised to whom, by whom and until when."""

    topic: str
    title: str
    owner: str = ""
    planned_on: date | None = None
    households: int | None = None
    note: str = ""


def topics() -> list[str]:
    """The usual topics; the first three are those of domain.md 10 row 0.10."""
    return list(templates("records")["topics"])


def promise(wish: Promise, *, grid: Grid, actor: User) -> Matter:
    """Put a matter on the list."""
    demand(actor, "report.write", grid.code)
    _check(wish)
    return Matter.objects.create(grid=grid, grid_code=grid.code, **_columns(wish))


def change(matter: Matter, wish: Promise, *, actor: User) -> Matter:
    """Change what was promised. NotNow once it is done."""
    with transaction.atomic():
        locked = _locked(matter.pk, actor)
        if locked.status == Status.DONE:
            raise NotNow(_("It is done: the entry stays as it is."))
        _check(wish)
        return _save(locked, **_columns(wish))


def move(
    matter: Matter,
    status: str,
    *,
    actor: User,
    today: date,
    done_on: date | None = None,
    households: int | None = None,
    note: str = "",
) -> Matter:
    """Take it to another status. NotNow along no arrow; a dropped one needs its reason, a done one its day."""
    with transaction.atomic():
        locked = _locked(matter.pk, actor)
        if status not in ARROWS[locked.status]:
            raise NotNow(_("This step is not possible now: the status is “%(status)s”.") % _label(locked))
        day = done_on or today
        demand_valid(
            (
                ("note", status != Status.DROPPED or bool(note.strip()), _("Say why in a few words.")),
                ("done_on", day <= today, _("This day has not come yet.")),
            )
        )
        more: dict[str, Any] = {"done_on": day} if status == Status.DONE else {}
        more |= {"households": households} if households is not None else {}
        more |= {"note": note.strip()[:500]} if note.strip() else {}
        return _save(locked, status=status, **more)


def _label(matter: Matter) -> dict[str, str]:
    return {"status": matter.get_status_display()}


def _locked(pk: int, actor: User) -> Matter:
    locked: Matter = Matter.objects.select_for_update(of=("self",)).get(pk=pk)
    demand(actor, "report.write", locked.grid_code)
    return locked


def _save(matter: Matter, **fields: Any) -> Matter:
    for name, value in fields.items():
        setattr(matter, name, value)
    matter.save(update_fields=[*fields])
    return matter


def _columns(wish: Promise) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in ("topic", "title", "owner", "planned_on", "households", "note")}


def _check(wish: Promise) -> None:
    demand_valid(
        (
            ("topic", 0 < len(wish.topic.strip()) <= 40, _("Choose a topic.")),
            ("title", 0 < len(wish.title.strip()) <= 120, _("A title is needed.")),
            ("households", 0 <= (wish.households or 0) <= MOST_HOUSEHOLDS, _("This number is not possible.")),
        )
    )


def by_topic(rows: QuerySet[Matter]) -> list[dict[str, Any]]:
    """Per topic: promised, done, late and households helped; one query. What was dropped is not counted."""
    counted = {
        "wanted": Count("pk", filter=~Q(status=Status.DROPPED)),
        "done": Count("pk", filter=Q(status=Status.DONE)),
        "helped": Sum("households", filter=Q(status=Status.DONE)),
    }
    topics: Any = rows.order_by().values("topic").annotate(**counted)
    return list(topics.order_by("-wanted", "topic"))
