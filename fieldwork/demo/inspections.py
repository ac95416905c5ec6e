"""Places, eight weeks of inspections and their notices in the demo streets; today's are made by the business functions."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models import QuerySet
from django.utils import timezone, translation

from accounts.models import User
from fieldwork import inspections, orders
from fieldwork.demo.inspection_texts import DONE, EXTRA, NAMES, WORDS
from fieldwork.models import (
    Checklist,
    ChecklistItem,
    FieldStep,
    Hazard,
    InspectedPlace,
    Inspection,
    InspectionAnswer,
    PlaceKind,
    Recheck,
    RectificationNotice,
)
from fieldwork.places import due_after, seal
from grid.demo.divisions import JIANZHONG, SONGSHAN
from grid.demo.names import ROADS, person_name
from grid.models import Grid, Organization
from grid.posts import PostKind
from incidents.demo import rhythm
from incidents.demo.cast import Cast, gather_cast
from incidents.numbers import next_number

SEED: Final = 20261123
WEEKS: Final = 8
PLACES: Final = {JIANZHONG: 280, SONGSHAN: 24}
PHONES: Final = 40_000
"""Made-up numbers begin there: those below belong to the demo's accounts and residents."""
NAMES_FROM: Final = 5_000
SHARES: Final = {
    "shop": 30, "restaurant": 24, "netbar": 2, "hotel": 6, "song": 3, "beauty": 9, "school": 2, "nursery": 4,
    "clinic": 5, "workshop": 5, "mixed": 4, "shared_rent": 4, "crowded": 5,
}  # fmt: skip
"""Of a hundred places. The one hall of fire safety is added by hand."""
SIZES: Final[dict[str, tuple[int, int]]] = {"area": (12, 115), "beds": (6, 22), "children": (20, 105)}
LEVELS: Final = ("grid",) * 15 + ("community",) * 4 + ("street",)
BAD_SHARE, ORDERED, MISSED = 0.22, 0.9, 0.08
Status = RectificationNotice.Status


@dataclass
class _Desk:
    """What the history is made with."""

    random: Random
    cast: Cast
    now: datetime
    places: list[InspectedPlace] = field(default_factory=list)
    lists: dict[str, Checklist] = field(default_factory=dict)
    items: dict[str, list[ChecklistItem]] = field(default_factory=dict)
    looks: list[Inspection] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)


def build_inspections(now: datetime) -> int:
    """Some 300 places with their inspections, hazards and notices. Returns the number of inspections."""
    desk = _Desk(Random(SEED), gather_cast(), now)
    for one in Checklist.objects.filter(replaced_at=None).exclude(released_at=None).prefetch_related("items"):
        desk.lists[one.code], desk.items[one.code] = one, list(one.items.all())
    with translation.override("zh-hans"):
        desk.places = InspectedPlace.objects.bulk_create(_places(desk), batch_size=500)
        _inspect_all(desk)
        _order_all(desk)
        made = _today(desk)
    return len(desk.looks) + made


# --- places -----------------------------------------------------------------------------------------------------------


def _places(desk: _Desk) -> Iterator[InspectedPlace]:
    kinds = PlaceKind.objects.in_bulk(field_name="code")
    number = 0
    for street, count in PLACES.items():
        grids = list(_grids(street))
        for _n in range(count):
            code = desk.random.choices(list(SHARES), list(SHARES.values()))[0]
            yield _place(desk, number, kinds[code], desk.random.choice(grids))
            number += 1
    hall = _grids(JIANZHONG).get(code=JIANZHONG + "001001001")
    yield seal(_bare(kinds["safety_hall"], hall, "街道安全教育体验馆", "建中街 66 号", number))


def _grids(street: str) -> QuerySet[Any]:
    """The micro-grids of the street, each with a point inside in place of its boundary."""
    rows = Grid.objects.filter(code__startswith=street, level=Grid.Level.MICRO).defer("boundary")
    return rows.annotate(middle=PointOnSurface("boundary")).order_by("code")


def _place(desk: _Desk, number: int, kind: PlaceKind, grid: Any) -> InspectedPlace:
    random = desk.random
    first = person_name(NAMES_FROM + number)[0]
    name = random.choice(NAMES[kind.code]).format(name=first)
    address = f"{ROADS[number % len(ROADS)]}{number * 7 % 190 + 1}号"
    place = _bare(kind, grid, name, address, number)
    if kind.measure:
        low, high = SIZES[kind.measure]
        setattr(place, kind.measure, random.randrange(low, high) * (2 if kind.below == 200 else 1))
    place.in_complex = random.random() < 0.03
    return seal(place)


