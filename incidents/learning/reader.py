"""The reader that is in use: the live version where it has learned, else the seed lexicon."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from incidents.classify import KEPT, Candidate, Classification, Vocabulary, classify
from incidents.learning.cases import key_of
from incidents.learning.linear import LinearReader, NotAReader
from incidents.learning.scoring import NEVER
from incidents.learning.store import load
from incidents.models import Category, ClassifierVersion

logger = logging.getLogger(__name__)

LEAST_SHARE: Final = 0.01
"""Confidence below which a category is no candidate."""


@dataclass(frozen=True)
class Live:
    """The version in use."""

    version: int
    threshold: float
    model: LinearReader


@dataclass(frozen=True)
class Reader:
    """Finds the category of a text; hold one for a batch of texts."""

    vocabulary: Vocabulary
    categories: Mapping[str, Category]
    live: Live | None = None

    def classify(self, text: str, given: Category | None = None) -> Classification:
        """The category that was given, else what the text is about.

        Without a live version the lexicon reads. With one: what it is sure of, it decides. It can only choose among
        the categories it has learned; so where the lexicon is sure of another one, the lexicon decides if the version
        is in doubt, and a person if both are sure. A version's confidence is how often such texts were right.
        """
        by_words = classify(text, given=given, vocabulary=self.vocabulary)
        if given is not None or self.live is None:
            return by_words
        learned = self._by_model(text, self.live)
        if by_words.category is None or key_of(by_words.category) in self.live.model.labels:
            return learned
        if learned.category is None:
            return by_words
        return replace(learned, category=None, candidates=[*by_words.candidates[:1], *learned.candidates][:KEPT])

    def _by_model(self, text: str, live: Live) -> Classification:
        reading = live.model.read(text)
        order = reading.shares.argsort()[::-1][:KEPT]
        found = []
        for place in order:
            category, share = self.categories.get(live.model.labels[place]), float(reading.shares[place])
            if category is not None and share >= LEAST_SHARE:
                found.append(Candidate(category, share, live.model.explain(reading, int(place))))
        if not found:
            return Classification(None, 0.0, version=live.version)
        best = found[0]
        is_sure = best.score >= live.threshold < NEVER
        return Classification(best.category if is_sure else None, round(best.score, 3), found, version=live.version)


def current_reader() -> Reader:
    """The reader of this moment: one query for the categories, one tiny one for which version is live.

    The file of a version is read once per process. A damaged one is logged, and the lexicon reads alone.
    """
    rows = list(Category.objects.filter(is_active=True, parent__isnull=False).select_related("parent"))
    return Reader(Vocabulary.of(rows), {key_of(row): row for row in rows}, _live())


def _live() -> Live | None:
    rows = ClassifierVersion.objects.filter(state=ClassifierVersion.State.LIVE)
    found = rows.order_by().values_list("pk", "threshold", "sha256").first()
    model = _model(found[0], found[2]) if found else None
    return Live(found[0], found[1], model) if found and model else None


@lru_cache(maxsize=1)
def _model(version: int, sha256: str) -> LinearReader | None:
    try:
        return load(version, sha256)
    except NotAReader:
        logger.exception("classifier version %s cannot be used; the lexicon reads alone", version)
        return None
