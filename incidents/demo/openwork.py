"""Today's open work of the demo, made by the functions that the pages use."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.contrib.gis.geos import Point
from django.utils import timezone, translation

from accounts.models import User
from grid.models import Compound, Organization
from grid.posts import PostKind
from incidents.conditions import Rules, asks_verification
from incidents.demo import rhythm, texts
from incidents.demo.cast import Cast, gather_cast
from incidents.demo.pictures import sample_picture
from incidents.dispatch import dispatch_due, suggest_handler
from incidents.intake import NewIncident, report_incident
from incidents.lifecycle import perform
from incidents.models import Category, Incident
from incidents.models.incident import Source
from incidents.states import State

SEED: Final = 20261001
COUNTS: Final = {"410103008": 84, "410103011": 16, "410103003": 9}
DONE: Final = "已到现场处置完毕，请核查。"
HOME: Final = "410103008001001"
"""The grid of the demo account `gridleader`: it gets some work of its own."""


@dataclass(frozen=True, slots=True)
class Own:
    """One task of the grid leader herself: how long ago it came in, and the moves made since."""

    category: str
    text: str
    hours: float
    moves: tuple[str, ...] = ()


OWN: Final = (
    Own("门禁", "{place}2单元门禁坏了，谁都能进。", 0.8),
    Own("邻里矛盾", "{place}楼上漏水，两家为赔偿争吵，请来调解。", 2.5, ("take",)),
    Own("乱堆物堆料", "{place}3单元楼道里堆放纸箱和旧家具，挡住通道。", 5, ("take", "feedback", "rework")),
    Own("养犬纠纷", "{place}有人遛狗不拴绳，孩子被吓哭。", 24 * 9, ("take",)),
)
"""Always there whatever the dice gave: new, being handled, sent back after the check, and late."""


def build_open_work(now: datetime) -> int:
    """Report, dispatch and partly handle the cases of the last two days; returns how many are still open."""
    random, cast = Random(SEED), gather_cast()
    with translation.override("zh-hans"):
        cases = []
        for number, (at, street) in enumerate(sorted(_moments(now, random))):
            cases.append(_report(random, cast, street, at, number))
            dispatch_due(now=at + timedelta(seconds=2))
        for pk, theme in cases:
            incident = _look(Incident.objects.get(pk=pk), now)
            # the newest cases wait as they came in: every queue of the desk shows something
            if now - incident.reported_at > timedelta(minutes=40):
                _decide_left(cast, incident, theme)
                _advance(random, cast, Incident.objects.get(pk=pk), now)
        own = _own_work(cast, now)
        _side_paths(cast, now)
    return Incident.objects.open().filter(pk__in=[pk for pk, _theme in cases] + own).count()


def _moments(now: datetime, random: Random) -> Iterator[tuple[datetime, str]]:
    """When the open cases came in: most of them this day, the rest the day before."""
    today = timezone.localdate(now)
    for street, count in COUNTS.items():
        for number in range(count):
            day = today if number % 3 else today - timedelta(days=1)
            at = rhythm.moment(day, random)
            yield (at if at < now else now - timedelta(minutes=random.randrange(3, 200))), street


def _report(random: Random, cast: Cast, street: str, at: datetime, number: int) -> tuple[int, texts.Theme]:
    theme = rhythm.theme_at(at, random)
    compound = random.choice(list(_compounds(HOME if number % 6 == 0 and street == HOME[:9] else street)))
    source = random.choices([Source.PATROL, Source.DESK, Source.HOTLINE], [6, 2, 2])[0]
    actor = cast.leader_of(compound.grid.code) if source == Source.PATROL else cast.at_desk(street, PostKind.OPERATOR)
    assert compound.point is not None
    incident = report_incident(
        NewIncident(
            text=random.choice(theme.texts).format(place=compound.name),
            source=source,
            compound=compound,
            point=Point(compound.point.x, compound.point.y, srid=4326),
            address=compound.address,
            contact_name="" if source == Source.PATROL else "演示居民",
            contact_phone="" if source == Source.PATROL else f"1990001{number:04d}",
            external_id=f"12345-DEMO-{number:04d}" if source == Source.HOTLINE else "",
            client_uuid=UUID(int=random.getrandbits(128), version=4),
        ),
        actor=actor,
        now=at,
    )
    Incident.objects.filter(pk=incident.pk).update(is_demo=True)
    return incident.pk, theme


def _side_paths(cast: Cast, now: datetime) -> None:
    """Some cases take the paths beside the main one, so that every queue of the desk shows how they look."""
    with_handler = Incident.objects.filter(grid_code__startswith=HOME[:9], handler_organization__isnull=False)
    # the unit of the demo account `department` answers to the desk directly, whatever the dice give
    with_handler = with_handler.exclude(handler_organization__code="municipal")
    waiting = list(with_handler.filter(state=State.DISPATCHED).order_by("-id")[:3])
    working = list(with_handler.filter(state=State.HANDLING).order_by("-id")[:5])
    for incident in waiting[:2]:
        dispatcher = cast.at_desk(incident.grid_code, PostKind.DISPATCHER)
        perform(incident.pk, "recall", actor=dispatcher, now=now - timedelta(minutes=9), reason=texts.RECALLED)
    for incident in (*waiting[2:], *working[:2]):
        handler = _handler_of(cast, incident)
        perform(incident.pk, "return", actor=handler, now=now - timedelta(minutes=6), reason=texts.RETURNED[0])
    for incident, steps in zip(working[2:], (1, 1, 2), strict=False):
        _confirmed_work(cast, incident, now, steps)


def _confirmed_work(cast: Cast, incident: Incident, now: datetime, steps: int) -> None:
    """A unit whose head confirms the work first, and the dispatcher who then forwards it."""
    unit = incident.handler_organization
    assert unit is not None
    Organization.objects.filter(pk=unit.pk).update(confirms_work=True)
    head = User.objects.filter(posts__kind=PostKind.ORG_HEAD, posts__organization=unit).first()
    done = now - timedelta(minutes=20)
    if incident.step < incident.steps or head is None:
        return
    perform(incident.pk, "finish", actor=_handler_of(cast, incident), now=done, text=DONE)
    if steps > 1:
        perform(incident.pk, "confirm", actor=head, now=done + timedelta(minutes=8))


def _own_work(cast: Cast, now: datetime) -> list[int]:
    """The tasks of the leader of `HOME`, sent by the micro-grids' leaders; returns the primary keys."""
    places = list(_compounds(HOME))
    return [_give(cast, own, places[number % len(places)], now) for number, own in enumerate(OWN)]


