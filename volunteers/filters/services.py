"""What lists of services, shifts, hours and certificates can be narrowed by, on pages and for systems."""

from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, StrictFilterSet
from grid.forms import day_input
from grid.models.grid import CODE_VALIDATOR
from incidents.filters import DAYS
from volunteers.models import Certificate, HourRecord, ServiceActivity, ServiceKind, Shift, SignUp, Team

PHASES: Final = (
    ("open", _("Open for sign-up")),
    ("to_note", _("People to be confirmed")),
    ("to_end", _("Result to be noted")),
)
ANY: Final = (("", _("All")), *YES_NO)
UNSETTLED: Final = ("signed_up", "here", "done")


def _yes(value: str) -> bool:
    return value == "true"


def _teams(request: Any) -> Any:
    return Team.objects.visible_to(getattr(request, "user", None))


class _InGridFilter(StrictFilterSet):
    """Rows of the subtree of a grid."""

    grid = filters.CharFilter(label=_("grid code"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class ServiceFilter(_InGridFilter):
    """Services; the days are those of their shifts."""

    q = filters.CharFilter(label=_("title"), field_name="title", lookup_expr="icontains", max_length=50)
    status = filters.ChoiceFilter(label=_("Status"), choices=ServiceActivity.Status.choices, empty_label=_("All"))
    phase = filters.ChoiceFilter(label=_("phase"), choices=PHASES, empty_label=_("All"), method="filter_phase")
    kind = filters.ModelChoiceFilter(label=_("kind"), queryset=ServiceKind.objects.all(), empty_label=_("All"))
    team = filters.ModelChoiceFilter(label=_("team of volunteers"), queryset=_teams, empty_label=_("All"))
    from_day = filters.DateFilter(label=_("from day"), widget=day_input(), validators=DAYS, method="filter_from")
    to_day = filters.DateFilter(label=_("until day"), widget=day_input(), validators=DAYS, method="filter_to")
    mine = filters.TypedChoiceFilter(label=_("mine"), choices=ANY, coerce=_yes, method="filter_mine")

    class Meta:
        model = ServiceActivity
        fields: tuple[str, ...] = ()

    def filter_phase(self, rows: Any, name: str, value: str) -> Any:
        """Planned ones: with a shift to come, with people to note after a shift, or all over."""
        now, planned = timezone.now(), rows.filter(status=ServiceActivity.Status.PLANNED)
        coming = Shift.objects.filter(ends_at__gt=now).values("service")
        if value == "open":
            return planned.filter(pk__in=coming)
        open_people = SignUp.objects.filter(status__in=UNSETTLED, shift__ends_at__lte=now).values("shift__service")
        return planned.filter(pk__in=open_people) if value == "to_note" else planned.exclude(pk__in=coming)

    def filter_from(self, rows: Any, name: str, value: Any) -> Any:
        """With a shift on or after the day."""
        return rows.filter(pk__in=Shift.objects.filter(starts_at__date__gte=value).values("service"))

    def filter_to(self, rows: Any, name: str, value: Any) -> Any:
        """With a shift on or before the day."""
        return rows.filter(pk__in=Shift.objects.filter(starts_at__date__lte=value).values("service"))

    def filter_mine(self, rows: Any, name: str, value: bool) -> Any:
        """Those that the reader signed up for, or the others."""
        user = getattr(self.request, "user", None)
        held = SignUp.objects.filter(volunteer__user=getattr(user, "pk", None)).exclude(status="withdrawn")
        keys = held.values("shift__service")
        return rows.filter(pk__in=keys) if value else rows.exclude(pk__in=keys)


class ShiftFilter(StrictFilterSet):
    """Shifts for systems."""

    service = filters.NumberFilter(label=_("service"), field_name="service_id", min_value=1, max_value=2**53)
    from_day = filters.DateFilter(label=_("from day"), field_name="starts_at", lookup_expr="date__gte", validators=DAYS)
    to_day = filters.DateFilter(label=_("until day"), field_name="starts_at", lookup_expr="date__lte", validators=DAYS)

    class Meta:
        model = Shift
        fields: tuple[str, ...] = ()


class HourFilter(_InGridFilter):
    """Records of hours."""

    volunteer = filters.CharFilter(label=_("volunteer number"), field_name="volunteer__number", max_length=20)
    kind = filters.ChoiceFilter(label=_("kind"), choices=HourRecord.Kind.choices, empty_label=_("All"))
    from_day = filters.DateFilter(
        label=_("from day"), field_name="on", lookup_expr="gte", widget=day_input(), validators=DAYS
    )
    to_day = filters.DateFilter(
        label=_("until day"), field_name="on", lookup_expr="lte", widget=day_input(), validators=DAYS
    )

    class Meta:
        model = HourRecord
        fields: tuple[str, ...] = ()


class CertificateFilter(_InGridFilter):
    """Certificates."""

    q = filters.CharFilter(label=_("number"), field_name="number", lookup_expr="icontains", max_length=50)
    status = filters.ChoiceFilter(label=_("Status"), choices=Certificate.Status.choices, empty_label=_("All"))

    class Meta:
        model = Certificate
        fields: tuple[str, ...] = ()
