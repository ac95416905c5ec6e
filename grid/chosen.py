"""Which grid a page is asked about: `?grid=` of its address."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from grid.models import Grid
from grid.scope import scope_of

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


def grids_where(user: Any, capability: str) -> QuerySet[Any]:
    """The grids of today, street and below, where `user` holds `capability`; the widest first."""
    rows = Grid.objects.current(timezone.localdate()).filter(scope_of(user).q(capability, "code"))
    found: QuerySet[Any] = rows.filter(level__gte=Grid.Level.STREET).defer("boundary").order_by("level", "code")
    return found


def choices_of(rows: QuerySet[Any]) -> list[tuple[str, str]]:
    """(code, name) of the streets and communities among `rows`, to choose from."""
    return list(rows.filter(level__lte=Grid.Level.COMMUNITY).territorial().values_list("code", "name"))  # type: ignore[attr-defined]
