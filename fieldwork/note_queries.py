"""Quick notes that chain, and how their Chinese text is searched: by pairs of characters, through an index."""

from typing import Any, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField, Value
from django.db.models.functions import StrIndex, Upper

from grid.querysets import InGridQuerySet

MOST_WORDS: Final = 6
PAIR: Final = 2
"""A single character has no pair: it is looked for from the newest note on."""


class Pairs(Func):
    """All pairs of neighbouring characters of a text: "下水道" has 下水 and 水道.

    Most Chinese words have two characters, for which trigrams are of no use. The function is made by a migration.
    """

    function = "fieldwork_pairs"
    output_field = ArrayField(TextField())


class NoteQuerySet(InGridQuerySet):
    """Quick notes, seen by whoever sees field work in their grid."""

    code_field = "grid_code"
    capability = "field.view"

    def with_words(self, typed: str) -> Self:
        """Whose text holds every word of `typed`, whatever the case of Latin letters; the first six words count."""
        rows = self
        for word in typed.split()[:MOST_WORDS]:
            rows = rows._with_word(word)
        return rows

    def _with_word(self, word: str) -> Self:
        """The pairs find the rows through the index, the text decides whether they stand in order.

        STRPOS and not LIKE: it is cheap, so rows that are read in order are asked by it first, and the planner does not
        take both conditions together for a rare case. Chinese has no capitals: its text is not turned into them.
        """
        has_case = word.lower() != word.upper()
        place = StrIndex(Upper("text"), Upper(Value(word))) if has_case else StrIndex("text", Value(word))
        found = self.alias(found_at=place).filter(found_at__gt=0)
        if len(word) < PAIR:
            return found
        sought: Any = Pairs(Upper(Value(word)))
        return found.alias(pairs=Pairs(Upper("text"))).filter(pairs__contains=sought)

    def wishes(self) -> Self:
        """Handed on as a wish."""
        return self.filter(became="wish")

    def for_lists(self) -> Self:
        """With what a line of a list shows."""
        return self.select_related("grid", "by", "duty", "incident").defer(
            "grid__boundary", "incident__text", "incident__contact_name", "incident__contact_phone"
        )
