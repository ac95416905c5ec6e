"""Path converters that match what they mean and nothing else: no Unicode digits, no NUL, no endless numbers."""

from typing import Final

from django.urls import register_converter

LONGEST_SEQUENCE: Final = 6  # digits that an incident number is padded to


class AsciiInt:
    """A row's id: 1 to 18 ASCII digits, so that it always fits a bigint."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Read the digits."""
        return int(value)

    def to_url(self, value: object) -> str:
        """Write the digits."""
        return str(value)


class IncidentNumber:
    """An incident's number, 20261121-000042; typed without the hyphen or the zeros it means the same."""

    regex = "[0-9]{8}-?[0-9]{1,8}"

    def to_python(self, value: str) -> str:
        """Give the number as it is stored."""
        day, sequence = value[:8], value[8:].lstrip("-")
        return f"{day}-{sequence.lstrip('0').zfill(LONGEST_SEQUENCE)}"

    def to_url(self, value: object) -> str:
        """Give it as it is."""
        return str(value)


class GridCode:
    """A grid's code: 4 to 24 digits or capital letters (the shapes in detail: grid.models.grid)."""

    regex = "[0-9]{4}(?:[0-9A-Z]{2}(?:[0-9A-Z]{3}){0,6})?"

    def to_python(self, value: str) -> str:
        """Give it as it is."""
        return value

    def to_url(self, value: object) -> str:
        """Give it as it is."""
        return str(value)


class NoticeNumber:
    """The number of a supervision notice, 督办〔2026〕12号; the mark before the year is the office's own."""

    regex = r"[^/\x00-\x1f]{1,20}〔[0-9]{4}〕[0-9]{1,7}号"

    def to_python(self, value: str) -> str:
        """Give it as it is."""
        return value

    def to_url(self, value: object) -> str:
        """Give it as it is."""
        return str(value)


register_converter(AsciiInt, "ascii_int")
register_converter(IncidentNumber, "number")
register_converter(GridCode, "gridcode")
register_converter(NoticeNumber, "notice")
