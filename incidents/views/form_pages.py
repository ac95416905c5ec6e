"""A page with a form, as it is shown and shown again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def shown_page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    """A page with a form: 422 when the form was sent and is shown again."""
    return render(request, template, {**context, "form": form}, status=422 if form.is_bound else 200)
