"""What the office should do next, by rules over the numbers that a clerk can check; the office may change it."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.proposals import LOW_RATE, RATE_COUNTS_FROM
from reports.rhythms import handed
from reports.rhythms.compare import period_words, shared, value
from reports.rhythms.prose import moved_categories, place_of, top_units
from reports.words import listed, percent

RISEN: Final = 5
"""A category that rose by fewer cases is no news."""
REWORK_BAR: Final = 0.1


def told(scene: Scene) -> list[str]:
    """一是…二是… for the next period; a quiet word when no rule speaks."""
    words = shared()["advice"]
    following = words["next"][scene.kind]
    found = [sentence for rule in RULES for sentence in rule(scene, words)]
    if not found:
        return [words["nothing"].format(next=following)]
    return [words["intro"].format(next=following) + points(found)]


def _overdue(scene: Scene, words: Any) -> Iterator[str]:
    numbers = scene.counts.total.numbers
    units = [name for name, _n in top_units(scene, "overdue_unhandled")]
    if numbers["overdue_unhandled"] and units:
        yield words["overdue"].format(n=numbers["overdue_unhandled"], units=listed(units))
    elif numbers["overdue_open"]:
        yield words["overdue_plain"].format(n=numbers["overdue_open"])


def _rate(scene: Scene, words: Any) -> Iterator[str]:
    _above, below = scene.counts.total.ratios["on_time_handling_rate"]
    rate = value(scene.counts.total, "on_time_handling_rate")
    if rate is not None and below >= RATE_COUNTS_FROM and rate < LOW_RATE:
        yield words["rate"].format(rate=percent(rate), bar=f"{LOW_RATE:.0%}")


def _rework(scene: Scene, words: Any) -> Iterator[str]:
    above, below = scene.counts.total.ratios["rework_rate"]
    if below >= RATE_COUNTS_FROM and above / below > REWORK_BAR:
        yield words["rework"].format(rate=percent(above / below), above=above, below=below)


def _rising(scene: Scene, words: Any) -> Iterator[str]:
    than = period_words(scene)["previous"]
    for pk, now, gap in moved_categories(scene)[:2]:
        if gap >= RISEN and now >= 2 * (now - gap):
            yield words["rising"].format(category=scene.names.category(pk), n=now, than=than, more=gap)


def _hot(scene: Scene, words: Any) -> Iterator[str]:
    for row in scene.lists["hot"][:2]:
        place, area = place_of(scene, row), scene.area(row["area"])
        yield words["hot"].format(place=place, category=row["category"], n=row["reported"], area=area)


def _tasks(scene: Scene, words: Any) -> Iterator[str]:
    late = handed.counts(scene)["overdue"]
    if late:
        yield words["tasks"].format(n=late)


RULES: Final[tuple[Callable[[Scene, Any], Iterator[str]], ...]] = (_overdue, _rate, _rework, _rising, _hot, _tasks)
