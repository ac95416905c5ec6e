"""Three months of ended cases, made by the same moves as live ones, written in bulk.

Each case walks through `lifecycle.make`, so right, needs, table of moves and clocks are those of the pages; only
the writing is set-based. The database checks the rows as they come in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import Model
from django.utils import translation

from accounts.models import User
from grid.demo.statistics import take_statistics
from grid.models import Compound, Grid, Organization
from grid.posts import PostKind
from incidents.clocks import Ledgers
from incidents.conditions import asks_verification
from incidents.demo import rhythm, texts
from incidents.demo.cast import Cast, gather_cast
from incidents.demo.pictures import sample_photo
from incidents.lifecycle import Wish, make, take_down
from incidents.models import Assignment, Attachment, Category, DispatchDecision, Incident, IncidentEvent
from incidents.models.incident import Locating, Source
from incidents.pen import Pen
from incidents.photostore import StoredPhoto, attachment_rows
from incidents.rights import DONE_BY
from incidents.states import MOVE_BY_NAME, START

DAYS: Final = 92
BATCH: Final = 500
SEED: Final = 20260801
PER_DAY: Final = {"410103008": 92.0, "410103011": 22.0, "410103003": 11.0}
"""Cases a day: 28 000 in 305 days of one street is 92 (domain.md 3.1); the others exist so that scope is visible."""
Keys = tuple[int, int]
SOURCES: Final = ((Source.PATROL, 62), (Source.DESK, 14), (Source.HOTLINE, 18), (Source.API, 6))


@dataclass
class HistoryPen(Pen):
    """A pen that also ends and hands on assignments in memory, because nothing is in the database yet."""

    decisions: list[DispatchDecision] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    _open: dict[int, Assignment] = field(default_factory=dict)

    def assign(self, incident: Incident, by: User | None) -> None:
        """Open an assignment and remember it."""
        super().assign(incident, by)
        self._open[incident.pk] = self._assigned[-1]

    def unassign(self, incident: Incident, outcome: str) -> None:
        """End the remembered assignment."""
        ended = self._open.pop(incident.pk)
        ended.ends_at, ended.outcome = self.now, outcome

    def taken(self, incident: Incident, user: User | None) -> None:
        """Note who took it on."""
        self._open[incident.pk].user = user

    def handled_by(self, incident: Incident) -> int | None:
        """From memory: the pen of one case holds the case's whole history."""
        return next((event.actor_id for event in reversed(self.events) if event.move in DONE_BY), None)

    def photos(self, event: IncidentEvent, photos: Sequence[StoredPhoto], stage: str) -> None:
        """Hang them on the case alone: its events have no keys yet."""
        self.attachments += attachment_rows(
            photos, incident=event.incident, event=None, stage=stage, actor=event.actor, now=self.now
        )

    def take_in(self, other: "HistoryPen") -> None:
        """Add what the pen of one case has collected."""
        self.events += other.events
        self.ledgers.added += other.ledgers.added
        self.decisions += other.decisions
        self.attachments += other.attachments
        self._assigned += other._assigned
        self._changed |= other._changed

    @property
    def full(self) -> bool:
        """Enough for one statement; the events of a case must come in together."""
        return len(self._changed) >= BATCH

    def write(self, *, inserted: bool = False) -> None:
        """Everything in bulk, incidents first."""
        incidents = list(self._changed.values())
        for rows in (incidents, self.events, self.ledgers.added, self._assigned, self.decisions, self.attachments):
            copy_in(rows)


def copy_in(rows: Sequence[Model]) -> None:
    """Write rows of one model by COPY: half the time of an INSERT, with the same constraints and triggers.

    The rows do not learn their keys; those that others point to have had theirs reserved.
    """
    if not rows:
        return
    fields = [one for one in rows[0]._meta.concrete_fields if not (one.primary_key and rows[0].pk is None)]
    columns = ", ".join(connection.ops.quote_name(str(one.column)) for one in fields)
    command = f"COPY {connection.ops.quote_name(rows[0]._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row([one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in fields])


