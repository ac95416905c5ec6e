"""A trained reader as plain numbers: n-grams, their weights per label, and the temperature of its confidence.

Needs numpy only, so that web and workers stay small, and is kept without pickle: a file can hold no code.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from incidents.learning.features import BLOCK_WEIGHTS, HEAD_MARK, block_of, grams

Numbers = NDArray[np.float32]

DOUBT: Final = 0.002
"""The part of every answer that is spread over all labels alike."""
FORM: Final = 1
"""The form of the file; another one is refused."""


class NotAReader(ValueError):
    """The file is no trained reader of this form."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader saw in one text: its confidence per label, and the known n-grams with their values."""

    shares: Numbers
    found: NDArray[np.intp]
    values: Numbers


@dataclass(frozen=True)
class LinearReader:
    """A linear model over n-grams; `weights` has a row for every n-gram and a column for every label.

    `emphasis` says how much an n-gram counts before: it is rare, and it tells labels apart.
    """

    labels: tuple[str, ...]
    vocabulary: tuple[str, ...]
    emphasis: Numbers
    weights: Numbers
    bias: Numbers
    sharpness: float

    def read(self, text: str) -> Reading:
        """The confidence for every label, in their order; they add up to 1."""
        found, values = self._values(text)
        # einsum and not @: for so few numbers the threads of BLAS cost more than they give
        scores = np.einsum("g,gl->l", values, self.weights[found]) + self.bias
        return Reading(confidences(scores, self.sharpness), found, values)

    def explain(self, reading: Reading, label: int, most: int = 5) -> dict[str, float]:
        """The n-grams that spoke most for one label, with their parts of its score; overlapping ones only once."""
        parts: dict[str, float] = {}
        for place, part in zip(reading.found, reading.values * self.weights[reading.found, label], strict=True):
            gram = self.vocabulary[place].removeprefix(HEAD_MARK)
            parts[gram] = parts.get(gram, 0.0) + float(part)
        return _telling(parts, most)

    def to_bytes(self) -> bytes:
        """The file: compressed arrays; half precision changes no confidence by a thousandth."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            form=np.int64(FORM),
            labels=_as_array(self.labels),
            vocabulary=_as_array(self.vocabulary),
            emphasis=self.emphasis.astype(np.float32),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            sharpness=np.float64(self.sharpness),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "LinearReader":
        """Read what `to_bytes` wrote; NotAReader for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                return _checked(file)
        except (ValueError, KeyError, OSError, EOFError) as error:
            raise NotAReader(str(error)) from error

    @cached_property
    def _places(self) -> dict[str, int]:
        return {gram: place for place, gram in enumerate(self.vocabulary)}

    @cached_property
    def _blocks(self) -> NDArray[np.intp]:
        return np.array([block_of(gram) for gram in self.vocabulary], dtype=np.intp)

    def _values(self, text: str) -> tuple[NDArray[np.intp], Numbers]:
        """The known n-grams of a text and their values: repeats count by their logarithm, each block has one length."""
        counts: Counter[Any] = Counter(map(self._places.get, grams(text)))
        counts.pop(None, None)  # n-grams that it has never seen
        found = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values: Numbers = (np.float32(1.0) + np.log(times)) * self.emphasis[found]
        return found, values * block_scale(values, self._blocks[found], len(BLOCK_WEIGHTS))


def block_scale(values: NDArray[Any], keys: NDArray[np.intp], number: int) -> Numbers:
    """The factor for every value that gives the values of each key the length that its block has.

    `keys` are block numbers, or row × blocks + block for many texts at once.
    """
    squares = np.bincount(keys, weights=values.astype(np.float64) ** 2, minlength=number)
    weights = np.tile(BLOCK_WEIGHTS, number // len(BLOCK_WEIGHTS))
    scale: Numbers = (weights / np.sqrt(np.where(squares > 0, squares, 1.0))).astype(np.float32)
    return scale[keys]


def confidences(scores: NDArray[Any], sharpness: float) -> NDArray[Any]:
    """Scores of one text, or of one per row, as shares that add up to 1; none reaches 1, for nobody is that sure."""
    powers = np.exp(sharpness * (scores - scores.max(axis=-1, keepdims=True)))
    shares: NDArray[Any] = powers / powers.sum(axis=-1, keepdims=True)
    return (1.0 - DOUBT) * shares + DOUBT / scores.shape[-1]


def _telling(parts: dict[str, float], most: int) -> dict[str, float]:
    chosen: dict[str, float] = {}
    for gram, part in sorted(parts.items(), key=lambda pair: -pair[1]):
        if part <= 0 or len(chosen) == most:
            break
        if not any(gram in other or other in gram for other in chosen):
            chosen[gram] = round(part, 3)
    return chosen


def _as_array(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _as_words(array: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(array.tobytes().decode().split("\n")) if array.size else ()


def _checked(file: Any) -> LinearReader:
    """Build the reader; a ValueError for another form, or when the shapes do not fit together."""
    if int(file["form"]) != FORM:
        raise ValueError(f"form {int(file['form'])}")
    reader = LinearReader(
        labels=_as_words(file["labels"]),
        vocabulary=_as_words(file["vocabulary"]),
        emphasis=file["emphasis"],
        weights=file["weights"].astype(np.float32),
        bias=file["bias"],
        sharpness=float(file["sharpness"]),
    )
    shape = (len(reader.vocabulary), len(reader.labels))
    if reader.weights.shape != shape or reader.emphasis.shape != shape[:1] or reader.bias.shape != shape[1:]:
        raise ValueError("the arrays do not fit together")
    return reader
