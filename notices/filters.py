"""Filters of messages."""

from typing import Any

import django_filters

from notices.models import Notice


class NoticeFilter(django_filters.FilterSet):
    """Messages by level, kind, and whether they were read."""

    unread = django_filters.BooleanFilter(method="filter_unread")
    level = django_filters.ChoiceFilter(choices=Notice.Level.choices)
    kind = django_filters.CharFilter(max_length=40)

    class Meta:
        model = Notice
        fields = ("unread", "level", "kind")

    def filter_unread(self, queryset: Any, name: str, value: bool) -> Any:
        """Unread ones, or read ones."""
        return queryset.filter(read_at__isnull=value)
