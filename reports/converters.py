"""Path converter of a day."""

from datetime import date

from django.urls import register_converter


class IsoDay:
    """A day as 2026-11-20, in ASCII digits; a day that does not exist is no address."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Read the day."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """Write the day."""
        return value if isinstance(value, str) else value.isoformat()


register_converter(IsoDay, "isoday")
