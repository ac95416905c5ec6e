"""How well a reader reads: the same measures for closed cases, outside data and the version before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

WANTED_PRECISION: Final = 0.95
"""Of the texts that go unattended this share must be right (issue 3, point 12)."""
FEWEST: Final = 20
"""Texts above a threshold that prove it; fewer may be luck."""
NEVER: Final = 1.0
"""A threshold that nothing reaches: every text is left to a person."""

Answer = tuple[str | None, float]
"""The label, or none, and the confidence."""


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one label was found; `support` is how many texts have it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All measures of one reader on one set of texts.

    `coverage` is the share of texts whose confidence reaches `threshold`, `precision` how many of those are right;
    `coverage_at_wanted` is the most that these very texts would have allowed at 95 % precision, a threshold chosen
    with hindsight. `calibration_error` is how far confidence and truth lie apart on average (ten bins).
    """

    size: int
    macro_f1: float
    accuracy: float
    threshold: float
    coverage: float
    precision: float
    coverage_at_wanted: float
    calibration_error: float
    per_class: dict[str, ClassScore]
    confusion: dict[str, dict[str, int]]

    def as_data(self) -> dict[str, Any]:
        """As a version keeps it; shares with four digits."""
        return _rounded(asdict(self))


def score(answers: Sequence[Answer], truth: Sequence[str], *, threshold: float) -> Scores:
    """Compare answers with the truth, text by text. The macro-F1 is over the labels that the truth has."""
    pairs = Counter((true, answer or "") for (answer, _sure), true in zip(answers, truth, strict=True))
    right = np.array([answer == true for (answer, _sure), true in zip(answers, truth, strict=True)], dtype=bool)
    sure = np.array([confidence for _answer, confidence in answers])
    alone = sure >= threshold if threshold < NEVER else np.zeros(len(sure), dtype=bool)
    per_class = {label: _class_score(label, pairs) for label in sorted(set(truth))}
    return Scores(
        size=len(answers),
        macro_f1=_mean([one.f1 for one in per_class.values()]),
        accuracy=_mean(right),
        threshold=threshold,
        coverage=_mean(alone),
        precision=_mean(right[alone]),
        coverage_at_wanted=_mean(sure >= best) if (best := threshold_for(answers, truth)) < NEVER else 0.0,
        calibration_error=_calibration_error(sure, right),
        per_class=per_class,
        confusion=_confusion(pairs),
    )


def threshold_for(answers: Sequence[Answer], truth: Sequence[str], *, wanted: float = WANTED_PRECISION) -> float:
    """The lowest confidence above which the wanted share of answers is right; NEVER when there is none."""
    rows = sorted(zip(answers, truth, strict=True), key=lambda row: -row[0][1])
    best, right = NEVER, 0
    for number, ((answer, confidence), true) in enumerate(rows, start=1):
        right += answer == true
        followed_by_equal = number < len(rows) and rows[number][0][1] == confidence
        if number >= FEWEST and right >= wanted * number and not followed_by_equal:
            best = confidence
    return min(best, NEVER)


def _class_score(label: str, pairs: Counter[tuple[str, str]]) -> ClassScore:
    hits = pairs[label, label]
    support = sum(count for (true, _answer), count in pairs.items() if true == label)
    answered = sum(count for (_true, answer), count in pairs.items() if answer == label)
    f1 = 2 * hits / (support + answered) if support + answered else 0.0
    return ClassScore(hits / answered if answered else 0.0, hits / support if support else 0.0, f1, support)


def _confusion(pairs: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Of each label, what its texts were taken for; "" where nothing was said."""
    table: dict[str, dict[str, int]] = {}
    for (true, answer), count in sorted(pairs.items()):
        table.setdefault(true, {})[answer] = count
    return table


def _calibration_error(sure: Any, right: Any) -> float:
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(sure[bins == one].sum() - right[bins == one].sum()) for one in range(10)]
    return float(sum(gaps) / len(sure)) if len(sure) else 0.0


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value
