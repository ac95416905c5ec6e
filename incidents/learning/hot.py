"""Hot issues (热点): many reports of one matter at one place, ranked by a heat whose parts are shown.

Pure: rows in, issues out. Needs numpy only, because a page asks for it.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log2, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from incidents.learning.features import normalise

SIZES: Final = (2, 3)
TITLE_WEIGHT: Final = 3.0
BODY: Final = 120
"""Characters of the text beside its title: people say what and where first."""
COMMON: Final = 0.05
MANY: Final = 200
"""An n-gram in more texts, and in a larger share of them, is the language of the office, not of a matter."""
FAINT: Final = 0.05
ALIKE: Final = 0.25
"""Cosine to the nearest text of an issue; with it and the next, two texts of four share their rare words."""
ALIKE_ON_AVERAGE: Final = 0.1
ALIKE_MIDDLES: Final = 0.4
"""Cosine of the middles of two issues that are one."""
FEWEST: Final = 2
MANY_PEOPLE: Final = 20
"""One report that so many people stand behind is an issue too."""
POINTS_COUNT: Final = 10.0
POINTS_PEOPLE: Final = 5.0
POINTS_DAYS: Final = 5.0
POINTS_RECENT: Final = 15.0
MONTH: Final = timedelta(days=30)
COOLING: Final = timedelta(days=7)
"""Time in which the points for the last report fall to a third."""


_SIGN: Final = re.compile(r"\d+|[^\W\d_]")
"""A number or a letter: what becomes one character of the normal form."""


@dataclass(frozen=True, slots=True)
class HotRow:
    """One report. `place` is where issues may not reach across (a community); "" when unknown.

    `people` are those behind it beside the reporter; `who` tells reporters apart, "" when unknown.
    """

    key: Any
    title: str
    text: str
    at: datetime
    day: date
    place: str = ""
    who: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True)
class Heat:
    """The points of an issue: by their logarithm for reports in its busiest month, people and days; for a fresh one."""

    count: float
    people: float
    days: float
    recent: float

    @property
    def total(self) -> float:
        """The score."""
        return self.count + self.people + self.days + self.recent


@dataclass(frozen=True, slots=True)
class HotIssue:
    """One matter: its reports, newest first, the one that says it best, and why it stands where it stands."""

    rows: Sequence[HotRow]
    lead: HotRow
    words: Sequence[str]
    people: int
    days: int
    peak: int
    heat: Heat

    @property
    def first(self) -> HotRow:
        """The oldest report."""
        return self.rows[-1]

    @property
    def last(self) -> HotRow:
        """The newest report."""
        return self.rows[0]


def hot_issues(rows: Sequence[HotRow], *, now: datetime, most: int = 20) -> list[HotIssue]:
    """The hottest issues among `rows` at the moment `now`, hottest first.

    1. Weigh the n-grams of each text, rare ones more, those of its title thrice. 2. In the order of time, let each
    text join the issue it is most alike, at the same place, or open its own. 3. Give points. Texts stand for
    themselves, so a report is in one issue only.
    """
    ordered = sorted(rows, key=lambda row: row.at)
    weighed = _Weighed.of(ordered)
    members = defaultdict(list)
    for number, issue in enumerate(_gathered(ordered, weighed)):
        members[issue].append(number)
    found = [_issue(ordered, numbers, weighed, now) for numbers in members.values() if _is_issue(ordered, numbers)]
    return sorted(found, key=lambda issue: (-issue.heat.total, issue.last.at))[:most]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Texts as vectors of length 1: the n-grams and values of each row, and the rows and values of each n-gram."""

    vocabulary: Sequence[str]
    grams: Sequence[NDArray[np.intp]]
    values: Sequence[NDArray[np.float64]]
    starts: NDArray[np.intp]
    rows: NDArray[np.intp]
    row_values: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[HotRow]) -> "_Weighed":
        counted = [_counted(row) for row in rows]
        spread = Counter(gram for counts in counted for gram in counts)
        most = max(MANY, COMMON * len(rows))
        vocabulary = [gram for gram, number in spread.items() if 1 < number <= most]
        places = {gram: place for place, gram in enumerate(vocabulary)}
        # as if there were many other texts: among a few, the words of the only matter would count as common
        shares = np.array([spread[gram] for gram in vocabulary], dtype=np.float64) / (len(rows) + MANY)
        rarity = 1.0 - np.log(shares)
        grams = [np.array([places[gram] for gram in counts if gram in places], dtype=np.intp) for counts in counted]
        values = [
            _unit(np.array([weight for gram, weight in counts.items() if gram in places]) * rarity[own])
            for counts, own in zip(counted, grams, strict=True)
        ]
        return cls(vocabulary, grams, values, *_turned(grams, values, len(vocabulary)))

    def likeness(self, row: int) -> NDArray[np.float64]:
        """The cosine of one row to each row before it."""
        found = self.grams[row]
        spans = [slice(start, end) for start, end in zip(self.starts[found], self.starts[found + 1], strict=True)]
        if not spans or not row:
            return np.zeros(row)
        rows = np.concatenate([self.rows[span] for span in spans])
        values = np.concatenate([self.row_values[span] for span in spans])
        own = np.repeat(self.values[row], self.starts[found + 1] - self.starts[found])
        return np.bincount(rows, weights=values * own, minlength=row)[:row].astype(np.float64)


