"""Matching: the pure reckoning, whatever the facts."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partybuilding.matching import (
    WEIGHTS,
    Offer,
    Wanted,
    days_of_week,
    distance_m,
    free_days,
    ranked,
    reaches,
    weigh,
    words_of,
)

TODAY = date(2026, 11, 21)
CODES = ("410103008", "410103008001", "410103008001001", "410103008002", "410103003")
days = st.one_of(st.none(), st.dates(TODAY - timedelta(days=60), TODAY + timedelta(days=60)))
places = st.one_of(st.none(), st.tuples(st.floats(113.5, 113.8), st.floats(34.6, 34.9)))
wants = st.builds(
    Wanted,
    kind=st.integers(1, 2),
    grid_code=st.sampled_from(CODES[1:4]),
    level_code=st.sampled_from(CODES[:2]),
    from_on=days,
    until_on=days,
    place=places,
    compound=st.one_of(st.none(), st.integers(1, 3)),
    unit=st.one_of(st.none(), st.integers(1, 3)),
)
offers = st.builds(
    Offer,
    pk=st.integers(1, 10**6),
    unit=st.integers(1, 3),
    kind=st.integers(1, 2),
    serves_code=st.sampled_from(CODES),
    place=places,
    weekdays=st.frozensets(st.integers(1, 7)),
    from_on=days,
    until_on=days,
    capacity=st.one_of(st.none(), st.integers(1, 5)),
    used=st.integers(0, 9),
    due=st.integers(0, 9),
    kept=st.just(0),
    grade=st.one_of(st.none(), st.floats(1, 5)),
    covers=st.frozensets(st.integers(1, 3)),
)


@given(wants, offers)
def test_points_stay_between_nothing_and_a_hundred(wanted: Wanted, offer: Offer) -> None:
    match = weigh(wanted, offer, today=TODAY)
    assert 0 <= match.total <= 100
    assert all(0 <= match.points[name] <= WEIGHTS[name] + 1e-9 for name in WEIGHTS)


@given(wants, st.lists(offers, max_size=12))
def test_the_list_is_ordered_and_holds_only_what_reaches(wanted: Wanted, some: list[Offer]) -> None:
    found = ranked(wanted, some, today=TODAY)
    assert sorted(one.offer.pk for one in found) == sorted(one.pk for one in some if reaches(wanted, one))
    marks = [(not one.is_possible, -one.total) for one in found]
    assert marks == sorted(marks)
    assert all(one.offer.unit != wanted.unit and one.offer.kind == wanted.kind for one in found)


@given(wants, offers)
def test_a_kept_promise_more_never_lowers_an_offer(wanted: Wanted, offer: Offer) -> None:
    few = weigh(wanted, replace(offer, due=9, kept=3), today=TODAY)
    more = weigh(wanted, replace(offer, due=9, kept=4), today=TODAY)
    assert more.points["record"] >= few.points["record"]


@given(wants, offers)
def test_free_days_are_days_of_the_window_that_are_still_to_come(wanted: Wanted, offer: Offer) -> None:
    free, asked = free_days(wanted, offer, TODAY)
    assert 0 <= free <= asked
    match = weigh(wanted, offer, today=TODAY)
    assert match.is_possible == (match.free_days != 0 and match.left != 0)


def test_weekdays_decide_which_days_are_free() -> None:
    wanted = Wanted(1, CODES[2], CODES[2], from_on=date(2026, 11, 23), until_on=date(2026, 11, 29))
    assert free_days(wanted, Offer(1, 1, 1, CODES[0], weekdays=frozenset({6, 7})), TODAY) == (2, 7)
    assert free_days(wanted, Offer(1, 1, 1, CODES[0]), TODAY) == (7, 7)
    assert free_days(wanted, Offer(1, 1, 1, CODES[0], until_on=date(2026, 11, 22)), TODAY) == (0, 7)


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(-3, 400), st.frozensets(st.integers(1, 7)))
def test_days_of_the_week_are_counted_as_one_by_one(first: date, more: int, weekdays: frozenset[int]) -> None:
    some = (first + timedelta(days=n) for n in range(more + 1))
    assert days_of_week(first, first + timedelta(days=more), weekdays) == sum(
        not weekdays or day.isoweekday() in weekdays for day in some
    )


def test_what_serves_elsewhere_is_reached_when_the_need_has_risen() -> None:
    offer = Offer(1, 1, 1, "410103008002")
    here = Wanted(1, "410103008001001", "410103008001001")
    assert not reaches(here, offer)
    risen = replace(here, level_code="410103008")
    assert reaches(risen, offer)
    assert (
        weigh(risen, offer, today=TODAY).points["place"]
        < weigh(risen, replace(offer, serves_code=CODES[1]), today=TODAY).points["place"]
    )


def test_a_used_up_resource_stands_behind_one_that_is_worse_but_free() -> None:
    wanted = Wanted(1, CODES[2], CODES[2])
    used_up = Offer(1, 1, 1, CODES[2], capacity=2, used=2, due=9, kept=9, grade=5.0)
    poor = Offer(2, 2, 1, CODES[0], due=9, kept=0, grade=1.0)
    assert [one.offer.pk for one in ranked(wanted, [used_up, poor], today=TODAY)] == [2, 1]


def test_a_degree_of_latitude_is_about_111_kilometres() -> None:
    metres = distance_m((113.6, 34.0), (113.6, 35.0))
    assert metres is not None
    assert abs(metres - 111_195) < 10


def test_of_two_of_a_kind_the_one_that_names_the_thing_stands_first() -> None:
    wanted = Wanted(kind=1, grid_code=CODES[0], level_code=CODES[0], words=words_of("楼院下水管道疏通"))
    road = Offer(pk=1, unit=1, kind=1, serves_code=CODES[0], words=words_of("路面修补小分队"))
    pipe = Offer(pk=2, unit=2, kind=1, serves_code=CODES[0], words=words_of("管道疏通车"))
    assert [one.offer for one in ranked(wanted, [road, pipe], today=TODAY)] == [pipe, road]
    assert weigh(wanted, pipe, today=TODAY).shared == {"管道", "道疏", "疏通"}


def test_words_that_everybody_says_tell_nothing() -> None:
    assert words_of("社区服务", "a1", "") == {"区服"}
