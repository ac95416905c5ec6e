"""Celery doors of `volunteers`: beat rings, the rows in the database say what is due."""

from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from notices.jobs import each, job
from volunteers import (
    attendance,
    certificates,
    claims,
    micro,
    people_stages,
    point_lapse,
    service_news,
    shop,
    shop_news,
    statements,
    wish_news,
    wish_rounds,
)


def _in_turn(*parts: Callable[..., int]) -> int:
    """What the parts of a job did together; one that fails holds up no other."""
    now = timezone.now()
    return each(parts, lambda part: part(now=now))


@shared_task(name="volunteers.tasks.lapse_claims")
def lapse_claims() -> int:
    """Put wishes whose claimer did not make contact in time back on the board, remind those who have two days left."""
    return _lapse_claims()


@job("volunteers.lapse_claims")
def _lapse_claims() -> int:
    return _in_turn(claims.lapse_claims, wish_news.remind_claims)


@shared_task(name="volunteers.tasks.tell_claims")
def tell_claims() -> int:
    """Tell those who follow the wishes of a grid which of them were claimed."""
    return _tell_claims()


@job("volunteers.tell_claims")
def _tell_claims() -> int:
    return wish_news.tell_claims(now=timezone.now())


@shared_task(name="volunteers.tasks.expire_points")
def expire_points() -> int:
    """Take back points whose last day is over and what nobody picked up; remind of what waits at the counter."""
    return _expire_points()


@job("volunteers.expire_points")
def _expire_points() -> int:
    return _in_turn(shop.expire_exchanges, point_lapse.expire_points, shop_news.remind_pick_ups)


@shared_task(name="volunteers.tasks.send_statements")
def send_statements() -> int:
    """Tell volunteers that their statement of points of last month stands ready."""
    return _send_statements()


@job("volunteers.send_statements")
def _send_statements() -> int:
    return statements.send_statements(now=timezone.now())


@shared_task(name="volunteers.tasks.carry_wishes")
def carry_wishes() -> int:
    """Move the wishes of a round that is over, and that nobody has claimed, to the next one, ahead of the others."""
    return _carry_wishes()


@job("volunteers.carry_wishes")
def _carry_wishes() -> int:
    return wish_rounds.carry_over(now=timezone.now())


@shared_task(name="volunteers.tasks.grow_up")
def grow_up() -> int:
    """Who is of age by now is a minor no more: the guardian is erased."""
    return _grow_up()


@job("volunteers.grow_up")
def _grow_up() -> int:
    return people_stages.grow_up(now=timezone.now())


@shared_task(name="volunteers.tasks.attend_services")
def attend_services() -> int:
    """Check out whoever forgot it, remind of shifts within a day, ask organizers to note who was there."""
    return _attend_services()


@job("volunteers.attend_services")
def _attend_services() -> int:
    return _in_turn(attendance.cap_forgotten, service_news.remind_shifts, service_news.remind_organizers)


@shared_task(name="volunteers.tasks.end_publicity")
def end_publicity() -> int:
    """Make the certificates valid that stood their days without an objection."""
    return _end_publicity()


@job("volunteers.end_publicity")
def _end_publicity() -> int:
    return certificates.end_publicity(now=timezone.now())


@shared_task(name="volunteers.tasks.remind_milestones")
def remind_milestones() -> int:
    """Remind the teams and units of milestones of their micro-projects that are due within a week."""
    return _remind_milestones()


@job("volunteers.remind_milestones")
def _remind_milestones() -> int:
    return micro.remind_milestones(now=timezone.now())
