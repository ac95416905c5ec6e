"""Rules of pages that need no capability: everybody, or whoever has signed in.

Every page view carries an `access_rule`, which the matrix test reads: "public", "signed_in", or the capability that
`grid.access.requires` asks for. A view without one fails that test.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import NotAllowed

View = Callable[..., HttpResponseBase]
AnyView = TypeVar("AnyView", bound=View)

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"


form_page = require_http_methods(["GET", "HEAD", "POST"])
"""A page with a form: shown, and sent."""


def public(view: AnyView) -> AnyView:
    """Open the page to everybody, and say so."""
    view.access_rule = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Ask a stranger to sign in first. Works on functions and on `SomeView.as_view()`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.access_rule = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def capability(name: str) -> Callable[[View], View]:
    """The same for a capability (403 without it), for pages below `grid`: reads the `request.scope` that it sets."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not request.scope.can(name):  # type: ignore[attr-defined]
                raise NotAllowed(_("Your posts do not include this page."))
            return view(request, *args, **kwargs)

        guarded.access_rule = name  # type: ignore[attr-defined]
        return guarded

    return decorate


def background(view: AnyView) -> AnyView:
    """Mark a page that the browser fetches by itself (polling): it does not count as use of the session."""
    view.is_background = True  # type: ignore[attr-defined]
    return view


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a stranger to the login page, and afterwards back to where she was."""
    return redirect_to_login(_page_of(request), settings.LOGIN_URL)


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: a form's address cannot be opened, so a refused POST returns to the form."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(referer)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return settings.LOGIN_REDIRECT_URL
