"""Counts the forms of pages as they are sent: one statement after the response; a failure is logged and forgotten.

How long a form took is known when the page it was sent from is the one shown last: a signed cookie of the browser holds
when that page was given out and a check sum of its address, nothing else, and goes with the session.
"""

import logging
import zlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import User
from reports.burden.counting import APPS, Use, add, fields_typed, name_of
from reports.periods import local_day

Handler = Callable[[HttpRequest], HttpResponseBase]

COOKIE: Final = "gg_form"
LONGEST: Final = 3600
"""Seconds; who comes back to a page later has done something else meanwhile."""
REFUSED: Final = frozenset({400, 409, 422})
_SIGNER: Final = signing.Signer(salt="reports.burden")

logger = logging.getLogger(__name__)


class FormBurden:
    """Stands after the authentication and outside of what turns errors into pages, so that it sees the answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not _is_ours(request):
            return response
        try:
            if request.method == "POST":
                _count(request, response, timezone.now())
            elif _is_page(request, response):
                _remember(request, response, timezone.now())
        except Exception:  # whatever it is, the person's work is done and must not fail for a statistic
            logger.exception("the use of a form could not be counted")
        return response


def _is_ours(request: HttpRequest) -> bool:
    """A page of the apps (not the API, not the admin), opened by somebody signed in."""
    match = request.resolver_match
    if match is None or not match.namespaces or match.namespaces[0] not in APPS or match.route.startswith("api/"):
        return False
    rule = getattr(match.func, "access_rule", "public")
    return rule != "public" and isinstance(request.user, User)


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    """A whole page that may hold a form, not a part of one and no file."""
    whole = request.method == "GET" and response.status_code == 200 and "HX-Request" not in request.headers
    return whole and response.get("Content-Type", "").startswith("text/html")


def _remember(request: HttpRequest, response: HttpResponseBase, now: datetime) -> None:
    response.set_cookie(
        COOKIE,
        _SIGNER.sign(f"{_sum(request.path)}.{int(now.timestamp())}"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _count(request: HttpRequest, response: HttpResponseBase, now: datetime) -> None:
    """Take the measures now, write them when the response has left."""
    taken = 200 <= response.status_code < 400
    if not taken and response.status_code not in REFUSED:
        return
    seconds = _seconds(request, now)
    use = Use(
        form=name_of(request.resolver_match.view_name, request.resolver_match.kwargs),  # type: ignore[union-attr]
        sent=int(taken),
        refused=int(not taken),
        fields=fields_typed(request.POST),
        photos=sum(len(files) for _name, files in request.FILES.lists()),
        seconds=seconds or 0,
        timed=int(seconds is not None),
    )
    user_id = int(request.user.pk or 0)
    response._resource_closers.append(partial(_add, use, user_id, now))  # type: ignore[attr-defined]


def _add(use: Use, user_id: int, now: datetime) -> None:
    try:
        add(use, user_id=user_id, day=local_day(now))
    except Exception:  # the database may be away by now
        logger.exception("the use of a form could not be written")


def _seconds(request: HttpRequest, now: datetime) -> int | None:
    """Since the page was shown from which the form was sent; None when that is not known."""
    try:
        kept = _SIGNER.unsign(request.COOKIES.get(COOKIE, "")).split(".")
    except signing.BadSignature:
        return None
    if kept[0] != _sum(urlsplit(request.headers.get("Referer", "")).path):
        return None
    seconds = int(now.timestamp()) - int(kept[1])
    return seconds if 0 <= seconds <= LONGEST else None


def _sum(path: str) -> str:
    return f"{zlib.crc32(path.encode()):08x}"
