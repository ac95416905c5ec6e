"""Points of the demo street: two versions of the rule, what hours earned, a shop of thirty items, exchanges.

What the hours of the other part are worth is booked at once, by the same rules; what is open today goes through the
business, so that the account `volunteer` has a code to show and the counter something to hand out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils import timezone, translation

from accounts.errors import DomainError
from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Post
from grid.posts import PostKind
from volunteers import points, shop
from volunteers.models import (
    Exchange,
    HourRecord,
    PointAccount,
    PointEntry,
    PointRule,
    ShopItem,
    Volunteer,
    VolunteerStep,
)
from volunteers.point_rules import HUNDREDTHS, rule_on, worth_of

SEED: Final = 20261215
WHOLE: Final = JIANZHONG + "001"
LOGIN: Final = "volunteer"
ITEMS: Final = (
    ("抽纸一提", 5, 60), ("洗洁精一瓶", 6, 40), ("香皂两块", 4, 80), ("洗衣液 2 公斤", 15, 30), ("毛巾两条", 8, 50),
    ("牙膏牙刷套装", 8, 45), ("垃圾袋五卷", 5, 100), ("挂面 1 公斤", 6, 60), ("大米 5 公斤", 25, 20),
    ("食用油 1.8 升", 22, 20), ("鸡蛋一板", 18, 15), ("食盐三袋", 3, 90), ("酱油一瓶", 6, 40), ("纯牛奶一箱", 30, 10),
    ("暖水袋", 12, 25), ("雨伞", 15, 30), ("保温杯", 28, 12), ("LED 灯泡两只", 8, 40), ("插线板", 20, 15),
    ("充电宝", 60, 3), ("血压计（电子）", 120, 2), ("儿童绘本两册", 10, 25), ("跳绳", 8, 30), ("乒乓球拍一副", 30, 8),
    ("免费理发一次", 10, 40), ("家电清洗一次", 40, 6), ("磨刀两把", 3, 50), ("管道疏通优惠券", 20, 15),
    ("剧场观影票", 15, 0), ("图书馆借阅延期卡", 5, 100),
)  # fmt: skip
"""Name, points, stock: about thirty, one point is about one yuan (domain.md 5.2)."""
HERE: Final = 12
PLACES: Final = ("街道积分超市（建中街 12 号）", "社区党群服务中心一楼")
REASONS: Final = ("介绍新志愿者", "带教新队员", "雨雪天应急值守")


def build_points(now: datetime) -> int:
    """Fill the points part of the demo; returns the exchanges. Without volunteers nothing is made."""
    random, street = Random(SEED), Grid.objects.filter(code=JIANZHONG).defer("boundary").first()
    keeper = _keeper()
    if street is None or keeper is None or not Volunteer.objects.filter(wants_points=True).exists():
        return 0
    with translation.override("zh-hans"):
        rules = _rules(street, timezone.localdate(now))
        _earn(rules, now)
        _bonuses(random, keeper, now)
        items = _items(street, Grid.objects.filter(code=keeper_code(keeper)).defer("boundary").get())
        _past(random, items, keeper, now)
        _open(items, keeper, now)
    return Exchange.objects.count()


def _keeper() -> User | None:
    """The head of the first community keeps the shop."""
    rows = Post.objects.filter(kind=PostKind.COMMUNITY_HEAD, grid__code__startswith=JIANZHONG).select_related("user")
    post = rows.order_by("grid__code").first()
    return post.user if post else None


def _rules(street: Grid, today: date) -> list[PointRule]:
    """A version on trial until the end of last year, the one in force, and the community's own for its 微网格长."""
    new_year, whole = date(today.year, 1, 1), Grid.objects.filter(code=WHOLE).defer("boundary").first()
    made: list[dict[str, Any]] = [
        {"name": "志愿服务积分管理办法（试行）", "cap_hours": Decimal(3), "valid_days": 365, "ends_on": new_year},
        {
            "name": "志愿服务积分管理办法",
            "cap_hours": Decimal(2),
            "valid_days": 730,
            "source": "参照海林市志愿服务积分办法",
        },
    ]
    rules = [
        PointRule(grid=street, grid_code=street.code, per_hour=1, is_demo=True, starts_on=start, **values)
        for values, start in zip(made, (date(today.year - 3, 1, 1), new_year), strict=True)
    ]
    if whole is not None:
        name = "微网格长积分管理办法（志愿服务，自愿参加）"
        own = {"per_hour": 1, "cap_hours": Decimal(2), "valid_days": 730, "source": "社区自治公约"}
        rules.append(PointRule(name=name, grid=whole, grid_code=whole.code, starts_on=new_year, is_demo=True, **own))
    return PointRule.objects.bulk_create(rules)


