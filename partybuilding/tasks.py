"""Celery doors of `partybuilding`: beat rings, the rows in the database say what is due."""

from celery import shared_task
from django.utils import timezone

from notices.jobs import job
from partybuilding import ageing, council_news, duty_news, orders, report_ins, resolutions, rosters
from partybuilding.models import Resolution


@shared_task(name="partybuilding.tasks.open_shifts")
def open_shifts() -> int:
    """Fill the rosters of the coming four weeks, remind members of tomorrow."""
    return _open_shifts()


@job("partybuilding.open_shifts")
def _open_shifts() -> int:
    now = timezone.now()
    return rosters.open_shifts(now=now) + duty_news.remind_of_shifts(now=now)


@shared_task(name="partybuilding.tasks.lapse_orders")
def lapse_orders() -> int:
    """Put orders that were not served in time back into the pool, remind those who have a day left."""
    return _lapse_orders()


@job("partybuilding.lapse_orders")
def _lapse_orders() -> int:
    now = timezone.now()
    return orders.lapse_due(now=now) + duty_news.remind_of_orders(now=now)


@shared_task(name="partybuilding.tasks.return_cards")
def return_cards() -> int:
    """After a quarter: send the cards of members' and units' work back to their employers."""
    return _return_cards()


@job("partybuilding.return_cards")
def _return_cards() -> int:
    return report_ins.return_cards(now=timezone.now())


@shared_task(name="partybuilding.tasks.settle_decisions")
def settle_decisions() -> int:
    """End the decisions whose case, project or task is done."""
    return _settle_decisions()


@job("partybuilding.settle_decisions")
def _settle_decisions() -> int:
    return resolutions.settle(now=timezone.now())


@shared_task(name="partybuilding.tasks.remind_councils")
def remind_councils() -> int:
    """Remind of meetings, decisions and opinions that are due, and of decisions that lead to nothing."""
    return _remind_councils()


@job("partybuilding.remind_councils")
def _remind_councils() -> int:
    now = timezone.now()
    childless = resolutions.without_child(Resolution.objects.all(), now)
    return council_news.remind(childless, now=now)


@shared_task(name="partybuilding.tasks.age_needs")
def age_needs() -> int:
    """Raise the needs that waited out their level."""
    return _age_needs()


@job("partybuilding.age_needs")
def _age_needs() -> int:
    return ageing.raise_waiting(now=timezone.now())
