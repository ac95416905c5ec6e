"""Wishes of the demo street: half a year in every state, two rounds, and the photo frames of 占阿姨 on the board today.

Claims are those of volunteers with an account; without volunteers nothing is claimed and nothing breaks.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.demo.names import person_name
from grid.models import Grid, Post
from grid.posts import PostKind
from incidents.numbers import street_number
from volunteers import wishes
from volunteers.claims import CONTACT_DAYS
from volunteers.demo import wish_texts
from volunteers.models import Volunteer, VolunteerStep, Wish, WishClaim, WishKind, WishReceipt, WishRound

DAYS: Final = 180
NAMES: Final = 60_000
"""Names begin there: before are those of other people of the demo."""
OPEN: Final = ("collected",) * 6 + ("verified",) * 5 + ("published",) * 22
HELPED: Final = ("claimed",) * 9 + ("delivered",) * 6 + ("confirmed",) * 12 + ("archived",) * 34
ENDED: Final = ("refused",) * 3 + ("withdrawn",) * 3
WAY: Final = ("collected", "verified", "published", "claimed", "delivered", "confirmed", "archived")
LONGEST: Final = {"collected": 5, "verified": 9, "published": 40, "claimed": 10, "delivered": 18, "confirmed": 30}
"""Days ago at most, by how far a wish has come: what is long ago is in the archive, no claim is over its days."""
AT: Final = {"verified": 1, "published": 2, "claimed": 4, "delivered": 9, "confirmed": 11, "archived": 20}
"""Days after it was collected."""
STORY: Final[dict[str, Any]] = {
    "title": "两张相框",
    "display_name": "占阿姨",
    "text": "八十二岁，四个儿女都在外地。想把两张老照片装进相框挂起来，自己不会网上买，也下不了楼。",
    "name": "占桂兰",
    "phone": "13900008282",
    "door": "2号楼1单元302",
    "remark": "听力不好，敲门请大声；照片请当面量尺寸。",
}
"""Row 2.7; the grid leader and her helpers are the four “children” of the net (网格“儿女”)."""


@dataclass
class _Desk:
    """What the demo works with; the same numbers every time."""

    now: datetime
    kinds: dict[str, WishKind]
    leaders: list[tuple[Grid, User]]
    helpers: list[Volunteer]
    rounds: list[WishRound] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(707))

    def key(self) -> uuid.UUID:
        """The id that a device would have given."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)


def build_wishes(now: datetime) -> int:
    """Write the wishes of the main street; gives their number."""
    leaders = _leaders(timezone.localdate(now))
    if not leaders:
        return 0
    people = Volunteer.objects.filter(
        status="active", is_minor=False, user__isnull=False, grid_code__startswith=JIANZHONG
    )
    desk = _Desk(
        now=now,
        kinds={row.name: row for row in WishKind.objects.all()},
        leaders=leaders,
        helpers=list(people.select_related("user").defer("phone").order_by("pk")),
    )
    _rounds(desk)
    rows = _history(desk)
    _story(desk)
    return len(rows) + 1


def _leaders(today: date) -> list[tuple[Grid, User]]:
    posts = Post.objects.on(today).filter(kind=PostKind.GRID_LEADER, grid__code__startswith=JIANZHONG)
    rows = posts.select_related("grid", "user").defer("grid__boundary").order_by("grid__code")
    return [(post.grid, post.user) for post in rows if post.grid is not None and len(post.grid.code) == 15]


def _rounds(desk: _Desk) -> None:
    """The round that is open, with a ceiling, and the one of the spring without."""
    street, today = Grid.objects.only("id", "code").get(code=JIANZHONG), timezone.localdate(desk.now)
    plans = (("七一圆梦微心愿", "七一", 150, 120, None), ("岁末暖心微心愿", "元旦", 45, -30, Decimal(1000)))
    desk.rounds = WishRound.objects.bulk_create(
        WishRound(
            grid=street,
            grid_code=street.code,
            name=name,
            festival=festival,
            opens_on=today - timedelta(days=first),
            closes_on=today - timedelta(days=last),
            ceiling=ceiling,
            text="小而具体、易行能办；钱款直接付给商家并留票据。",
            is_demo=True,
        )
        for name, festival, first, last, ceiling in plans
    )


