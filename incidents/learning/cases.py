"""What the office itself teaches: its ended cases, each with the category that it had at the end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from incidents.models import Category, Incident
from incidents.models.incident import Closing
from incidents.states import State

TEACHING: Final = (State.CLOSED, State.ANSWERED, State.SELF_HANDLED)
"""Ends in which somebody dealt with the matter and so confirmed what it was."""
MOST: Final = 20_000
"""Newest cases that are learned from; older ones speak of another town."""
FEWEST_PER_CLASS: Final = 20
"""Cases that a category needs to be learned; until then the seed lexicon speaks for it alone."""
HELD_BACK: Final = 0.2
MOST_HELD_BACK: Final = 2000

_BETWEEN: Final = "|"


@dataclass(frozen=True, slots=True)
class Example:
    """The text of an ended case, and the key of its category."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from, and the newest cases that are held back for the test."""

    learned: Sequence[Example]
    held_back: Sequence[Example]

    @property
    def is_enough(self) -> bool:
        """Two categories to tell apart, and cases to test it with."""
        return len({example.label for example in self.learned}) > 1 and len(self.held_back) >= FEWEST_PER_CLASS


def key_of(category: Category) -> str:
    """The key by which a reader knows a category: it outlives a database (domain.md 2.6: kinds may share a code)."""
    return _BETWEEN.join((category.standard, category.kind, category.code))


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """The names of categories by their keys; one query. A key that no category has any more is left out."""
    wanted = set(keys)
    rows = Category.objects.filter(code__in={key.rsplit(_BETWEEN, 1)[-1] for key in wanted})
    return {key_of(row): row.name for row in rows if key_of(row) in wanted}


def whole_text(title: str, text: str) -> str:
    """What is read of a case."""
    return f"{title}\n{text}"


def examples(*, now: datetime) -> list[Example]:
    """Ended cases with a category that is still in use, oldest first; without errors, and without what was not so.

    Made-up cases teach only where there are no real ones.
    """
    rows = Incident.objects.filter(state__in=TEACHING, closed_at__lte=now, category__is_active=True)
    rows = rows.exclude(closing=Closing.ERROR).exclude(is_genuine=False)
    if (real := rows.filter(is_demo=False)).exists():
        rows = real
    fields = ("title", "text", "category__standard", "category__kind", "category__code")
    newest = rows.order_by("-closed_at", "-id").values_list(*fields)[:MOST]
    found = [Example(whole_text(title, text), _BETWEEN.join(key)) for title, text, *key in newest.iterator()]
    return found[::-1]


def lesson_of(rows: Sequence[Example]) -> Lesson:
    """Hold back the newest fifth (2000 at most); of the rest, learn the categories that have cases enough."""
    cut = len(rows) - min(int(len(rows) * HELD_BACK), MOST_HELD_BACK)
    counts = Counter(example.label for example in rows[:cut])
    learned = [example for example in rows[:cut] if counts[example.label] >= FEWEST_PER_CLASS]
    return Lesson(learned, rows[cut:])
