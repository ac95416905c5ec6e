"""One FilterSet of incidents for the list, the map, the API and the export."""

from datetime import date, timedelta
from typing import Any, Final

import django_filters as filters
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.converters import IncidentNumber
from accounts.errors import NotValid
from grid.filters import AmongFilter, StrictFilterSet
from grid.geojson import parse_bbox
from grid.models import Grid
from incidents.models import Category, Incident, Label, ProblemKind
from incidents.models.category import Severity, Urgency
from incidents.models.incident import Closing, Source
from incidents.overview import midnight
from incidents.querysets import IncidentQuerySet
from incidents.states import RESTING, State

LONGEST_QUERY: Final = 60
MOST_WORDS: Final = 6
CODE: Final = RegexValidator(r"^[0-9]{2}[0-9A-Z]{2,22}\Z", _("A grid code has digits and capital letters only."))
"""Looser than the code of a grid, so that a beginning of one is a filter too; ASCII digits only."""

DAYS: Final = (MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2100, 12, 31)))
"""Days that a case can have; the last days of the calendar cannot be turned into moments."""

MOST_NUMBERS: Final = 100
"""Cases that one address can name."""

YES: Final = (("true", _("Yes")),)
HANDLER_CHOICES: Final = (("me", _("Me or my unit")),)
REPORTER_CHOICES: Final = (("me", _("Me")),)
CLUSTER_CHOICES: Final = (
    ("yes", _("In a cluster")),
    ("lead", _("Lead cases")),
    ("member", _("Repeats that follow a lead case")),
)
SOLVED_CHOICES: Final = (("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known yet")))
MOST_TIMES: Final = 32767
"""The largest number of the column."""


def _check_bbox(value: str) -> None:
    try:
        parse_bbox(value)
    except NotValid as error:
        raise ValidationError(str(error)) from error