def _history(desk: _Desk) -> list[Wish]:
    states = [*OPEN, *(HELPED if desk.helpers else ()), *ENDED]
    desk.random.shuffle(states)
    plan = sorted((_begun(desk, state), state) for state in states)
    rows = Wish.objects.bulk_create(_wish(desk, n, at, state) for n, (at, state) in enumerate(plan))
    VolunteerStep.objects.bulk_create(step for row in rows for step in _steps(row, desk.now))
    claimed = [row for row in rows if WAY.index(_level(row.status)) >= WAY.index("claimed")]
    claims = WishClaim.objects.bulk_create(claim for n, row in enumerate(claimed) for claim in _claims(desk, n, row))
    VolunteerStep.objects.bulk_create(step for claim in claims for step in _claim_steps(claim))
    WishReceipt.objects.bulk_create(_receipt(one) for one in claims if one.delivered_at and one.wish.amount)
    return rows


def _level(status: str) -> str:
    """How far a wish came; those that were refused or withdrawn came to nothing."""
    return status if status in WAY else "collected"


def _begun(desk: _Desk, state: str) -> datetime:
    """When a wish of `state` was collected: at least as long ago as its way takes."""
    least = AT.get(state, 1) + 1
    most = max(LONGEST.get(state, DAYS), least + 2)
    moment = desk.now - timedelta(days=desk.random.uniform(least, most))
    return moment.replace(minute=desk.random.randrange(60), second=0, microsecond=0)


def _wish(desk: _Desk, n: int, at: datetime, state: str) -> Wish:
    kind, title, text, amount, slots = wish_texts.WORDS[n % len(wish_texts.WORDS)]
    grid, user = desk.leaders[desk.random.randrange(len(desk.leaders))] if n % 5 else _first(desk.leaders)
    level = WAY.index(_level(state))
    times = {name: at + timedelta(days=days) if level >= WAY.index(name) else None for name, days in AT.items()}
    confirmed = times["confirmed"] is not None
    return Wish(
        number=street_number("wish", "心愿", grid.code, now=at),
        kind=desk.kinds[kind],
        round=_round_of(desk, at),
        display_name=wish_texts.SHOWN[n % len(wish_texts.SHOWN)],
        title=title,
        text=text,
        name=person_name(NAMES + n),
        phone=f"1390001{n:04d}",
        door=f"{n % 20 + 1}号楼{n % 4 + 1}单元{n % 9 + 1}0{n % 3 + 1}",
        amount=Decimal(amount) if amount else None,
        slots=slots,
        source=Wish.Source.values[n % 3],
        status=state,
        returns=1 if state == "published" and n % 4 == 0 else 0,
        verified_by=user if times["verified"] else None,
        published_at=times["published"],
        delivered_at=times["delivered"],
        confirmed_at=times["confirmed"],
        confirmed_how="上门" if n % 3 else "电话",
        rating=(5, 5, 4, 5, 3)[n % 5] if confirmed else None,
        thanks=wish_texts.THANKS[n % len(wish_texts.THANKS)] if confirmed else "",
        called_back_at=at + timedelta(days=15) if state == "archived" else None,
        by=user,
        at=at,
        grid=grid,
        grid_code=grid.code,
        version=level + 1,
        client_id=desk.key(),
        is_demo=True,
    )


def _round_of(desk: _Desk, at: datetime) -> WishRound | None:
    day = timezone.localdate(at)
    return next((one for one in desk.rounds if one.opens_on <= day <= one.closes_on), None)


