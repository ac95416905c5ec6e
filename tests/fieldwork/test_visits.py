"""Visits end the rounds that are due, open the next ones, and are shown to whoever may see them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts.errors import NotAllowed, NotValid
from fieldwork import duties
from fieldwork.models import MustDo, Visit, VisitDuty
from fieldwork.visits import NewVisit, record_visit
from grid.once import Conflict
from incidents.models import Incident
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import NOW, TODAY, VisitWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> VisitWorld:
    return visit_world.build()


def visit(world: VisitWorld, outcome: str = "met", **more):
    now = more.pop("now", NOW)
    given = {"household": world.home} | more
    return record_visit(NewVisit(outcome, **given), actor=world.worker, now=now)[0]


def waiting(**target) -> list[date]:
    return list(VisitDuty.objects.waiting().filter(**target).values_list("due_on", flat=True))


# --- rounds ---


def test_a_plan_opens_one_round_for_everybody_however_often_the_job_runs(world):
    world.household("102"), world.household("103", tenure="empty"), world.household("104", is_active=False)
    visit_world.plan("半年", "household", "half")
    assert duties.open_due_rounds(now=NOW) == 2
    assert duties.open_due_rounds(now=NOW) == 0
    # less than half of the half-year is left: nobody is overdue at once
    assert waiting(household=world.home) == [date(2027, 6, 30)]


def test_the_number_of_statements_does_not_grow_with_the_households(world, django_assert_num_queries):
    visit_world.plan("每月", "household", "month")
    for room in range(30):
        world.household(f"9{room}")
    with django_assert_num_queries(5):
        assert duties.open_due_rounds(now=NOW) == 31


def test_a_round_that_has_not_begun_stays_open_also_when_the_phone_names_it(world):
    each = {"plan": visit_world.plan("每月", "household", "month"), "household": world.home}
    duty = VisitDuty.objects.create(**each, grid=world.grid, grid_code=world.grid.code, due_on=date(2027, 6, 30))
    visit(world, also=[duty])
    assert waiting(household=world.home) == [date(2027, 6, 30)]


def test_a_plan_below_a_grid_is_for_that_grid_only(world):
    visit_world.plan("界外", "household", "month", grid=world.grids[street.OTHER_GRID])
    visit_world.plan("界内", "tenure", "month", tenure="owned", grid=world.grids[street.GRID])
    duties.open_due_rounds(now=NOW)
    assert set(VisitDuty.objects.values_list("plan__name", flat=True)) == {"界内"}


def test_rounds_fall_away_with_their_reason(world):
    care, flats = visit_world.plan("每周", "care", "week", tag=world.elder.tag), world.household("102", tenure="rented")
    visit_world.plan("出租屋", "tenure", "quarter", tenure="rented")
    duties.open_due_rounds(now=NOW)
    type(world.elder).objects.filter(pk=world.elder.pk).update(status="ended", ended_on=TODAY)
    type(flats).objects.filter(pk=flats.pk).update(tenure="owned")
    duties.open_due_rounds(now=NOW)
    assert not VisitDuty.objects.waiting().exists()
    assert VisitDuty.objects.filter(dropped=True).count() == 2
    assert care.duties.count() == 1


def test_rounds_go_along_when_the_household_comes_under_another_grid(world):
    visit_world.plan("每月", "household", "month")
    duties.open_due_rounds(now=NOW)
    east = world.grids[street.MICRO_EAST]
    type(world.home).objects.update(grid=east, grid_code=east.code)
    assert duties.open_due_rounds(now=NOW) == 1
    assert VisitDuty.objects.get().grid_code == east.code


# --- visits ---


def test_a_visit_ends_the_round_and_opens_the_next_one(world):
    plan = visit_world.plan("每月", "household", "month")
    duty = VisitDuty.objects.create(
        plan=plan, household=world.home, grid=world.grid, grid_code=world.grid.code, due_on=date(2026, 9, 30)
    )
    found = visit(world)
    duty.refresh_from_db()
    assert (duty.done_on, duty.visit) == (TODAY, found)
    # late by two months: the visit counts for November as well, the next is December's
    assert waiting(household=world.home) == [date(2026, 12, 31)]
    visit(world, text="又来一次", now=NOW + timedelta(days=1))
    assert waiting(household=world.home) == [date(2026, 12, 31)]


def test_nobody_at_home_leaves_the_round_open_and_no_wish_to_talk_ends_it(world):
    visit_world.plan("每月", "household", "month")
    duties.open_due_rounds(now=NOW - timedelta(days=15))
    visit(world, "not_home")
    assert waiting(household=world.home) == [date(2026, 11, 30)]
    visit(world, "refused")
    assert waiting(household=world.home) == [date(2026, 12, 31)]


def test_a_visit_to_a_person_ends_the_rounds_of_the_household_but_of_nobody_else_there(world):
    visit_world.plan("每周", "care", "week", tag=world.elder.tag)
    visit_world.plan("矫正", "care", "month", tag=world.secret.tag)
    visit_world.plan("住户", "household", "month")
    duties.open_due_rounds(now=NOW - timedelta(days=18))
    visit(world, household=None, subject=world.elder)
    assert waiting(subject=world.elder) == [date(2026, 11, 29)]
    assert waiting(household=world.home) == [date(2026, 12, 31)]
    assert waiting(subject=world.secret) == [date(2026, 11, 30)]


def test_an_agreed_day_becomes_a_round_that_the_next_visit_ends(world):
    visit(world, next_on=date(2026, 12, 5))
    visit(world, "not_home", text="没人", next_on=date(2026, 12, 8))
    assert waiting(household=world.home) == [date(2026, 12, 8)]
    visit(world, text="见到了")
    assert waiting(household=world.home) == []


def test_the_rate_counts_whoever_was_not_visited_in_every_month(world):
    plan = visit_world.plan("每月", "household", "month")
    other = world.household("102")
    rounds = [(world.home, date(2026, 9, 30), date(2026, 9, 12)), (other, date(2026, 9, 30), date(2026, 11, 3))]
    for home, due, done in [*rounds, (world.home, date(2026, 10, 31), None)]:
        VisitDuty.objects.create(
            plan=plan, household=home, grid=world.grid, grid_code=world.grid.code, due_on=due, done_on=done
        )
    months = [(9, 30), (10, 31), (11, 30)]
    found = [duties.figures(VisitDuty.objects.all(), date(2026, m, 1), date(2026, m, d)) for m, d in months]
    assert [(one["visited"], one["due"]) for one in found] == [(1, 2), (0, 2), (1, 2)]
    (line,) = duties.rates(VisitDuty.objects.all(), date(2026, 11, 1), date(2026, 11, 30))
    assert (line.rate, line.late) == (0.5, 1)


def test_the_same_send_is_one_visit_and_other_words_are_a_conflict(world):
    key = uuid4()
    new = NewVisit("met", household=world.home, text="一切都好")
    first, made = record_visit(new, actor=world.worker, now=NOW, client_id=key)
    again, more = record_visit(new, actor=world.worker, now=NOW + timedelta(hours=3), client_id=key)
    assert made
    assert not more
    assert first == again
    with pytest.raises(Conflict):
        record_visit(NewVisit("refused", household=world.home), actor=world.worker, now=NOW, client_id=key)


def test_nobody_answers_twice_and_somebody_is_sent_to_look(world):
    visit(world, "not_home", subject=world.elder, now=NOW - timedelta(days=2))
    assert not Incident.objects.exists()
    second = visit(world, "not_home", subject=world.elder)
    assert second.incident == Incident.objects.get()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"household": None}, "household"),
        ({"outcome": "?"}, "outcome"),
        ({"at": NOW + timedelta(days=1)}, "at"),
        ({"at": NOW - timedelta(days=40)}, "at"),
        ({"next_on": TODAY}, "next_on"),
        ({"text": "a\u202eb"}, "text"),
    ],
)
def test_what_is_wrong_with_a_visit_is_said_at_its_field(world, more, field):
    given = {"outcome": "met", "household": world.home} | more
    with pytest.raises(NotValid) as error:
        record_visit(NewVisit(**given), actor=world.worker, now=NOW)
    assert list(error.value.fields) == [field]
    assert not Visit.objects.exists()


def test_musts_are_ticked_only_when_somebody_was_met(world):
    must = MustDo.objects.create(group="know", position=1, name="家庭情况")
    assert list(visit(world, musts=[must]).musts.all()) == [must]
    with pytest.raises(NotValid):
        visit(world, "not_home", musts=[must])


def test_nobody_writes_visits_in_another_grid(world):
    stranger = street.make_person("stranger")
    street.give_post(stranger, "grid_worker", world.grids[street.OTHER_GRID])
    with pytest.raises(NotAllowed):
        record_visit(NewVisit("met", household=world.home), actor=stranger, now=NOW)


def test_visits_to_people_in_care_are_seen_by_whoever_may_see_these_people(world):
    auditor, micro = street.make_person("auditor"), street.make_person("micro")
    street.give_post(auditor, "auditor", world.grids[street.STREET])
    street.give_post(micro, "micro_leader", world.grid)
    plain, elder, secret = visit(world), visit(world, subject=world.elder), visit(world, subject=world.secret)
    seen = {user.username: set(Visit.objects.visible_to(user)) for user in (auditor, micro, world.leader)}
    assert seen == {"auditor": {plain}, "micro": {plain, elder}, "leader": {plain, elder, secret}}
    plans = [visit_world.plan(f"{n}", "care", "week", tag=one.tag) for n, one in enumerate((world.elder, world.secret))]
    duties.open_due_rounds(now=NOW + timedelta(days=9))
    assert [VisitDuty.objects.visible_to(user).count() for user in (auditor, micro, world.leader)] == [0, 1, len(plans)]
