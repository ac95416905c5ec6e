"""Needs, resources and projects: who may, what follows, what stays."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from accounts.errors import NotAllowed, NotNow, NotValid
from notices.models import Notice
from partybuilding import ageing, list_calls, needs, project_parts, projects
from partybuilding.match_queries import matches_of
from partybuilding.models import ListCall, Need, NeedWait, PartyStep, Project
from tests import street
from tests.partybuilding import list_world
from tests.partybuilding.list_world import Lists
from tests.partybuilding.unit_world import TODAY, make_unit

pytestmark = pytest.mark.django_db
RESULT = projects.Result("十名党员疏通四小时", members_count=10)


@pytest.fixture
def lists() -> Lists:
    """The world of the lists."""
    return list_world.build()


def finished(lists: Lists, need: Need) -> Project:
    """A project that the unit has done."""
    made = lists.project(need)
    hand = lists.people["hand"]
    made = projects.agree(made, promised_on=TODAY, actor=hand, now=lists.now)
    return projects.finish(made, RESULT, actor=hand, now=lists.now)


def test_a_need_has_a_number_of_its_street_and_waits_where_it_was_raised(lists: Lists) -> None:
    need = lists.need()
    assert (need.number, need.level_code, need.status) == ("建中街需求〔2026〕1号", street.GRID, "open")
    assert lists.need().number == "建中街需求〔2026〕2号"


def test_only_who_keeps_lists_there_raises_a_need(lists: Lists) -> None:
    for role in ("auditor", "hand", "microleader"):
        with pytest.raises(NotAllowed):
            lists.need(by=role)
    with pytest.raises(NotAllowed):
        lists.need(code=street.SISTER)


def test_a_unit_raises_its_own_need_and_does_not_meet_it_itself(lists: Lists) -> None:
    need = lists.need(by="hand", unit=lists.units.unit, source="unit")
    with pytest.raises(NotValid) as caught:
        lists.project(need, by="hand")
    assert "unit" in caught.value.fields


def test_sent_twice_it_is_one_need_and_other_words_are_a_conflict(lists: Lists) -> None:
    once, actor = uuid4(), lists.people["gridleader"]
    new = needs.NewNeed(title="修路灯", kind=lists.kind, grid=lists.units.grids[street.GRID])
    first = needs.raise_need(new, actor=actor, now=lists.now, client_id=once)
    assert needs.raise_need(new, actor=actor, now=lists.now, client_id=once) == first
    other = needs.NewNeed(title="修水泵", kind=lists.kind, grid=lists.units.grids[street.GRID])
    with pytest.raises(NotNow):
        needs.raise_need(other, actor=actor, now=lists.now, client_id=once)


def test_the_need_follows_its_project_to_the_end(lists: Lists) -> None:
    need = lists.need()
    done = finished(lists, need)
    need.refresh_from_db()
    assert need.status == "delivered"
    projects.confirm(done, actor=lists.people["gridleader"], now=lists.now)
    need.refresh_from_db()
    assert (need.status, need.ended_at) == ("met", lists.now)
    words = [step.after for step in PartyStep.objects.filter(subject="need", subject_id=need.pk).order_by("id")]
    assert words == ["open", "promised", "delivered", "met"]


def test_what_was_not_needed_goes_back_to_work_and_a_dropped_promise_lets_the_need_wait(lists: Lists) -> None:
    need = lists.need()
    done = finished(lists, need)
    again = projects.refuse(done, text="又堵了", actor=lists.people["gridleader"], now=lists.now)
    need.refresh_from_db()
    assert (again.status, need.status) == ("running", "running")
    projects.drop(again, text="车坏了", actor=lists.people["hand"], now=lists.now)
    need.refresh_from_db()
    assert need.status == "open"
    assert lists.project(need).status == "proposed"


def test_the_unit_does_not_confirm_its_own_work(lists: Lists) -> None:
    done = finished(lists, lists.need())
    street.give_post(lists.people["hand"], "grid_leader", lists.units.grids[street.SISTER])
    with pytest.raises(NotAllowed):
        projects.confirm(done, actor=lists.people["hand"], now=lists.now)


def test_strangers_take_no_step_of_a_project(lists: Lists) -> None:
    made = lists.project(lists.need())
    for role in ("department", "auditor", "microleader"):
        with pytest.raises(NotAllowed):
            projects.agree(made, promised_on=TODAY, actor=lists.people[role], now=lists.now)


def test_a_second_unit_for_one_need_is_told_that_it_is_late(lists: Lists) -> None:
    need = lists.need()
    lists.project(need)
    with pytest.raises(NotNow, match=r"faster|更快|已有"):
        lists.project(need)


def test_promises_lie_in_the_days_to_come_and_results_have_words(lists: Lists) -> None:
    made = lists.project(lists.need())
    hand = lists.people["hand"]
    with pytest.raises(NotValid):
        projects.agree(made, promised_on=TODAY - timedelta(days=1), actor=hand, now=lists.now)
    made = projects.agree(made, promised_on=TODAY, actor=hand, now=lists.now)
    with pytest.raises(NotValid):
        projects.finish(made, projects.Result("  "), actor=hand, now=lists.now)


def test_the_steps_of_the_type_come_along_and_are_ticked_by_the_unit(lists: Lists) -> None:
    made = lists.project(lists.need())
    tasks = list(made.steps.all())
    assert [(one.part, one.text) for one in tasks] == [("", "踏勘"), ("", "预定方案"), ("", "施工"), ("空间", "休闲")]
    ticked = project_parts.tick(tasks[0], done=True, actor=lists.people["hand"], now=lists.now)
    assert ticked.done_on == TODAY
    with pytest.raises(NotAllowed):
        project_parts.tick(tasks[1], done=True, actor=lists.people["department"], now=lists.now)


def test_only_confirmed_projects_are_chosen_as_best(lists: Lists) -> None:
    done, officer = finished(lists, lists.need()), lists.people["partyofficer"]
    with pytest.raises(NotNow):
        project_parts.choose_best(done, best=True, actor=officer)
    done = projects.confirm(done, actor=officer, now=lists.now)
    with pytest.raises(NotAllowed):
        project_parts.choose_best(done, best=True, actor=lists.people["gridleader"])
    assert project_parts.choose_best(done, best=True, actor=officer).is_best


def test_a_need_rises_after_the_days_of_its_level_and_not_without_them(lists: Lists) -> None:
    need = lists.need()
    later: Callable[[int], Any] = lambda days: lists.now + timedelta(days=days)  # noqa: E731
    assert ageing.raise_waiting(now=later(300)) == 0
    NeedWait.objects.create(level=5, days=15)
    NeedWait.objects.create(level=4, days=30)
    assert ageing.raise_waiting(now=later(14)) == 0
    assert [ageing.raise_waiting(now=later(15)) for _turn in range(2)] == [1, 0]
    assert [ageing.raise_waiting(now=later(day)) for day in (44, 45, 400)] == [0, 1, 0]
    need.refresh_from_db()
    assert (need.level_code, need.status) == (street.STREET, "open")
    told = Notice.objects.filter(kind="need.risen").values_list("recipient__username", flat=True)
    assert {"community", "partyofficer"} <= set(told)


def test_a_promised_need_does_not_rise(lists: Lists) -> None:
    NeedWait.objects.create(level=5, days=1)
    made = lists.project(lists.need())
    projects.agree(made, promised_on=TODAY, actor=lists.people["hand"], now=lists.now)
    assert ageing.raise_waiting(now=lists.now + timedelta(days=9)) == 0


def test_matches_show_the_agreement_the_capacity_and_the_kept_promises(lists: Lists) -> None:
    compound = lists.units.compound(code=street.GRID)
    lists.units.agreement().compounds.add(compound)
    row = lists.resource(capacity=2)
    projects.confirm(finished(lists, lists.need()), actor=lists.people["gridleader"], now=lists.now)
    Project.objects.update(resource=row)
    found = matches_of([lists.need(compound=compound)], lists.people["gridleader"], today=TODAY)
    (one,) = next(iter(found.values()))
    assert (one.row, one.match.covered, one.match.left, one.match.offer.kept) == (row, True, 1, 1)
    assert "success" in {tone for tone, _words in one.reasons}


def test_the_nearer_of_two_equal_units_stands_first_with_its_distance(lists: Lists) -> None:
    far, near = Point(113.60, 34.75, srid=4326), Point(113.605, 34.711, srid=4326)
    second = make_unit(lists.units.grids[street.STREET], "排水公司")
    lists.resource(point=far)
    lists.resource(unit=second, point=near)
    need = lists.need(point=Point(113.605, 34.71, srid=4326))
    found = matches_of([need], lists.people["gridleader"], today=TODAY)[need.pk]
    assert [one.unit for one in found] == [second, lists.units.unit]
    assert found[0].match.metres == 111


def test_a_unit_stands_once_on_the_list_with_the_number_of_its_other_resources(lists: Lists) -> None:
    for title in ("疏通车", "抢修队", "水泵"):
        lists.resource(title=title)
    need = lists.need()
    (one,) = matches_of([need], lists.people["gridleader"], today=TODAY)[need.pk]
    assert one.more == 2


def test_lists_are_called_for_once_in_a_half_year(lists: Lists) -> None:
    grid, officer = lists.units.grids[street.STREET], lists.people["partyofficer"]
    new = list_calls.NewCall(grid, 2026, 2, TODAY, date(2026, 12, 31), "请各单位提交清单")
    call = list_calls.call_for_lists(new, actor=officer, now=lists.now)
    told = set(Notice.objects.filter(kind="lists.called").values_list("recipient__username", flat=True))
    assert {"unithand", "gridleader", "community"} <= told
    with pytest.raises(NotNow):
        list_calls.call_for_lists(new, actor=officer, now=lists.now)
    assert ListCall.objects.get() == call


@pytest.mark.django_db(transaction=True)
def test_two_units_at_once_make_one_project() -> None:
    lists = list_world.build()
    need, said = lists.need(), []

    def ask() -> None:
        try:
            said.append(lists.project(need).status)
        except NotNow:
            said.append("late")
        finally:
            connection.close()

    threads = [Thread(target=ask) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["late", "late", "late", "proposed"]
    assert Project.objects.count() == 1


def test_a_promise_that_is_dropped_from_an_older_page_lets_the_need_wait(lists: Lists) -> None:
    project, hand = lists.project(lists.need()), lists.people["hand"]
    older = Project.objects.get(pk=project.pk)
    projects.agree(project, promised_on=lists.now.date() + timedelta(days=3), actor=hand, now=lists.now)
    projects.drop(older, text="车坏了", actor=hand, now=lists.now)
    assert Need.objects.get().status == "open"
