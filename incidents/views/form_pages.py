"""A page with a form: shown, sent, shown again with what is wrong."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents.views.finding import shown_version


def shown_page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    """A page with a form: 422 when the form was sent and is shown again."""
    return render(request, template, {**context, "form": form}, status=422 if form.is_bound else 200)


def one_form(
    request: HttpRequest,
    form: Any,
    write: Callable[[], Any],
    *,
    title: object,
    back: str,
    version: int | None = None,
    goes_to: Callable[[Any], str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Ask `write` when `form` is valid, then go to `goes_to(what it gave)` or `back`; else show the form (422 if sent).

    `version` is that of the row; the page sends it along. `more`: `button`, `danger`, `text`, `draft` for the template.
    """
    if form.is_bound and form.is_valid():
        made = form.attempt(lambda: write() or True)
        if made is not None:
            messages.success(request, _("Saved."))
            return redirect(goes_to(made) if goes_to else back)
    shown = shown_version(request, version) if version is not None else None
    context = {"form": form, "title": title, "back": back, "version": shown, **more}
    return render(request, "one_form.html", context, status=422 if form.is_bound else 200)
