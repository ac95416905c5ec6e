"""Text that people type: what is kept, what is cleaned, what is refused."""

import time
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from accounts.errors import NotValid
from accounts.text_guard import CleanCharField, CleanTextSerializerField, clean_text

RARE = ["𠮷", "𬭶", "㐂", "䶮", "\U0002ebf0", "\U00031350", "\U000323af", "\ue863"]


class Form(forms.Form):
    name = CleanCharField(max_length=10)
    text = CleanCharField(max_length=100, multiline=True, required=False)


class Serializer(serializers.Serializer[Any]):
    name = CleanTextSerializerField(max_length=10)
    text = CleanTextSerializerField(max_length=100, multiline=True, required=False, allow_blank=True)


@pytest.mark.parametrize("character", RARE)
def test_rare_characters_of_names_are_kept(character: str) -> None:
    assert clean_text(f"张{character}", max_length=10) == f"张{character}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  井盖破损 \u3000", "井盖破损"),
        ("cafe\u0301", "café"),
        ("井\u200b盖\ufeff", "井盖"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
        ("۱۲۳ العربية ไม้", "۱۲۳ العربية ไม้"),
        ("＝１＋１", "＝１＋１"),
        ("", ""),
    ],
)
def test_harmless_text_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert clean_text(typed, max_length=40) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *["a\x00b", "\x00", "\ud800", "a\udfffb", "a\x1bb", "a\x7fb", "a\x9bb", "a\x08b"],
        *["a\u202eb", "a\u200fb", "a\u2066b", "a\u061cb", "\U000e0041x", "a\ufff9b"],
        *["a\nb", "a\tb", "a\u2028b", "a\rb"],
        *["a" + "\u0301" * 9, "a" + "\u0488" * 9, "a" * 11, "𠮷" * 11],
    ],
)
def test_text_that_hides_turns_or_piles_up_is_refused(typed: str) -> None:
    with pytest.raises(NotValid):
        clean_text(typed, max_length=10)


def test_multi_line_text_keeps_lines_and_tabs() -> None:
    assert clean_text("一\r\n二\r三\u2028四\t五\n", max_length=20, multiline=True) == "一\n二\n三\n四\t五"


def test_the_limit_counts_characters_as_people_see_them() -> None:
    assert len(clean_text("é" * 10, max_length=10)) == 10
    assert len(clean_text(unicodedata.normalize("NFD", "é" * 10), max_length=10)) == 10


def test_a_megabyte_of_marks_costs_nothing() -> None:
    begin = time.perf_counter()
    for typed in ("a" + "\u0301\u0316" * 500_000, "\u0301a" * 500_000):
        with pytest.raises(NotValid):
            clean_text(typed, max_length=2000, multiline=True)
    assert time.perf_counter() - begin < 0.5


@given(st.text(max_size=60), st.booleans())
def test_clean_text_is_clean(typed: str, multiline: bool) -> None:
    with suppress(NotValid):
        once = clean_text(typed, max_length=60, multiline=multiline)
        assert clean_text(once, max_length=60, multiline=multiline) == once
        assert unicodedata.is_normalized("NFC", once)
        assert once.encode() and "\x00" not in once if once else True


def test_the_form_field_cleans_and_explains() -> None:
    form = Form({"name": " 张\u200b三 ", "text": "一\r\n二"})
    assert form.is_valid()
    assert form.cleaned_data == {"name": "张三", "text": "一\n二"}
    bad = Form({"name": "a\u202eb", "text": "\x00"})
    assert not bad.is_valid()
    assert set(bad.errors) == {"name", "text"}


def test_invisible_text_is_no_answer_to_a_required_field() -> None:
    assert not Form({"name": "\u200b\ufeff"}).is_valid()
    assert not Serializer(data={"name": "\u200b\ufeff"}).is_valid()


@pytest.mark.parametrize("name", ["a\u202eb", "\x00", "\ud800", "a" * 11, "", None, 5.5j, ["a"], {"a": 1}, True])
def test_the_serializer_field_explains_what_is_wrong(name: Any) -> None:
    serializer = Serializer(data={"name": name})
    assert not serializer.is_valid()
    assert serializer.errors["name"]


def test_the_serializer_field_cleans() -> None:
    serializer = Serializer(data={"name": " 张\u200b三 ", "text": ""})
    assert serializer.is_valid()
    assert serializer.validated_data == {"name": "张三", "text": ""}
