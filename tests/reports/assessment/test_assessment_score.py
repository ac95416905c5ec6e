"""The points of an assessment: pure functions, against a second reckoning by hand and by hypothesis."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.assessment.score import (
    POST,
    Facts,
    Grade,
    Item,
    Mark,
    Plan,
    Rule,
    capped,
    grade_of,
    points_of,
    score,
    wilson,
)

D = Decimal
GRADES = (Grade("优秀", D(90)), Grade("良好", D(85)), Grade("合格", D(60)), Grade("不合格", D(0)))
JINNIU = tuple(
    Item(name, name, mode, D(points), name)
    for name, mode, points in (
        ("handling_rate", "share", 30),
        ("on_time_handling_rate", "share", 20),
        ("rework_rate", "inverse", 20),
        ("overdue_pending_rate", "inverse", 20),
        ("extension_rate", "inverse", 10),
    )
)


def plan_of(*items: Item, **more: object) -> Plan:
    return Plan(**{"items": items, "shrink_cases": 0, "least_cases": 20, "grades": GRADES} | more)  # type: ignore[arg-type]


def test_the_jinniu_formula_gives_the_points_reckoned_by_hand():
    ratios = {
        "handling_rate": (95, 100),
        "on_time_handling_rate": (80, 100),
        "rework_rate": (5, 100),
        "overdue_pending_rate": (3, 100),
        "extension_rate": (10, 100),
    }
    (line,) = score(plan_of(*JINNIU), Facts({"a": ratios}))
    assert [cell.points for cell in line.cells] == [D("28.50"), D("16.00"), D("19.00"), D("19.40"), D("9.00")]
    assert (line.total, line.percent, line.grade, line.rank) == (D("91.90"), D("91.90"), "优秀", 1)


@pytest.mark.parametrize(
    ("rate", "points"), [("0.70", 50), ("0.85", 50), ("0.69", 49), ("0.655", "45.5"), ("0.20", 0), ("0", 0)]
)
def test_a_bar_gives_all_points_and_takes_one_per_percent_below_it(rate, points):
    assert points_of(Item("i", "按期结案率", "bar", D(50), "x", D(70)), D(rate)) == D(points)


def test_half_a_cent_is_rounded_up():
    assert points_of(Item("i", "", "share", D("0.01"), "x"), D("0.5")) == D("0.01")
    assert points_of(Item("i", "", "share", D("0.01"), "x"), D("0.49")) == D("0.00")


def test_few_cases_have_points_drawn_to_the_mean_but_neither_rank_nor_grade():
    facts = Facts({"big": {"x": (900, 1000)}, "tiny": {"x": (3, 3)}, "none": {"x": (0, 0)}})
    lines = {line.key: line for line in score(plan_of(Item("i", "", "share", D(100), "x"), shrink_cases=20), facts)}
    mean = Fraction(903, 1003)
    assert lines["tiny"].total == D("91.33")  # (3 + 20 × 903/1003) / 23
    assert abs((3 + 20 * mean) / 23 - Fraction("0.9133")) < Fraction(1, 10_000)
    assert (lines["tiny"].rank, lines["tiny"].grade, lines["tiny"].why) == (None, "", "few")
    assert (lines["big"].rank, lines["none"].cells[0].rate, lines["none"].total) == (1, None, D("90.03"))


def test_equal_totals_share_a_rank_and_the_next_one_is_left_out():
    facts = Facts({key: {"x": (good, 50)} for key, good in (("a", 40), ("b", 45), ("c", 40), ("d", 30))})
    lines = score(plan_of(Item("i", "", "share", D(100), "x")), facts)
    assert [(line.key, line.rank) for line in lines] == [("b", 1), ("a", 2), ("c", 2), ("d", 4)]


def test_an_item_without_any_case_is_left_out_and_the_rest_scaled_up():
    items = Item("i", "", "share", D(60), "x"), Item("j", "", "share", D(40), "y")
    (line,) = score(plan_of(*items), Facts({"a": {"x": (30, 40)}}))
    assert (line.cells[0].points, line.cells[1].points, line.total) == (D("75.00"), None, D("75.00"))


def test_kinds_of_post_have_grades_and_no_rank_and_wait_for_every_mark():
    plan = plan_of(Item("i", "走访", "hand", D(20)), Item("j", "日志", "hand", D(20)), subject=POST)
    facts = Facts({"grid_worker": {}, "micro_leader": {}})
    marks = [
        Mark("grid_worker", D(19), item="i"),
        Mark("grid_worker", D(25), item="j"),
        Mark("micro_leader", D(9), "i"),
    ]
    worker, leader = score(plan, facts, marks)
    assert (worker.total, worker.grade, worker.rank, worker.why) == (D("39.00"), "优秀", None, "post")
    assert (leader.total, leader.why) == (None, "unmarked")


def test_additions_and_deductions_are_capped_and_a_total_is_never_below_nothing():
    plan = plan_of(base=D(100), rules=(Rule("late", "迟报", D(-10), D(30)), Rule("early", "早发现", D(5))))
    marks = [Mark("a", D(-10), rule="late")] * 5 + [Mark("a", D(5), rule="early"), Mark("b", D(-500), rule="early")]
    first, last = score(plan, Facts({"a": {}, "b": {}}, {"a": 30, "b": 30}), marks)
    assert (first.given, first.total) == ({"late": D(-30), "early": D(5)}, D("75.00"))
    assert last.total == D("0.00")
    assert capped(plan.rules[0], [D(-10)] * 2) == D(-20)


def test_the_grades_fit_the_published_ones_of_xuchang():
    plan = plan_of()
    assert [grade_of(plan, D(p)) for p in ("93.46", "88", "82.94", "75.07", "59.99")] == [
        "优秀", "良好", "合格", "合格", "不合格",
    ]  # fmt: skip


def test_the_interval_is_that_of_wilson():
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (D("0.4902"), D("0.9433"))
    assert wilson(0, 0) == (0, 1)


counts = st.integers(0, 400).flatmap(lambda below: st.tuples(st.integers(0, below), st.just(below)))
worlds = st.dictionaries(st.sampled_from("abcdef"), counts, min_size=1)


@given(worlds, st.integers(0, 60), st.sampled_from(["share", "inverse", "bar"]))
def test_points_stay_between_nothing_and_full_and_the_interval_holds_the_rate(world, weight, mode):
    item = Item("i", "", mode, D(50), "x", D(70))
    for line in score(plan_of(item, shrink_cases=weight), Facts({key: {"x": pair} for key, pair in world.items()})):
        (cell,) = line.cells
        if cell.points is not None:
            assert 0 <= cell.points <= 50
            assert cell.rate is None or (cell.low <= cell.rate <= cell.high and 0 <= cell.shrunk <= 1)
        assert (line.rank is None) == (cell.points is None or line.cases < 20)


@given(worlds, st.integers(0, 60))
def test_one_more_success_never_costs_points_or_rank_and_the_order_of_subjects_is_nothing(world, weight):
    plan = plan_of(Item("i", "", "share", D(100), "x"), shrink_cases=weight)
    facts = {key: {"x": pair} for key, pair in world.items()}
    lines = score(plan, Facts(facts))
    assert lines == score(plan, Facts(dict(reversed(facts.items()))))
    key, (above, below) = min(world.items())
    if above < below:
        before = next(line for line in lines if line.key == key)
        after = next(line for line in score(plan, Facts(facts | {key: {"x": (above + 1, below)}})) if line.key == key)
        assert after.total >= before.total
        assert after.rank is None or after.rank <= before.rank


@given(worlds)
def test_ranks_are_one_more_than_the_number_of_better_ones(world):
    lines = score(
        plan_of(Item("i", "", "share", D(100), "x")), Facts({key: {"x": pair} for key, pair in world.items()})
    )
    ranked = [line for line in lines if line.rank]
    assert all(line.rank == 1 + sum(other.total > line.total for other in ranked) for line in ranked)
