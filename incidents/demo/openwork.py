"""Today's open work of the demo, made by the functions that the pages use."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils import timezone, translation

from accounts.models import User
from grid.models import Compound
from grid.posts import PostKind
from incidents.demo import rhythm, texts
from incidents.demo.cast import Cast, gather_cast
from incidents.dispatch import dispatch_due
from incidents.intake import NewIncident, report_incident
from incidents.lifecycle import perform
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.states import State

SEED: Final = 20261001
COUNTS: Final = {"410103008": 46, "410103011": 9, "410103003": 6}
HOME: Final = "410103008001001"
"""The grid of the demo account `gridleader`: it gets some work of its own."""


def build_open_work(now: datetime) -> int:
    """Report, dispatch and partly handle the open cases of the last two days; returns their number."""
    random, cast = Random(SEED), gather_cast()
    with translation.override("zh-hans"):
        moments = sorted(_moments(now, random))
        for number, (at, street) in enumerate(moments):
            _report(random, cast, street, at, number)
            dispatch_due(now=at + timedelta(seconds=2))
        for incident in Incident.objects.open().filter(is_demo=True).order_by("id"):
            _advance(random, cast, incident, now)
    return len(moments)


def _moments(now: datetime, random: Random) -> Iterator[tuple[datetime, str]]:
    """When the open cases came in: most of them this day, the rest the day before."""
    today = timezone.localdate(now)
    for street, count in COUNTS.items():
        for number in range(count):
            day = today if number % 3 else today - timedelta(days=1)
            at = rhythm.moment(day, random)
            yield (at if at < now else now - timedelta(minutes=random.randrange(3, 200))), street


def _report(random: Random, cast: Cast, street: str, at: datetime, number: int) -> Incident:
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
    return incident


def _compounds(code: str) -> Iterator[Compound]:
    return Compound.objects.filter(grid__code__startswith=code).select_related("grid").order_by("id")[:200].iterator()


def _advance(random: Random, cast: Cast, incident: Incident, now: datetime) -> None:
    """Two of three dispatched cases are taken on, half of those handled, so that every queue holds something."""
    if incident.state != State.DISPATCHED or random.random() < 0.34:
        return
    handler = _handler_of(cast, incident)
    since = incident.state_since
    taken = perform(incident.pk, "take", actor=handler, now=_between(since, now, 0.15))
    if random.random() < 0.5:
        done = perform(
            taken.pk, "feedback", actor=handler, now=_between(since, now, 0.5), text="已到现场处置完毕，请核查。"
        )
        if random.random() < 0.25:
            operator = cast.at_desk(done.grid_code, PostKind.OPERATOR)
            reason = random.choice(texts.REWORK)
            perform(done.pk, "rework", actor=operator, now=_between(since, now, 0.7), reason=reason)


def _handler_of(cast: Cast, incident: Incident) -> User:
    if incident.handler_user_id:
        return User.objects.get(pk=incident.handler_user_id)
    assert incident.handler_organization_id is not None
    return cast.handlers[incident.handler_organization_id]


def _between(start: datetime, end: datetime, share: float) -> datetime:
    return start + (end - start) * share