def _give(cast: Cast, own: Own, place: Compound, now: datetime) -> int:
    at, leader = now - timedelta(hours=own.hours), cast.leaders[HOME]
    operator, dispatcher = cast.at_desk(HOME, PostKind.OPERATOR), cast.at_desk(HOME, PostKind.DISPATCHER)
    category = Category.objects.get(name=own.category, parent__isnull=False)
    new = NewIncident(
        text=own.text.format(place=place.name),
        source=Source.PATROL,
        compound=place,
        point=place.point,
        address=place.address,
        client_uuid=uuid5(NAMESPACE_URL, f"demo:{own.category}:{at}"),
    )
    pk = report_incident(new, actor=cast.leader_of(place.grid.code), now=at).pk
    Incident.objects.filter(pk=pk).update(is_demo=True)
    perform(pk, "file", actor=operator, now=at + timedelta(minutes=4), category=category)
    perform(pk, "dispatch", actor=dispatcher, now=at + timedelta(minutes=9), organization=None, user=leader)
    for number, name in enumerate(own.moves, 1):
        text, reason = (DONE if name == "feedback" else ""), (texts.REWORK[0] if name == "rework" else "")
        actor = operator if reason else leader
        perform(pk, name, actor=actor, now=at + timedelta(minutes=9 + 30 * number), text=text, reason=reason)
    return pk


