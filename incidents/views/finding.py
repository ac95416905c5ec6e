"""What every case page does first: find the case inside the reader's scope, and know where to go afterwards."""

from typing import Any, Final

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.numbers import strict_int
from grid.scope import Scope
from incidents.models import Incident
from incidents.states import MOVE_BY_NAME, START, Move

RELATED: Final = ("category", "grid", "compound", "handler_organization", "handler_user", "reporter", "duplicate_of")
STAFF: Final = ("report.view", "incident.accept", "incident.dispatch", "audit.view", "grid.edit")
"""Whoever holds one of these works at a desk too; a field post holds none."""


HOMES: Final[list[tuple[str, str]]] = []
"""(capability, page) of the phone homes of apps above, added when they are ready; the last one that fits wins."""


def phone_home_of(scope: Scope) -> str:
    """The name of the page that is home on the phone of somebody with this scope."""
    return next((page for capability, page in reversed(HOMES) if scope.can(capability)), "incidents:phone_home")


def person(request: HttpRequest) -> User:
    """Who is signed in; every view here asks that first."""
    assert isinstance(request.user, User)
    return request.user


def find_incident(user: Any, number: str) -> Incident:
    """The case with this number if `user` may see it; 404 otherwise, whether or not it exists."""
    rows = Incident.objects.visible_to(user).select_related(*RELATED)
    found: Incident = get_object_or_404(rows, number=number)
    return found


def find_move(name: str) -> Move:
    """A move that an existing case can make; 404 for other words."""
    move = MOVE_BY_NAME.get(name)
    if move is None or START in move.sources:
        raise Http404
    return move


def shown_version(request: HttpRequest, kept: int) -> int:
    """The version that the page showed; `kept`, that of the row, before anything was sent."""
    given = request.POST.get("version", "")
    return strict_int(given, name="version") if given else kept


def is_field_only(scope: Scope) -> bool:
    """Whether all posts are posts of the field (网格长, 网格员, 微网格长, 楼栋长): the phone pages are home then."""
    return scope.can("incident.report") and not any(scope.can(capability) for capability in STAFF)


def next_address(request: HttpRequest, default: str) -> str:
    """The page to go on with, as the form asked; only pages of this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else default


def detail_address(incident: Incident) -> str:
    """The page of a case."""
    return reverse("incidents:detail", args=[incident.number])