def _turned(
    grams: Sequence[NDArray[np.intp]], values: Sequence[NDArray[np.float64]], size: int
) -> tuple[Any, Any, Any]:
    """(where each n-gram starts, rows by n-gram, their values)."""
    every = np.concatenate([*grams, np.empty(0, dtype=np.intp)])
    order = np.argsort(every, kind="stable")
    rows = np.repeat(np.arange(len(grams), dtype=np.intp), [len(own) for own in grams])
    starts = np.concatenate([[0], np.cumsum(np.bincount(every, minlength=size))])
    return starts, rows[order], np.concatenate([*values, np.empty(0)])[order]


def _counted(row: HotRow) -> dict[str, float]:
    """The weight of each n-gram of a text; those of the title thrice."""
    title, body = normalise(row.title), normalise(row.text[: 2 * BODY])[:BODY]
    counts: dict[str, float] = dict.fromkeys(_grams(body), 1.0)
    for gram in _grams(title):
        counts[gram] = TITLE_WEIGHT
    return counts


def _grams(bare: str) -> list[str]:
    return [bare[start : start + size] for size in SIZES for start in range(len(bare) - size + 1)]


def _unit(values: NDArray[Any]) -> NDArray[np.float64]:
    length = float(np.sqrt(values @ values))
    return values / length if length else values


Pairs = list[tuple[NDArray[np.intp], NDArray[np.float64]]]
"""For each row the rows before it that are somewhat alike, and how much."""


def _gathered(rows: Sequence[HotRow], weighed: _Weighed) -> list[int]:
    """The number of the issue of each row: gathered in the order of time, then issues that are one are made one."""
    codes = {place: code for code, place in enumerate({row.place for row in rows if row.place})}
    places = np.array([codes.get(row.place, -1) for row in rows])
    pairs: Pairs = []
    issues = np.zeros(len(rows), dtype=np.intp)
    sizes = np.zeros(len(rows), dtype=np.intp)
    for number in range(len(rows)):
        alike = weighed.likeness(number)
        near = np.flatnonzero((alike >= FAINT) & _same_place(places[:number], places[number]))
        pairs.append((near, alike[near]))
        issues[number] = _fitting(issues[near], alike[near], sizes, number)
        sizes[issues[number]] += 1
    return _made_one(issues, pairs)


def _same_place(places: NDArray[np.intp], own: int) -> Any:
    return (places == own) | (places < 0) | (own < 0)


def _fitting(issues: NDArray[np.intp], alike: NDArray[np.float64], sizes: NDArray[np.intp], number: int) -> int:
    """The issue to which this row is most alike on average, if its nearest text there is near enough; else its own."""
    near = np.unique(issues[alike >= ALIKE])
    if not len(near):
        return number
    average = np.bincount(issues, weights=alike, minlength=number + 1)[near] / sizes[near]
    best = int(average.argmax())
    return int(near[best]) if average[best] >= ALIKE_ON_AVERAGE else number


