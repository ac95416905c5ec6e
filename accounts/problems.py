"""What an error looks like from outside: one table for pages and for the API (RFC 9457, problem+json).

"Not you" is 403 (404 where even the existence is none of the caller's business), "not now" 409, "not valid" 400; a
database that is away is 503 with Retry-After, a row that someone else holds is 409.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.access import request_id_of
from accounts.answers import wants_json
from accounts.errors import DomainError

Handler = Callable[[HttpRequest], HttpResponseBase]
Errors = dict[str, list[str]]

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 5  # seconds that a restarting PostgreSQL needs at most (reliability.md 2.4)
BUSY_STATES: Final = {"55P03", "40001", "40P01"}  # lock not available, serialization failure, deadlock
TITLES: Final[Mapping[int, Any]] = {
    400: gettext_lazy("Not valid"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    406: gettext_lazy("No such format"),
    409: gettext_lazy("Not now"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("Format not accepted"),
    422: gettext_lazy("Not valid"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Error of the server"),
    503: gettext_lazy("Back in a moment"),
}
PAGES: Final = frozenset({400, 403, 404, 409, 429, 503})  # statuses with a page of their own in templates/errors


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a caller sees it: status, words for people, messages by field, headers."""

    status: int
    detail: str = ""
    errors: Errors = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, request: HttpRequest | None) -> dict[str, Any]:
        """The members of problem+json; `errors` only when fields are named."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": str(TITLES.get(self.status, TITLES[400 if self.status < 500 else 500])),
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id_of(request) if request is not None else "",
        }
        return body | ({"errors": self.errors} if self.errors else {})


def problem_of(error: BaseException | None) -> Problem | None:
    """What the outside may know of `error`; None for a fault of ours, which is a 500."""
    if isinstance(error, DomainError):
        return Problem(error.status, str(error), error.fields)
    if isinstance(error, APIException):
        return _of_api(error)
    if isinstance(error, DatabaseError | InterfaceError):
        return _of_database(error)
    return _of_django(error)


def _of_django(error: BaseException | None) -> Problem | None:
    if isinstance(error, Http404):
        return Problem(404, _("There is no such thing, or it is outside your grids."))
    if isinstance(error, PermissionDenied):
        return Problem(403, _("You may not do this."))
    if isinstance(error, OverflowError):
        # a moment at the edge of the calendar, which DRF's own check of moments cannot turn into UTC either
        logger.warning("input beyond what can be counted: %s", error)
        return Problem(400, _("The input is not valid."))
    if isinstance(error, SuspiciousOperation):
        return Problem(413 if isinstance(error, RequestDataTooBig) else 400, _("The request cannot be read as sent."))
    return None


def _of_api(error: APIException) -> Problem:
    # DRF hangs the ways to sign in, and the seconds to wait, on the exception.
    scheme, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    headers = {"WWW-Authenticate": str(scheme)} if scheme else {}
    if wait is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    if isinstance(error, ValidationError):
        return Problem(error.status_code, _("The input is not valid."), flat(error.detail), headers)
    return Problem(error.status_code, str(error.detail), {}, headers)


def _of_database(error: Exception) -> Problem | None:
    if getattr(error.__cause__, "sqlstate", None) in BUSY_STATES:
        busy = _("Someone else is working on this right now. Nothing was changed; try again.")
        return Problem(409, busy, {}, {"Retry-After": "1"})
    if isinstance(error, OperationalError | InterfaceError):
        away = _("The database does not answer just now. Nothing was changed; try again in a moment.")
        return Problem(503, away, {}, {"Retry-After": str(RETRY_AFTER)})
    if isinstance(error, DataError):
        logger.warning("input reached the database that a form should have refused: %s", error)
        return Problem(400, _("The input is not valid."))
    return None


def flat(detail: Any, path: str = "") -> Errors:
    """Turn DRF's nested messages into one level: {"photos.0.file": ["…"]}."""
    if isinstance(detail, Mapping):
        parts = [flat(value, f"{path}.{key}" if path else str(key)) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(one, Mapping | list) for one in detail):
        parts = [flat(value, f"{path}.{place}" if path else str(place)) for place, value in enumerate(detail)]
    else:
        messages = detail if isinstance(detail, list) else [detail]
        return {path or "non_field_errors": [str(one) for one in messages]} if messages else {}
    return {key: messages for part in parts for key, messages in part.items()}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook: problem+json for what is known; None lets Django make the 500."""
    problem = problem_of(error)
    if problem is None:
        return None
    set_rollback()
    body = problem.body(context.get("request"))
    return Response(body, status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The error in the shape of the door: problem+json below /api/ and for a phone's queue, else a page."""
    if request.path.startswith("/api/") or wants_json(request):
        return JsonResponse(
            problem.body(request), status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE
        )
    return HttpResponse(_page(request, problem), status=problem.status, headers=problem.headers)


def _page(request: HttpRequest, problem: Problem) -> str:
    known = problem.status if problem.status in PAGES else 400 if problem.status < 500 else 500
    context = {"message": problem.detail, "errors": problem.errors, "request_id": request_id_of(request)}
    # With the request the page asks for the user, whom a database that is away cannot tell.
    return render_to_string(f"errors/{known}.html", context, request if problem.status < 500 else None)


class DomainErrorMiddleware:
    """Answers the named errors of a page view; everything unknown stays a 500."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Django's hook for an exception of a view. Its own 403 and 404 go the usual way, to `accounts.views`."""
        if isinstance(error, Http404 | PermissionDenied | SuspiciousOperation):
            return None
        problem = problem_of(error)
        return answer(request, problem) if problem else None
