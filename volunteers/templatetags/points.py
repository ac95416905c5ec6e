"""Amounts of points for people: kept as hundredths, shown as 12.5."""

from django import template

from volunteers.point_rules import HUNDREDTHS

register = template.Library()
MINUS = "−"


@register.filter
def points(amount: int | None) -> str:
    """Hundredths of a point as points, without needless zeros: 1,250 → 12.5; "—" for what is not shown."""
    if amount is None:
        return "—"
    whole, part = divmod(abs(amount), HUNDREDTHS)
    digits = f".{part:02d}".rstrip("0").rstrip(".")
    return f"{MINUS if amount < 0 else ''}{whole:,}{digits}"


@register.filter
def change(amount: int) -> str:
    """The same with its sign: +1.5, −2; 0 as it is."""
    return f"+{points(amount)}" if amount > 0 else points(amount)
