"""`{% outside_figures code first last %}`: what other systems say about the grid and period of a report."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from reports.records import outside

register = template.Library()


@register.filter
def amount(value: Decimal) -> str:
    """6,851 or 20.5: thousands parted, no zeros behind the point."""
    return f"{value.normalize():,f}"


@register.inclusion_tag("reports/parts/outside.html")
def outside_figures(code: str, first: date, last: date) -> dict[str, Any]:
    """Figures whose period lies inside the report's, with their rates; nothing is shown when there are none."""
    figures = outside.in_period(code, first, last)
    return {"figures": figures, "rates": list(outside.rates(figures))}
