"""Ends sessions that are idle or too old."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.sessions import end_here, is_too_old, keep_alive

Handler = Callable[[HttpRequest], HttpResponseBase]


class SessionLimits:
    """Signs out after 12 hours; moves the idle end (30 minutes) while a person, not a timer of the page, uses it.

    Stands after the authentication and inside Django's session middleware, which saves what is changed here.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.session.is_empty() and is_too_old(request.session, now=timezone.now()):
            end_here(request)
            logout(request)
        response = self.get_response(request)
        if in_use(request):
            keep_alive(request.session, now=timezone.now())
        return response


def in_use(request: HttpRequest) -> bool:
    """Whether a signed-in person has asked for something herself."""
    if not request.session.accessed or request.session.is_empty() or SESSION_KEY not in request.session:
        return False
    match = request.resolver_match
    return not getattr(getattr(match, "func", None), "is_background", False)
