"""Longer words, as several forms ask for them."""

from typing import Any

from django import forms

from accounts.text_guard import CleanCharField
from grid.forms import DomainForm


def many_lines() -> forms.Textarea:
    """A box for a few lines."""
    return forms.Textarea(attrs={"rows": 4})


class WordsForm(DomainForm):
    """The words that a step needs, at most `longest`; `name` is the field that the business speaks of."""

    def __init__(self, *args: Any, name: str, label: object, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[name] = CleanCharField(label=label, max_length=longest, multiline=True, widget=many_lines())