def _bare(kind: PlaceKind, grid: Any, name: str, address: str, number: int) -> InspectedPlace:
    return InspectedPlace(
        kind=kind,
        name=name,
        grid=grid,
        address=address,
        point=grid.middle,
        responsible=person_name(NAMES_FROM + number),
        phone=f"199{PHONES + number:08d}",
        is_demo=True,
    )


# --- eight weeks ------------------------------------------------------------------------------------------------------


def _inspect_all(desk: _Desk) -> None:
    """Each place about once a month; most in order."""
    today = timezone.localdate(desk.now)
    days = rhythm.days_before(today, WEEKS * 7)
    for place in desk.places:
        every = place.kind.every_days or 30
        start = desk.random.randrange(every)
        for day in days[start::every]:
            if desk.random.random() < MISSED:
                continue
            at = datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())
            at += timedelta(hours=desk.random.choice((9, 10, 11, 15, 16, 17)), minutes=desk.random.randrange(60))
            desk.looks.append(_look(desk, place, at))
            place.due_on = due_after(place.kind, day)
        if place.due_on is None:
            place.due_on = today + timedelta(days=desk.random.randrange(-3, 8))
    desk.looks.sort(key=lambda row: row.at)
    Inspection.objects.bulk_create(desk.looks, batch_size=1000)
    InspectedPlace.objects.bulk_update(desk.places, ["due_on"], batch_size=500)
    InspectionAnswer.objects.bulk_create(
        (answer for row in desk.looks for answer in _answers(desk, row)), batch_size=2000
    )
    Hazard.objects.bulk_create(desk.hazards, batch_size=1000)
    FieldStep.objects.bulk_create(step for row in desk.hazards for step in _steps_of_hazard(row))


def _look(desk: _Desk, place: InspectedPlace, at: datetime) -> Inspection:
    level = desk.random.choice(LEVELS)
    return Inspection(
        client_id=uuid.UUID(int=desk.random.getrandbits(128), version=4),
        place=place,
        grid=place.grid,
        grid_code=place.grid_code,
        by=_inspector(desk, place, level),
        at=at,
        received_at=at + timedelta(seconds=40),
        checklist=desk.lists.get(place.kind.checklist_code),
        level=level,
        companions="辖区派出所、综合行政执法中队" if level == "street" else "",
        is_demo=True,
    )


def _inspector(desk: _Desk, place: InspectedPlace, level: str) -> User:
    if level == "street":
        return desk.cast.at_desk(place.grid_code, PostKind.SHIFT_LEADER)
    return desk.cast.leader_of(place.grid_code[: 12 if level == "community" else 18])


def _answers(desk: _Desk, row: Inspection) -> Iterator[InspectionAnswer]:
    items = desk.items.get(row.place.kind.checklist_code, [])
    is_bad = desk.random.random() < BAD_SHARE
    bad = set(desk.random.sample(items, desk.random.choice((1, 1, 1, 2)))) if is_bad and items else set()
    for item in items:
        if item in bad:
            desk.hazards.append(_hazard(desk, row, item))
        answer = "bad" if item in bad else "good"
        yield InspectionAnswer(inspection=row, item=item, answer=answer)


def _hazard(desk: _Desk, row: Inspection, item: ChecklistItem) -> Hazard:
    words = desk.random.choice(WORDS.get(item.part, EXTRA))
    at_once = not item.is_serious and desk.random.random() < 0.6
    return Hazard(
        inspection=row,
        place=row.place,
        grid=row.grid,
        grid_code=row.grid_code,
        item=item,
        text=inspections.hazard_text(item, words),
        is_serious=item.is_serious,
        status="fixed_once" if at_once else "open",
        fixed_at=row.at + timedelta(minutes=10) if at_once else None,
        is_demo=True,
    )


def _steps_of_hazard(row: Hazard) -> list[FieldStep]:
    begun = _step(row, "", "open", row.inspection.by, row.inspection.at)
    if row.status == "open":
        return [begun]
    assert row.fixed_at is not None
    return [begun, _step(row, "open", row.status, row.inspection.by, row.fixed_at, "现场立行立改")]


def _step(row: Any, before: str, after: str, by: User, at: datetime, text: str = "") -> FieldStep:
    subject = row._meta.model_name
    return FieldStep(subject=subject, subject_id=row.pk, before=before, after=after, by=by, at=at, text=text)


# --- notices ----------------------------------------------------------------------------------------------------------


def _order_all(desk: _Desk) -> None:
    """What was not fixed at once got a notice, in the order of the days; the last ones still run."""
    waiting: dict[int, list[Hazard]] = {}
    for row in desk.hazards:
        if row.status == "open" and desk.random.random() < ORDERED:
            waiting.setdefault(row.inspection_id, []).append(row)
    looks = {row.pk: row for row in desk.looks}
    steps: list[FieldStep] = []
    for pk, rows in sorted(waiting.items(), key=lambda pair: looks[pair[0]].at):
        steps += _order(desk, looks[pk], rows)
    changed = [row for rows in waiting.values() for row in rows]
    Hazard.objects.bulk_update(changed, ["status", "notice", "fixed_at", "version"], batch_size=500)
    FieldStep.objects.bulk_create(steps)


