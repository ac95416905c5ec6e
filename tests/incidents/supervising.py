"""What the tests of supervision share: cases that ask for a notice, and short ways to write, answer and lift one."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from grid.models import Organization
from incidents import supervision
from incidents.models import CallBack, Incident, Supervision, SupervisionRule
from incidents.states import State
from tests import street
from tests.incidents.conftest import World


def rule(trigger: str, threshold: int = 1, **more: Any) -> SupervisionRule:
    """One rule; the others are as in an empty database: none."""
    return SupervisionRule.objects.create(trigger=trigger, threshold=threshold, **more)


def supervised(world: World, incident: Incident | None = None, *, by: str = "supervisor", **more: Any) -> Supervision:
    """A standing notice to the unit."""
    incident = incident or world.incident(State.HANDLING)
    given = {"actor": world.people[by], "now": world.now, "text": "请三日内办结并书面说明"} | more
    return supervision.supervise(incident.pk, **given)


def answer(
    world: World, notice: Supervision, by: str = "department", text: str = "已安排清运，今日办结"
) -> Supervision:
    return supervision.reply(notice.pk, actor=world.people[by], now=world.now, text=text)


def lift(world: World, notice: Supervision, by: str = "supervisor", reason: str = "已办结") -> Supervision:
    return supervision.lift(notice.pk, actor=world.people[by], now=world.now, reason=reason)


def person(world: World, name: str, kind: str, where: Any = None) -> User:
    """Somebody more, with a post of the street or of a unit."""
    world.people[name] = street.make_person(name)
    street.give_post(world.people[name], kind, where or world.grids[street.STREET])
    return world.people[name]


def second_unit(world: World) -> Organization:
    """Another department, with a handler called "market"."""
    unit = street.make_organization(world.grids[street.STREET], code="market", name="市场监管所")
    person(world, "market", "handler", unit)
    return unit


def send_round(world: World, times: int = 1) -> Incident:
    """A case that its unit (and then the other, in turn) has returned so often."""
    units = [(world.unit, "department"), (second_unit(world), "market")]
    incident = world.incident(State.FILED)
    for turn in range(times):
        unit, who = units[turn % 2]
        world.move(incident, "dispatch", organization=unit)
        incident = world.move(incident, "return", by=who, reason=f"不属本单位职责{turn}")
    return incident


def reworked(world: World, times: int = 2) -> Incident:
    """A case that came back from the check so often."""
    incident = world.incident(State.HANDLED)
    for turn in range(times):
        incident = world.move(incident, "rework")
        if turn < times - 1:
            incident = world.move(world.move(incident, "take"), "feedback")
    return incident


def late(world: World) -> Incident:
    """A case whose time is over and marked."""
    incident = world.incident(State.HANDLING)
    past = world.now - timedelta(hours=1)
    Incident.objects.filter(pk=incident.pk).update(due_at=past, overdue_at=world.now, was_overdue=True)
    return Incident.objects.get(pk=incident.pk)


def unhappy(world: World, incident: Incident | None = None, **more: Any) -> Incident:
    """A closed case whose reporter was called back and is not content."""
    world.garbage.needs_site_check = False
    world.garbage.save()
    incident = incident or world.incident(State.CLOSED)
    given = {"contact": "reached", "solved": False, "satisfaction": "unsatisfied", "called_at": world.now}
    given |= {"checker": world.people["supervisor"]} | more
    CallBack.objects.create(incident=incident, due_at=world.now, round=incident.call_backs.count() + 1, **given)
    return incident
