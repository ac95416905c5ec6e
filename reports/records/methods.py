"""Named ways of working (六步工作法): each step with what shows it, a number of the product or the office's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from fieldwork.models import Attendance, BadgeHolding, TrainingSession
from grid.access import demand
from grid.models import Grid, Post
from grid.posts import PostKind
from partybuilding.models import Activity, ForumMeeting, Project
from reports.models import Assessment, Matter, Meeting, Nomination, TypicalCase, WorkMethod, WorkMethodStep
from reports.periods import PEOPLE_TIME, local_day
from reports.rollups import reading
from reports.words import templates

MOST_STEPS: Final = 20
IN_GRID: Final = (PostKind.GRID_LEADER, PostKind.GRID_WORKER, PostKind.MICRO_LEADER, PostKind.BUILDING_HEAD)


@dataclass(frozen=True, slots=True)
class Shown:
    """One step with its number; `value` is None for a step that is kept in words."""

    step: WorkMethodStep
    label: str
    value: int | None


def _posts(code: str, now: datetime) -> int:
    held = Post.objects.on(local_day(now)).filter(grid__code__startswith=code, kind__in=IN_GRID)
    return int(held.values("user").distinct().count())


def _completed(code: str, now: datetime) -> int:
    return reading.tally(code, "y", local_day(now), now=now).numbers["completed"]


def _year(now: datetime) -> tuple[date, date]:
    year = local_day(now).year
    return date(year, 1, 1), date(year, 12, 31)


def _moments(now: datetime) -> tuple[datetime, datetime]:
    year = local_day(now).year
    return datetime(year, 1, 1, tzinfo=PEOPLE_TIME), datetime(year + 1, 1, 1, tzinfo=PEOPLE_TIME)


def _meetings(code: str, now: datetime) -> int:
    """Dispatch and work meetings, and the meetings of forums that were held."""
    kept = Meeting.objects.filter(grid_code__startswith=code, held_on__range=_year(now)).count()
    return int(kept) + _held(ForumMeeting, code, now)


def _held(model: Any, code: str, now: datetime) -> int:
    first, last = _moments(now)
    rows = model.objects.filter(grid_code__startswith=code, status=model.Status.HELD)
    return int(rows.filter(starts_at__gte=first, starts_at__lt=last).count())


def _activities(code: str, now: datetime) -> int:
    return _held(Activity, code, now)


def _projects(code: str, now: datetime) -> int:
    first, last = _moments(now)
    done = (Project.Status.CONFIRMED, Project.Status.EVALUATED)
    rows = Project.objects.filter(grid_code__startswith=code, status__in=done)
    return int(rows.filter(confirmed_at__gte=first, confirmed_at__lt=last).count())


def _assessments(code: str, now: datetime) -> int:
    told = (Assessment.Status.PUBLISHED, Assessment.Status.FINAL)
    rows = Assessment.objects.filter(grid_code__startswith=code, status__in=told, period_end__range=_year(now))
    return int(rows.count())


def _awarded(code: str, now: datetime) -> int:
    rows = Nomination.objects.filter(status=Nomination.Status.AWARDED, grid__code__startswith=code)
    return int(rows.filter(place__round__decided_on__range=_year(now)).count())


def _typical(code: str, now: datetime) -> int:
    rows = TypicalCase.objects.filter(grid_code__startswith=code, status=TypicalCase.Status.ADOPTED)
    return int(rows.filter(submitted_at__range=_moments(now)).count())


def _badges(code: str, now: datetime) -> int:
    today = local_day(now)
    rows = BadgeHolding.objects.filter(grid_code__startswith=code, since__lte=today)
    held = rows.filter(Q(until__isnull=True) | Q(until__gt=today))
    return int(held.values("user").distinct().count())


def _trained(code: str, now: datetime) -> int:
    first, last = _moments(now)
    rows = Attendance.objects.filter(session__grid_code__startswith=code, presence=Attendance.Presence.PRESENT)
    rows = rows.filter(session__status=TrainingSession.Status.HELD)
    return int(rows.filter(session__starts_at__gte=first, session__starts_at__lt=last).count())


def _matters(code: str, now: datetime) -> int:
    rows = Matter.objects.filter(grid_code__startswith=code, status=Matter.Status.DONE)
    return int(rows.filter(done_on__range=_year(now)).count())


FIGURES: Final[Mapping[str, Callable[[str, datetime], int]]] = {
    "posts": _posts,
    "completed": _completed,
    "meetings": _meetings,
    "assessments": _assessments,
    "awarded": _awarded,
    "typical": _typical,
    "matters": _matters,
    "trained": _trained,
    "badges": _badges,
    "activities": _activities,
    "projects": _projects,
}
"""The numbers that may show a step; their names for people are in data/records.json."""


def figure_choices() -> list[tuple[str, str]]:
    """(name, label) of every number, in the order of the data."""
    return list(templates("records")["figures"].items())


def figure_named(text: str) -> str:
    """The name of the number that people call so, with or without its unit; other text comes back as it is."""
    names = {label: name for name, label in figure_choices()}
    return names.get(text) or {label.partition("（")[0]: name for label, name in names.items()}.get(text, text)


def shown(method: WorkMethod, *, now: datetime) -> list[Shown]:
    """The steps in their order, each number counted once."""
    steps = list(method.steps.all())
    values = {
        name: FIGURES[name](method.grid_code, now) for name in dict.fromkeys(s.figure for s in steps) if name in FIGURES
    }
    labels = dict(figure_choices())
    return [Shown(step, labels.get(step.figure, ""), values.get(step.figure)) for step in steps]


def figures_of(code: str, *, now: datetime) -> list[tuple[str, int]]:
    """Every number of one grid, for the page of a model community."""
    return [(label, FIGURES[name](code, now)) for name, label in figure_choices()]


def write(grid: Grid, *, name: str, meaning: str, source: str, steps: list[dict[str, Any]], actor: User) -> WorkMethod:
    """A new method with its steps (name, meaning, figure, note)."""
    demand(actor, "report.write", grid.code)
    _check(name, steps)
    with transaction.atomic():
        method = WorkMethod.objects.create(
            grid=grid, grid_code=grid.code, name=name.strip(), meaning=meaning.strip(), source=source.strip()
        )
        WorkMethodStep.objects.bulk_create(
            WorkMethodStep(method=method, order=order, **step) for order, step in enumerate(steps, 1)
        )
    return method


def load_six_steps(grid: Grid, *, actor: User) -> WorkMethod:
    """The six steps of domain.md 10 row 3.14, to be fitted to the own ways."""
    given: dict[str, Any] = templates("records")["six_steps"]
    return write(grid, **given, actor=actor)


def load_three_steps(grid: Grid, *, actor: User) -> WorkMethod:
    """How micro-grid leaders are won, enabled and kept (domain.md 10 row 3.30), to be fitted to the own ways."""
    given: dict[str, Any] = templates("records")["three_steps"]
    return write(grid, **given, actor=actor)


def load_five_steps(grid: Grid, *, actor: User) -> WorkMethod:
    """四员五步 (domain.md 10 row 0.24): that there are five steps is known, which they are the office writes."""
    given: dict[str, Any] = templates("records")["five_steps"]
    return write(grid, **given, actor=actor)


def tell(step: WorkMethodStep, *, note: str, actor: User) -> WorkMethodStep:
    """Write how far one step is."""
    demand(actor, "report.write", step.method.grid_code)
    if len(note) > 2000:
        raise NotValid(_("Please correct the marked fields."), {"note": [_("At most 2,000 characters.")]})
    step.note = note.strip()
    step.save(update_fields=["note"])
    return step


def _check(name: str, steps: list[dict[str, Any]]) -> None:
    unknown = [step for step in steps if step.get("figure") and step["figure"] not in FIGURES]
    demand_valid(
        (
            ("name", 0 < len(name.strip()) <= 60, _("Give it a name.")),
            ("steps", 0 < len(steps) <= MOST_STEPS, _("Give 1 to 20 steps, one per line.")),
            ("steps", all(0 < len(s.get("name", "").strip()) <= 40 for s in steps), _("Every step needs a name.")),
            ("steps", not unknown, _("Unknown number.")),
        )
    )