def _order(desk: _Desk, look: Inspection, rows: Sequence[Hazard]) -> list[FieldStep]:
    by, at = desk.cast.leader_of(look.grid_code[:12]), look.at + timedelta(hours=2)
    deadline = timezone.localdate(at) + timedelta(days=7)
    notice = RectificationNotice.objects.create(
        number=_number(look.grid_code, at),
        place=look.place,
        grid=look.grid,
        grid_code=look.grid_code,
        inspection=look,
        demand=orders.USUAL_DEMAND,
        deadline=deadline,
        issued_by=by,
        issued_at=at,
        received_by=look.place.responsible,
        is_demo=True,
    )
    steps = [_step(notice, "", "issued", by, at)]
    for row in rows:
        row.notice, row.status, row.version = notice, "ordered", 2
        steps.append(_step(row, "open", "ordered", by, at))
    return [*steps, *_end(desk, notice, rows)]


def _number(code: str, at: datetime) -> str:
    street = code[:9]
    year, number = next_number(f"safety:{street}", now=at)
    return f"{'建中街' if street == JIANZHONG else '嵩山路'}消安整改〔{year}〕{number}号"


def _end(desk: _Desk, notice: RectificationNotice, rows: Sequence[Hazard]) -> list[FieldStep]:
    """Most are closed at the deadline, some handed over, the rest still run, one of ten late."""
    by, at = desk.cast.leader_of(notice.grid_code), notice.issued_at + timedelta(days=desk.random.randrange(3, 8))
    luck = desk.random.random()
    if at > desk.now or luck > 0.93:
        return []
    unit = _enforcers(desk, notice) if luck > 0.88 else None
    notice.status, notice.ended_at, notice.version = Status.TRANSFERRED if unit else Status.CLOSED, at, 2
    notice.organization = unit
    notice.save(update_fields=["status", "ended_at", "version", "organization"])
    if unit is None:
        Recheck.objects.create(notice=notice, result="fixed", text=desk.random.choice(DONE), by=by, at=at)
    after = "transferred" if unit else "fixed"
    for row in rows:
        row.status, row.fixed_at, row.version = after, None if unit else at, 3
    steps = [_step(row, "ordered", after, by, at) for row in rows]
    return [*steps, _step(notice, "issued", notice.status, by, at)]


def _enforcers(desk: _Desk, notice: RectificationNotice) -> Organization | None:
    return desk.cast.unit(notice.grid_code, "enforcement")


# --- today ------------------------------------------------------------------------------------------------------------


def _today(desk: _Desk) -> int:
    """Two looks of this morning: one in order, one with a notice that is begun; an older notice looked at again."""
    places = [
        place
        for place in desk.places
        if place.grid_code.startswith(JIANZHONG) and desk.items.get(place.kind.checklist_code)
    ]
    good, bad = places[0], places[1]
    made = [_made(desk, good, ()), _made(desk, bad, _findings(desk, bad))]
    leader = desk.cast.leader_of(bad.grid_code[:12])
    day = timezone.localdate(desk.now) + timedelta(days=7)
    waiting = [row.pk for row in made[1].hazards.filter(status="open")]
    notice = orders.issue(made[1], orders.NewOrder(waiting, day), actor=leader, now=desk.now)
    orders.begin(notice, actor=leader, now=desk.now, version=None, text="店主已联系电工")
    keys = [row.pk for row in made]
    Inspection.objects.filter(pk__in=keys).update(is_demo=True)
    Hazard.objects.filter(inspection__in=keys).update(is_demo=True)
    RectificationNotice.objects.filter(pk=notice.pk).update(is_demo=True)
    return len(made)


def _made(desk: _Desk, place: InspectedPlace, findings: Sequence[inspections.Finding]) -> Inspection:
    client_id = uuid.UUID(int=desk.random.getrandbits(128), version=4)
    new = inspections.NewInspection(
        place=place, client_id=client_id, at=desk.now - timedelta(minutes=30), findings=findings
    )
    return inspections.inspect(new, actor=desk.cast.leader_of(place.grid_code), now=desk.now)[0]


def _findings(desk: _Desk, place: InspectedPlace) -> list[inspections.Finding]:
    items = desk.items[place.kind.checklist_code]
    return [
        inspections.Finding(item=items[-1].pk, text="阁楼有床铺"),
        inspections.Finding(text="灭火器压力不足，已当场更换", fixed=True),
    ]
