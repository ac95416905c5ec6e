"""What the list of applications can be narrowed by, for the page and the API."""

from typing import ClassVar

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.models import Application


class ApplicationFilter(filters.FilterSet):
    """Kind, and where it stands."""

    kind = AmongFilter(label=_("kind"), choices=Application.Kind.choices)
    status = AmongFilter(label=_("status"), choices=Application.Status.choices)

    class Meta:
        model = Application
        fields: ClassVar[list[str]] = ["kind", "status"]


class StrictApplicationFilter(StrictFilterSet, ApplicationFilter):
    """The same for the API: a filter it does not know is an error."""
