"""The page of one of the three lists (需求、资源、项目清单): what the filters leave, newest first."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.keyset import keyset_page
from incidents.views.cases import grid_choices

PAGE_SIZE: Final = 50


def list_page(request: HttpRequest, template: str, chosen: Any, rows: Any, **more: Any) -> HttpResponse:
    """Draw the rows page by page under the filters `chosen`; `more` is what this list says beside."""
    page = keyset_page(rows, request.GET, size=PAGE_SIZE)
    context = {"form": chosen.form, "grid_names": grid_choices(request), "page": page, "rows": page.rows}
    return render(request, template, context | more)
