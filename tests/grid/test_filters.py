"""What all filter sets of the platform keep."""

from collections.abc import Iterator

from django.urls import get_resolver
from django_filters import FilterSet


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
