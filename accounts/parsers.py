"""What the API reads: JSON that passed the guard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from accounts.errors import NotValid
from accounts.json_guard import JsonLimits, load_json


class GuardedJSONParser(JSONParser):
    """JSON in UTF-8, whatever charset the caller names, within limits; anything else is a 400 before a view sees it.

    The limits leave room for a boundary of 5,000 vertices (three values each) and are fixed here; the size is
    `DATA_UPLOAD_MAX_MEMORY_SIZE`.
    """

    depth: ClassVar[int] = 16
    nodes: ClassVar[int] = 20_000
    key: ClassVar[int] = 200

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 2_621_440
        limits = JsonLimits(depth=self.depth, nodes=self.nodes, size=size, key=self.key)
        try:
            return load_json(stream.read(size + 1), limits=limits)
        except NotValid as error:
            raise ParseError(str(error)) from error
