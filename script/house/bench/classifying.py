"""Reading the category of a text: how long a message takes, how long learning takes, and how well it reads.

Measured on the real complaints beside the checkout (../shared/data/complaints) when they are there, else on made-up
reports, whose figures say little about quality.
"""

import csv
import random
from typing import Final

from house.bench.cases import count
from house.bench.load import Timing, timed
from house.places import ROOT
from incidents.classify import Vocabulary
from incidents.demo.texts import THEMES
from incidents.learning.outside import Rows, evaluate
from incidents.learning.reader import Live, Reader, current_reader
from incidents.learning.training import learn
from incidents.models import Category

REAL: Final = ROOT.parent / "shared" / "data" / "complaints" / "labelled_raw.csv"
EVERY: Final = 5
"""One text of so many is held back for the test."""


def measure() -> tuple[Timing, int]:
    """(each message through the reader that dispatch uses, queries for a batch of any size); prints the rest."""
    train, test = parts()
    found = evaluate(train, test)
    scores = found.scores
    print(
        f"classify: {'real' if REAL.is_file() else 'made-up'} texts, {found.train_size} learned in "
        f"{found.train_seconds:.1f} s; {scores.size} read, macro-F1 {scores.macro_f1:.4f}, "
        f"{scores.coverage_at_wanted:.1%} at 95 % precision; file {found.file_bytes / 1e6:.1f} MB",
        flush=True,
    )
    reader, texts = reader_of(train), test[0]
    own = timed(lambda number: reader.classify(texts[number % len(texts)]), seconds=4.0, least=len(texts))
    current_reader()
    return own, count(current_reader)


def reader_of(train: Rows) -> Reader:
    """A reader with a live version, without a database."""
    learned = learn(*train)
    categories = {label: Category(pk=number, name=label) for number, label in enumerate(learned.reader.labels)}
    return Reader(Vocabulary.current(), categories, Live(0, learned.threshold, learned.reader))


def parts() -> tuple[Rows, Rows]:
    """(to learn from, to test with)."""
    rows = real_rows() if REAL.is_file() else made_up_rows()
    test = rows[::EVERY]
    train = [row for number, row in enumerate(rows) if number % EVERY]
    return columns(train), columns(test)


def columns(rows: list[tuple[str, str]]) -> Rows:
    return [text for text, _label in rows], [label for _text, label in rows]


def real_rows() -> list[tuple[str, str]]:
    with REAL.open(encoding="utf-8-sig", newline="") as file:
        return [(line["text"], line["label"]) for line in csv.DictReader(file)]


def made_up_rows() -> list[tuple[str, str]]:
    """Reports of the demo, each text with many places."""
    dice = random.Random(5)
    rows = [
        (text.format(place=f"{dice.choice('东南西北')}街{dice.randrange(99)}号院"), theme.category)
        for theme in THEMES
        for text in theme.texts
        for _n in range(20)
    ]
    dice.shuffle(rows)
    return rows
