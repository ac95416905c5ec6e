"""Loads what every platform needs before its first incident: categories, time limits, the working calendar.

Run again it adds what is missing and never overwrites what people have edited.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import chinese_calendar
from django.db import transaction
from django.utils import timezone

from incidents.cataloguing import first_versions
from incidents.dictionaries import load_dictionaries
from incidents.models import CalendarDay, Category, Procedure, TimeLimit
from incidents.models.incident import Source
from incidents.seeds import seed_lines
from incidents.supervision_rules import load_rules
from incidents.whistle_levels import load_levels

FIRST_YEAR, LAST_DECREED_YEAR = 2020, 2026

HOLIDAYS: Final = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}
"""Names that the package of holidays gives, and ours."""


TEXTS: Final = ("responsible", "filing_condition", "closing_condition", "note")

VERIFIED_SOURCES: Final = (Source.DESK, Source.HOTLINE, Source.PUBLIC)
"""Whose reports are verified on site before filing: all that are not a patrol worker's (domain.md 2.2, row 2)."""


@transaction.atomic
def load_catalogue() -> dict[str, int]:
    """Load everything; the number of rows added by kind: categories, limits, days."""
    added = {"categories": load_categories(), "limits": load_limits(), "days": load_calendar()}
    load_procedure()
    load_levels()
    load_rules()
    load_dictionaries()
    first_versions(now=timezone.now())
    return added


def load_procedure() -> None:
    """The office's rules of procedure as the field has them, unless somebody has written them already."""
    Procedure.objects.get_or_create(pk=1, defaults={"verify_sources": [source.value for source in VERIFIED_SOURCES]})


def load_categories() -> int:
    """Classes of matters, components and social governance (domain.md 2.6).

    Keywords, severities, responsible units and the conditions of filing and closing are drafts of ours: no standard
    that could be read gives them, so every office goes over them.
    """
    known = {(row.standard, row.kind, row.code): row for row in Category.objects.all()}
    untouched = set(Category.objects.filter(versions=None).values_list("pk", flat=True))
    added = 0
    for line in seed_lines("categories.csv"):
        key = (line["standard"], line["kind"], line["code"])
        if key not in known:
            known[key] = _category(line, _parent(line, known))
            added += 1
        elif known[key].pk in untouched:
            _fill_in(known[key], line)
    return added


def _fill_in(category: Category, line: dict[str, str]) -> None:
    """What a catalogue loaded before these columns existed left empty; only before anybody has edited the class."""
    missing = [name for name in TEXTS if line[name] and not getattr(category, name)]
    for name in missing:
        setattr(category, name, line[name])
    if missing:
        category.save(update_fields=missing)


def _parent(line: dict[str, str], known: dict[tuple[str, str, str], Category]) -> Category | None:
    """The major class: of the same standard, else of the first one that has the code (new standards name no majors)."""
    if not line["parent"]:
        return None
    own = known.get((line["standard"], line["kind"], line["parent"]))
    return own or next(row for key, row in known.items() if key[1:] == (line["kind"], line["parent"]))


def _category(line: dict[str, str], parent: Category | None) -> Category:
    return Category.objects.create(
        kind=line["kind"],
        standard=line["standard"],
        code=line["code"],
        name=line["name"],
        parent=parent,
        severity=int(line["severity"]),
        urgency=line["urgency"],
        keywords=line["keywords"].split(),
        responsible=line["responsible"],
        needs_site_check=line["needs_site_check"] == "1",
        is_automatic=line["is_automatic"] == "1",
        filing_condition=line["filing_condition"],
        closing_condition=line["closing_condition"],
        note=line["note"],
    )


def load_limits() -> int:
    """Limits of domain.md 2.4, each with its source; the dispatch stage has none, so its limit claims none.

    The steps of one chain belong together: where any row of a stage is there, none is added to it.
    """
    owners = {(row.kind, row.code): row for row in Category.objects.all()}
    known = set(TimeLimit.objects.values_list("category_id", "clock", "urgency"))
    new = []
    for line in seed_lines("limits.csv"):
        owner = owners[line["kind"], line["code"]] if line["code"] else None
        if (owner.pk if owner else None, line["clock"], line["urgency"]) not in known:
            new.append(_limit(line, owner))
    return len(TimeLimit.objects.bulk_create(new))


def _limit(line: dict[str, str], owner: Category | None) -> TimeLimit:
    return TimeLimit(
        category=owner,
        clock=line["clock"],
        urgency=line["urgency"],
        step=int(line["step"]),
        step_name=line["step_name"],
        amount=Decimal(line["amount"]),
        unit=line["unit"],
        source=line["source"],
    )


def load_calendar() -> int:
    """Every day of the decreed years; later years follow the week and count as estimated until somebody enters them."""
    known = set(CalendarDay.objects.values_list("day", flat=True))
    return len(CalendarDay.objects.bulk_create([_day(day) for day in decreed_days() if day not in known]))


def decreed_days() -> Iterator[date]:
    """The days from 2020 to the last year that the State Council has decreed."""
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_DECREED_YEAR:
        yield day
        day += timedelta(days=1)


def _day(day: date) -> CalendarDay:
    on_holiday, name = chinese_calendar.get_holiday_detail(day)
    # a make-up day (调休) carries the name of the holiday that it pays for
    label = HOLIDAYS.get(name or "", name or "")
    return CalendarDay(
        day=day, is_workday=not on_holiday, name=label if on_holiday else f"{label}调休" if label else ""
    )
