"""The period by area, class and source: a sorted chart and a table, each line one click deeper."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from incidents.models import Category
from incidents.models.incident import Source
from reports.dashboards import data
from reports.dashboards.cards import Card, Cell, count, rate, words
from reports.dashboards.choice import Choice
from reports.dashboards.trends import period_words
from reports.indicators import INDICATOR_BY_NAME, MEASURE_BY_NAME
from reports.metrics import Tally

COLUMNS: Final = ("reported", "completed", "open_end", "overdue_open")
DRAWN: Final = COLUMNS[:2]
RATE: Final = "on_time_handling_rate"
UNCLASSIFIED: Final = "none"
MOST_BARS: Final = 20
"""The chart shows the first lines; the table shows all."""


@dataclass(frozen=True, slots=True)
class Named:
    """A line with its name and where a click leads: deeper, or "" when there is nothing deeper."""

    key: str
    name: str
    tally: Tally
    url: str = ""


@dataclass(frozen=True, slots=True)
class Classes:
    """All classes by primary key as text: (name, key of the major class or "")."""

    rows: Mapping[str, tuple[str, str]]

    @classmethod
    def read(cls) -> "Classes":
        """One query."""
        rows = Category.objects.order_by("kind", "code").values_list("pk", "name", "parent_id")
        return cls({str(pk): (name, str(parent or "")) for pk, name, parent in rows})

    def name(self, key: str) -> str:
        """What it is called."""
        return _("Not classified") if key == UNCLASSIFIED else self.rows.get(key, (key, ""))[0]

    def major(self, key: str) -> str:
        """The key of its major class; its own when it is one."""
        return self.rows.get(key, ("", ""))[1] or key

    def below(self, key: str) -> list[str]:
        """The keys of the minor classes of a major one."""
        return [each for each, (_name, parent) in self.rows.items() if parent == key]


def by_area(choice: Choice, names: Mapping[str, str], now: datetime) -> Card:
    """The next level of grids; `names` of those that can be opened, by code."""
    found = data.lines(choice, "area", now)
    rows = []
    for code, tally in found.items():
        if code == choice.code:
            rows.append(Named(code, _("In no grid of the next level"), tally))
        else:
            url = choice.url(code=code) if code in names and len(code) <= 15 else ""
            rows.append(Named(code, names.get(code, code), tally, url))
    return _card(choice, "area", _("By area"), rows)


def by_category(choice: Choice, classes: Classes, now: datetime) -> Card:
    """Major classes; the minor ones of a chosen major class."""
    found = data.lines(choice.at(category=""), "category", now)
    if choice.category and choice.category != UNCLASSIFIED:
        inside = {choice.category, *classes.below(choice.category)}
        rows = [Named(key, classes.name(key), tally) for key, tally in found.items() if key in inside]
        rows = [Named(one.key, one.name, one.tally, choice.url(category=one.key)) for one in rows]
    else:
        rows = [
            Named(key, classes.name(key), data.plus(tallies), choice.url(category=key))
            for key, tallies in _by_major(found, classes).items()
            if not choice.category or key == choice.category
        ]
    return _card(choice, "category", _("By category"), rows)


def _by_major(found: Mapping[str, Tally], classes: Classes) -> dict[str, list[Tally]]:
    groups: dict[str, list[Tally]] = defaultdict(list)
    for key, tally in found.items():
        groups[classes.major(key)].append(tally)
    return groups


def by_source(choice: Choice, now: datetime) -> Card:
    """Through which door they came in."""
    found = data.lines(choice.at(source=""), "source", now)
    labels = {str(value): str(label) for value, label in Source.choices}
    rows = [
        Named(key, labels.get(key, key), tally, choice.url(source=key))
        for key, tally in found.items()
        if not choice.source or key == choice.source
    ]
    return _card(choice, "source", _("By source"), rows)


def _card(choice: Choice, by: str, title: str, lines: Sequence[Named]) -> Card:
    rows = sorted(lines, key=lambda line: (-line.tally.numbers["reported"], line.name))
    return Card(
        id=f"chart-{by}",
        title=title,
        unit=_("cases (unit)"),
        period=period_words(choice.period.first, choice.period.last),
        url=choice.cases_url("reported"),
        chart=_chart(choice, by, rows),
        header=[_("Name"), *(MEASURE_BY_NAME[name].label for name in COLUMNS), INDICATOR_BY_NAME[RATE].label],
        rows=[_row(choice, by, line) for line in rows],
        height="l" if len(rows) > 10 else "m",
        drawn=(1, 2),
    )


def _row(choice: Choice, by: str, line: Named) -> list[Cell]:
    cells = [count(line.tally.numbers[name], choice.cases_url(name, {by: line.key})) for name in COLUMNS]
    return [words(line.name, line.url), *cells, rate(line.tally.ratios[RATE])]


def _chart(choice: Choice, by: str, lines: Sequence[Named]) -> dict[str, Any]:
    shown = [line for line in lines if any(line.tally.numbers[name] for name in DRAWN)][:MOST_BARS]
    series = [
        {
            "name": MEASURE_BY_NAME[name].label,
            "values": [line.tally.numbers[name] for line in shown],
            "tone": tone,
        }
        for name, tone in (("reported", "primary"), ("completed", "success"))
    ]
    links = [line.url or choice.cases_url("reported", {by: line.key}) for line in shown]
    return {"kind": "hbar", "labels": [line.name for line in shown], "series": series, "links": links}
