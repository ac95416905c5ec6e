"""What happens to every request before the apps see it."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.problems import CONTENT_TYPE, Problem
from config.logs import request_id

Handler = Callable[[HttpRequest], HttpResponseBase]

# No text of ours holds a percent sign before two such digits, decoded.
BROKEN_BYTE = re.compile(rb"%[89A-F][0-9A-F]")

access_log = logging.getLogger("access")

BODY_LIMIT = 100 * 1024 * 1024  # nine photos of 10 MB, as deploy/nginx.conf.example has it
PART_LIMIT = 8192  # bytes of a path, a query string, a header: what nginx and gunicorn take by default


class RequestId:
    """Gives each request an id (the proxy's, if it is plain), for logs and for the person who reports an error."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = given_id(request) or uuid.uuid4().hex  # type: ignore[attr-defined]
        token = request_id.set(request.request_id)  # type: ignore[attr-defined]
        start = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            write_access_line(request, response, time.monotonic() - start)
        finally:
            request_id.reset(token)
        return response


def given_id(request: HttpRequest) -> str:
    """Give the caller's X-Request-ID when it is short and plain, else nothing."""
    given = request.headers.get("X-Request-ID", "")
    return given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 64 else ""


def write_access_line(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Log method, path, status and time. Never the query: it may hold a name or a phone number."""
    extra = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
    access_log.info("request", extra=extra)


class InputGuard:
    """Refuses NUL, bad UTF-8 and overlong parts with 400 before anything parses them (reliability.md 3.2).

    A body that is too large gets 413: files have no limit of Django's own, and the check of the CSRF token reads them
    to the disk before anybody asks who sends them.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if reason := refusal(request):
            return bad_request(request, reason)
        if body_length(request) > BODY_LIMIT:
            return bad_request(request, _("The request cannot be read as sent."), status=413)
        return self.get_response(request)


def refusal(request: HttpRequest) -> str:
    """Say what is wrong with path, query, cookies or headers; nothing when all is well."""
    for name, part in text_parts(request):
        if len(part) > PART_LIMIT:
            return _("The %(part)s is too long.") % {"part": name}
        if not readable(part):
            return _("The %(part)s contains characters that cannot be read.") % {"part": name}
    for value in headers(request):
        if len(value) > PART_LIMIT or "\x00" in value:
            return _("A header of the request is too long or cannot be read.")
    return ""


def text_parts(request: HttpRequest) -> Iterator[tuple[str, bytes]]:
    """Give path, query string (decoded) and cookies as the bytes that came in."""
    yield _("address"), path_bytes(request)
    yield _("query"), unquote_to_bytes(wire_bytes(request.META.get("QUERY_STRING", "")))
    yield _("cookie"), wire_bytes(request.META.get("HTTP_COOKIE", ""))


def headers(request: HttpRequest) -> Iterator[str]:
    return (value for key, value in request.META.items() if key.startswith("HTTP_") and isinstance(value, str))


def path_bytes(request: HttpRequest) -> bytes:
    """Give the decoded path as it came in: what was no UTF-8 has been written as %XX again by Django."""
    return BROKEN_BYTE.sub(b"\xff", request.path_info.encode("utf-8", "surrogatepass"))


def wire_bytes(value: str) -> bytes:
    """Undo WSGI's reading of bytes as Latin-1; ASGI hands out real text."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def readable(part: bytes) -> bool:
    """Tell whether bytes are text without NUL."""
    try:
        return "\x00" not in part.decode("utf-8")
    except UnicodeDecodeError:
        return False


def body_length(request: HttpRequest) -> int:
    """The bytes that the caller announces; without the header Django reads none."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said[:18]) if said.isascii() and said.isdecimal() else 0


def bad_request(request: HttpRequest, reason: str, *, status: int = 400) -> HttpResponse:
    """Answer 400 (or 413) in the shape of the door: problem+json for systems, a page for people."""
    if request.META.get("PATH_INFO", "").startswith("/api/"):
        return JsonResponse(Problem(status, reason).body(request), status=status, content_type=CONTENT_TYPE)
    # Without the request: nobody has read the session yet.
    page = render_to_string("400.html", {"reason": reason, "request_id": request_id.get()})
    return HttpResponse(page, status=status)


class NoStore:
    """Closes the browser's and every proxy's store to all answers that do not say otherwise (architecture.md, law 11).

    A street office shares its computers: after a sign-out the Back button must not show names and phones. Pictures and
    map layers set a header of their own; static files never come this far.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        return response


class ChosenLanguage:
    """Speaks the language that the person chose (cookie, then account), else Chinese.

    Django's own middleware would follow the browser's list of languages; an office computer with an English browser
    must still show Chinese. Systems may ask by Accept-Language.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(chosen_language(request)):
            response = self.get_response(request)
            response.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ("Cookie",))
        return response


def chosen_language(request: HttpRequest) -> str:
    """Give the code of one of the two languages."""
    known = dict(settings.LANGUAGES)
    if request.path.startswith("/api/"):
        asked = translation.get_language_from_request(request) if "Accept-Language" in request.headers else ""
        return asked if asked in known else settings.LANGUAGE_CODE
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if cookie in known:
        return cookie
    account = getattr(request.user, "language", "")
    return account if account in known else settings.LANGUAGE_CODE


class ContentPolicy(CSPMiddleware):
    """The strict policy for our pages; the admin theme evaluates expressions in its markup and needs a wider one."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        """Widen `script-src` below /admin/ only (Alpine.js of the theme, map widgets with inline scripts)."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/") and parts.replace is None:
            parts.replace = {"script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"]}
        return parts
