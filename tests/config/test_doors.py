"""What all filter sets and doors for systems of the platform keep."""

from collections.abc import Iterator

import pytest
from django.urls import get_resolver
from django_filters import FilterSet

from fieldwork.api.inspections import OrderViewSet
from fieldwork.api.patrols import PatrolViewSet
from fieldwork.api.visits import VisitViewSet


def filter_sets(parent: type[FilterSet] = FilterSet) -> Iterator[type[FilterSet]]:
    for child in parent.__subclasses__():
        yield child
        yield from filter_sets(child)


def test_no_filter_lets_the_database_sort_all_rows_to_weed_out_doubles() -> None:
    assert get_resolver().url_patterns  # every door is imported now
    found = {
        f"{one.__module__}.{one.__name__}.{name}"
        for one in filter_sets()
        if not one.__module__.startswith("django_filters")
        for name, each in one.base_filters.items()
        if getattr(each, "distinct", False) and not getattr(each, "method", None)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("viewset", "action", "scope"),
    [(VisitViewSet, "create", "intake"), (PatrolViewSet, "findings", "intake"), (OrderViewSet, "recheck", None)],
)
def test_what_comes_in_has_the_limit_of_reports_and_other_writing_is_no_reading(viewset, action, scope) -> None:
    view = viewset()
    view.action = action
    view.get_throttles()
    assert view.throttle_scope == scope
