"""An analysis as an Excel workbook: the head, then one sheet with a native chart for each card."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reports.dashboards.analysis import Analysis
from reports.dashboards.cards import Card
from reports.dashboards.trends import period_words
from reports.documents.excel import PERCENT, WHOLE, Chart, Column, Sheet, build_excel


def workbook(found: Analysis, *, now: datetime, author: str) -> bytes:
    """The same numbers as the page, as live tables."""
    period = period_words(found.choice.period.first, found.choice.period.last)
    sheets = [_numbers(found, period), _rates(found, period), *(_sheet(card) for card in found.cards)]
    return build_excel(sheets, as_of=found.as_of or now, title=f"{found.choice.grid.name} {period}", author=author)


def file_name(found: Analysis) -> str:
    """The name under which a browser keeps the file."""
    period = found.choice.period
    return f"{found.choice.grid.name}_{_('Analysis')}_{period.first}_{period.last}.xlsx"


def _numbers(found: Analysis, period: str) -> Sheet:
    titles = [_("This period"), _("Period before"), _("Year before")]
    return Sheet(
        name=_("Main numbers"),
        columns=[Column(_("Measure"), 18), *(Column(title, 14, WHOLE) for title in titles), Column(_("Meaning"), 60)],
        rows=[
            [one.measure.label, one.value, one.before.before, one.year_before.before, one.measure.meaning]
            for one in found.numbers
        ],
        title=f"{found.choice.grid.name} {_('Main numbers')}",
        unit=_("cases (unit)"),
        period=period,
        chart=Chart("column", values=(1, 2, 3)),
    )


def _rates(found: Analysis, period: str) -> Sheet:
    counts = [Column(_("Numerator"), 10, WHOLE), Column(_("Denominator"), 10, WHOLE)]
    before = [Column(_("Period before"), 14, PERCENT), Column(_("Year before"), 14, PERCENT)]
    return Sheet(
        name=_("Rates"),
        columns=[Column(_("Rate"), 18), Column(_("Value"), 12, PERCENT), *counts, *before, Column(_("Meaning"), 60)],
        rows=[
            [one.indicator.label, one.value, one.above, one.below, one.before, one.year_before, one.indicator.formula]
            for one in found.rates
        ],
        title=f"{found.choice.grid.name} {_('Rates')}",
        period=period,
    )


def _sheet(card: Card) -> Sheet:
    first = card.rows[0] if card.rows else []
    numeric = [cell.numeric for cell in first] or [False] * len(card.header)
    return Sheet(
        name=card.title,
        columns=[
            Column(title, 0 if number else 24, _format(card, at))
            for at, (title, number) in enumerate(zip(card.header, numeric, strict=True))
        ],
        rows=[[_value(cell) for cell in row] for row in card.rows],
        title=card.title,
        unit=card.unit,
        period=card.period,
        chart=Chart(card.in_excel, values=tuple(card.drawn)) if card.rows else None,  # type: ignore[arg-type]
    )


def _value(cell: Any) -> Any:
    return cell.text if cell.value is None else cell.value


def _format(card: Card, at: int) -> str:
    """Percent for shares, whole for counts, none for words."""
    values = [row[at].value for row in card.rows]
    if any(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return WHOLE
    shares = [value for value in values if isinstance(value, float)]
    is_share = shares and all("%" in row[at].text for row in card.rows if isinstance(row[at].value, float))
    return PERCENT if is_share else ""
