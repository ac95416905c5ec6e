"""Pages of the API: by cursor, newest first, with limits."""

import re
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from accounts.errors import NotValid
from accounts.numbers import strict_int

BIGGEST_ASKED: Final = 1_000_000
LONGEST_CURSOR: Final = 400
_NUMBER = re.compile(r"[0-9]{1,18}")
_KEY_FIELDS: Final = {"id", "pk"}


class StrictCursorPagination(CursorPagination):
    """50 rows a page, at most 200. What is not a plain number, or no cursor of ours, is a 400 and never a 500."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-id"

    def get_page_size(self, request: Request) -> int:
        """The size asked for, at most 200; ValidationError for what is no whole number."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return self.page_size
        try:
            return min(strict_int(asked, name="page_size", least=1, most=BIGGEST_ASKED), self.max_page_size)
        except NotValid as error:
            raise ValidationError(error.fields) from error

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the cursor; ValidationError when it is not one that we wrote."""
        if len(request.query_params.get(self.cursor_query_param, "")) > LONGEST_CURSOR:
            raise self._refusal()
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise self._refusal() from error
        if cursor is not None and not self._sound(cursor.position):
            raise self._refusal()
        return cursor

    def _sound(self, position: Any) -> bool:
        """Whether the position can stand in the condition: a number for ids, printable text for other keys."""
        if position is None:
            return True
        if str(self.ordering[0]).lstrip("-") in _KEY_FIELDS:
            return _NUMBER.fullmatch(position) is not None
        return bool(position.isprintable())

    @staticmethod
    def _refusal() -> ValidationError:
        return ValidationError({"cursor": [_("This page address is not valid: start from the first page.")]})