def _steps(row: Wish, now: datetime) -> Iterator[VolunteerStep]:
    yield _step(row, "", "collected", row.by, row.at)
    n = row.client_id.int
    if row.status == "refused":
        text = wish_texts.REFUSED[n % len(wish_texts.REFUSED)]
        yield _step(row, "collected", "refused", row.by, row.at + timedelta(hours=5), text)
    elif row.status == "withdrawn":
        text = wish_texts.WITHDRAWN[n % len(wish_texts.WITHDRAWN)]
        yield _step(row, "collected", "withdrawn", row.by, row.at + timedelta(hours=9), text)
    said = {"verified": "上门核实，情况属实。", "confirmed": row.confirmed_how, "archived": ""}
    before = "collected"
    for name in WAY[1 : WAY.index(_level(row.status)) + 1]:
        if name == "archived" and row.called_back_at is not None:
            text = f"回访：{wish_texts.CALLED[n % len(wish_texts.CALLED)]}"
            yield _step(row, "confirmed", "confirmed", row.by, row.called_back_at, text)
        by = None if name in ("claimed", "delivered") else row.by
        yield _step(row, before, name, by, row.at + timedelta(days=AT[name]), said.get(name, ""))
        before = name


def _step(row: Any, before: str, after: str, by: User | None, at: datetime, text: str = "") -> VolunteerStep:
    kind = row._meta.model_name
    return VolunteerStep(subject=kind, subject_id=row.pk, before=before, after=after, by=by, at=at, text=text)


def _claims(desk: _Desk, n: int, row: Wish) -> Iterator[WishClaim]:
    """As many helpers as were wanted, no one twice."""
    at = row.at + timedelta(days=AT["claimed"])
    done = row.delivered_at is not None
    status = "done" if row.confirmed_at else "delivered" if done else "contacted" if n % 2 else "active"
    for slot in range(1, min(row.slots, len(desk.helpers)) + 1):
        helper = desk.helpers[(n * 3 + slot) % len(desk.helpers)]
        assert helper.user is not None
        yield WishClaim(
            wish=row,
            slot=slot,
            volunteer=helper,
            user=helper.user,
            pledge=wish_texts.PLEDGES[n % len(wish_texts.PLEDGES)],
            status=status,
            claimed_at=at,
            contact_by=at + timedelta(days=CONTACT_DAYS),
            told_at=at,
            contacted_at=None if status == "active" else at + timedelta(days=1),
            delivered_at=row.delivered_at,
            text=wish_texts.DONE[n % len(wish_texts.DONE)] if done else "",
            version={"active": 1, "contacted": 2, "delivered": 3, "done": 4}[status],
            client_id=desk.key(),
            is_demo=True,
        )


def _claim_steps(row: WishClaim) -> Iterator[VolunteerStep]:
    yield _step(row, "", "active", row.user, row.claimed_at)
    if row.contacted_at:
        yield _step(row, "active", "contacted", row.user, row.contacted_at)
    if row.delivered_at:
        yield _step(row, "contacted", "delivered", row.user, row.delivered_at, row.text)
    if row.wish.confirmed_at:
        yield _step(row, "delivered", "done", None, row.wish.confirmed_at)


def _receipt(row: WishClaim) -> WishReceipt:
    assert row.delivered_at is not None
    share = (row.wish.amount or Decimal(0)) / row.wish.slots
    return WishReceipt(
        claim=row,
        merchant=("建中街百货店", "惠民家电", "社区药房")[row.slot % 3],
        goods=row.wish.title,
        amount=share.quantize(Decimal("0.01")),
        paid_on=timezone.localdate(row.delivered_at),
        by=row.user,
        at=row.delivered_at,
    )


def _story(desk: _Desk) -> None:
    """占阿姨: collected at a visit yesterday, verified at her door, on the board since an hour; who claims it?"""
    grid, leader = _first(desk.leaders)
    kind = desk.kinds["代购代办"]
    new = wishes.NewWish(**STORY, kind=kind, grid=grid, amount=Decimal(60), source=Wish.Source.VISIT)
    made = wishes.collect(new, actor=leader, now=desk.now - timedelta(days=1), client_id=desk.key())
    made = wishes.verify(made, actor=leader, now=desk.now - timedelta(hours=20), text="上门核实，量了照片的尺寸。")
    wishes.publish(made, actor=leader, now=desk.now - timedelta(hours=1))
    Wish.objects.filter(pk=made.pk).update(is_demo=True)


def _first(leaders: Sequence[tuple[Grid, User]]) -> tuple[Grid, User]:
    """The grid of the account `gridleader`, so that the story can be played."""
    return next((one for one in leaders if one[1].username == "gridleader"), leaders[0])
