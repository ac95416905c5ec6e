"""How a daily form answers: a page for people, JSON for the queue that sends from the phone later (law 7)."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

JSON: Final = "application/json"


def wants_json(request: HttpRequest) -> bool:
    """Whether the queue of the phone asks (Accept: application/json), not a person."""
    return request.headers.get("Accept", "").startswith(JSON)


def sent(request: HttpRequest, url: str, *, created: bool = True, said: str = "") -> HttpResponse:
    """The record is kept: 201 (200 for a repeat) with its address for the queue, else on to `url`."""
    if wants_json(request):
        return JsonResponse({"url": url, "said": said or _("Saved.")}, status=201 if created else 200)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def refused(request: HttpRequest, form: Any, template: str, context: dict[str, Any]) -> HttpResponse:
    """What is wrong, by field (422); the page shows the form again with everything that was typed."""
    if wants_json(request):
        return JsonResponse({"errors": {name: list(said) for name, said in form.errors.items()}}, status=422)
    return render(request, template, {**context, "form": form}, status=422)


def kept_otherwise(said: object, url: str, words: str) -> JsonResponse:
    """409 for the queue: the id was used for other words; what stands here, so that a person can choose."""
    return JsonResponse({"said": str(said), "url": url, "kept": words}, status=409)
