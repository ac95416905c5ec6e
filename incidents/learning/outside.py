"""The same learning on outside data: CSV files with the columns text and label."""

import csv
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from incidents.learning.linear import LinearReader
from incidents.learning.scoring import Answer, Scores, score
from incidents.learning.training import learn

TEXT_COLUMNS: Final = ("text", "tokens")
"""The second is for texts that came cut into words: blanks do not count, so they are the text again."""
LABEL_COLUMN: Final = "label"

Rows = tuple[list[str], list[str]]
"""Texts and their labels."""


class BadTable(ValueError):
    """A file without the columns, or without rows."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one run measured; `unseen` are the scores by cross-validation on the training part itself."""

    train_size: int
    train_seconds: float
    p50_ms: float
    p95_ms: float
    file_bytes: int
    unseen: Scores
    scores: Scores

    def as_data(self) -> dict[str, Any]:
        """For a JSON file."""
        return {
            "train_size": self.train_size,
            "test_size": self.scores.size,
            "train_seconds": round(self.train_seconds, 1),
            "p50_ms": round(self.p50_ms, 3),
            "p95_ms": round(self.p95_ms, 3),
            "file_bytes": self.file_bytes,
            **self.scores.as_data(),
            "cross_validation": self.unseen.as_data(),
        }


def read_rows(paths: Iterable[Path]) -> Rows:
    """All rows of some CSV files in UTF-8; BadTable names the file and what is wrong."""
    texts, labels = [], []
    for path in paths:
        for text, label in _rows_of(path):
            texts.append(text)
            labels.append(label)
    return texts, labels


def evaluate(train: Rows, test: Rows) -> Evaluation:
    """Learn from `train`, read `test` text by text with the reader as it comes back from its file, and measure."""
    start = time.perf_counter()
    learned = learn(*train)
    content = learned.reader.to_bytes()
    seconds = time.perf_counter() - start
    reader = LinearReader.from_bytes(content)
    reader.read(test[0][0])  # the first text also builds the index of n-grams
    answers, times = _read_all(reader, test[0])
    return Evaluation(
        train_size=len(train[0]),
        train_seconds=seconds,
        p50_ms=_percentile(times, 0.5),
        p95_ms=_percentile(times, 0.95),
        file_bytes=len(content),
        unseen=learned.scores,
        scores=score(answers, test[1], threshold=learned.threshold),
    )


def _rows_of(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            column = next((name for name in TEXT_COLUMNS if name in (lines.fieldnames or ())), None)
            if column is None or LABEL_COLUMN not in (lines.fieldnames or ()):
                raise BadTable(f"{path}: the columns text and label are needed")
            rows = [(line[column] or "", (line[LABEL_COLUMN] or "").strip()) for line in lines]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTable(f"{path}: {error}") from error
    if not any(label for _text, label in rows):
        raise BadTable(f"{path}: no labelled rows")
    return [(text, label) for text, label in rows if label]


def _read_all(reader: LinearReader, texts: Sequence[str]) -> tuple[list[Answer], list[float]]:
    answers: list[Answer] = []
    times = []
    for text in texts:
        start = time.perf_counter()
        shares = reader.read(text).shares
        best = int(shares.argmax())
        times.append((time.perf_counter() - start) * 1000)
        answers.append((reader.labels[best], float(shares[best])))
    return answers, times


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]