def _made_one(issues: NDArray[np.intp], pairs: Pairs) -> list[int]:
    """Join issues whose middles are alike, the most alike first: the order of time has parted what belongs together."""
    inside: Counter[int] = Counter(issues.tolist())
    between: dict[tuple[int, int], float] = defaultdict(float)
    for number, (near, alike) in enumerate(pairs):
        for other, value in zip(issues[near].tolist(), alike.tolist(), strict=True):
            own = int(issues[number])
            if own == other:
                inside[own] += 2 * value
            else:
                between[min(own, other), max(own, other)] += value
    target = {issue: issue for issue in inside}
    close = {pair: value / sqrt(inside[pair[0]] * inside[pair[1]]) for pair, value in between.items()}
    for (one, other), value in sorted(close.items(), key=lambda item: -item[1]):
        if value < ALIKE_MIDDLES:
            break
        kept, gone = target[one], target[other]
        target |= {issue: kept for issue, now in target.items() if now == gone}
    return [target[issue] for issue in issues.tolist()]


def _is_issue(rows: Sequence[HotRow], numbers: Sequence[int]) -> bool:
    return len(numbers) >= FEWEST or rows[numbers[0]].people >= MANY_PEOPLE


def _issue(rows: Sequence[HotRow], numbers: Sequence[int], weighed: _Weighed, now: datetime) -> HotIssue:
    own = [rows[number] for number in reversed(numbers)]
    weights: Counter[int] = Counter()
    for number in numbers:
        weights.update(dict(zip(weighed.grams[number].tolist(), weighed.values[number].tolist(), strict=True)))
    lead = max(numbers, key=lambda number: sum(weights[gram] for gram in weighed.grams[number].tolist()))
    people, days, peak = _people(own), len({row.day for row in own}), _peak(own)
    heat = _heat(people, days, peak, age=now - own[0].at)
    words = _words(rows[lead], [weighed.grams[number] for number in numbers], weighed)
    return HotIssue(own, rows[lead], words, people, days, peak, heat)


def _people(rows: Sequence[HotRow]) -> int:
    """Different reporters, unknown ones each for themselves, and those who stand behind them."""
    known = {row.who for row in rows if row.who}
    return len(known) + sum(not row.who for row in rows) + sum(row.people for row in rows)


def _peak(rows: Sequence[HotRow]) -> int:
    """Reports in the busiest month; what comes up now and then all the year is a wish and no hot issue."""
    times = sorted(row.at for row in rows)
    return max(number + 1 - bisect_right(times, at - MONTH) for number, at in enumerate(times))


def _heat(people: int, days: int, peak: int, *, age: timedelta) -> Heat:
    return Heat(
        count=POINTS_COUNT * log2(1 + peak),
        people=POINTS_PEOPLE * log2(1 + people),
        days=POINTS_DAYS * log2(1 + days),
        recent=POINTS_RECENT * exp(-max(age, timedelta()) / COOLING),
    )


def _words(lead: HotRow, grams: Sequence[NDArray[np.intp]], weighed: _Weighed, most: int = 4) -> list[str]:
    """What its reports have in common: the longest pieces of the leading title whose n-grams half of them have."""
    spread = Counter(gram for own in grams for gram in own.tolist())
    shared = {weighed.vocabulary[gram] for gram, number in spread.items() if 2 * number >= len(grams)}
    signs = _SIGN.findall(lead.title)
    bare = [normalise(sign) for sign in signs]
    covered = [False] * len(bare)
    for size in SIZES:
        for start in range(len(bare) - size + 1):
            if "".join(bare[start : start + size]) in shared:
                covered[start : start + size] = [True] * size
    marked = "".join(sign if is_in else "\n" for sign, is_in in zip(signs, covered, strict=True))
    return sorted(dict.fromkeys(marked.split()), key=lambda piece: -len(piece))[:most]
