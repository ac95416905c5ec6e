"""What lists of units, agreements, alliances and claimed stars can be narrowed by, on pages and for systems."""

from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import StrictFilterSet
from grid.models import Organization
from grid.models.grid import CODE_VALIDATOR
from partybuilding.agreements import ending_soon, lapsed, running
from partybuilding.idle import idle_units
from partybuilding.models import Agreement, Alliance, PartnerKind, PartnerUnit, Star, StarClaim

STATES: Final = (
    ("running", _("in force")),
    ("soon", _("ends soon")),
    ("lapsed", _("ran out, none since")),
    ("ended", _("ended")),
)
THERE: Final = (("there", _("partners")), ("left", _("left the partnership")), ("all", _("All")))
LATE: Final = (("true", _("late")),)


def _grid(field: str) -> filters.CharFilter:
    """In the subtree of a grid."""
    return filters.CharFilter(
        label=_("grid code"), field_name=field, lookup_expr="startswith", validators=[CODE_VALIDATOR], max_length=24
    )


class UnitFilter(StrictFilterSet):
    """Partner units; those that left only when asked for."""

    q = filters.CharFilter(label=_("name"), field_name="organization__name", lookup_expr="icontains", max_length=50)
    kind = filters.ModelChoiceFilter(
        label=_("kind of partner"), field_name="kinds", queryset=PartnerKind.objects.all(), empty_label=_("All")
    )
    family = filters.ChoiceFilter(
        label=_("family"), choices=PartnerKind.Family.choices, empty_label=_("All"), method="filter_family"
    )
    form = filters.ChoiceFilter(
        label=_("kind of unit"),
        field_name="organization__kind",
        choices=Organization.Kind.choices,
        empty_label=_("All"),
    )
    grid = _grid("organization__grid__code")
    idle = filters.NumberFilter(
        label=_("nothing done in the year"), min_value=2000, max_value=2100, decimal_places=0, method="filter_idle"
    )
    state = filters.ChoiceFilter(label=_("state"), choices=THERE, method="filter_state", empty_label=None)

    class Meta:
        model = PartnerUnit
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Those that are partners, unless others are asked for."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["state"] else found.filter(left_on=None)

    def filter_family(self, rows: Any, name: str, value: str) -> Any:
        """One of its kinds belongs to the family; no unit twice."""
        kinds = PartnerKind.objects.filter(family=value).values("pk")
        return rows.filter(pk__in=PartnerUnit.kinds.through.objects.filter(partnerkind__in=kinds).values("partnerunit"))

    def filter_idle(self, rows: Any, name: str, value: Any) -> Any:
        """That delivered nothing in the year."""
        return idle_units(rows, int(value))

    def filter_state(self, rows: Any, name: str, value: str) -> Any:
        """Partners, those that left, or both."""
        return rows if value == "all" else rows.filter(left_on__isnull=value == "there")


class AgreementFilter(StrictFilterSet):
    """Agreements."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Agreement.Kind.choices, empty_label=_("All"))
    state = filters.ChoiceFilter(label=_("state"), choices=STATES, empty_label=_("All"), method="filter_state")
    unit = filters.NumberFilter(label=_("partner unit"), min_value=1, max_value=2**62, decimal_places=0)
    q = filters.CharFilter(label=_("title"), field_name="title", lookup_expr="icontains", max_length=50)
    grid = _grid("grid_code")

    class Meta:
        model = Agreement
        fields: tuple[str, ...] = ()

    def filter_state(self, rows: Any, name: str, value: str) -> Any:
        """By today."""
        today = timezone.localdate()
        if value == "soon":
            return rows.filter(ending_soon(today))
        if value == "lapsed":
            return rows.filter(lapsed(today))
        return rows.filter(running(today)) if value == "running" else rows.exclude(running(today))


class AllianceFilter(StrictFilterSet):
    """Alliances."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Alliance.Kind.choices, empty_label=_("All"))
    grid = _grid("grid_code")

    class Meta:
        model = Alliance
        fields: tuple[str, ...] = ()


class ClaimFilter(StrictFilterSet):
    """Claimed stars; of this year unless another is asked for."""

    year = filters.NumberFilter(label=_("year"), min_value=2000, max_value=2100, decimal_places=0)
    star = filters.ModelChoiceFilter(label=_("star"), queryset=Star.objects.all(), empty_label=_("All"))
    status = filters.ChoiceFilter(label=_("Status"), choices=StarClaim.Status.choices, empty_label=_("All"))
    grade = filters.ChoiceFilter(label=_("result of the review"), choices=StarClaim.Grade.choices, empty_label=_("All"))
    late = filters.ChoiceFilter(label=_("late"), choices=LATE, empty_label=_("All"), method="filter_late")
    unit = filters.NumberFilter(label=_("partner unit"), min_value=1, max_value=2**62, decimal_places=0)
    grid = _grid("grid_code")

    class Meta:
        model = StarClaim
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """This year unless another is asked for; pledges given up only when asked for."""
        found = super().filter_queryset(queryset)
        data = self.form.cleaned_data
        if not data["year"]:
            found = found.filter(year=timezone.localdate().year)
        return found if data["status"] else found.exclude(status="dropped")

    def filter_late(self, rows: Any, name: str, value: str) -> Any:
        """Its day has passed and it is not delivered."""
        return rows.filter(status__in=("pledged", "delivering"), due_on__lt=timezone.localdate())
