"""Learning a reader from labelled texts with scikit-learn. Nothing that answers requests imports this module.

The settings were chosen by cross-validation on training parts only (docs/dispatch-learning.md has the table).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC

from incidents.learning.features import BLOCK_WEIGHTS, block_of, grams
from incidents.learning.linear import LinearReader, Numbers, block_scale, confidences
from incidents.learning.repeats import groups_of
from incidents.learning.scoring import Answer, Scores, score, threshold_for

COST: Final = 1.0
"""C of the support vector machine."""
TOLERANCE: Final = 0.1
"""Where it stops; a thousandth of it changed no answer and took twice the time."""
FOLDS: Final = 5
RARE: Final = 3
"""Texts that must have an n-gram; rarer ones are names and typing errors."""
MOST_WEIGHTS: Final = 6_000_000
"""N-grams × labels: 12 MB in the file, 24 MB in a process."""
MOST_GRAMS: Final = 250_000
LEAST_SURE: Final = 0.5
"""Whatever the counts say: what is more likely something else is left to a person."""


class TooLittle(ValueError):
    """Fewer than two labels, or a label with a single text: nothing can be learned and checked."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A reader, and how it did on texts that it had not seen (cross-validation), with the threshold found there."""

    reader: LinearReader
    threshold: float
    scores: Scores


@dataclass(frozen=True, slots=True)
class Material:
    """Texts as counts of n-grams, the number of the label of each, and the block of each n-gram."""

    counts: Any
    truth: NDArray[np.intp]
    blocks: NDArray[np.intp]


def learn(texts: Sequence[str], labels: Sequence[str]) -> Learned:
    """Learn from texts and their labels, the same from the same (fixed seed).

    1. Count n-grams. 2. Decision values of every text by machines that have seen neither it nor its twins. 3. The
    sharpness that makes those into honest confidences, and the confidence from which 95 % are right. 4. The machine
    that learns from all texts.
    """
    names = sorted(set(labels))
    if len(names) < 2 or min(Counter(labels).values()) < 2:
        raise TooLittle(f"{len(texts)} texts of {len(names)} labels")
    truth = np.searchsorted(np.array(names), np.array(labels))
    vocabulary, material, groups = _material(texts, truth, names)
    unseen = _unseen_decisions(material, groups, len(names))
    sharpness = _sharpness(unseen, truth)
    answers = _answers(confidences(unseen, sharpness), names)
    threshold = max(LEAST_SURE, threshold_for(answers, labels))
    emphasis, weights, bias = _fit(material, np.arange(len(texts)))
    reader = LinearReader(tuple(names), vocabulary, emphasis, weights, bias, sharpness)
    return Learned(reader, threshold, score(answers, labels, threshold=threshold))