class IncidentFilter(filters.FilterSet):
    """What a list of incidents can be narrowed by; every value is checked, nothing is taken as it came."""

    state = AmongFilter(label=_("state"), choices=State.choices)
    open = filters.ChoiceFilter(label=_("open only"), choices=YES, method="filter_open")
    overdue = filters.ChoiceFilter(label=_("overdue only"), choices=YES, method="filter_overdue")
    due_soon = filters.ChoiceFilter(label=_("due soon only"), choices=YES, method="filter_due_soon")
    category = filters.ModelMultipleChoiceFilter(
        label=_("category"), queryset=Category.objects.all(), method="filter_category"
    )
    severity = AmongFilter(label=_("severity"), choices=Severity.choices)
    urgency = filters.ChoiceFilter(label=_("urgency"), choices=Urgency.choices)
    source = AmongFilter(label=_("source"), choices=Source.choices)
    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    handler = filters.ChoiceFilter(label=_("handler"), choices=HANDLER_CHOICES, method="filter_handler")
    reporter = filters.ChoiceFilter(label=_("reporter"), choices=REPORTER_CHOICES, method="filter_reporter")
    organization = filters.NumberFilter(
        label=_("handling unit"), field_name="handler_organization", min_value=1, max_value=2**31
    )
    reported_from = filters.DateFilter(label=_("reported from"), method="filter_reported_from", validators=DAYS)
    reported_to = filters.DateFilter(label=_("reported until"), method="filter_reported_to", validators=DAYS)
    closed_from = filters.DateFilter(label=_("ended from"), method="filter_closed_from", validators=DAYS)
    closed_to = filters.DateFilter(label=_("ended until"), method="filter_closed_to", validators=DAYS)
    is_supervised = filters.ChoiceFilter(label=_("under supervision"), choices=YES, method="filter_flag")
    in_arbitration = filters.ChoiceFilter(label=_("waits for arbitration"), choices=YES, method="filter_flag")
    reported_up = filters.ChoiceFilter(label=_("reported up"), choices=YES, method="filter_reported_up")
    resting = filters.ChoiceFilter(label=_("resting"), choices=YES, method="filter_resting")
    returned_min = filters.NumberFilter(
        label=_("returned at least"), field_name="return_count", lookup_expr="gte", min_value=1, max_value=MOST_TIMES
    )
    reworked_min = filters.NumberFilter(
        label=_("reworked at least"), field_name="rework_count", lookup_expr="gte", min_value=1, max_value=MOST_TIMES
    )
    level = AmongFilter(label=_("level that keeps it"), choices=Grid.Level.choices)
    closing = AmongFilter(label=_("kind of closing"), choices=Closing.choices)
    is_solved = filters.ChoiceFilter(label=_("really solved"), choices=SOLVED_CHOICES, method="filter_solved")
    inspector = filters.ChoiceFilter(
        label=_("asked to look on site"), choices=REPORTER_CHOICES, method="filter_inspector"
    )
    cluster = filters.ChoiceFilter(label=_("cluster"), choices=CLUSTER_CHOICES, method="filter_cluster")
    label = filters.ModelChoiceFilter(label=_("label"), field_name="labels", queryset=Label.objects.all())
    problem_kind = filters.ModelChoiceFilter(
        label=_("kind of problem"), field_name="category__problem_kind", queryset=ProblemKind.objects.all()
    )
    number = filters.CharFilter(label=_("number"), max_length=20, method="filter_number")
    among = filters.CharFilter(label=_("these numbers"), max_length=24 * MOST_NUMBERS, method="filter_among")
    q = filters.CharFilter(label=_("words"), max_length=LONGEST_QUERY, method="filter_words")
    bbox = filters.CharFilter(label=_("map section"), max_length=200, validators=[_check_bbox], method="filter_bbox")

    class Meta:
        model = Incident
        fields: tuple[str, ...] = ()

    def filter_open(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Not ended."""
        return rows.open()

    def filter_overdue(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Past the due time of the running stage."""
        return rows.overdue(timezone.now())

    def filter_due_soon(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Past the warning time."""
        return rows.due_soon(timezone.now())

    def filter_category(self, rows: IncidentQuerySet, name: str, value: QuerySet[Category]) -> IncidentQuerySet:
        """Of these classes; a major class takes its minor ones in."""
        if not value:
            return rows
        chosen = [category.pk for category in value]
        return rows.filter(Q(category__in=chosen) | Q(category__parent__in=chosen))

    def filter_grid(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """In the subtree of a grid."""
        return rows.under(value)

    def filter_handler(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Which are the reader's to handle."""
        return rows.handled_by(self._reader())

    def filter_reporter(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Which the reader reported."""
        return rows.filter(reporter=self._reader())

    def filter_reported_from(self, rows: IncidentQuerySet, name: str, value: date) -> IncidentQuerySet:
        """Reported on this day or later; a comparison of moments, so that the index serves it."""
        return rows.filter(reported_at__gte=midnight(value))

    def filter_reported_to(self, rows: IncidentQuerySet, name: str, value: date) -> IncidentQuerySet:
        """Reported on this day or before."""
        return rows.filter(reported_at__lt=midnight(value + timedelta(days=1)))

    def filter_closed_from(self, rows: IncidentQuerySet, name: str, value: date) -> IncidentQuerySet:
        """Ended on this day or later."""
        return rows.filter(closed_at__gte=midnight(value))

    def filter_closed_to(self, rows: IncidentQuerySet, name: str, value: date) -> IncidentQuerySet:
        """Ended on this day or before."""
        return rows.filter(closed_at__lt=midnight(value + timedelta(days=1)))

    def filter_cluster(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Lead cases, the repeats that follow one, or both."""
        leads = Exists(Incident.objects.filter(duplicate_of=OuterRef("pk")))
        member = Q(duplicate_of__isnull=False)
        return rows.filter({"lead": leads, "member": member}.get(value, member | Q(leads)))

    def filter_flag(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Which carry the mark of that name."""
        return rows.filter(**{name: True})

    def filter_reported_up(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Which a level has given up to the next higher one (上报)."""
        return rows.filter(report_up_count__gt=0)

    def filter_resting(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Suspended or deferred (挂账, 缓办)."""
        return rows.filter(state__in=RESTING)

    def filter_solved(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Found solved, found not solved, or not known yet (实质性解决)."""
        return rows.filter(is_solved={"yes": True, "no": False}.get(value))

    def filter_inspector(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Which the reader is to look at on site."""
        return rows.filter(inspector=self._reader())

    def filter_number(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """By number, with or without hyphen and zeros."""
        return rows.filter(number=as_number(value))

    def filter_among(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """One of these numbers, with commas between them."""
        return rows.filter(number__in=[as_number(number) for number in value.split(",")[:MOST_NUMBERS]])

    def filter_words(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Whose title, text or address hold every word (in any of them), or whose number or its end it is."""
        words = Q()
        for word in value.split()[:MOST_WORDS]:
            words &= Q(title__icontains=word) | Q(text__icontains=word) | Q(address__icontains=word)
        numbers = as_numbers(value, timezone.localdate())
        return rows.filter(words | Q(number__in=numbers) if numbers else words)

    def filter_bbox(self, rows: IncidentQuerySet, name: str, value: str) -> IncidentQuerySet:
        """Inside the map section west,south,east,north."""
        return rows.filter(point__coveredby=parse_bbox(value))

    def _reader(self) -> Any:
        return self.request.user if self.request else None


def as_number(value: str) -> str:
    """The stored form of a number that somebody typed; "" when it is none."""
    digits = value.replace("-", "", 1)
    plain = digits.isascii() and digits.isdigit() and 9 <= len(digits) <= 16
    return IncidentNumber().to_python(value) if plain else ""


def as_numbers(value: str, today: date) -> list[str]:
    """The numbers that somebody may mean: the whole one, or its end, as people say it, with each day of a year."""
    if whole := as_number(value):
        return [whole]
    end = value.strip()
    if not (end.isascii() and end.isdigit() and 4 <= len(end) <= 6):
        return []
    return [f"{today - timedelta(days=ago):%Y%m%d}-{end:0>6}" for ago in range(366)]


class StrictIncidentFilter(StrictFilterSet, IncidentFilter):
    """The same for other systems: a mistyped filter is refused instead of giving every incident in scope."""
