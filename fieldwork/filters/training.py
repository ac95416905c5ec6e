"""What lists of training can be narrowed by, on pages and for systems."""

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwork.models import Course, TrainingForm, TrainingSession
from fieldwork.querysets import TrainingQuerySet
from grid.filters import YES_NO, StrictFilterSet
from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR


class TrainingFilter(StrictFilterSet):
    """Sessions."""

    status = filters.ChoiceFilter(label=_("Status"), choices=TrainingSession.Status.choices, empty_label=_("All"))
    form = filters.ChoiceFilter(
        label=_("form of training"), field_name="course__form", choices=TrainingForm.choices, empty_label=_("All")
    )
    course = filters.ModelChoiceFilter(label=_("course"), queryset=Course.objects.all(), empty_label=_("All"))
    grid = filters.CharFilter(label=_("grid code"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    from_day = filters.DateFilter(
        label=_("from day"), field_name="starts_at", lookup_expr="date__gte", widget=day_input()
    )
    to_day = filters.DateFilter(
        label=_("until day"), field_name="starts_at", lookup_expr="date__lte", widget=day_input()
    )
    mine = filters.TypedChoiceFilter(
        label=_("mine"),
        choices=(("", _("All")), *YES_NO),
        coerce=lambda value: value == "true",
        method="filter_mine",
    )

    class Meta:
        model = TrainingSession
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: TrainingQuerySet, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_mine(self, rows: TrainingQuerySet, name: str, value: bool) -> Any:
        """Those that the reader signed up for, or the others."""
        mine = Q(attendance__user=getattr(self.request, "user", None))
        keys = TrainingSession.objects.filter(mine).values("pk")
        return rows.filter(pk__in=keys) if value else rows.exclude(pk__in=keys)


class CourseFilter(StrictFilterSet):
    """Courses."""

    form = filters.ChoiceFilter(label=_("form of training"), choices=TrainingForm.choices, empty_label=_("All"))
    q = filters.CharFilter(label=_("title"), field_name="title", lookup_expr="icontains", max_length=50)

    class Meta:
        model = Course
        fields: tuple[str, ...] = ()
