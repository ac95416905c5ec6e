"""What a report is about, from its words: keyword scores whose parts are kept for the person who looks at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from incidents.models import Category

THRESHOLD: Final = 0.55
"""Below this confidence a person chooses: one weak word alone (0.5) is not enough."""
KEPT: Final = 5
"""Candidates kept with a decision."""
NAME_BONUS: Final = 1.0
LONGEST_WEIGHT: Final = 4.0
IN_TITLE: Final = 1.0
REPEATED: Final = 0.5
MOST_REPEATS: Final = 4
DOUBT: Final = 1.0
"""One weak word alone is worth half a confidence."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category with its score and the words that made it."""

    category: Category
    score: float
    words: dict[str, float]

    def as_data(self) -> dict[str, Any]:
        """The candidate as a decision keeps it."""
        return {
            "category": self.category.pk,
            "code": self.category.code,
            "name": self.category.name,
            "score": round(self.score, 2),
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Classification:
    """The category, if the words are clear enough, how sure that is (0 to 1), and the best candidates.

    `version` is the classifier version that read it, None for the seed lexicon and for what was given.
    """

    category: Category | None
    confidence: float
    candidates: Sequence[Candidate] = ()
    version: int | None = None


@dataclass
class Vocabulary:
    """Which words point to which categories; build it once for many texts."""

    words: dict[str, list[tuple[Category, float]]] = field(default_factory=dict)

    @classmethod
    def of(cls, categories: Iterable[Category]) -> "Vocabulary":
        """From active minor classes: their keywords, and their names, which count more."""
        vocabulary = cls()
        for category in categories:
            own = {word: _weight(word) for word in category.keywords}
            own |= {name: _weight(name) + NAME_BONUS for name in _names(category)}
            for word, weight in own.items():
                vocabulary.words.setdefault(word.upper(), []).append((category, weight))
        return vocabulary

    @classmethod
    def current(cls) -> "Vocabulary":
        """From the table; one query."""
        return cls.of(Category.objects.filter(is_active=True, parent__isnull=False).select_related("parent"))

    def candidates(self, text: str) -> list[Candidate]:
        """Categories with at least one word in `text`, best first; its first line may be a title."""
        title, body = _title_and_body(text.upper())
        parts: dict[Category, dict[str, float]] = {}
        for word, targets in self.words.items():
            if times := body.count(word) + (word in title):
                stress = _stress(times, in_title=word in title)
                for category, weight in targets:
                    parts.setdefault(category, {})[word] = weight * stress
        found = [Candidate(category, _score(words), words) for category, words in parts.items()]
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.category.code))


def classify(text: str, *, given: Category | None, vocabulary: Vocabulary | None = None) -> Classification:
    """The category of a report: the one that was given, else by its words; one query without a vocabulary.

    Confidence is the best score over the best, the second and a constant doubt: a single short word, or two categories
    that compete, stay below the threshold and the report is left to a person.
    """
    if given is not None:
        return Classification(given, 1.0)
    found = (vocabulary or Vocabulary.current()).candidates(text)[:KEPT]
    if not found:
        return Classification(None, 0.0)
    confidence = confidence_of(found)
    return Classification(found[0].category if confidence >= THRESHOLD else None, confidence, found)


def confidence_of(candidates: Sequence[Candidate]) -> float:
    """How sure the first candidate is, 0 to 1."""
    first, *rest = (candidate.score for candidate in candidates)
    second = rest[0] if rest else 0.0
    return round(first / (first + second + DOUBT), 3)


def _names(category: Category) -> list[str]:
    return [name for name in category.name.replace("(", "/").replace("（", "/").split("/") if len(name) > 1]


def _weight(word: str) -> float:
    """Longer words say more: 暴露垃圾 is worth three times 垃圾."""
    return min(LONGEST_WEIGHT, max(0.5, len(word) - 1.0))


def _title_and_body(text: str) -> tuple[str, str]:
    """A title counts when somebody wrote one; the first words of the text, repeated above it, are none."""
    first, _newline, rest = text.partition("\n")
    repeated = "".join(rest.split()).startswith("".join(first.split()))
    return ("", rest) if repeated and rest else (first, rest) if rest else ("", first)


def _stress(times: int, *, in_title: bool) -> float:
    """What is said again, and what is said in the title, is what it is about; long messages mention much beside."""
    return 1 + REPEATED * (min(times, MOST_REPEATS) - 1) + (IN_TITLE if in_title else 0)


def _score(words: dict[str, float]) -> float:
    """The sum, where a word inside a longer found word does not count again."""
    return sum(weight for word, weight in words.items() if not any(word != other and word in other for other in words))
