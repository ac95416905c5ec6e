"""Text that people type, before it is stored (reliability.md 3.3, class Unicode).

One spelling (NFC) for what looks the same; no characters that hide, turn round or pile up; every rare Chinese character
of names (𠮷, 𬭶, also those newer than our Unicode tables) is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.errors import NotValid
from accounts.json_guard import BROKEN_TEXT

MAX_MARKS: Final = 8
"""Combining marks in a row; living scripts need fewer, "zalgo" text has hundreds."""

_BROKEN: Final = re.compile("[\x00\ud800-\udfff]")
# what mobile keyboards and chat programs leave in copied text; it has no meaning in Chinese or English
_INVISIBLE: Final = re.compile("[\ufeff\u200b\u2060\u00ad]")
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff9-\ufffb\U000e0000-\U000e007f]")
_LINE_ENDS: Final = re.compile("\r\n?|[\u2028\u2029\u0085]")


def clean_text(value: str, *, max_length: int, multiline: bool = False) -> str:
    """`value` in NFC without surrounding space, at most `max_length` characters; NotValid with the reason otherwise.

    Single-line text may hold neither line ends nor tabs; in multi-line text every line end becomes a newline.
    """
    _check_length(len(value), 4 * max_length + 64, max_length)  # so that nothing below works on megabytes
    if _BROKEN.search(value):
        raise NotValid(BROKEN_TEXT)
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", value)).strip()
    _check_characters(text, multiline)
    _check_marks(text)
    text = unicodedata.normalize("NFC", text)
    _check_length(len(text), max_length, max_length)
    return text


def clean_field(name: str, value: str, *, max_length: int, multiline: bool = False) -> str:
    """As `clean_text`; what is wrong with `value` stands beside the field `name` of the error."""
    try:
        return clean_text(value, max_length=max_length, multiline=multiline)
    except NotValid as error:
        raise NotValid(str(error), {name: [str(error)]}) from error


def clean_fields(
    given: object, lengths: Mapping[str, int], *, multiline: Collection[str] = ("text",)
) -> dict[str, str]:
    """The attributes of `given` named in `lengths`, each cleaned; NotValid names every field that is wrong."""
    clean, wrong = {}, {}
    for name, longest in lengths.items():
        try:
            clean[name] = clean_text(getattr(given, name), max_length=longest, multiline=name in multiline)
        except NotValid as error:
            wrong[name] = [str(error)]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return clean


def _check_length(length: int, limit: int, max_length: int) -> None:
    if length > limit:
        raise NotValid(_("The text is too long: at most %(count)s characters are allowed.") % {"count": max_length})


def _check_characters(text: str, multiline: bool) -> None:
    if _BIDI.search(text):
        raise NotValid(_("The text contains characters that change the direction of writing."))
    if _CONTROLS.search(text):
        raise NotValid(_("The text contains control characters."))
    if not multiline and ("\n" in text or "\t" in text):
        raise NotValid(_("The text must be a single line."))


def _check_marks(text: str) -> None:
    run = 0
    for character in text:
        # the category, not the combining class: some piling marks have class 0
        run = run + 1 if unicodedata.category(character).startswith("M") else 0
        if run > MAX_MARKS:
            raise NotValid(_("The text contains too many combining marks in a row."))


class CleanCharField(forms.CharField):
    """A form field whose value went through `clean_text`; `multiline=True` gives a text area."""

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea)
        super().__init__(max_length=max_length, **kwargs)
        self.clean_length = max_length

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return clean_text(text, max_length=self.clean_length, multiline=self.multiline) or self.empty_value
        except NotValid as error:
            raise ValidationError(str(error), code="text") from error


class CleanTextSerializerField(serializers.CharField):
    """The same for the API: a DRF field whose value went through `clean_text`."""

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        self.clean_length = max_length
        super().__init__(max_length=max_length, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Clean before DRF looks whether anything is left, so that invisible text counts as blank."""
        if isinstance(data, str):
            try:
                data = clean_text(data, max_length=self.clean_length, multiline=self.multiline)
            except NotValid as error:
                raise serializers.ValidationError([str(error)], code="text") from error
        return super().run_validation(data)