# --- earned -----------------------------------------------------------------------------------------------------------


def _earn(rules: Sequence[PointRule], now: datetime) -> None:
    """Book what all hours are worth that were not booked yet: the same sums as `points.settle`, written at once."""
    rows = HourRecord.objects.exclude(kind="taken_over").filter(
        volunteer__wants_points=True, volunteer__grid_code__startswith=JIANZHONG, points=None
    )
    rows = rows.select_related("sign_up__shift", "volunteer").defer("volunteer__name", "volunteer__phone")
    records: dict[tuple[int, int], list[HourRecord]] = defaultdict(list)
    for record in rows.order_by("on", "pk"):
        activity = record.sign_up.shift.service_id if record.sign_up else -record.pk
        records[record.volunteer_id, activity].append(record)
    accounts = _accounts({one[0].volunteer for one in records.values()})
    issue = points.platform_account(PointAccount.Kind.ISSUE)
    entries = [
        entry for found in records.values() for entry in _entries(found, rules, issue, accounts[found[0].volunteer_id])
    ]
    PointEntry.objects.bulk_create(sorted(entries, key=lambda one: one.at), batch_size=1000)


def _accounts(volunteers: set[Volunteer]) -> dict[int, PointAccount]:
    PointAccount.objects.bulk_create(
        (PointAccount(kind=points.VOLUNTEER, volunteer=one) for one in sorted(volunteers, key=lambda one: one.pk)),
        ignore_conflicts=True,
    )
    return {one.volunteer_id: one for one in PointAccount.objects.filter(volunteer__in=volunteers) if one.volunteer_id}


def _entries(
    records: Sequence[HourRecord], rules: Sequence[PointRule], issue: PointAccount, account: PointAccount
) -> Iterator[PointEntry]:
    code, parts, before = records[0].volunteer.grid_code, [], 0
    near = [rule for rule in rules if code.startswith(rule.grid_code)]
    for record in records:
        rule = rule_on(near, record.on)
        parts.append((record.minutes, rule))
        after = worth_of(parts)
        amount, before = after - before, after
        if amount > 0:
            yield PointEntry(
                kind="earn",
                key=f"earn-{record.pk}",
                giver=issue,
                taker=account,
                amount=amount,
                hours=record,
                expires_on=points.last_day(rule, record.on),
                at=record.at,
            )


def _bonuses(random: Random, keeper: User, now: datetime) -> None:
    """Some brought new volunteers; the demo account did so often enough to have something to spend."""
    rows = Volunteer.objects.filter(status="active", wants_points=True, grid_code__startswith=keeper_code(keeper))
    hers = list(rows.filter(user__username=LOGIN))
    others = [one for one in rows.exclude(user=keeper).order_by("pk")[:60:3] if one not in hers]
    for n, one in enumerate([*hers * 3, *others]):
        at = now - timedelta(days=60 - n, hours=n % 9)
        given = 20 if one in hers else random.choice((5, 10))
        points.bonus(one, given, key=f"demo-{n}", text=REASONS[n % len(REASONS)], actor=keeper, now=at)


def keeper_code(keeper: User) -> str:
    """The grid of the community whose head keeps the shop."""
    post = Post.objects.filter(kind=PostKind.COMMUNITY_HEAD, user=keeper).select_related("grid").first()
    return post.grid.code if post and post.grid else JIANZHONG


# --- spent ------------------------------------------------------------------------------------------------------------


