"""The numbers of the analysis page for systems: one period with its comparisons, its series and its breakdowns."""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from grid.models.grid import CODE_VALIDATOR
from incidents.api.serializers import StrictSerializer
from incidents.models.incident import Source
from reports.api.indicators import FractionSerializer
from reports.api.serializers import StrictDayField
from reports.dashboards import data
from reports.dashboards.choice import INSIDE, KINDS, Choice
from reports.forms.reports import grids_for
from reports.metrics import Tally
from reports.periods import Period, local_day, period_of

BREAKDOWNS: Final = {"areas": "area", "categories": "category", "sources": "source"}


class AnalysisInput(StrictSerializer):
    """What is asked for. `day` is any day of the period: today when it is missing."""

    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    kind = serializers.ChoiceField(choices=KINDS, required=False, default="monthly")
    day = StrictDayField(required=False)
    category = serializers.RegexField(
        r"^([0-9]{1,9}|none)\Z", required=False, default="", help_text="Its id (a major class stands for all below it)."
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field's own attribute has this name
        choices=Source.choices, required=False, default=""
    )


class TallySerializer(serializers.Serializer[Any]):
    """Numbers by measure, rates with what is above and below their line."""

    numbers = serializers.DictField(child=serializers.IntegerField())
    ratios = serializers.DictField(child=FractionSerializer())


class AnalysisPeriodSerializer(TallySerializer):
    """A whole period: the one asked for, the one before, the same a year before."""

    first = serializers.DateField()
    last = serializers.DateField()


class AnalysisStepSerializer(serializers.Serializer[Any]):
    """One step of the series; what is open at its end is null where only moves were counted."""

    first = serializers.DateField(source="day")
    reported = serializers.IntegerField()
    completed = serializers.IntegerField()
    open_end = serializers.IntegerField(allow_null=True)
    overdue_open = serializers.IntegerField(allow_null=True)


class AnalysisLine(TallySerializer):
    """One line of a breakdown."""

    key = serializers.CharField()


class AnalysisSerializer(serializers.Serializer[Any]):
    """The answer; `as_of` is null when everything was counted just now."""

    grid = serializers.CharField()
    kind = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    period = AnalysisPeriodSerializer()
    before = AnalysisPeriodSerializer()
    year_before = AnalysisPeriodSerializer()
    step = serializers.ChoiceField(choices=["d", "w", "m"], help_text="The length of the steps: day, week, month.")
    series = AnalysisStepSerializer(many=True)
    areas = AnalysisLine(many=True)
    categories = AnalysisLine(many=True)
    sources = AnalysisLine(many=True)


class AnalysisViewSet(GenericViewSet[Any]):
    """Counts of one subtree and period, the same as on the analysis page."""

    serializer_class = AnalysisSerializer
    pagination_class = None
    access_rules: ClassVar[dict[str, str]] = {"list": "report.view"}

    @extend_schema(parameters=[AnalysisInput], responses=AnalysisSerializer(many=False), filters=False)
    def list(self, request: Request) -> Response:
        """One period with its comparisons, its series and its breakdowns."""
        given = AnalysisInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        now, asked = timezone.now(), given.validated_data
        grid = get_object_or_404(grids_for(request.user).order_by("-valid_from"), code=asked["grid"])
        day = min(asked.get("day") or local_day(now), local_day(now))
        period = period_of(asked["kind"], day)
        choice = Choice(grid, asked["kind"], period, asked["category"], asked["source"])
        return Response(AnalysisSerializer(answer(choice, now)).data)


def answer(choice: Choice, now: datetime) -> dict[str, Any]:
    """The numbers of the page, as plain data."""
    choice, as_of = data.asked(choice)
    spans = {"period": choice.period, "before": choice.before, "year_before": choice.year_before}
    shown = Period(choice.period.first, choice.shown_last(now))
    return {
        "grid": choice.code,
        "kind": choice.kind,
        "as_of": as_of,
        "step": INSIDE[choice.kind],
        "series": data.trend(choice, INSIDE[choice.kind], shown, now),
        **{name: _line(data.total(choice, span, now), span) for name, span in spans.items()},
        **{
            name: [_line(tally, key=key) for key, tally in data.lines(choice, by, now).items()]
            for name, by in BREAKDOWNS.items()
        },
    }


def _line(tally: Tally, span: Period | None = None, key: str = "") -> dict[str, Any]:
    ratios = {
        name: {"above": pair[0], "below": pair[1], "value": data.share(pair)} for name, pair in tally.ratios.items()
    }
    found: dict[str, Any] = {"numbers": dict(tally.numbers), "ratios": ratios, "key": key}
    return {**found, "first": span.first, "last": span.last} if span else found
