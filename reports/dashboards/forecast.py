"""Whether the next days can be foretold, and if so, how far off that usually is. Pure functions of a series.

The model is the recent level times the usual shape of the week (or the year). It is shown only when it has done better
than both naive guesses on the last periods of the series itself, each foretold from what was known before it (a rolling
back-test): the last value, and the value one season ago. Otherwise no band is drawn, and the page says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

SMOOTHING: Final = 0.2
"""How much the newest value moves the level."""
SEASONS: Final = 8
"""The shape is read from so many seasons."""
TESTED: Final = 28
"""At most so many origins of the back-test."""
FEWEST: Final = 14
"""Fewer origins say nothing."""
MARGIN: Final = 0.05
"""The model must be better by this share of the naive error; less is chance."""
LOW, HIGH = 0.1, 0.9
"""The band holds four of five values of the back-test."""
LAST, SEASON = "last", "season"

Guess = Callable[[Sequence[float], int], list[float]]


@dataclass(frozen=True, slots=True)
class Band:
    """What is expected of the coming periods, and between which values."""

    values: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The mean absolute errors of the back-test (None: too short a series), and the band if it is worth showing."""

    tested: int = 0
    naive: str = LAST
    naive_error: float | None = None
    model_error: float | None = None
    band: Band | None = None

    @property
    def gain(self) -> float | None:
        """By which share of the naive error the model is better; negative when it is worse, None when unknown."""
        if self.naive_error is None or self.model_error is None or not self.naive_error:
            return None
        return 1 - self.model_error / self.naive_error


def judge(history: Sequence[float], horizon: int, season: int) -> Verdict:
    """Test the model on `history` (oldest first) and foretell `horizon` values when it beats the naive guesses.

    `season` is the number of values in a week or a year; 1 when there is no season.
    """
    origins = _origins(len(history), season)
    if horizon < 1 or len(origins) < FEWEST:
        return Verdict(len(origins))
    naive = {LAST: _misses(history, origins, horizon, _last)}
    if season > 1:
        naive[SEASON] = _misses(history, origins, horizon, _seasonal(season))
    model = _misses(history, origins, horizon, _model(season))
    errors = {name: _mean_error(misses) for name, misses in naive.items()}
    best = min(errors, key=lambda name: errors[name])
    ours = _mean_error(model)
    shown = ours < errors[best] * (1 - MARGIN)
    band = _band(_model(season)(history, horizon), model) if shown else None
    return Verdict(len(origins), best, errors[best], ours, band)


def _origins(length: int, season: int) -> range:
    """From where is foretold: each needs three seasons (at least 14 values) before it."""
    first = max(3 * season, 14)
    return range(max(first, length - TESTED), length)


def _misses(history: Sequence[float], origins: range, horizon: int, guess: Guess) -> list[list[float]]:
    """For each step ahead: what came less what had been foretold."""
    found: list[list[float]] = [[] for _step in range(horizon)]
    for origin in origins:
        foretold = guess(history[:origin], horizon)
        for step, value in enumerate(history[origin : origin + horizon]):
            found[step].append(value - foretold[step])
    return found


def _mean_error(misses: list[list[float]]) -> float:
    every = [abs(miss) for step in misses for miss in step]
    return sum(every) / len(every)


def _last(known: Sequence[float], horizon: int) -> list[float]:
    return [known[-1]] * horizon


def _seasonal(season: int) -> Guess:
    def guess(known: Sequence[float], horizon: int) -> list[float]:
        return [known[len(known) - season + step % season] for step in range(horizon)]

    return guess


def _model(season: int) -> Guess:
    def guess(known: Sequence[float], horizon: int) -> list[float]:
        shape = _shape(known, season)
        level = _level(known, shape)
        return [level * shape[(len(known) + step) % season] for step in range(horizon)]

    return guess


def _shape(known: Sequence[float], season: int) -> list[float]:
    """How large each place of the season usually is, 1 being the mean; drawn one value's worth towards 1."""
    first = max(0, len(known) - SEASONS * season)
    recent = known[first:]
    mean = sum(recent) / len(recent)
    if not mean:
        return [1.0] * season
    places: list[list[float]] = [[] for _place in range(season)]
    for at, value in enumerate(recent, first):
        places[at % season].append(value)
    return [(sum(values) / mean + 1) / (len(values) + 1) for values in places]


def _level(known: Sequence[float], shape: Sequence[float]) -> float:
    """The level without the season, newer values counting more."""
    season = len(shape)
    level = sum(known[: max(season, 7)]) / len(known[: max(season, 7)])
    for at, value in enumerate(known):
        level += SMOOTHING * (value / max(shape[at % season], 0.1) - level)
    return level


def _band(values: list[float], misses: list[list[float]]) -> Band:
    """The values and the spread of what was missed so far; nothing is less than none."""
    every = sorted(miss for step in misses for miss in step)
    low, high = _quantile(every, LOW), _quantile(every, HIGH)
    lower = tuple(max(0.0, value + low) for value in values)
    upper = tuple(max(0.0, value + high) for value in values)
    return Band(tuple(max(0.0, value) for value in values), lower, upper)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[round(share * (len(ordered) - 1))]
