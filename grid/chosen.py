"""Which grid a page is asked about: `?grid=` of its address."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from grid.models import Grid

LONGEST_CODE: Final = 24


def asked_code(request: HttpRequest) -> str:
    """The code that the address names, cut to what a code can be; "" when it names none."""
    return request.GET.get("grid", "")[:LONGEST_CODE].replace("\x00", "")


def chosen_of(request: HttpRequest, rows: QuerySet[Any]) -> Grid:
    """The grid of the address among `rows`, else the first of them; 404 for one out of reach or when there is none."""
    code = asked_code(request)
    found: Grid | None = (rows.filter(code=code) if code else rows).first()
    if found is None:
        raise Http404
    return found