@dataclass
class _Stage:
    """What the history is played with."""

    cast: Cast
    random: Random
    categories: dict[str, Category]
    places: dict[str, list[Compound]]
    pen: HistoryPen
    photo: StoredPhoto

    def chance(self, percent: float) -> bool:
        return self.random.random() * 100 < percent

    def later(self, at: datetime, minutes: float) -> datetime:
        """A skewed while after `at`, `minutes` in the middle, never in the future of the history."""
        return at + timedelta(minutes=minutes * self.random.lognormvariate(0, 0.55), seconds=self.random.randrange(60))


def build_history(today: date, *, days: int = DAYS, per_day: dict[str, float] | None = None) -> int:
    """Write the history of the `days` before `today`; returns the number of incidents."""
    random = Random(SEED)
    stage = _Stage(gather_cast(), random, _categories(), _places(), _pen(), sample_photo())
    reports = sorted(_reports(today, days, per_day or PER_DAY, random))
    latest = datetime.combine(today, datetime.min.time(), rhythm.SHANGHAI).astimezone(UTC)
    book, made = _pen(), 0
    with translation.override("zh-hans"), transaction.atomic():
        for keys, (at, street) in zip(_reserve(len(reports)), reports, strict=True):
            stage.pen = _pen(like=book)
            incident = _play(stage, keys, at, street)
            # a case that would end tomorrow is none of the closed history
            if incident.closed_at and incident.closed_at < latest:
                book.take_in(stage.pen)
                made += 1
            if book.full:
                book.write()
                _learn(made)
                book = _pen(like=book)
        book.write()
    return made


def _learn(made: int) -> None:
    """Let the planner see the tables grow: plans made for empty tables would read them whole for every batch."""
    if made in range(BATCH, 2 * BATCH) or made % (6 * BATCH) < BATCH:
        take_statistics()


def _pen(like: HistoryPen | None = None) -> HistoryPen:
    """An empty pen; limits and calendar are read once for all."""
    pen = HistoryPen(datetime.now(UTC), Ledgers((), calendar=like.ledgers.calendar if like else None))
    if like:
        pen.ledgers.limits, pen.rules = like.ledgers.limits, like.rules
    return pen


def _reports(today: date, days: int, per_day: dict[str, float], random: Random) -> Iterator[tuple[datetime, str]]:
    for street, mean in per_day.items():
        for day in rhythm.days_before(today, days):
            for _ in range(rhythm.how_many(day, mean, random)):
                yield rhythm.moment(day, random), street


