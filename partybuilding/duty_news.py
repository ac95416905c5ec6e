"""Who is told of shifts, calls and orders: members by their accounts. No notice says who ordered what for whom."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each
from partybuilding.models import DutyShift, MemberCall, PartyMember, ServiceOrder
from partybuilding.standing import living_in

REMIND: Final = timedelta(days=1)
"""A shift is reminded of the day before."""
TASK, INFO = Notice.Level.TASK, Notice.Level.INFO


def _tell(message: Message, *, now: datetime) -> None:
    if message.recipients:
        notify_all([message], now=now)


def _people(*members: PartyMember | None, but: User | None = None) -> list[User]:
    users = [one.user for one in members if one is not None and one.user is not None]
    return [user for user in users if user.is_active and (but is None or user.pk != but.pk)]


# --- shifts -----------------------------------------------------------------------------------------------------------


def _of_shift(shift: DutyShift, people: Iterable[User], step: str, title: str, level: str = INFO) -> Message:
    post = shift.post
    return Message(
        recipients=list(people),
        kind=f"duty.{step.partition(':')[0]}",
        level=level,
        title=title % {"post": post.name, "day": f"{shift.on:%m-%d}"},
        body=f"{shift.on:%Y-%m-%d} {post.starts:%H:%M}–{post.ends:%H:%M}\n{post.place}",
        url=reverse("partybuilding:me"),
        dedupe_key=f"duty:{shift.pk}:{step}",
        grid_code=post.grid_code,
        payload={"shift": shift.pk, "on": shift.on.isoformat(), "event": step.partition(":")[0]},
    )


def swap_asked(shift: DutyShift, *, actor: User, now: datetime) -> None:
    """The colleague is asked."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("You are asked to take over a shift: %(post)s, %(day)s")
        people = _people(shift.asked, but=actor)
        _tell(_of_shift(shift, people, f"swap:{shift.version}", title, TASK), now=now)


def swap_answered(shift: DutyShift, owner: PartyMember, *, actor: User, now: datetime, agreed: bool) -> None:
    """Whoever asked is told what the colleague said."""
    with translation.override(settings.LANGUAGE_CODE):
        yes, no = _("Your shift was taken over: %(post)s, %(day)s"), _("Your shift stays yours: %(post)s, %(day)s")
        people = _people(owner, but=actor)
        _tell(_of_shift(shift, people, f"answer:{shift.version}", yes if agreed else no), now=now)


def shift_called_off(shift: DutyShift, text: str, *, actor: User, now: datetime) -> None:
    """The member need not come."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Shift called off: %(post)s, %(day)s")
        _tell(_of_shift(shift, _people(shift.member, but=actor), "off", title), now=now)


def remind_of_shifts(*, now: datetime) -> int:
    """Tell members of tomorrow's shifts, once each; returns how many were told."""
    on = timezone.localdate(now) + REMIND
    rows = DutyShift.objects.filter(on=on, status=DutyShift.Status.PLANNED, member__user__is_active=True)
    rows = rows.select_related("post", "member__user").order_by("pk")
    with translation.override(settings.LANGUAGE_CODE):
        title = _("You are on duty tomorrow: %(post)s, %(day)s")
        told = (
            _of_shift(row, _people(row.member), f"remind:{row.member_id}", title, TASK)
            for row in rows.iterator(chunk_size=500)
        )
        return notify_each(told, now=now)


# --- calls ------------------------------------------------------------------------------------------------------------


def _of_call(call: MemberCall, people: Iterable[User], step: str, title: str, level: str, body: str = "") -> Message:
    when = timezone.localtime(call.starts_at)
    return Message(
        recipients=list(people),
        kind=f"member_call.{step}",
        level=level,
        title=title % {"title": call.title},
        body="\n".join(part for part in (f"{when:%Y-%m-%d %H:%M}", call.place, body) if part),
        url=reverse("partybuilding:my_call", args=[call.pk]),
        dedupe_key=f"member-call:{call.pk}:{step}",
        grid_code=call.grid_code,
        payload={"call": call.pk, "event": step},
    )


def call_blown(call: MemberCall, *, actor: User, now: datetime) -> None:
    """Every member with an account who lives where the call was blown."""
    members = living_in(call.grid_code).filter(user__is_active=True).exclude(user=actor)
    people = User.objects.filter(pk__in=members.values("user"))
    with translation.override(settings.LANGUAGE_CODE):
        title = _("The community calls its members: %(title)s")
        _tell(_of_call(call, people, "blown", title, TASK), now=now)


