"""Pages of a long list by key, not by offset: page 1,000 costs what page 1 costs, and rows never show twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.http import urlencode

from accounts.numbers import strict_int

AnyModel = TypeVar("AnyModel", bound=Model)

AFTER, BEFORE = "after", "before"


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[AnyModel]):
    """One page, newest first. `...url_params` are query strings ("after=42&q=x"), empty when there is no such page."""

    rows: list[AnyModel]
    next_url_params: str
    previous_url_params: str
    first_url_params: str

    @property
    def has_next(self) -> bool:
        """Whether older rows follow."""
        return bool(self.next_url_params)

    @property
    def has_previous(self) -> bool:
        """Whether newer rows stand before this page."""
        return bool(self.previous_url_params)

    @property
    def next_url(self) -> str:
        """The link to the older rows, for parts/pager.html."""
        return f"?{self.next_url_params}" if self.has_next else ""

    @property
    def previous_url(self) -> str:
        """The link to the newer rows."""
        return f"?{self.previous_url_params}" if self.has_previous else ""

    @property
    def first_url(self) -> str:
        """The link to the newest rows, when they are not on this page."""
        return f"?{self.first_url_params}" if self.has_previous else ""


def keyset_page(
    queryset: QuerySet[AnyModel], params: Mapping[str, Any], *, size: int = 50, field: str = "id", by: str = ""
) -> KeysetPage[AnyModel]:
    """Cut one page out of `queryset`, newest first, in one query.

    `params` are the request's (`after`: rows older than this key; `before`: newer ones); all others are kept in the
    links. `field` must be a unique whole number. With `by`, the name of a time that is never empty, rows stand by that
    time and those of one moment by `field`: what a phone sends late stands where it happened. Raises NotValid for a key
    that is no number.
    """
    after = _key(params, AFTER)
    before = _key(params, BEFORE) if after is None else None
    rows, more = _cut(queryset, (by, field), size, after, before)
    older = more if before is None else bool(rows)
    newer = after is not None if before is None else more
    return KeysetPage(
        rows=rows,
        next_url_params=_link(params, AFTER, getattr(rows[-1], field)) if rows and older else "",
        previous_url_params=_link(params, BEFORE, getattr(rows[0], field)) if rows and newer else "",
        first_url_params=_link(params),
    )


def rows_in_all(page: KeysetPage[AnyModel], queryset: QuerySet[AnyModel]) -> int:
    """How many rows the list has on all its pages; the database is asked only when one page does not hold them."""
    alone = not (page.has_next or page.has_previous)
    return len(page.rows) if alone else queryset.order_by().count()


def _key(params: Mapping[str, Any], name: str) -> int | None:
    text = params.get(name)
    return strict_int(str(text), name=name) if text else None


def _cut(
    queryset: QuerySet[AnyModel], order: tuple[str, str], size: int, after: int | None, before: int | None
) -> tuple[list[AnyModel], bool]:
    """The rows of the page, and whether one more stands behind them in the direction of reading."""
    names = [name for name in order if name]
    if before is not None:
        found = list(_beyond(queryset, order, before, "gt").order_by(*names)[: size + 1])
        return found[:size][::-1], len(found) > size
    older = queryset if after is None else _beyond(queryset, order, after, "lt")
    found = list(older.order_by(*(f"-{name}" for name in names))[: size + 1])
    return found[:size], len(found) > size


def _beyond(queryset: QuerySet[AnyModel], order: tuple[str, str], key: int, way: str) -> QuerySet[AnyModel]:
    """The rows newer ("gt") or older ("lt") than the one with that key."""
    by, field = order
    further = Q(**{f"{field}__{way}": key})
    if not by:
        return queryset.filter(further)
    edge = Subquery(queryset.model._default_manager.filter(**{field: key}).values(by)[:1])
    # the first condition says the same less sharply: an index on the time can use it
    return queryset.filter(**{f"{by}__{way}e": edge}).filter(Q(**{f"{by}__{way}": edge}) | further)


def _link(params: Mapping[str, Any], name: str = "", key: object = "") -> str:
    lists = params.lists() if isinstance(params, QueryDict) else [(k, [v]) for k, v in params.items()]
    kept = [(k, v) for k, v in lists if k not in (AFTER, BEFORE)]
    return urlencode([*kept, *([(name, str(key))] if name else [])], doseq=True)
