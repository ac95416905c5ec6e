"""One FilterSet per model for pages, map and API; every value is checked, an unknown name is refused."""

import re
from datetime import date
from typing import Any, Final

import django_filters as filters
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotValid
from grid.datum import Datum, to_wgs84
from grid.geojson import make_point, parse_bbox
from grid.locate import locate
from grid.models import Compound, Grid, Organization
from grid.models.grid import CODE_VALIDATOR

YES_NO: Final = (("true", _("Yes")), ("false", _("No")))
PAGE_NAMES: Final = frozenset({"cursor", "page_size", "format", "after", "before"})
"""Query names that belong to paging and rendering, not to a filter."""

_PAIR: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?,[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?")
_NO_NUL: Final = RegexValidator(r"^[^\x00]*$", _("Null characters are not allowed."))


def read_place(text: str, datum: str = Datum.WGS84) -> Point:
    """The WGS-84 point of "lon,lat" given in `datum`; NotValid (field "locate") for anything else."""
    if not _PAIR.fullmatch(text):
        message = gettext("Give longitude and latitude as two numbers with a comma: 113.64,34.72.")
        raise NotValid(message, {"locate": [message]})
    lon, lat = (float(part) for part in text.split(","))
    make_point(lon, lat, name="locate")
    return Point(*to_wgs84(lon, lat, datum), srid=4326)


def check_place(text: str) -> None:
    """Form validator of `read_place`."""
    try:
        read_place(text)
    except NotValid as error:
        raise ValidationError(str(error)) from error


def check_bbox(text: str) -> None:
    """Form validator of a map window."""
    try:
        parse_bbox(text)
    except NotValid as error:
        raise ValidationError(str(error)) from error


class AmongFilter(filters.MultipleChoiceFilter):
    """Several values of one column, of the row itself or of what it points to: no row can come twice.

    The library asks the database to weed out doubles all the same, for which it sorts all found rows with all columns.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("distinct", False)
        super().__init__(*args, **kwargs)


class StrictFilterSet(filters.FilterSet):
    """Refuses a query name that no filter has: a filter that is mistyped must not give all rows."""

    def is_valid(self) -> bool:
        """Whether every given name is known and every value is valid; `form.errors` says what is not."""
        form = self.form
        for name in set(self.data or {}) - set(self.filters) - PAGE_NAMES:
            form.add_error(None, gettext("There is no filter “%(name)s”.") % {"name": name[:40]})
        return bool(self.is_bound and form.is_valid())


class GridFilter(StrictFilterSet):
    """What a list of grids can be narrowed by. Without `valid_on` the grids of today."""

    level = AmongFilter(label=_("level"), choices=Grid.Level.choices)
    kind = filters.ChoiceFilter(label=_("kind"), choices=Grid.Kind.choices, empty_label=_("All"))
    parent = filters.CharFilter(label=_("parent"), field_name="parent__code", validators=[CODE_VALIDATOR])
    under = filters.CharFilter(
        label=_("below the code"), field_name="code", lookup_expr="startswith", validators=[CODE_VALIDATOR]
    )
    q = filters.CharFilter(label=_("name or code"), max_length=50, validators=[_NO_NUL], method="filter_words")
    valid_on = filters.DateFilter(label=_("valid on"), method="filter_valid_on")
    locate = filters.CharFilter(label=_("at longitude,latitude"), validators=[check_place], method="filter_place")
    datum = filters.ChoiceFilter(label=_("datum"), choices=Datum.choices, method="filter_datum")

    class Meta:
        model = Grid
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Adds "valid today" when no day is given."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["valid_on"] else found.current(timezone.localdate())

    def filter_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Words of the name, or the beginning of the code."""
        return queryset.filter(Q(name__icontains=value) | Q(code__startswith=value))

    def filter_valid_on(self, queryset: Any, name: str, value: date) -> QuerySet[Any]:
        """The grids of that day."""
        found: QuerySet[Any] = queryset.current(value)
        return found

    def filter_place(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The one grid of a place; nothing when it lies outside all of them."""
        found = locate(read_place(value, self.form.cleaned_data["datum"] or Datum.WGS84))
        return queryset.filter(pk=found.grid.pk) if found else queryset.none()

    def filter_datum(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Read by `filter_place`."""
        return queryset


class OrganizationFilter(StrictFilterSet):
    """What a list of organizations can be narrowed by."""

    kind = AmongFilter(label=_("kind"), choices=Organization.Kind.choices)
    grid = filters.CharFilter(
        label=_("below the code"), field_name="grid__code", lookup_expr="startswith", validators=[CODE_VALIDATOR]
    )
    q = filters.CharFilter(label=_("name"), field_name="name", lookup_expr="icontains", max_length=50)
    active = filters.TypedChoiceFilter(
        label=_("active"), field_name="is_active", choices=YES_NO, coerce=lambda value: value == "true"
    )

    class Meta:
        model = Organization
        fields: tuple[str, ...] = ()


class CompoundFilter(StrictFilterSet):
    """What a list of compounds can be narrowed by."""

    grid = filters.CharFilter(
        label=_("below the code"), field_name="grid__code", lookup_expr="startswith", validators=[CODE_VALIDATOR]
    )
    q = filters.CharFilter(label=_("name or address"), max_length=50, validators=[_NO_NUL], method="filter_words")
    unmanaged = filters.TypedChoiceFilter(
        label=_("without a managing unit"),
        field_name="is_unmanaged",
        choices=YES_NO,
        coerce=lambda value: value == "true",
    )
    bbox = filters.CharFilter(label=_("map window"), validators=[check_bbox], method="filter_bbox")

    class Meta:
        model = Compound
        fields: tuple[str, ...] = ()

    def filter_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Words of name or address."""
        return queryset.filter(Q(name__icontains=value) | Q(address__icontains=value))

    def filter_bbox(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those whose point lies in the window west,south,east,north."""
        return queryset.filter(point__bboverlaps=parse_bbox(value))
