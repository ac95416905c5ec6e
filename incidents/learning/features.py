"""A text as character n-grams, the same for learning and for reading.

Characters and not words: Chinese needs no word list then, and typing errors and street names cost little.
"""

import re
import unicodedata
from typing import Final

SIZES: Final = (1, 2, 3)
HEAD_SIZES: Final = (2, 3)
HEAD: Final = 25
"""Characters at the beginning, where people say what it is about; their n-grams count once more, apart."""
HEAD_MARK: Final = "^"
BLOCK_WEIGHTS: Final = (0.5, 0.5, 1.0, 0.7)
"""How much each block says in all, whatever the length of the text: the head, then n-grams of 1, 2 and 3 characters."""
LONGEST: Final = 5000
"""Characters that are read, the longest text an incident may have."""

_NUMBERS: Final = re.compile(r"\d+")
_BETWEEN: Final = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Letters only, full-width and capital forms made alike; every number is a 0, so no telephone is ever learned."""
    alike = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return _BETWEEN.sub("", _NUMBERS.sub("0", alike))


def grams(text: str) -> list[str]:
    """All n-grams of a text, with repeats; those of its beginning again with a mark."""
    bare = normalise(text)
    return _grams(bare, SIZES) + [HEAD_MARK + gram for gram in _grams(bare[:HEAD], HEAD_SIZES)]


def block_of(gram: str) -> int:
    """The place of an n-gram in BLOCK_WEIGHTS; a letter is never the mark, because marks are no letters."""
    return 0 if gram.startswith(HEAD_MARK) else len(gram)


def _grams(bare: str, sizes: tuple[int, ...]) -> list[str]:
    return [bare[start : start + size] for size in sizes for start in range(len(bare) - size + 1)]