def _items(street: Grid, community: Grid) -> list[ShopItem]:
    """The first twelve in the community's own shop, all others in the street's."""
    return ShopItem.objects.bulk_create(
        ShopItem(
            grid=grid,
            grid_code=grid.code,
            name=name,
            price=price,
            stock=stock,
            place=place,
            text="" if price < 40 else "每人每年限领一件",
            is_demo=True,
        )
        for grid, place, offered in ((community, PLACES[1], ITEMS[:HERE]), (street, PLACES[0], ITEMS[HERE:]))
        for name, price, stock in offered
    )


def _past(random: Random, items: Sequence[ShopItem], keeper: User, now: datetime) -> None:
    """Of those who had enough two weeks ago every other one exchanged; a few did not come, a few thought better of it."""
    begin = now - timedelta(days=20)
    earned: dict[int, int] = defaultdict(int)
    for pk, amount in PointEntry.objects.filter(taker__kind="volunteer", at__lt=begin).values_list("taker", "amount"):
        earned[pk] += amount
    cheap = [item for item in items if item.price <= 30]  # in the shops of her own grids only
    accounts = PointAccount.objects.filter(pk__in=earned).exclude(volunteer__user__username=LOGIN)
    for n, account in enumerate(accounts.select_related("volunteer").order_by("pk")):
        assert account.volunteer is not None
        home, most = account.volunteer.grid_code, min(earned[account.pk], account.balance)
        fits = [item for item in cheap if item.price * HUNDREDTHS <= most and home.startswith(item.grid_code)]
        if fits and n % 2 == 0:
            _one_past(n, account, random.choice(fits), keeper, begin + timedelta(hours=n % 100))


def _one_past(n: int, account: PointAccount, item: ShopItem, keeper: User, at: datetime) -> None:
    status, ended = "handed_out", at + timedelta(days=1 + n % 3, hours=n % 5)
    if n % 16 == 8:
        status, ended = "expired", at + timedelta(days=shop.PICK_UP_DAYS, hours=1)
    elif n % 16 == 12:
        status, ended = "cancelled", at + timedelta(hours=3)
    assert account.volunteer is not None
    row = Exchange.objects.create(
        item=item,
        volunteer=account.volunteer,
        points=item.price,
        code=_code(n),
        status=status,
        pick_up_by=at + timedelta(days=shop.PICK_UP_DAYS),
        handed_out_by=keeper if status == "handed_out" else None,
        at=at,
        ended_at=ended,
        client_id=UUID(int=SEED << 64 | n),
        version=2,
    )
    for before, after, when in (("", "reserved", at), ("reserved", status, ended)):
        by = keeper if after == "handed_out" else None
        VolunteerStep.objects.create(subject="exchange", subject_id=row.pk, before=before, after=after, by=by, at=when)
    counter = points.platform_account(PointAccount.Kind.SHOP)
    amount = item.price * HUNDREDTHS
    paid = points.book("redeem", f"redeem-{row.pk}", account, counter, amount, now=at, text=item.name)
    if status != "handed_out":
        points.reverse(paid, now=ended, text=item.name)


def _code(n: int) -> str:
    """A code of the past: made from its number, so that each load makes the same."""
    letters = shop.CODE_LETTERS
    return "".join(letters[(n * 7 + 3 * place * place + n // (place + 1)) % len(letters)] for place in range(4)) + (
        letters[n // 900 % 30] + letters[n // 30 % 30] + letters[n % 30] + "Z"
    )


def _open(items: Sequence[ShopItem], keeper: User, now: datetime) -> None:
    """What waits at the counter today: of the demo account, and of some others with accounts."""
    rows = Volunteer.objects.filter(status="active", wants_points=True, user__is_active=True, account__balance__gt=300)
    people = list(rows.filter(user__username=LOGIN)) + list(rows.exclude(user__username=LOGIN).order_by("pk")[:12])
    for n, one in enumerate(people):
        near = [item for item in items if item.stock and one.grid_code.startswith(item.grid_code)]
        fits = [item for item in near if item.price <= (15 if n == 0 else 8)]
        at = now - timedelta(days=n % 13, hours=2)
        assert one.user is not None
        try:
            shop.exchange(fits[n * 3 % len(fits)], one, actor=one.user, now=at, client_id=UUID(int=SEED << 65 | n))
        except DomainError:
            continue  # her points do not suffice
