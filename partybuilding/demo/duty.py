"""Duty of the demo street: posts with two months of shifts and four weeks to come, calls, orders, claimed services.

86 members claimed a service (domain.md 10, row 2.31). The past is written at once; what is open today goes through the
business, so that the demo accounts (gridleader, microleader) find something to do on their own page.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.demo.names import person_name, phone_number
from grid.models import Building, Grid, Post
from grid.posts import PostKind
from incidents.numbers import street_number
from partybuilding import calls, orders, rosters, shifts
from partybuilding.demo import duty_texts as words
from partybuilding.models import (
    CallAnswer,
    DutyPost,
    DutyShift,
    JointTaskKind,
    MemberCall,
    PartyMember,
    PartyStep,
    ServiceClaim,
    ServiceOrder,
    Skill,
    SupportKind,
)

SEED: Final = 20261128
CLAIMING: Final = 86
BACK: Final = 60
ORDERS: Final = 150
Members = dict[str, list[PartyMember]]
Staff = dict[str, User]


def build_duty(now: datetime) -> int:
    """Fill the duty part of the demo; returns the shifts. Without members or heads of communities nothing is made."""
    random = Random(SEED)
    members, staff = _members(), _staff()
    if not members or not staff:
        return 0
    with translation.override("zh-hans"):
        posts = _posts(random, members)
        _past_shifts(random, posts, members, now)
        rosters.open_shifts(now=now, under=JIANZHONG)
        _swap(posts, now)
        _claims(random, members, timezone.localdate(now))
        _calls(random, members, staff, now)
        _orders(random, members, staff, now)
    for model in (MemberCall, ServiceOrder):
        model.objects.filter(grid_code__startswith=JIANZHONG).update(is_demo=True)
    return DutyShift.objects.count()


def _members() -> Members:
    """Members who are there, by their community."""
    rows = PartyMember.objects.filter(grid_code__startswith=JIANZHONG, left_on=None).select_related("grid", "user")
    found: Members = defaultdict(list)
    for member in rows.exclude(management="participating").defer("grid__boundary").order_by("pk"):
        found[member.grid_code[:12]].append(member)
    return dict(found)


def _staff() -> Staff:
    """The head of each community."""
    posts = Post.objects.filter(kind=PostKind.COMMUNITY_HEAD, grid__code__startswith=JIANZHONG)
    return {post.grid.code: post.user for post in posts.select_related("grid", "user") if post.grid}


# --- 值日岗 -----------------------------------------------------------------------------------------------------------


def _posts(random: Random, members: Members) -> list[DutyPost]:
    """One in every grid of the first community, one in every other community."""
    first = min(members)
    skills = list(Skill.objects.filter(is_active=True).order_by("position"))
    codes = sorted({one.grid_code for one in members[first]}) + sorted(set(members) - {first})
    grids = {grid.code: grid for grid in Grid.objects.filter(code__in=codes).defer("boundary")}
    made = []
    for n, code in enumerate(codes):
        days = ([1, 3, 5], [2, 4, 6], [6, 7], [1, 2, 3, 4, 5])[n % 4]
        post = DutyPost(
            grid=grids[code],
            grid_code=code,
            name="网格党员值日岗" if len(code) > 12 else "社区党员先锋岗",
            place=words.PLACES[n % len(words.PLACES)],
            weekdays=days,
            starts=time(8, 0) if n % 3 else time(18, 30),
            ends=time(10, 0) if n % 3 else time(20, 30),
            people=2 if len(code) == 12 and random.random() < 0.4 else 1,
            skill=skills[n % len(skills)] if skills and n % 5 == 4 else None,
            is_demo=True,
        )
        made.append(post)
    return DutyPost.objects.bulk_create(made)


def _past_shifts(random: Random, posts: Sequence[DutyPost], members: Members, now: datetime) -> None:
    """Two months: nine of ten were there. Today's stand is planned; yesterday's last one waits to be noted."""
    today = timezone.localdate(now)
    rows = [row for post in posts for row in _shifts_of(random, post, members[post.grid_code[:12]], today)]
    saved = DutyShift.objects.bulk_create(rows, batch_size=1000)
    PartyStep.objects.bulk_create(_shift_steps(saved), batch_size=1000)


def _shifts_of(random: Random, post: DutyPost, people: list[PartyMember], today: date) -> Iterator[DutyShift]:
    turn = random.randrange(len(people))
    for on in rosters.days_of(post, today - timedelta(days=BACK), today):
        for _place in range(post.people):
            turn += 1
            status = random.choices(("attended", "excused", "absent"), (92, 5, 3))[0] if on < today else "planned"
            remark = {"absent": random.choice(words.ABSENT), "excused": random.choice(words.EXCUSED)}.get(status, "")
            yield DutyShift(
                post=post,
                on=on,
                member=people[turn % len(people)],
                status=status,
                remark=remark,
                version=1 if status == "planned" else 2,
                is_demo=True,
            )


def _shift_steps(rows: Sequence[DutyShift]) -> Iterator[PartyStep]:
    for row in rows:
        begun, noted = _at(row.on - timedelta(days=20), 2), _at(row.on, 21)
        yield PartyStep(subject="dutyshift", subject_id=row.pk, before="", after="planned", at=begun)
        if row.status != "planned":
            yield PartyStep(subject="dutyshift", subject_id=row.pk, before="planned", after=row.status, at=noted)


def _swap(posts: Sequence[DutyPost], now: datetime) -> None:
    """Among members who sign in: one asks another, so that her page has a question."""
    rows = DutyShift.objects.filter(post__in=posts, status="planned", on__gt=timezone.localdate(now))
    rows = rows.filter(member__user__isnull=False).exclude(member__user__username="gridleader")
    wanted = PartyMember.objects.filter(user__username="gridleader").first()
    for row in rows.select_related("post", "member__user").order_by("on", "pk")[:8]:
        if wanted is not None and row.member.user and shifts.colleagues(row).filter(pk=wanted.pk).exists():
            shifts.ask(row, wanted, actor=row.member.user, now=now)
            return


# --- 认领 -------------------------------------------------------------------------------------------------------------


def _claims(random: Random, members: Members, today: date) -> None:
    kinds = list(SupportKind.objects.filter(is_service=True, is_active=True).order_by("position"))
    people = [one for code in sorted(members) for one in members[code]]
    accounts = [one for one in people if one.user_id]
    others = random.sample(
        [one for one in people if not one.user_id], max(0, min(CLAIMING, len(people)) - len(accounts))
    )
    ServiceClaim.objects.bulk_create(
        ServiceClaim(
            member=member,
            kind=kind,
            text=random.choice(words.PLEDGES),
            since=today - timedelta(days=random.randrange(20, 300)),
            grid_id=member.grid_id,
            grid_code=member.grid_code,
            is_demo=True,
        )
        for n, member in enumerate((accounts + others)[:CLAIMING])
        for kind in ({kinds[n % len(kinds)], kinds[n * 3 % len(kinds)]} if n % 4 == 0 else {kinds[n % len(kinds)]})
    )


# --- 吹哨报到 ---------------------------------------------------------------------------------------------------------


def _calls(random: Random, members: Members, staff: Staff, now: datetime) -> None:
    kinds = JointTaskKind.objects.in_bulk(field_name="name")
    codes = sorted(set(members) & set(staff))
    for n, (kind, title, place, result) in enumerate(words.CALLS):
        _done_call(random, kinds[kind], codes[n % 6 % len(codes)], members, staff, now, (title, place, result, n))
    grids = {grid.code: grid for grid in Grid.objects.filter(code__in=codes).defer("boundary")}
    made = []
    for kind, title, place, people, days, hour in words.OPEN_CALLS:
        starts = _at(timezone.localdate(now) + timedelta(days=days), hour)
        made.append(_blow(calls.NewCall(kinds[kind], title, place, starts, people), grids[codes[0]], staff, now))
    for member in [one for one in members[codes[0]] if one.user and one.user.is_active][2:6]:
        assert member.user is not None
        calls.answer(made[0], "coming" if member.pk % 3 else "cannot", actor=member.user, now=now)
    kind, title, place, why = words.OFF_CALL
    starts = _at(timezone.localdate(now) + timedelta(days=1), 15)
    off = _blow(calls.NewCall(kinds[kind], title, place, starts, 4), grids[codes[-1]], staff, now)
    calls.call_off(off, why, actor=staff[codes[-1]], now=now)


def _blow(new: calls.NewCall, grid: Grid, staff: Staff, now: datetime) -> MemberCall:
    once = UUID(int=SEED * 1000 + len(new.title) * 7 + new.people)
    made, _new = calls.blow(new, grid=grid, actor=staff[grid.code], now=now, client_id=once)
    return made


def _done_call(
    random: Random,
    kind: JointTaskKind,
    code: str,
    members: Members,
    staff: Staff,
    now: datetime,
    told: tuple[str, str, str, int],
) -> None:
    title, place, result, n = told
    starts = _at(timezone.localdate(now) - timedelta(days=6 + n * 8), 9 + n % 8)
    people = random.sample(members[code], min(len(members[code]), 5 + n % 5))
    grid = Grid.objects.defer("boundary").get(code=code)
    call = MemberCall.objects.create(
        grid=grid,
        grid_code=code,
        kind=kind,
        title=title,
        place=place,
        starts_at=starts,
        people=max(3, len(people) - 1),
        status="done",
        result=result,
        by=staff[code],
        at=starts - timedelta(days=2),
        client_id=UUID(int=SEED * 2000 + n),
        version=2,
    )
    _answers(random, call, people)
    for before, after, at in (("", "blown", call.at), ("blown", "done", starts + timedelta(hours=4))):
        PartyStep.objects.create(
            subject="membercall", subject_id=call.pk, before=before, after=after, by=staff[code], at=at
        )


def _answers(random: Random, call: MemberCall, people: Sequence[PartyMember]) -> None:
    CallAnswer.objects.bulk_create(
        CallAnswer(
            call=call,
            member=one,
            answer=(said := random.choices(("came", "missed", "cannot"), (85, 7, 8))[0]),
            hours=Decimal(random.choice(("2.0", "2.5", "3.0"))) if said == "came" else Decimal(0),
            at=call.starts_at + timedelta(hours=4),
        )
        for one in people
    )


# --- 三单制 -----------------------------------------------------------------------------------------------------------


def _orders(random: Random, members: Members, staff: Staff, now: datetime) -> None:
    kinds = SupportKind.objects.in_bulk(field_name="name")
    codes = sorted(set(members) & set(staff))
    buildings: dict[str, list[Building]] = defaultdict(list)
    rows = Building.objects.filter(grid__code__startswith=JIANZHONG).select_related("grid").defer("grid__boundary")
    for building in rows.order_by("pk"):
        buildings[building.grid.code[:12]].append(building)
    ended = [_ended(random, n, kinds, codes[n * n % len(codes)], members, staff, buildings, now) for n in range(ORDERS)]
    saved = ServiceOrder.objects.bulk_create(sorted(ended, key=lambda one: one.at), batch_size=500)
    PartyStep.objects.bulk_create((step for row in saved for step in _order_steps(row)), batch_size=1000)
    _open_orders(random, kinds, codes[0], members, staff, buildings, now)


def _ended(
    random: Random,
    n: int,
    kinds: dict[str, SupportKind],
    code: str,
    members: Members,
    staff: Staff,
    buildings: dict[str, list[Building]],
    now: datetime,
) -> ServiceOrder:
    """An order of the last months: most were evaluated."""
    agency = n % 4 == 0
    kind, text, report = (words.AGENCY if agency else words.SERVICES)[
        n % len(words.AGENCY if agency else words.SERVICES)
    ]
    at = _at(timezone.localdate(now) - timedelta(days=4 + (ORDERS - n) * 5 // 6), 9) + timedelta(minutes=n * 7 % 480)
    building = random.choice(buildings[code]) if buildings[code] else None
    grid = building.grid if building else members[code][0].grid
    status = "refused" if n % 37 == 5 else "cancelled" if n % 41 == 7 else "done" if n % 9 == 4 else "rated"
    row = ServiceOrder(
        grid=grid,
        grid_code=grid.code,
        kind=kinds[kind],
        text=text,
        is_agency=agency,
        building=building,
        name=person_name(90_000 + n * 17),
        phone=phone_number(8_000 + n),
        door=f"{n % 4 + 1}单元{n % 6 + 1}0{n % 2 + 1}",
        source=("phone", "visit", "counter")[n % 3],
        status=status,
        by=staff[code],
        at=at,
        number=street_number(orders.BOOK, "服务", grid.code, now=at),
        client_id=UUID(int=SEED * 3000 + n),
        is_demo=True,
        lapses=1 if n % 11 == 3 else 0,
    )
    if status in ("done", "rated"):
        _served(random, row, random.choice(members[code]), report)
    return row


def _served(random: Random, row: ServiceOrder, member: PartyMember, report: str) -> None:
    row.member, row.taken_at = member, row.at + timedelta(hours=3)
    row.lapses_at = row.taken_at + timedelta(days=4)
    row.done_at, row.report = row.taken_at + timedelta(days=1), report
    if row.status == "rated":
        row.rating, row.rated_at = random.choices((5, 4, 3, 2), (75, 18, 5, 2))[0], row.done_at + timedelta(days=1)


def _order_steps(row: ServiceOrder) -> Iterator[PartyStep]:
    def step(before: str, after: str, at: Any, *, text: str = "", by: User | None = None) -> PartyStep:
        return PartyStep(
            subject="serviceorder", subject_id=row.pk, before=before, after=after, by=by or row.by, at=at, text=text
        )

    yield step("", "ordered", row.at)
    if row.status == "refused":
        yield step("ordered", "refused", row.at + timedelta(hours=1), text=words.REFUSED)
        return
    yield step("ordered", "pool", row.at + timedelta(minutes=20))
    if row.status == "cancelled":
        yield step("pool", "cancelled", row.at + timedelta(hours=5), text=words.CANCELLED)
        return
    yield step("pool", "taken", row.taken_at)
    yield step("taken", "done", row.done_at)
    if row.status == "rated":
        yield step("done", "rated", row.rated_at, text=words.RATED[row.pk % len(words.RATED)])


def _open_orders(
    random: Random,
    kinds: dict[str, SupportKind],
    code: str,
    members: Members,
    staff: Staff,
    buildings: dict[str, list[Building]],
    now: datetime,
) -> None:
    """What waits today in the first community: to be looked at, in the pool, being served, gone back, to be evaluated."""
    actor, accounts = staff[code], [one for one in members[code] if one.user and one.user.is_active]
    made = []
    lines = [*words.AGENCY[:4], *words.SERVICES[::2], *words.SERVICES[1::4]]
    for n, (kind, text, _report) in enumerate(lines):
        building = random.choice(buildings[code]) if buildings[code] else None
        new = orders.NewOrder(
            kind=kinds[kind],
            text=text,
            name=person_name(95_000 + n * 19),
            phone=phone_number(8_300 + n),
            building=building,
            door=f"{n % 4 + 1}单元{n % 6 + 1}02",
            wanted_on=timezone.localdate(now) + timedelta(days=2 + n % 5),
            is_agency=n < 4,
        )
        grid = building.grid if building else members[code][0].grid
        once = UUID(int=SEED * 4000 + n)
        row, _new = orders.order(new, grid=grid, actor=actor, now=now - timedelta(hours=30 - n), client_id=once)
        made.append(orders.issue(row, actor=actor, now=now - timedelta(hours=20 - n)) if n % 6 else row)
    pool = [row for row in made if row.status == "pool"]
    _move_on(pool, accounts, now)


def _move_on(pool: list[ServiceOrder], accounts: list[PartyMember], now: datetime) -> None:
    """Some of the pool is taken by members who sign in; one is done, one given back, one lapsed."""
    if not accounts:
        return
    long_ago = now - timedelta(days=6)
    for row, member in zip(pool[:4], accounts * 4, strict=False):
        orders.take(row, actor=member.user, now=now - timedelta(hours=6))  # type: ignore[arg-type]
    first, second = accounts[0].user, accounts[1 % len(accounts)].user
    assert first is not None
    assert second is not None
    if len(pool) > 5:
        orders.finish(pool[1], words.AGENCY[2][2], actor=second, now=now)
        late = orders.take(pool[5], actor=first, now=long_ago, until=timezone.localdate(long_ago))
        assert late.status == "taken"
        orders.lapse_due(now=now - timedelta(hours=1))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), timezone.get_default_timezone())
