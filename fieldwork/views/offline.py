"""Without a network: the installable app, its worker, who is signed in, and the page of what waits to be sent."""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.offline import kept_offline
from accounts.rules import background, public, signed_in
from fieldwork.offline import files, kept_pages, pages_of, version

BLUE: Final = "#16395f"
"""The bar of the phone pages (static/css/app.css, --nav-bg)."""


@require_safe
@public
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to know to install the platform as an app."""
    name = _("Grid governance platform")
    told = {
        "id": "/",
        "name": name,
        "short_name": _("Grid work"),
        "lang": request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "zh-hans",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f5f8",
        "theme_color": BLUE,
        "icons": [_icon("app-192.png", 192), _icon("app-512.png", 512)],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _icon(name: str, edge: int) -> dict[str, str]:
    return {
        "src": static(f"pictures/{name}"),
        "sizes": f"{edge}x{edge}",
        "type": "image/png",
        "purpose": "any maskable",
    }


@never_cache
@require_safe
@background
@public
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker at the root, so that it serves every page: the names of this version, then the script."""
    told = {
        "version": version(),
        "files": files(),
        "static": static(""),
        "state": reverse("fieldwork:state"),
        "waiting": reverse("fieldwork:waiting"),
        "ends": [reverse("accounts:login"), reverse("accounts:logout")],
    }
    scripts = ", ".join(json.dumps(static(f"js/{name}.js")) for name in ("queue", "worker"))
    body = f"self.GG = {json.dumps(told)};\nimportScripts({scripts});\n"
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


@never_cache
@require_safe
@background
@public
def state(request: HttpRequest) -> HttpResponse:
    """Who is signed in, a fresh token for sending, and the pages to keep; nobody and no page for a stranger."""
    told: dict[str, Any] = {"user": None, "version": version(), "pages": []}
    if request.user.is_authenticated:
        told |= {"user": request.user.pk, "token": get_token(request), "pages": kept_pages(request.user)}
    return JsonResponse(told)


@signed_in
@never_cache
@require_safe
@kept_offline
def waiting(request: HttpRequest) -> HttpResponse:
    """待发送: drawn on the phone from its own store; the server knows nothing of what was not sent."""
    return render(request, "fieldwork/waiting.html", {"ways": [page for page in pages_of(request.user) if page.label]})