def _material(
    texts: Sequence[str], truth: NDArray[np.intp], names: Sequence[str]
) -> tuple[tuple[str, ...], Material, NDArray[np.intp]]:
    """(n-grams, their counts, groups of twins); the most frequent n-grams, as many as the file may have."""
    vectorizer = CountVectorizer(analyzer=grams, min_df=2, dtype=np.float32)
    counts = vectorizer.fit_transform(texts)
    groups = groups_of(counts)
    spread = np.bincount(counts.indices, minlength=counts.shape[1])
    most = min(MOST_GRAMS, MOST_WEIGHTS // len(names))
    kept = np.sort(np.argsort(-spread, kind="stable")[: min(most, int((spread >= RARE).sum()))])
    vocabulary = tuple(str(gram) for gram in vectorizer.get_feature_names_out()[kept])
    blocks = np.array([block_of(gram) for gram in vocabulary], dtype=np.intp)
    return vocabulary, Material(counts[:, kept].tocsr(), truth, blocks), groups


def _unseen_decisions(material: Material, groups: NDArray[np.intp], labels: int) -> NDArray[Any]:
    """A row of decision values for each text, from machines that did not learn from it."""
    decisions = np.zeros((len(material.truth), labels))
    for seen, unseen in _folds(material.truth, groups):
        known = np.unique(material.truth[seen])
        if len(known) < 2:
            continue
        emphasis, weights, bias = _fit(material, seen)
        values = _weighed(material, emphasis)[unseen] @ weights + bias
        decisions[unseen] = values.min() - 1.0
        decisions[np.ix_(unseen, known)] = values
    return decisions


def _folds(truth: NDArray[np.intp], groups: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(seen, unseen) rows, five times: every label spread over the parts evenly, twins in the same part."""
    _numbers, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = np.random.default_rng(0).permutation(len(first))
    part = np.zeros(len(first), dtype=np.intp)
    for label in np.unique(truth):
        own = order[truth[first[order]] == label]
        part[own] = np.arange(len(own)) % FOLDS
    for number in np.unique(part):
        is_unseen = part[group] == number
        yield np.flatnonzero(~is_unseen), np.flatnonzero(is_unseen)


def _fit(material: Material, rows: NDArray[np.intp]) -> tuple[Numbers, Numbers, Numbers]:
    """(emphasis of the n-grams, weights, bias) learned from some rows."""
    emphasis = _emphasis(material.counts[rows], material.truth[rows])
    machine = LinearSVC(C=COST, class_weight="balanced", tol=TOLERANCE, random_state=0).fit(
        _weighed(material, emphasis)[rows], material.truth[rows]
    )
    return emphasis, _two_sided(machine.coef_.T), _two_sided(machine.intercept_[np.newaxis, :])[0]


def _emphasis(counts: Any, truth: NDArray[np.intp]) -> Numbers:
    """Inverse document frequency × the root of how far an n-gram tells labels apart.

    The latter is its log-count ratio between a label and all others (naive Bayes), averaged over the labels.
    """
    present = (counts > 0).astype(np.float64)
    spread = np.asarray(present.sum(axis=0)).ravel()
    inside = np.vstack([np.asarray(present[truth == label].sum(axis=0)).ravel() for label in np.unique(truth)])
    here, elsewhere = inside + 1.0, spread - inside + 1.0
    ratios = np.log(here / here.sum(axis=1, keepdims=True)) - np.log(elsewhere / elsewhere.sum(axis=1, keepdims=True))
    rarity = np.log((1.0 + counts.shape[0]) / (1.0 + spread)) + 1.0
    emphasis = rarity * np.sqrt(np.abs(ratios).mean(axis=0)) * (spread >= RARE)
    return np.asarray(emphasis, dtype=np.float32)


def _weighed(material: Material, emphasis: Numbers) -> Any:
    """The values of all texts, as `LinearReader` reckons them one by one."""
    matrix = material.counts.copy()
    matrix.data = (1.0 + np.log(matrix.data)) * emphasis[matrix.indices]
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.intp), np.diff(matrix.indptr))
    keys = rows * len(BLOCK_WEIGHTS) + material.blocks[matrix.indices]
    matrix.data *= block_scale(matrix.data, keys, matrix.shape[0] * len(BLOCK_WEIGHTS))
    return matrix


def _two_sided(values: NDArray[Any]) -> Numbers:
    """One column per label: for two labels scikit-learn gives only that of the second."""
    both = np.hstack([-values, values]) if values.shape[1] == 1 else values
    return both.astype(np.float32)


def _sharpness(decisions: NDArray[Any], truth: NDArray[np.intp]) -> float:
    """One over the temperature: the factor with the greatest likelihood of the truth (temperature scaling)."""

    def surprise(factor: float) -> float:
        scaled = factor * decisions
        top = scaled.max(axis=1)
        logs = top + np.log(np.exp(scaled - top[:, np.newaxis]).sum(axis=1))
        return float(np.mean(logs - scaled[np.arange(len(truth)), truth]))

    return float(minimize_scalar(surprise, bounds=(0.05, 50.0), method="bounded").x)


def _answers(shares: NDArray[Any], names: Sequence[str]) -> list[Answer]:
    return [(names[row.argmax()], float(row.max())) for row in shares]