def _reserve(count: int) -> list[Keys]:
    """(primary key, running number) for `count` incidents, from the table's own sequences."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('incidents_incident', 'id')), nextval('incidents_number_seq')"
            " FROM generate_series(1, %s)",
            [count],
        )
        return cursor.fetchall()


def _categories() -> dict[str, Category]:
    return {c.name: c for c in Category.objects.filter(parent__isnull=False).select_related("parent")}


def _places() -> dict[str, list[Compound]]:
    places: dict[str, list[Compound]] = {}
    for compound in Compound.objects.select_related("grid").order_by("id"):
        places.setdefault(compound.grid.code[:9], []).append(compound)
    return places


def _play(stage: _Stage, keys: Keys, at: datetime, street: str) -> Incident:
    """One case from its report to its end."""
    theme = rhythm.theme_at(at, stage.random)
    incident, actor = _incident(stage, keys, at, street, theme)
    stage.pen.now = at
    if incident.source == Source.PATROL and stage.chance(12):
        _do(stage, incident, "self_handle", actor, at, text=stage.random.choice(texts.SELF_HANDLED))
        if stage.chance(98):
            reviewer = stage.cast.at_desk(street, PostKind.OPERATOR)
            _do(stage, incident, "approve_self", reviewer, stage.later(at, 90))
        return incident
    _do(stage, incident, "report", actor, at)
    operator = stage.cast.at_desk(street, PostKind.OPERATOR)
    if stage.chance(4):
        _do(stage, incident, "reject", operator, stage.later(at, 7), reason=stage.random.choice(texts.REJECTED))
        return incident
    moment = at + timedelta(seconds=1 + stage.random.random())
    if asks_verification(incident, stage.pen.rules):
        moment = _verify(stage, incident, moment)
    _do(stage, incident, "file", None, moment, category=stage.categories[theme.category])
    unit = stage.cast.unit(street, theme.unit) if theme.unit else None
    _dispatch(stage, incident, unit, moment)
    if stage.chance(1.5):
        _do(stage, incident, "cancel", operator, stage.later(moment, 25), reason=stage.random.choice(texts.CANCELLED))
        return incident
    _handle(stage, incident, unit, theme, moment)
    return incident


def _verify(stage: _Stage, incident: Incident, at: datetime) -> datetime:
    """The leader of the place looks whether it is so; gives the moment after."""
    leader = stage.cast.leader_of(incident.grid_code)
    _do(stage, incident, "verify", None, at, user=leader)
    seen = stage.later(at, 12)
    _do(stage, incident, "genuine", leader, seen, text=stage.random.choice(texts.SEEN))
    return seen + timedelta(seconds=1)


def _incident(stage: _Stage, keys: Keys, at: datetime, street: str, theme: texts.Theme) -> tuple[Incident, User]:
    random, (pk, number) = stage.random, keys
    compound = random.choice(stage.places[street])
    grid: Grid = compound.grid
    source = random.choices([s for s, _ in SOURCES], [w for _, w in SOURCES])[0]
    leader = stage.cast.leader_of(grid.code)
    actor = leader if source == Source.PATROL else stage.cast.at_desk(street, PostKind.OPERATOR)
    text = random.choice(theme.texts).format(place=compound.name)
    assert compound.point is not None
    incident = Incident(
        pk=pk,
        number=f"{at.astimezone(rhythm.SHANGHAI):%Y%m%d}-{number:06d}",
        title=text[:30],
        text=text,
        source=source,
        external_id=f"DEMO{pk}" if source in (Source.HOTLINE, Source.API) else "",
        grid=grid,
        grid_code=grid.code,
        compound=compound,
        address=compound.address,
        point=Point(compound.point.x + random.gauss(0, 1e-4), compound.point.y + random.gauss(0, 8e-5), srid=4326),
        located_by=Locating.COMPOUND,
        state=START,
        version=0,
        reporter=actor,
        reported_at=at,
        happened_at=at - timedelta(minutes=random.randrange(3, 90)),
        is_demo=True,
    )
    return incident, actor


def _dispatch(stage: _Stage, incident: Incident, unit: Organization | None, at: datetime) -> None:
    """Filed cases go to the unit of the theme, else to the leader of the place, as the rules would say."""
    handler = None if unit else stage.cast.leader_of(incident.grid_code)
    assert incident.category is not None
    decision = DispatchDecision(
        incident=incident,
        round=1 + incident.return_count,
        category=incident.category,
        category_confidence=round(0.7 + stage.random.random() * 0.3, 2),
        chosen_organization=unit,
        chosen_user=handler,
        reasons=[f"类别“{incident.category.name}”", f"位于{incident.grid.name}", f"交由{unit or handler}处置"],
        at=at,
    )
    stage.pen.decisions.append(decision)
    _do(stage, incident, "dispatch", None, at, organization=unit, user=handler)


def _handle(stage: _Stage, incident: Incident, unit: Organization | None, theme: texts.Theme, at: datetime) -> None:
    """Take, sometimes return or rework, feed back (one in nine late), check and close."""
    handler = stage.cast.handlers[unit.pk] if unit else stage.cast.leader_of(incident.grid_code)
    if stage.chance(4) and unit:
        moment = stage.later(at, 40)
        _do(stage, incident, "return", handler, moment, reason=stage.random.choice(texts.RETURNED))
        at = stage.later(moment, 20)
        unit, handler = None, stage.cast.leader_of(incident.grid_code)
        _dispatch_by_person(stage, incident, handler, at)
    rounds = 2 if stage.chance(6) else 1
    for number in range(rounds):
        at = _work(stage, incident, handler, theme, at)
        checked = stage.later(at, 17)
        if number + 1 < rounds:
            at = checked
            _do(stage, incident, "rework", _operator(stage, incident), at, reason=stage.random.choice(texts.REWORK))
        else:
            _close(stage, incident, checked)


def _dispatch_by_person(stage: _Stage, incident: Incident, handler: User, at: datetime) -> None:
    """A returned case is sent on by the dispatcher; checked as a system move, because the seat check asks the database."""
    _do(stage, incident, "dispatch", None, at, user=handler)


def _operator(stage: _Stage, incident: Incident) -> User:
    return stage.cast.at_desk(incident.grid_code, PostKind.OPERATOR)


def _work(stage: _Stage, incident: Incident, handler: User, theme: texts.Theme, at: datetime) -> datetime:
    """From taking on to feedback, step by step: within each limit, or one time in nine some hours after the last."""
    taken = stage.later(at, 14)
    _do(stage, incident, "take", handler, taken)
    while incident.step < incident.steps:
        taken = _in_time(stage, incident, taken)
        _do(stage, incident, "next_step", handler, taken, text=stage.random.choice(texts.STEP_DONE))
    assert incident.due_at is not None
    due, late = incident.due_at, stage.chance(11)
    room = max((due - taken).total_seconds(), 600.0)
    done = (
        taken + timedelta(seconds=room + stage.random.uniform(900, 30_000))
        if late
        else _in_time(stage, incident, taken)
    )
    if done > due:
        _mark_overdue(stage, incident, due)
    _do(stage, incident, "feedback", handler, done, text=stage.random.choice(theme.done))
    return done


def _in_time(stage: _Stage, incident: Incident, since: datetime) -> datetime:
    """A moment well before the running limit ends."""
    assert incident.due_at is not None
    room = max((incident.due_at - since).total_seconds(), 600.0)
    return since + timedelta(seconds=room * stage.random.uniform(0.08, 0.85))


def _mark_overdue(stage: _Stage, incident: Incident, due: datetime) -> None:
    stage.pen.now = due
    incident.was_overdue = True
    take_down(stage.pen, incident, IncidentEvent.Kind.OVERDUE)


def _close(stage: _Stage, incident: Incident, at: datetime) -> None:
    """Matters of the street are looked at on site, with a photo; the others are closed at the desk."""
    operator, words = _operator(stage, incident), stage.random.choice(texts.CHECKED)
    assert incident.category is not None
    if not incident.category.needs_site_check:
        _do(stage, incident, "close", operator, at, text=words)
        return
    _do(stage, incident, "start_check", operator, at)
    checked = stage.later(at, 9)
    _do(stage, incident, "pass_check", operator, checked, text=words, photos=[stage.photo])
    _do(stage, incident, "close_checked", operator, stage.later(checked, 6))


def _do(  # noqa: PLR0913  # the fields of a wish
    stage: _Stage,
    incident: Incident,
    move: str,
    actor: User | None,
    at: datetime,
    *,
    text: str = "",
    reason: str = "",
    category: Category | None = None,
    organization: Organization | None = None,
    user: User | None = None,
    photos: Sequence[StoredPhoto] = (),
) -> None:
    """One move at the moment `at`, through the lifecycle's own function."""
    stage.pen.now = at
    wish = Wish(MOVE_BY_NAME[move], actor, text, reason, category, organization, user, photos)
    make(stage.pen, incident, wish, actor_name=stage.cast.names.get(actor.pk, "") if actor else "系统")
