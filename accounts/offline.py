"""Which pages a phone may keep for the time without a network: those that show nobody's personal data."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase

HEADER: Final = "X-Keep-Offline"
"""Read by static/js/worker.js; every other page stays out of the phone's store (architecture.md, law 11)."""

View = Callable[..., HttpResponseBase]


def kept_offline(view: View) -> View:
    """Let the phone keep the empty form. Never on a page with names, phones, ID numbers, health or care of others."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "GET" and response.status_code == 200:
            response[HEADER] = "1"
        return response

    return kept