def _compounds(code: str) -> Iterator[Compound]:
    return Compound.objects.filter(grid__code__startswith=code).select_related("grid").order_by("id").iterator()


def _look(incident: Incident, now: datetime) -> Incident:
    """Who was asked to look on site has done so, except for the newest reports; the system then goes on by itself."""
    waited = now - incident.reported_at > timedelta(minutes=60)
    if incident.state != State.VERIFYING or incident.inspector is None or not waited:
        return incident
    seen = incident.reported_at + timedelta(minutes=11)
    perform(incident.pk, "genuine", actor=incident.inspector, now=seen, text=texts.SEEN[incident.pk % 3])
    dispatch_due(now=seen + timedelta(seconds=2))
    return Incident.objects.get(pk=incident.pk)


def _decide_left(cast: Cast, incident: Incident, theme: texts.Theme) -> None:
    """What the system left to a person: the operator files it, the dispatcher sends it where the rules say."""
    soon = incident.reported_at + timedelta(minutes=6)
    if incident.state == State.REPORTED:
        category = Category.objects.get(name=theme.category, parent__isnull=False)
        if incident.verified_at is None and asks_verification(incident, Rules(), category):
            return  # nobody could be asked to look on site yet: it stays in the queue of the desk
        operator = cast.at_desk(incident.grid_code, PostKind.OPERATOR)
        said = "类别按来电内容核定"
        incident = perform(incident.pk, "file", actor=operator, now=soon, category=category, reason=said)
    if incident.state == State.FILED:
        advice = suggest_handler(incident, soon)
        dispatcher = cast.at_desk(incident.grid_code, PostKind.DISPATCHER)
        if advice.organization or advice.user:
            perform(
                incident.pk,
                "dispatch",
                actor=dispatcher,
                now=soon + timedelta(minutes=4),
                organization=advice.organization,
                user=advice.user,
            )


def _advance(random: Random, cast: Cast, incident: Incident, now: datetime) -> None:
    """Most cases are taken on; those near or past their limit are handled, some of them checked and closed."""
    if incident.state != State.DISPATCHED or random.random() < 0.12:
        return
    handler, since = _handler_of(cast, incident), incident.state_since
    end = min(now, incident.due_at or now)
    perform(incident.pk, "take", actor=handler, now=_between(since, end, 0.15))
    if incident.steps > 1:
        # work in several steps goes over weeks: the first one is done, the next one runs
        perform(incident.pk, "next_step", actor=handler, now=_between(since, end, 0.5), text=texts.STEP_DONE[0])
        return
    if incident.due_at and incident.due_at > now and random.random() < 0.45:
        return
    done = perform(incident.pk, "feedback", actor=handler, now=_between(since, end, 0.6), text=DONE)
    operator, dice = cast.at_desk(done.grid_code, PostKind.OPERATOR), random.random()
    checked = _between(done.state_since, min(now, done.due_at or now), 0.7)
    if dice < 0.72:
        _close(done, operator, checked, random.choice(texts.CHECKED), whole=dice < 0.62)
    elif dice < 0.84:
        perform(done.pk, "rework", actor=operator, now=checked, reason=random.choice(texts.REWORK))


def _close(incident: Incident, operator: User, at: datetime, words: str, *, whole: bool) -> None:
    """Close it; what must be looked at on site waits for the closing sometimes."""
    if incident.category is None or not incident.category.needs_site_check:
        perform(incident.pk, "close", actor=operator, now=at, text=words)
        return
    perform(incident.pk, "start_check", actor=operator, now=at)
    perform(incident.pk, "pass_check", actor=operator, now=at, text=words, photos=[sample_picture()])
    if whole:
        perform(incident.pk, "close_checked", actor=operator, now=at)


def _handler_of(cast: Cast, incident: Incident) -> User:
    if incident.handler_user_id:
        return User.objects.get(pk=incident.handler_user_id)
    assert incident.handler_organization_id is not None
    return cast.handlers[incident.handler_organization_id]


def _between(start: datetime, end: datetime, share: float) -> datetime:
    return start + (end - start) * share
