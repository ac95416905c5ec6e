"""The burden of a week: per post and form, beside the week before. Posts of fewer than three people stay hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Concat, Left

from grid.models import Post
from grid.posts import PostKind
from grid.scope import scope_of
from incidents import dispute_moves, states, whistle_moves
from reports.burden.counting import STREET_DIGITS
from reports.models import FormUse
from reports.periods import Period
from reports.words import templates

MOVES: Final[Mapping[str, Mapping[str, Any]]] = {
    "move": states.MOVE_BY_NAME,
    "dispute_move": dispute_moves.MOVE_BY_NAME,
    "whistle_move": whistle_moves.MOVE_BY_NAME,
}
"""Pages whose steps are tables of moves."""
FEWEST: Final = 3
"""Fewer people of a post could be recognised."""
SUMS: Final = ("sent", "refused", "fields", "photos", "seconds", "timed")


@dataclass(slots=True)
class Cost:
    """Sums of one post, one form, or both."""

    sent: int = 0
    refused: int = 0
    fields: int = 0
    photos: int = 0
    seconds: int = 0
    timed: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in the sums of one row."""
        for name in SUMS:
            setattr(self, name, getattr(self, name) + row[name])

    @property
    def minutes(self) -> float | None:
        """Minutes of all its forms: those whose time is known stand for the others. None when none is known."""
        return self.seconds / 60 * (self.sent + self.refused) / self.timed if self.timed else None

    @property
    def minutes_each(self) -> float | None:
        """Minutes of one form."""
        return self.seconds / 60 / self.timed if self.timed else None

    @property
    def fields_each(self) -> float | None:
        """Fields typed into one form."""
        made = self.sent + self.refused
        return self.fields / made if made else None


@dataclass(slots=True)
class PostLine:
    """One kind of post: how many people hold it, this week and the week before. Hidden: the costs are zeros."""

    kind: str
    holders: int
    hidden: bool
    now: Cost = field(default_factory=Cost)
    before: Cost = field(default_factory=Cost)

    @property
    def label(self) -> str:
        """The post's name."""
        return str(PostKind(self.kind).label)

    @property
    def minutes_per_person(self) -> float | None:
        """Minutes of one person in the week, on average."""
        return self.now.minutes / self.holders if self.now.minutes is not None and self.holders else None


@dataclass(slots=True)
class FormLine:
    """One form over all posts that are shown."""

    form: str
    now: Cost = field(default_factory=Cost)
    before: Cost = field(default_factory=Cost)

    @property
    def label(self) -> str:
        """What people call it."""
        return form_label(self.form)


@dataclass(frozen=True, slots=True)
class Week:
    """What a week cost."""

    posts: Sequence[PostLine]
    forms: Sequence[FormLine]
    total: Cost
    before: Cost


def week_of(code: str, day: date, *, today: date) -> Week:
    """The week (Monday to Sunday) of `day` in a subtree; two queries."""
    week = week_period(day)
    holders = _holders(code, min(week.last, today))
    lines: dict[str, PostLine] = {}
    forms: dict[str, FormLine] = {}
    total, before = Cost(), Cost()
    for row in _rows(code, week):
        people = holders.get(row["post"], 0)
        line = lines.setdefault(row["post"], PostLine(row["post"], people, people < FEWEST))
        if line.hidden:
            continue
        form = forms.setdefault(row["form"], FormLine(row["form"]))
        for cost in (line.before, form.before, before) if row["earlier"] else (line.now, form.now, total):
            cost.add(row)
    return Week(_ordered_posts(lines), _ordered_forms(forms), total, before)


def week_period(day: date) -> Period:
    """Monday to Sunday around a day."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def _rows(code: str, week: Period) -> list[dict[str, Any]]:
    """Sums per post and form of the week and of the one before, marked "earlier"."""
    rows = FormUse.objects.filter(grid_code__startswith=code, day__gte=week.before.first, day__lte=week.last)
    sums = {name: Sum(name) for name in SUMS}
    found = rows.order_by().values("post", "form", earlier=Q(day__lt=week.first)).annotate(**sums)
    plain: list[dict[str, Any]] = [{**row} for row in found]
    return sorted(plain, key=lambda row: (row["post"], row["form"], row["earlier"]))


def _holders(code: str, day: date) -> dict[str, int]:
    """How many people hold each kind of post in the subtree."""
    where = Q(grid__code__startswith=code) | Q(organization__grid__code__startswith=code)
    rows = Post.objects.on(day).filter(where).order_by().values("kind").annotate(people=Count("user", distinct=True))
    return {row["kind"]: row["people"] for row in rows}


def shown_rows(user: Any, *, today: date) -> QuerySet[FormUse]:
    """The kept rows of the grids where `user` sees the burden, without posts that fewer than three people hold."""
    street = Left(Coalesce("grid__code", "organization__grid__code"), STREET_DIGITS)
    posts = Post.objects.on(today).order_by().annotate(street=street).values("street", "kind")
    common = posts.annotate(people=Count("user", distinct=True)).filter(people__gte=FEWEST)
    keys = [f"{row['street']} {row['kind']}" for row in common]
    rows = FormUse.objects.filter(scope_of(user).q("burden.view", "grid_code"))
    found: QuerySet[FormUse] = rows.annotate(key=Concat("grid_code", Value(" "), "post")).filter(key__in=keys)
    return found


def _ordered_posts(lines: Mapping[str, PostLine]) -> list[PostLine]:
    """The dearest first, the hidden ones last."""
    order = {line.kind: (line.hidden, -(line.minutes_per_person or 0), -line.now.fields) for line in lines.values()}
    return sorted(lines.values(), key=lambda line: (order[line.kind], line.kind))


def _ordered_forms(forms: Mapping[str, FormLine]) -> list[FormLine]:
    return sorted(forms.values(), key=lambda line: (-(line.now.minutes or 0), -line.now.fields, line.form))


def form_label(form: str) -> str:
    """What people call a form; a move has the move's name."""
    labels = templates("burden")["forms"]
    view, _colon, step = form.partition(":")[2].partition(":")
    name = f"{form.partition(':')[0]}:{view}"
    base = str(labels.get(form) or labels.get(name) or name)
    if not step or form in labels:
        return base
    known = MOVES.get(view, {}).get(step)
    return f"{base} · {known.label if known else templates('burden')['steps'].get(step, step)}"
