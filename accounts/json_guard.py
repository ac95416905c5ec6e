"""JSON from outside, before anything else touches it (reliability.md 3.2).

PostgreSQL refuses NUL and lone surrogates in JSON, Python's parser recurses, and deep or wide values are a way to make
a server work for nothing. So nesting is measured on the raw bytes before parsing, and values are walked without
recursion.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotValid

# Always matches from an opening quote on, also when the text ends before the string does: linear time.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_LARGEST_INTEGER = 2**63

BROKEN_TEXT = gettext_lazy("Text must not contain NUL or broken (surrogate) characters.")


@dataclass(frozen=True)
class JsonLimits:
    """How large a JSON value may be: levels, values, bytes, characters of a key."""

    depth: int = 10
    nodes: int = 1_000
    size: int = 64 * 1024
    key: int = 64


FIELD_LIMITS = JsonLimits()


def load_json(raw: bytes | str, *, limits: JsonLimits = FIELD_LIMITS) -> Any:
    """The value behind UTF-8 JSON text within `limits`; NotValid otherwise. Never RecursionError."""
    data = _encoded(raw)
    _check_size(len(data), limits)
    _check_shape(data, limits)
    value = _parsed(data)
    _check_nodes(value, limits)
    return value


def check_json(value: Any, *, limits: JsonLimits = FIELD_LIMITS) -> None:
    """NotValid unless `value`, as a parser left it, may go into a JSON column."""
    _check_nodes(value, limits)
    _check_size(len(json.dumps(value, ensure_ascii=False).encode()), limits)


def _encoded(raw: bytes | str) -> bytes:
    try:
        return raw.encode() if isinstance(raw, str) else raw
    except UnicodeEncodeError:
        raise NotValid(BROKEN_TEXT) from None


def _check_size(size: int, limits: JsonLimits) -> None:
    if size > limits.size:
        raise NotValid(_("This is too large: at most %(size)s kB are allowed.") % {"size": limits.size // 1024})


def _check_shape(data: bytes, limits: JsonLimits) -> None:
    """Nesting and number of values from the brackets and commas outside strings, before any parsing."""
    bare = _STRING.sub(b"", data)
    depth = 0
    for bracket in re.finditer(rb"[\[\]{}]", bare):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > limits.depth:
            _too_deep(limits)
    if bare.count(b",") >= limits.nodes:
        _too_many(limits)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise NotValid(_("The text is not valid UTF-8.")) from None
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise NotValid(_("This is not valid JSON (line %(line)s, column %(column)s).") % place) from None
    except ValueError:  # an integer of thousands of digits
        raise NotValid(_("A number is too large.")) from None


def _refuse_constant(name: str) -> NoReturn:
    raise NotValid(_("NaN and Infinity are not allowed."))


def _check_nodes(value: Any, limits: JsonLimits) -> None:
    left = limits.nodes
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        node, depth = stack.pop()
        left -= 1
        if left < 0:
            _too_many(limits)
        if isinstance(node, dict | list):
            if depth >= limits.depth:
                _too_deep(limits)
            stack.extend((child, depth + 1) for child in _children(node, limits))
        else:
            _check_leaf(node)


def _children(node: dict[Any, Any] | list[Any], limits: JsonLimits) -> Iterator[Any]:
    if isinstance(node, list):
        yield from node
        return
    for key, child in node.items():
        if not isinstance(key, str) or _BROKEN.search(key):
            raise NotValid(BROKEN_TEXT)
        if len(key) > limits.key:
            raise NotValid(_("A key is too long: at most %(key)s characters are allowed.") % {"key": limits.key})
        yield child


def _check_leaf(leaf: Any) -> None:
    if isinstance(leaf, str):
        if _BROKEN.search(leaf):
            raise NotValid(BROKEN_TEXT)
    elif isinstance(leaf, float):
        if not isfinite(leaf):
            raise NotValid(_("NaN and Infinity are not allowed."))
    elif isinstance(leaf, int):  # bool included
        if not -_LARGEST_INTEGER <= leaf < _LARGEST_INTEGER:
            raise NotValid(_("A number is too large."))
    elif leaf is not None:
        raise NotValid(_("Only text, numbers, true, false, null, lists and objects are allowed."))


def _too_deep(limits: JsonLimits) -> NoReturn:
    raise NotValid(_("This is nested too deeply: at most %(depth)s levels are allowed.") % {"depth": limits.depth})


def _too_many(limits: JsonLimits) -> NoReturn:
    raise NotValid(_("This has too many values: at most %(nodes)s are allowed.") % {"nodes": limits.nodes})
