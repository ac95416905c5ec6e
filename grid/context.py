"""Context processor: the name of the place that the reader works for."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from grid.models import Grid
from grid.scope import scope_of

KEEP = 300  # seconds; a renamed street may show its old name in the frame for so long


def place(request: HttpRequest) -> dict[str, object]:
    """`place_name`, read only when a template shows it; at most one query in five minutes and process."""
    return {"place_name": SimpleLazyObject(lambda: _place_name(request))}


def _place_name(request: HttpRequest) -> str:
    code = scope_of(getattr(request, "user", None)).home
    if not code:
        return ""
    name: str = cache.get_or_set(f"place-name:{code}", lambda: _read_name(code), KEEP) or ""
    return name


def _read_name(code: str) -> str:
    return Grid.objects.filter(code=code).values_list("name", flat=True).first() or ""
