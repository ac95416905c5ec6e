"""One FilterSet of papers for the list and the API."""

from typing import Any, Final

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from grid.models.grid import CODE_VALIDATOR
from reports.forms.reports import grids_for
from reports.models import Paper
from reports.querysets import PaperQuerySet

OVERDUE: Final = (("yes", _("Answer is overdue")),)


class PaperFilter(filters.FilterSet):
    """What a list of papers can be narrowed by."""

    kind = filters.ChoiceFilter(label=_("Kind"), choices=Paper.Kind.choices, empty_label=_("All"))
    status = filters.ChoiceFilter(label=_("Status"), choices=Paper.Status.choices, empty_label=_("All"))
    year = filters.NumberFilter(label=_("Year"), min_value=2000, max_value=2100)
    grid = filters.CharFilter(label=_("Office"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    overdue = filters.ChoiceFilter(label=_("Answer"), choices=OVERDUE, empty_label=_("All"), method="filter_overdue")

    class Meta:
        model = Paper
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            rows = grids_for(self.request.user).filter(level__lte=Grid.Level.COMMUNITY)
            offices = [("", _("All")), *rows.values_list("code", "name")]
            self.filters["grid"].extra["widget"] = forms.Select(choices=offices)

    def filter_grid(self, rows: PaperQuerySet, name: str, value: str) -> PaperQuerySet:
        """Of the offices in the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)

    def filter_overdue(self, rows: PaperQuerySet, name: str, value: Any) -> PaperQuerySet:
        """Notices whose answer is overdue today."""
        return rows.overdue(timezone.localdate())
