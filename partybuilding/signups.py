"""Who comes to an activity: sign-up, waiting list, who was there. The lock on the activity decides who was first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.protect import mask_name
from partybuilding.activity_news import tell
from partybuilding.activity_office import demand_office, demand_status, locked_activity
from partybuilding.models import Activity, ActivityPerson, PartyMember

Presence = ActivityPerson.Presence
Status = Activity.Status

MOST_PEOPLE: Final = 2000
"""People of one list."""
WORDS: Final[Mapping[str, Any]] = {
    Presence.SIGNED_UP: gettext_lazy("Signed up"),
    Presence.WAITING: gettext_lazy("On the waiting list"),
    Presence.PRESENT: gettext_lazy("Came to the activity"),
    Presence.ABSENT: gettext_lazy("Did not come"),
}
"""The attendance in the words of an activity; a training has others."""
NOTED: Final = (Presence.SIGNED_UP, Presence.PRESENT, Presence.ABSENT)
"""What can be noted of somebody."""


def sign_up(activity: Activity, *, actor: User, now: datetime) -> ActivityPerson:
    """The actor signs up, or waits when it is full; a second time changes nothing.

    NotNow once it has begun or was called off; NotAllowed out of reach; NotValid for a system.
    """
    demand_valid((("user", not actor.is_service, _("Only people sign up.")),))
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        if not Activity.objects.visible_to(actor).filter(pk=locked.pk).exists():
            raise NotAllowed(_("You may not do this here."))
        member = PartyMember.objects.filter(user=actor, left_on=None).first()
        if found := _found(locked, actor, member):
            return found
        _demand_open(locked, now)
        return _put(locked, now, user=actor, member=member)


def withdraw(activity: Activity, *, actor: User, now: datetime) -> None:
    """The actor takes her sign-up back before it begins; the first who waits gets the place and is told."""
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        _demand_open(locked, now)
        locked.people.filter(user=actor, presence__in=(Presence.SIGNED_UP, Presence.WAITING)).delete()
        move_up(locked, actor=actor, now=now)


def put_down(
    activity: Activity,
    *,
    actor: User,
    now: datetime,
    user: User | None = None,
    member: PartyMember | None = None,
    name: str = "",
) -> ActivityPerson:
    """Staff put somebody on the list: a person with an account, a member, or a resident by her name (kept sealed).

    After it has begun she came unannounced and is noted as present. A second time gives the first row.
    """
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        demand_status(locked, Status.PLANNED)
        user = user or (member.user if member else None)
        member = member or (PartyMember.objects.filter(user=user, left_on=None).first() if user else None)
        _check_one(locked, user, member, name.strip())
        if found := _found(locked, user, member):
            return found
        row = _put(locked, now, user=user, member=member, name="" if user or member else name.strip())
        if user and now < locked.starts_at:
            tell(locked, [user], "put_down", actor=actor, now=now)
        return row


def strike(activity: Activity, pk: int, *, actor: User, now: datetime) -> None:
    """Take somebody off the list of a planned activity; the first who waits gets the place."""
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        demand_status(locked, Status.PLANNED)
        locked.people.filter(pk=pk).delete()
        if now < locked.starts_at:
            move_up(locked, actor=actor, now=now)


def note(activity: Activity, presences: Mapping[int, str], *, actor: User, now: datetime) -> int:
    """Note who was there, by the key of the row; later corrections too. How many rows changed.

    NotNow before it begins and once called off; NotValid for an unknown answer.
    """
    demand_valid((("presence", set(presences.values()) <= set(NOTED), _("Choose one of the answers shown.")),))
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        if locked.status == Status.CALLED_OFF:
            raise NotNow(_("It was called off."))
        if now < locked.starts_at:
            raise NotNow(_("It has not begun yet."))
        rows = [row for row in locked.people.filter(pk__in=list(presences)) if row.presence != presences[row.pk]]
        for row in rows:
            row.presence = presences[row.pk]
        changed = ActivityPerson.objects.bulk_update(rows, ["presence"])
        _keep_count(locked)
        return changed


def move_up(locked: Activity, *, actor: User, now: datetime) -> int:
    """Give the free places to those who wait, in their order, and tell them; call it with the activity locked."""
    free = _free(locked)
    waiting = locked.people.filter(presence=Presence.WAITING).select_related("user").order_by("pk")
    rows = list(waiting if free is None else waiting[:free])
    ActivityPerson.objects.filter(pk__in=[row.pk for row in rows]).update(presence=Presence.SIGNED_UP)
    people = [row.user for row in rows if row.user and row.user.is_active]
    tell(locked, people, "place", actor=actor, now=now)
    return len(rows)


def shown_name(row: ActivityPerson) -> str:
    """How a row is called on a list: staff by their name, members and residents masked."""
    if row.user_id and row.user and not row.member_id:
        return str(row.user.real_name)
    return mask_name(row.member.name if row.member_id and row.member else row.name)


def _found(activity: Activity, user: User | None, member: PartyMember | None) -> ActivityPerson | None:
    """The row of the same person."""
    if user and (row := activity.people.filter(user=user).first()):
        return row
    row = activity.people.filter(member=member).first() if member else None
    if row is not None and user and row.user_id is None:
        row.user = user
        row.save(update_fields=["user"])
    return row


def _put(activity: Activity, now: datetime, **who: Any) -> ActivityPerson:
    if now >= activity.starts_at:
        presence = Presence.PRESENT
    else:
        presence = Presence.WAITING if _free(activity) == 0 else Presence.SIGNED_UP
    demand_valid((("name", activity.people.count() < MOST_PEOPLE, _("The list is full: 2,000 people.")),))
    return ActivityPerson.objects.create(activity=activity, presence=presence, at=now, **who)


def _check_one(activity: Activity, user: User | None, member: PartyMember | None, name: str) -> None:
    """Somebody at least, and no resident twice: her name is sealed, so it is compared here."""
    known = [row.name for row in activity.people.filter(user=None, member=None)] if name else []
    demand_valid(
        (
            ("name", bool(user or member or name), _("Say who comes.")),
            ("name", name not in known, _("This name is on the list already.")),
            ("person", user is None or not user.is_service, _("Only people sign up.")),
        )
    )


def _free(activity: Activity) -> int | None:
    if activity.places is None:
        return None
    return max(0, activity.places - activity.people.exclude(presence=Presence.WAITING).count())


def _keep_count(activity: Activity) -> None:
    """An activity that was held has at least those who are noted: a correction of the list lifts its number."""
    came = activity.people.filter(presence=Presence.PRESENT).count()
    if activity.status == Status.HELD and (activity.attended or 0) < came:
        activity.attended = came
        activity.save(update_fields=["attended"])


def _demand_open(activity: Activity, now: datetime) -> None:
    demand_status(activity, Status.PLANNED)
    if now >= activity.starts_at:
        raise NotNow(_("It has begun already."))
