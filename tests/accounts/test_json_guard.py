"""JSON from outside: limits, broken text, and no input that breaks the guard itself."""

import io
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from accounts.errors import NotValid
from accounts.json_guard import JsonLimits, check_json, load_json
from accounts.parsers import GuardedJSONParser

GOOD_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    LEAVES | GOOD_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(GOOD_TEXT, inner, max_size=4),
    max_leaves=20,
)
WIDE = JsonLimits(depth=50)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@given(VALUES)
def test_good_values_pass_unchanged(value: Any) -> None:
    assert load_json(json.dumps(value), limits=WIDE) == value
    check_json(value, limits=WIDE)


@given(st.binary(max_size=300) | st.text(max_size=300) | st.text('[]{}",:\\u0d8 1e', max_size=60))
def test_no_input_raises_anything_but_not_valid(raw: bytes | str) -> None:
    with suppress(NotValid):
        load_json(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        '{"a":1,}',
        "'a'",
        "NaN",
        "[Infinity]",
        "[-Infinity]",
        "[1e400]",
        "1" * 5000,
        "99999999999999999999",
        r'"\u0000"',
        r'{"a\u0000":1}',
        r'"\ud800"',
        r'{"\udfff":1}',
        "\ud800",
        b"\xff\xfe",
        b'"\xc3\x28"',
        "\ufeff{}",
        '"a\x00b"',
        nested(11),
        nested(100_000),
        "[" * 100_000,
        '{"a":' * 50_000,
        json.dumps(list(range(1000))),
        json.dumps({"k" * 65: 1}),
        json.dumps("x" * 70_000),
    ],
)
def test_bad_json_is_not_valid(raw: bytes | str) -> None:
    with pytest.raises(NotValid):
        load_json(raw)


def test_the_limits_themselves_are_allowed() -> None:
    assert load_json(nested(10))
    assert len(load_json(json.dumps(list(range(999))))) == 999
    assert load_json(json.dumps({"k" * 64: 1}))


def test_brackets_and_commas_in_text_do_not_count() -> None:
    text = '[[["\\' * 400 + "," * 2000
    assert load_json(json.dumps({"a": text})) == {"a": text}


@pytest.mark.parametrize(
    "value",
    [
        {"a": "\x00"},
        {"\x00": 1},
        ["\ud800"],
        {"\udc00": 1},
        float("nan"),
        [float("inf")],
        {1: 2},
        [object()],
        2**63,
        ["x" * 70_000],
    ],
)
def test_bad_values_are_not_valid(value: Any) -> None:
    with pytest.raises(NotValid):
        check_json(value)


def test_a_value_nested_beyond_pythons_recursion_is_not_valid() -> None:
    value: list[Any] = []
    for _level in range(100_000):
        value = [value]
    with pytest.raises(NotValid):
        check_json(value)
    while value:  # taken apart by hand: freeing it would recurse
        value = value.pop()


@pytest.mark.parametrize("unit", ['"', '\\"', '"\\', "[", '"a', "\\"])
def test_the_guard_is_linear_in_hostile_text(unit: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(NotValid):
        load_json('"' + unit * 500_000, limits=JsonLimits(size=10**7))
    assert time.perf_counter() - begin < 2


def parse(raw: bytes) -> Any:
    return GuardedJSONParser().parse(io.BytesIO(raw), "application/json", {"encoding": "utf-16"})


def test_the_parser_reads_utf8_whatever_charset_is_named() -> None:
    assert parse('{"标题": "井盖"}'.encode()) == {"标题": "井盖"}


def test_the_parser_has_room_for_a_boundary_of_five_thousand_vertices() -> None:
    ring = [[113.6, 34.7]] * 5000
    assert parse(json.dumps({"boundary": {"type": "Polygon", "coordinates": [ring]}}).encode())


@pytest.mark.parametrize("raw", [b"[" * 5000, b'{"a": NaN}', rb'{"a": "\u0000"}', rb'{"a": "\ud800"}', b"\xff", b"{"])
def test_the_parser_answers_bad_json_with_400(raw: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse(raw)
    assert caught.value.status_code == 400


def test_the_parser_refuses_a_body_over_the_limit(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    with pytest.raises(ParseError, match="0"):
        parse(json.dumps("x" * 101).encode())
