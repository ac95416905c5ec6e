"""Indicators for systems: the definitions, and their numbers for a grid and a time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from grid.models.grid import CODE_VALIDATOR
from incidents.api.serializers import StrictSerializer
from reports import callback_figures, chapter_figures, figures
from reports.api.serializers import StrictDayField
from reports.callback_figures import is_small
from reports.forms.indicators import LONGEST, USUAL
from reports.forms.reports import grids_for
from reports.indicators import ALL_INDICATOR_BY_NAME, ALL_INDICATORS, DEFINITION_VERSION
from reports.metrics import Extent, Tally
from reports.periods import FIRST_DAY, Period, local_day

Fractions = Mapping[str, tuple[int, int]]
"""Numerator and denominator by the name of the rate."""


class IndicatorSerializer(serializers.Serializer[Any]):
    """One definition."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name that pages use, too
    group = serializers.CharField()
    formula = serializers.CharField()
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    above = serializers.CharField(source="above.meaning", help_text="What stands above the line, in words.")
    below = serializers.CharField(source="below.meaning", help_text="What stands below the line, in words.")
    exclusions = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField()
    direction = serializers.ChoiceField(choices=["up", "down"])
    target = serializers.FloatField(allow_null=True)
    site_specific = serializers.BooleanField()
    counts = serializers.ChoiceField(
        choices=["measures", "call_backs", "field", "party", "volunteers"], source="family"
    )
    sources = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()


class ValuesInput(StrictSerializer):
    """What is asked for: a grid, its days (the last thirty, a year at most), and what the lines are of."""

    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    first = StrictDayField(required=False)
    last = StrictDayField(required=False)
    by = serializers.ChoiceField(choices=sorted(figures.CUTS), required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """In order, since 2000, a year at most."""
        attrs.setdefault("last", local_day(timezone.now()))
        attrs.setdefault("first", attrs["last"] - USUAL)
        if not (attrs["first"] >= FIRST_DAY and timedelta() <= attrs["last"] - attrs["first"] < LONGEST):
            raise serializers.ValidationError(
                {"last": [_("Choose a period of a year at most, the first day before the last.")]}
            )
        return attrs


class FractionSerializer(serializers.Serializer[Any]):
    """Above and below the line; nulls where fewer than five people would be shown."""

    above = serializers.IntegerField(allow_null=True)
    below = serializers.IntegerField(allow_null=True)
    value = serializers.FloatField(allow_null=True)


class LineSerializer(serializers.Serializer[Any]):
    """The numbers of one line."""

    key = serializers.CharField()
    numbers = serializers.DictField(child=serializers.IntegerField())
    ratios = serializers.DictField(child=FractionSerializer())


class ValuesSerializer(serializers.Serializer[Any]):
    """All numbers of a grid and a time."""

    grid = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    as_of = serializers.DateTimeField()
    definition_version = serializers.IntegerField()
    total = LineSerializer()
    lines = LineSerializer(many=True)


class IndicatorViewSet(GenericViewSet[Any]):
    """Indicators: definitions and values."""

    serializer_class = IndicatorSerializer
    pagination_class = None
    access_rules: ClassVar[dict[str, str]] = {"list": "report.view", "values": "report.view"}

    @extend_schema(responses=IndicatorSerializer(many=True), filters=False)
    def list(self, request: Request) -> Response:
        """Every indicator: formula, exclusions, direction, source."""
        return Response(IndicatorSerializer(ALL_INDICATORS, many=True).data)

    @extend_schema(parameters=[ValuesInput], responses=ValuesSerializer, filters=False)
    @action(detail=False, methods=["get"])
    def values(self, request: Request) -> Response:
        """Measures and indicators of a grid for some days (a year at most), in total and, with `by`, line by line.

        Keys of lines: codes of the next level of grids, ids of categories ("none": not classified), names of sources,
        units ("o" and the id of an organization, "a" and the code of an area's grid staff).
        """
        given = ValuesInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        grid = get_object_or_404(grids_for(request.user), code=asked["grid"])
        extent = Extent.of(grid.code, Period(asked["first"], asked["last"]), until=timezone.now())
        return Response(ValuesSerializer(_values(extent, asked)).data)


def _values(extent: Extent, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Four queries for the total (incidents, call-backs, two chapters), one more for the lines; none of the future."""
    empty = extent.end <= extent.start
    total = figures.nothing() if empty else figures.figures(extent)
    people = callback_figures.fractions([] if empty else callback_figures.answers(extent))
    counted = chapter_figures.nothing() if empty else chapter_figures.fractions(extent)
    lines = {} if empty or not asked["by"] else figures.divided(extent, asked["by"])
    return {
        "grid": extent.code,
        "first": asked["first"],
        "last": asked["last"],
        "as_of": extent.end,
        "definition_version": DEFINITION_VERSION,
        "total": _line("", total, people, counted),
        "lines": [_line(key, tally, {}, {}) for key, tally in sorted(lines.items())],
    }


def _line(key: str, tally: Tally, people: Fractions, counted: Fractions) -> dict[str, Any]:
    """Rates of people are left out where they are of few; those of incidents and hazards are told."""
    told = {name: each for name, each in counted.items() if not ALL_INDICATOR_BY_NAME[name].of_people}
    people = {**people, **{name: each for name, each in counted.items() if name not in told}}
    ratios = {name: _fraction(*each) for name, each in {**tally.ratios, **told}.items()}
    hidden = {"above": None, "below": None, "value": None}
    ratios |= {name: hidden if is_small(each) else _fraction(*each) for name, each in people.items()}
    return {"key": key, "numbers": tally.numbers, "ratios": ratios}


def _fraction(above: int, below: int) -> dict[str, Any]:
    return {"above": above, "below": below, "value": round(above / below, 4) if below else None}
