"""How long and in how many places a person may be signed in (reliability.md 4.1 b).

30 idle minutes, 12 hours in all, three browsers at a time; the oldest one gives way.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.access import client_address, record
from accounts.errors import NotNow
from accounts.models import AccessEvent, User, UserSession

ABSOLUTE: Final = timedelta(hours=12)
AT_ONCE: Final = 3
STARTED: Final = "signed_in_at"  # keys inside the session
ROLLED: Final = "rolled"
ROLL_EVERY: Final = 60  # seconds; rolling on every request would cost each page two more writes


def idle() -> timedelta:
    """How long a session lives without use."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def begin(request: HttpRequest, *, user: User, now: datetime) -> UserSession:
    """Note a sign-in that has just succeeded, and end the oldest sessions beyond the allowed number."""
    if not request.session.session_key:
        request.session.create()
    request.session[STARTED] = int(now.timestamp())
    request.session[ROLLED] = int(now.timestamp())
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two sign-ins at once count each other
        mine = UserSession.objects.create(
            user=user,
            session_key=str(request.session.session_key),
            started_at=now,
            last_seen_at=now,
            ip=client_address(request),
            agent=request.headers.get("User-Agent", "")[:200],
        )
        _end(live(user, now=now).order_by("-started_at", "-pk")[AT_ONCE:])
    return mine


def live(user: User, *, now: datetime) -> Any:
    """The sessions of `user` that still hold at `now`, as a queryset."""
    return user.sessions.filter(last_seen_at__gt=now - idle(), started_at__gt=now - ABSOLUTE)


def end(*, actor: User, session_id: int) -> None:
    """Sign one of the actor's own browsers out; NotNow when she has no such session (any more)."""
    if not _end(UserSession.objects.filter(pk=session_id, user=actor)):
        raise NotNow(_("This device is signed out already."))


def end_here(request: HttpRequest) -> None:
    """Forget the row of the session that is being signed out."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()


def end_others(request: HttpRequest, *, user: User) -> int:
    """Sign all other browsers of `user` out, after a change of the password; gives their number."""
    return _end(UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key))


def begin_anew(request: HttpRequest, *, user: User, old_key: str | None, now: datetime) -> None:
    """Note a new password, set by `user` herself or by an administrator: recorded, and no other session outlives it.

    `old_key` is the key that this session had before: Django changes it when it is the user's own.
    """
    actor: Any = request.user
    User.objects.filter(pk=user.pk).update(password_changed_at=now)
    if actor.pk == user.pk:
        rename(old_key, request.session.session_key)
        end_others(request, user=user)
    else:
        end_all([user])
    record(
        action=AccessEvent.Action.PASSWORD,
        actor=actor,
        now=now,
        request=request,
        object_type="accounts.user",
        object_id=user.pk,
    )


def end_all(users: Iterable[User]) -> int:
    """Sign people out everywhere, when their account is switched off or their password is set by another."""
    return _end(UserSession.objects.filter(user__in=list(users)))


def _end(sessions: Any) -> int:
    found = list(sessions)
    Session.objects.filter(session_key__in=[one.session_key for one in found]).delete()
    UserSession.objects.filter(pk__in=[one.pk for one in found]).delete()
    return len(found)


def rename(old_key: str | None, new_key: str | None) -> None:
    """Follow a session that got a new key (Django changes it with the password)."""
    UserSession.objects.filter(session_key=old_key).update(session_key=new_key)


def is_too_old(session: Any, *, now: datetime) -> bool:
    """Whether the session has reached its absolute end, used or not."""
    started = session.get(STARTED)
    return started is not None and now - datetime.fromtimestamp(started, UTC) >= ABSOLUTE


def keep_alive(session: Any, *, now: datetime) -> None:
    """Move the idle end of the session in use, once a minute: a changed session is saved with a new end."""
    moment = int(now.timestamp())
    session.setdefault(STARTED, moment)
    if moment - session.get(ROLLED, 0) >= ROLL_EVERY:
        session[ROLLED] = moment
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


def forget_ended(*, now: datetime) -> int:
    """Delete what is left of sessions that have run out; gives the number of rows."""
    gone = Q(last_seen_at__lte=now - idle()) | Q(started_at__lte=now - ABSOLUTE)
    Session.objects.filter(expire_date__lt=now).delete()
    return _end(UserSession.objects.filter(gone))