def call_ended(call: MemberCall, *, actor: User, now: datetime, called_off: bool, text: str) -> None:
    """Whoever said that she comes (or came)."""
    members = PartyMember.objects.filter(
        answers__call=call, answers__answer__in=("coming", "came"), user__is_active=True
    )
    people = User.objects.filter(pk__in=members.values("user")).exclude(pk=actor.pk)
    with translation.override(settings.LANGUAGE_CODE):
        off, done = _("Call of members called off: %(title)s"), _("Done together, thank you: %(title)s")
        title, step = (off, "called_off") if called_off else (done, "done")
        _tell(_of_call(call, people, step, title, INFO, text), now=now)


# --- orders -----------------------------------------------------------------------------------------------------------


def _of_order(order: ServiceOrder, people: Iterable[User], step: str, title: str, *, url: str, level: str) -> Message:
    return Message(
        recipients=list(people),
        kind=f"service_order.{step.partition(':')[0]}",
        level=level,
        title=title % {"number": order.number, "kind": order.kind.name},
        body=order.grid.name,
        url=url,
        dedupe_key=f"service-order:{order.pk}:{step}",
        grid_code=order.grid_code,
        payload={"number": order.number, "status": order.status},
    )


def _order_page(order: ServiceOrder) -> str:
    return reverse("partybuilding:order", args=[order.pk])


def order_issued(order: ServiceOrder, *, actor: User, now: datetime) -> None:
    """Members with an account in the order's grid who claimed this service, so that the pool is not a bin."""
    members = PartyMember.objects.filter(claims__kind=order.kind_id, claims__until=None, left_on=None)
    members = members.filter(grid_code__startswith=order.grid_code[:12], user__is_active=True).exclude(user=actor)
    people = User.objects.filter(pk__in=members.values("user"))
    with translation.override(settings.LANGUAGE_CODE):
        title = _("A resident ordered a service that you claimed: %(kind)s")
        url = reverse("partybuilding:me")
        _tell(_of_order(order, people, f"issued:{order.lapses}", title, url=url, level=TASK), now=now)


def order_given(order: ServiceOrder, *, actor: User, now: datetime) -> None:
    """The member to whom staff gave it."""
    with translation.override(settings.LANGUAGE_CODE):
        title, url = _("You are to serve: %(number)s (%(kind)s)"), reverse("partybuilding:my_order", args=[order.pk])
        people = _people(order.member, but=actor)
        _tell(_of_order(order, people, f"given:{order.version}", title, url=url, level=TASK), now=now)


def order_done(order: ServiceOrder, *, actor: User, now: datetime) -> None:
    """Who entered it: the resident is to be asked how it was."""
    people = [order.by] if order.by.is_active and order.by_id != actor.pk else []
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Served, ask the resident: %(number)s (%(kind)s)")
        _tell(_of_order(order, people, "done", title, url=_order_page(order), level=TASK), now=now)


def order_lapsed(order: ServiceOrder, member: PartyMember, *, now: datetime) -> None:
    """The member, and who entered it: it waits in front of the pool again."""
    people = {*_people(member), order.by}
    title = _("Not served in time, back to the pool: %(number)s (%(kind)s)")
    step = f"lapsed:{order.lapses}"
    _tell(_of_order(order, people, step, title, url=_order_page(order), level=Notice.Level.WARNING), now=now)


def remind_of_orders(*, now: datetime) -> int:
    """Tell takers whose order goes back to the pool within a day, once per taking."""
    rows = ServiceOrder.objects.filter(
        status=ServiceOrder.Status.TAKEN, lapses_at__gt=now, lapses_at__lte=now + REMIND, member__user__is_active=True
    )
    rows = rows.select_related("member__user", "kind", "grid").defer("grid__boundary").order_by("pk")
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Serve or give back by tomorrow: %(number)s (%(kind)s)")
        return notify_each(_order_reminders(rows, title), now=now)


def _order_reminders(rows: Any, title: str) -> Iterator[Message]:
    for order in rows.iterator(chunk_size=500):
        url = reverse("partybuilding:my_order", args=[order.pk])
        step = f"due:{order.taken_at.isoformat()}"
        yield _of_order(order, _people(order.member), step, title, url=url, level=TASK)
