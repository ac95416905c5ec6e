"""Two weeks of call-backs of the demo street: callers' cases get a made-up phone, and most were asked the day after."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from accounts.protect import blind_index
from grid.demo.divisions import JIANZHONG
from grid.posts import PostKind
from incidents import callbacks
from incidents.demo.cast import Cast, gather_cast
from incidents.models import CallBack, CallBackSample, Incident, IncidentEvent
from incidents.models.incident import Source
from incidents.overview import midnight
from incidents.pen import Pen
from incidents.states import State

DAYS: Final = 14
PERCENT: Final = 60
SEED: Final = 20261121
CALLERS: Final = (Source.HOTLINE, Source.DESK)
CONTACT_FIELDS: Final = ("contact_name", "contact_phone", "contact_index", "is_solved", "solved_at")
HAPPY: Final = (
    "处理得很快，谢谢。",
    "第二天就来人弄好了。",
    "满意，没有别的意见。",
    "解决了，就是等了两天。",
    "好了，网格员还专门打电话说了一声。",
)
UNHAPPY: Final = (
    "又是老样子，没弄彻底。",
    "来人看了一眼就走了，没解决。",
    "解决得太慢，打了三次电话。",
    "当时好了，第二天又堵了。",
)


def build_call_backs(now: datetime) -> int:
    """Give phones to the callers' cases of two weeks, draw each day, write most answers down; returns the calls."""
    random, cast, today = Random(SEED), gather_cast(), timezone.localdate(now)
    days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    with translation.override("zh-hans"), transaction.atomic():
        cases = {case.pk: case for case in _give_phones(random, days)}
        calls = [call for day in days[:-1] for call in _ask(random, cast, day, cases)]
        CallBack.objects.bulk_create(calls)
        _tell(cast, calls, cases)
        Incident.objects.bulk_update(cases.values(), CONTACT_FIELDS, batch_size=250)
        # yesterday's are still to be called; the nightly draw finds this one and makes no other
        last = callbacks.draw(**_period(days[-1]), percent=100, seed=SEED, actor=None, now=now)
        return len(calls) + last.call_backs.count()


def _period(day: date) -> dict[str, Any]:
    return {"starts_at": midnight(day), "ends_at": midnight(day + timedelta(days=1)), "grid_code": JIANZHONG}


def _give_phones(random: Random, days: list[date]) -> list[Incident]:
    rows = Incident.objects.under(JIANZHONG).filter(
        is_demo=True,
        state=State.CLOSED,
        source__in=CALLERS,
        closed_at__gte=midnight(days[0]),
        closed_at__lt=midnight(days[-1] + timedelta(days=1)),
    )
    found = list(rows.order_by("pk"))
    for case in found:
        case.contact_name, case.contact_phone = "演示居民", f"1990003{random.randrange(10_000):04d}"
        case.contact_index = blind_index(case.contact_phone, purpose="incident.contact")
    return found


def _ask(random: Random, cast: Cast, day: date, cases: dict[int, Incident]) -> Iterable[CallBack]:
    """The sample of a day and its answers, given the day after in office hours."""
    period, morning = _period(day), midnight(day + timedelta(days=1)) + timedelta(hours=9)
    start, end = midnight(day), midnight(day + timedelta(days=1))
    ended = [pk for pk, case in cases.items() if case.closed_at and start <= case.closed_at < end]
    if not ended:
        return
    seed = random.randrange(callbacks.LARGEST_SEED)
    drawn = {"percent": PERCENT, "seed": seed, "population": len(ended), "drawn_at": end + timedelta(minutes=30)}
    sample = CallBackSample.objects.create(**period, **drawn)
    operator = cast.at_desk(JIANZHONG, PostKind.OPERATOR)
    for pk in callbacks.choose(ended, percent=PERCENT, seed=seed):
        at = morning + timedelta(minutes=random.randrange(8 * 60))
        yield _answer(random, cases[pk], sample, operator, at)


def _answer(random: Random, case: Incident, sample: CallBackSample, caller: User, at: datetime) -> CallBack:
    call = CallBack(incident=case, sample=sample, checker=caller, due_at=at, called_at=at, attempts=1)
    call.responded = random.random() < 0.94
    if random.random() < 0.11:
        call.contact, call.attempts = random.choices(
            [("no_answer", 3), ("refused", 1), ("wrong_number", 1)], [7, 3, 1]
        )[0]
        return call
    late = 0.1 if case.was_overdue else 0.0
    call.contact, call.solved = "reached", random.random() < 0.91 - late
    happy = random.random() < (0.95 if call.solved else 0.25) - late
    call.satisfaction = random.choice(["very", "satisfied"]) if happy else "unsatisfied"
    call.answer = random.choice(HAPPY if happy else UNHAPPY)
    if not happy and random.random() < 0.12:
        call.is_excluded, call.exclusion_reason = True, "诉求超出法规范围，经值班长审核剔除"
    case.is_solved, case.solved_at = call.solved, at if call.solved else None
    return call


def _tell(cast: Cast, calls: list[CallBack], cases: dict[int, Incident]) -> None:
    """The events of all calls in one statement."""
    pen = Pen.for_locked([call.incident for call in calls], now=midnight(date(2026, 1, 1)))
    kinds = IncidentEvent.Kind
    for call in calls:
        assert call.called_at is not None
        assert call.checker is not None
        pen.now, case = call.called_at, cases[call.incident_id]
        name = cast.names[call.checker.pk]
        told = [(kinds.CALLED_BACK, callbacks.summary(call))]
        if call.solved is not None:
            told.append((kinds.SOLVED if call.solved else kinds.UNSOLVED, ""))
        for kind, text in told:
            state = str(case.state)
            pen.event(case, kind=kind, before=state, after=state, actor=call.checker, actor_name=name, text=text)
    IncidentEvent.objects.bulk_create(pen.events, batch_size=500)
