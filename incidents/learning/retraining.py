"""Retraining: learn from the newest ended cases, and go live only when better than what reads now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import NotNow
from incidents.classify import THRESHOLD, confidence_of
from incidents.learning.cases import Example, Lesson, examples, key_of, lesson_of
from incidents.learning.linear import LinearReader
from incidents.learning.reader import Reader, current_reader
from incidents.learning.scoring import Answer, Scores, score
from incidents.learning.store import keep, make_live
from incidents.learning.training import Learned, learn
from incidents.models import ClassifierVersion
from notices.jobs import alone

_ONE_AT_A_TIME: Final = 0x6C6561726E  # the advisory lock of trainings ("learn")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A new version, if there was enough to learn from, and why it reads from now on or does not."""

    words: str
    version: ClassifierVersion | None = None


def retrain(*, now: datetime) -> Outcome:
    """Learn, test against what reads now, keep the version, and switch to it when it is better.

    1. Take the lock: a second training at the same time is NotNow. 2. Read ended cases; too few leave all as it is.
    3. Learn from the older ones. 4. Read the newest ones, which neither reader has learned from, with both. 5. Write
    the version; a better one goes live in its own transaction. No transaction is open while it learns.
    """
    with alone(_ONE_AT_A_TIME) as free:
        if not free:
            raise NotNow(_("A training is running already."))
        lesson = lesson_of(examples(now=now))
        if not lesson.is_enough:
            return Outcome(_("Too few ended cases to learn from; all stays as it is."))
        learned = learn([one.text for one in lesson.learned], [one.label for one in lesson.learned])
        # what is tested is what would be live: it comes back from its file
        content = learned.reader.to_bytes()
        scores = _score_model(LinearReader.from_bytes(content), learned.threshold, lesson.held_back)
        rival = _score_reader(current_reader(), lesson.held_back)
        version = _version(learned, scores, rival, lesson, now)
        keep(version, content)
        if scores.macro_f1 > rival.macro_f1:
            version = make_live(version.pk, actor=None, now=now)
        return Outcome(version.verdict, version)


def _score_reader(reader: Reader, held_back: Sequence[Example]) -> Scores:
    """The scores of what reads now: the live version, else the lexicon."""
    if reader.live is not None:
        return _score_model(reader.live.model, reader.live.threshold, held_back)
    answers = [_words_answer(reader, example.text) for example in held_back]
    return score(answers, [example.label for example in held_back], threshold=THRESHOLD)


def _score_model(model: LinearReader, threshold: float, held_back: Sequence[Example]) -> Scores:
    answers: list[Answer] = []
    for example in held_back:
        shares = model.read(example.text).shares
        best = int(shares.argmax())
        answers.append((model.labels[best], float(shares[best])))
    return score(answers, [example.label for example in held_back], threshold=threshold)


def _words_answer(reader: Reader, text: str) -> Answer:
    found = reader.vocabulary.candidates(text)
    return (key_of(found[0].category), confidence_of(found)) if found else (None, 0.0)


def _version(learned: Learned, scores: Scores, rival: Scores, lesson: Lesson, now: datetime) -> ClassifierVersion:
    better = scores.macro_f1 > rival.macro_f1
    words = _("Better than before: live.") if better else _("Not better than what reads now: kept, not live.")
    return ClassifierVersion(
        trained_at=now,
        train_size=len(lesson.learned),
        held_back_size=len(lesson.held_back),
        labels=list(learned.reader.labels),
        threshold=learned.threshold,
        scores=scores.as_data(),
        rival_scores=rival.as_data(),
        verdict=words,
    )
