"""A scheme and its results between rows, values and JSON. The JSON holds decimals as text: no digit is lost."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from reports.assessment.score import RATE_STEP, Cell, Facts, Grade, Item, Line, Mark, Plan, Rule
from reports.models import AssessmentEntry, Scheme

Json = dict[str, Any]
FORMAT: Final = 1


def plan_of(scheme: Scheme) -> Plan:
    """The scheme as a value; three queries."""
    items = (
        Item(str(row.pk), row.label, row.mode, row.points, row.indicator, row.bar, row.per_percent)
        for row in scheme.items.all()
    )
    rules = (Rule(str(row.pk), row.label, row.amount, row.most) for row in scheme.rules.order_by("pk"))
    grades = (Grade(row.name, row.least) for row in scheme.grades.order_by("-least"))
    return Plan(
        scheme.subject,
        scheme.base_points,
        scheme.least_cases,
        scheme.shrink_cases,
        tuple(items),
        tuple(rules),
        tuple(grades),
    )


def marks_of(entries: Iterable[AssessmentEntry]) -> list[Mark]:
    """The entries that still stand, as values."""
    return [
        Mark(row.subject, row.amount, str(row.item_id or ""), str(row.rule_id or ""))
        for row in entries
        if row.withdrawn_at is None
    ]


def plan_json(plan: Plan) -> Json:
    """The plan inside the results, so that they stay readable when the scheme changes."""
    return {
        "subject": plan.subject,
        "base": str(plan.base),
        "full": str(plan.full),
        "least_cases": plan.least_cases,
        "shrink_cases": plan.shrink_cases,
        "items": [
            {
                "key": item.key,
                "label": item.label,
                "mode": item.mode,
                "points": str(item.points),
                "indicator": item.indicator,
                "bar": _text(item.bar),
                "per_percent": str(item.per_percent),
            }
            for item in plan.items
        ],
        "rules": [
            {"key": rule.key, "label": rule.label, "amount": str(rule.amount), "most": _text(rule.most)}
            for rule in plan.rules
        ],
        "grades": [{"name": grade.name, "least": str(grade.least)} for grade in plan.grades],
    }


def plan_from(stored: Mapping[str, Any]) -> Plan:
    """The way back from `plan_json`."""
    return Plan(
        stored["subject"],
        Decimal(stored["base"]),
        stored["least_cases"],
        stored["shrink_cases"],
        tuple(
            Item(
                row["key"],
                row["label"],
                row["mode"],
                Decimal(row["points"]),
                row["indicator"],
                _number(row["bar"]),
                Decimal(row["per_percent"]),
            )
            for row in stored["items"]
        ),
        tuple(Rule(r["key"], r["label"], Decimal(r["amount"]), _number(r["most"])) for r in stored["rules"]),
        tuple(Grade(row["name"], Decimal(row["least"])) for row in stored["grades"]),
    )


def facts_json(facts: Facts) -> Json:
    """The counts inside the results: with them any line can be reckoned again without the database."""
    return {
        "ratios": {key: {name: list(pair) for name, pair in row.items()} for key, row in facts.ratios.items()},
        "cases": dict(facts.cases),
    }


def facts_from(stored: Mapping[str, Any]) -> Facts:
    """The way back from `facts_json`."""
    ratios = {key: {name: (pair[0], pair[1]) for name, pair in row.items()} for key, row in stored["ratios"].items()}
    return Facts(ratios, stored["cases"])


def line_json(line: Line, plan: Plan, names: Mapping[str, str]) -> Json:
    """One line as it is shown: rates with four digits, points with two."""
    return {
        "key": line.key,
        "name": names.get(line.key, line.key),
        "cases": line.cases,
        "cells": [_cell_json(item.key, cell) for item, cell in zip(plan.items, line.cells, strict=True)],
        "given": {key: str(value) for key, value in line.given.items()},
        "total": _text(line.total),
        "percent": _text(line.percent),
        "grade": line.grade,
        "rank": line.rank,
        "why": line.why,
    }


def _cell_json(key: str, cell: Cell) -> Json:
    rates = {name: _rate(getattr(cell, name)) for name in ("rate", "low", "high", "shrunk")}
    return {"item": key, "above": cell.above, "below": cell.below, **rates, "points": _text(cell.points)}


def changes(before: Sequence[Json], after: Sequence[Json]) -> list[Json]:
    """What differs between two results: [before, after] of total, rank and grade of every line that changed."""
    old, shown = {line["key"]: line for line in before}, ("total", "rank", "grade")
    return [
        {"key": line["key"], "name": line["name"], **{name: [old[line["key"]][name], line[name]] for name in shown}}
        for line in after
        if line["key"] in old and any(old[line["key"]][name] != line[name] for name in shown)
    ]


def _rate(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(RATE_STEP, ROUND_HALF_UP))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
