"""Puts the scope of the signed-in user on the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from grid.scope import scope_of

Handler = Callable[[HttpRequest], HttpResponseBase]


class ScopeMiddleware:
    """`request.scope`, read at the first use: an address that asks nobody's rights costs no query.

    Stands after the authentication. With an API key the user is known later, in the API view; the scope is lazy, so it
    is that user's then.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.scope = SimpleLazyObject(lambda: scope_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)
