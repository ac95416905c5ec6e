"""A band of expectation is drawn only where the model has beaten the naive guesses on the series itself."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.dashboards.forecast import FEWEST, LAST, MARGIN, SEASON, judge

WEEK = (30, 28, 27, 29, 31, 12, 9)


def noisy_weeks(count: int, *, spread: int, seed: int = 7) -> list[float]:
    """Weeks of one shape, each day off by up to `spread`."""
    chance = random.Random(seed)
    return [float(max(0, value + chance.randint(-spread, spread))) for _week in range(count) for value in WEEK]


def test_a_weekly_shape_in_noise_is_foretold_better_than_by_last_week() -> None:
    verdict = judge(noisy_weeks(16, spread=6), 7, 7)
    assert verdict.naive == SEASON
    assert verdict.gain is not None
    assert verdict.gain > MARGIN
    assert verdict.band is not None
    weekend = verdict.band.values[5:]
    assert max(weekend) < min(verdict.band.values[:5])


def test_a_week_that_repeats_itself_exactly_leaves_nothing_to_improve() -> None:
    verdict = judge([float(value) for value in WEEK * 16], 7, 7)
    assert verdict.naive == SEASON
    assert verdict.naive_error == 0
    assert verdict.band is None
    assert verdict.gain is None


def test_a_steady_climb_is_foretold_best_by_its_last_value_and_gets_no_band() -> None:
    verdict = judge([float(n * 3) for n in range(90)], 3, 7)
    assert verdict.naive == LAST
    assert verdict.gain is not None
    assert verdict.gain < 0
    assert verdict.band is None


def test_a_short_series_is_not_judged() -> None:
    verdict = judge(noisy_weeks(4, spread=3), 7, 7)
    assert verdict.tested < FEWEST
    assert (verdict.naive_error, verdict.model_error, verdict.band) == (None, None, None)


def test_nothing_is_foretold_for_no_days() -> None:
    assert judge(noisy_weeks(16, spread=6), 0, 7).band is None


def test_four_of_five_coming_days_lie_in_the_band() -> None:
    inside = total = 0
    for seed in range(30):
        history = noisy_weeks(17, spread=6, seed=seed)
        band = judge(history[:-7], 7, 7).band
        for step, value in enumerate(history[-7:] if band else ()):
            assert band is not None
            total += 1
            inside += band.lower[step] <= value <= band.upper[step]
    assert total >= 150
    assert 0.7 <= inside / total <= 0.95


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 500).map(float), max_size=120),
    st.integers(1, 10),
    st.sampled_from((1, 7, 12)),
)
def test_a_band_is_ordered_never_negative_and_always_earned(history: list[float], horizon: int, season: int) -> None:
    verdict = judge(history, horizon, season)
    assert verdict == judge(history, horizon, season)
    if verdict.band is None:
        return
    assert verdict.model_error is not None
    assert verdict.naive_error is not None
    assert verdict.model_error < verdict.naive_error * (1 - MARGIN)
    assert len(verdict.band.values) == horizon
    for value, low, high in zip(verdict.band.values, verdict.band.lower, verdict.band.upper, strict=True):
        assert 0 <= low <= high
        assert low <= max(high, value)
