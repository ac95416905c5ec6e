"""The rates that chapters count (走访率, 需求满足率 …) as indicators: on their pages, for systems, in an assessment."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from fieldwork.models import Hazard, Household, InspectedPlace, Inspection, PlaceKind, VisitDuty, VisitPlan
from grid.models import Building, Compound, Grid
from reports.assessment import counting
from reports.chapters.shelf import all_chapters
from reports.indicators import CHAPTER_INDICATORS, PARTY_INDICATORS
from reports.metrics import Extent
from reports.periods import Period
from tests import street
from tests.reports.conftest import DAY, at
from tests.reports.party_recount import recounted
from tests.reports.party_town import PartyTown

WEEK = Period(DAY - timedelta(days=7), DAY)


@pytest.fixture
def plan(db: None) -> VisitPlan:
    return VisitPlan.objects.create(name="普通住户", target="household", period="half", starts_on=date(2026, 1, 1))


def rounds(plan: VisitPlan, grid: Grid, due: int, done: int) -> None:
    """So many households of the grid are to be visited in the week, so many of them were."""
    compound = Compound.objects.create(grid=grid, name=f"{grid.code}小区")
    building = Building.objects.create(compound=compound, grid=grid, name="1号楼")
    for n in range(due):
        here = {"grid": grid, "grid_code": grid.code}
        home = Household.objects.create(building=building, room=str(n), **here)
        done_on = DAY if n < done else None
        VisitDuty.objects.create(plan=plan, household=home, due_on=DAY, done_on=done_on, **here)


@pytest.fixture
def hazards(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    """One put right, one open, in one micro-grid."""
    here = {"grid": grids[street.MICRO], "grid_code": street.MICRO}
    kind = PlaceKind.objects.create(code="shop", name="小商店", group="nine_small")
    place = InspectedPlace.objects.create(kind=kind, name="小卖部", **here)
    moment = {"at": at("10:00"), "received_at": at("10:00"), "by": roles["operator"]}
    look = Inspection.objects.create(place=place, **moment, **here)
    Hazard.objects.create(inspection=look, place=place, text="堵", status="fixed_once", fixed_at=at("10:30"), **here)
    Hazard.objects.create(inspection=look, place=place, text="线", **here)


def page(client: Client, name: str) -> Any:
    asked = {"grid": street.STREET, "first": f"{WEEK.first}", "last": f"{WEEK.last}"}
    return client.get(f"/reports/indicators/{name}/", asked)


@pytest.fixture
def operator(client: Client, roles: dict[str, User]) -> Client:
    client.force_login(roles["operator"])
    return client


def test_the_page_of_the_visit_rate_equals_the_chapter(
    operator: Client, busy_day: Grid, grids: dict[str, Grid], plan: VisitPlan
) -> None:
    rounds(plan, grids[street.MICRO], 12, 9)
    rounds(plan, grids[street.SISTER], 8, 2)
    context = page(operator, "visit_rate").context
    assert (context["total"].above, context["total"].below) == (11, 20)
    assert {line["code"]: (line["value"].above, line["value"].below) for line in context["areas"]} == {
        street.COMMUNITY: (9, 12),
        street.SISTER: (2, 8),
    }
    chapter = next(each for each in all_chapters() if each.name == "fieldwork")
    numbers = chapter.count(Extent.of(street.STREET, WEEK))
    assert (numbers["visits_done"], numbers["visits_due"]) == (11, 20)
    assert chapter.ratios(numbers)["visit_rate"]["value"] == context["total"].ratio


def test_a_rate_of_few_people_is_hidden_and_one_of_few_hazards_is_not(
    operator: Client, busy_day: Grid, grids: dict[str, Grid], plan: VisitPlan, hazards: None
) -> None:
    rounds(plan, grids[street.MICRO], 3, 1)
    assert page(operator, "visit_rate").context["total"].hidden
    rounds(plan, grids[street.SISTER], 9, 9)
    context = page(operator, "visit_rate").context
    assert not context["total"].hidden
    assert all(line["value"].hidden for line in context["areas"])
    total = page(operator, "hazard_rectification_rate").context["total"]
    assert (total.above, total.below, total.hidden) == (1, 2, False)


def test_systems_read_the_rates_and_not_those_of_few_people(
    operator: Client, busy_day: Grid, grids: dict[str, Grid], plan: VisitPlan, hazards: None
) -> None:
    asked = {"grid": street.STREET, "first": f"{WEEK.first}", "last": f"{WEEK.last}"}

    def ratios() -> Any:
        return operator.get("/api/v1/indicators/values/", asked).json()["total"]["ratios"]

    rounds(plan, grids[street.MICRO], 4, 4)
    assert ratios()["visit_rate"] == {"above": None, "below": None, "value": None}
    assert ratios()["hazard_rectification_rate"] == {"above": 1, "below": 2, "value": 0.5}
    rounds(plan, grids[street.SISTER], 4, 2)
    assert ratios()["visit_rate"] == {"above": 6, "below": 8, "value": 0.75}


def test_an_assessment_of_areas_can_ask_for_them_and_single_cases_change_nothing(
    busy_day: Grid, grids: dict[str, Grid], plan: VisitPlan, hazards: None
) -> None:
    rounds(plan, grids[street.MICRO], 12, 9)
    names = {each.name for each in CHAPTER_INDICATORS}
    assert names <= {name for name, _label in counting.choices("area")}
    assert not names & {name for name, _label in counting.choices("unit")}
    facts = counting.read("area", busy_day, WEEK)
    assert facts.of(street.COMMUNITY, "visit_rate") == (9, 12)
    assert facts.of(street.COMMUNITY, "hazard_rectification_rate") == (1, 2)
    alone = counting.read("area", busy_day, WEEK, only=[1])
    assert counting.less(facts, alone).of(street.COMMUNITY, "visit_rate") == (9, 12)


def test_the_pages_cost_few_queries_whatever_there_is(
    operator: Client, busy_day: Grid, grids: dict[str, Grid], plan: VisitPlan
) -> None:
    page(operator, "visit_rate")
    with CaptureQueriesContext(connection) as before:
        page(operator, "visit_rate")
    rounds(plan, grids[street.MICRO], 12, 9)
    with CaptureQueriesContext(connection) as after:
        assert page(operator, "visit_rate").status_code == 200
    assert len(before) == len(after) <= 20


# --- party work -------------------------------------------------------------------------------------------------------


@pytest.fixture
def party(busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User]) -> PartyTown:
    town = PartyTown(1, grids, roles)
    town.build()
    return town


def test_every_rate_of_party_work_is_on_its_page_and_for_systems_what_the_recount_says(
    operator: Client, party: PartyTown
) -> None:
    wanted = recounted(party, street.STREET, WEEK)
    asked = {"grid": street.STREET, "first": f"{WEEK.first}", "last": f"{WEEK.last}"}
    ratios = operator.get("/api/v1/indicators/values/", asked).json()["total"]["ratios"]
    for one in PARTY_INDICATORS:
        above, below = wanted[one.numerator], wanted[one.denominator]
        few = one.of_people and 0 < below < 5
        total = page(operator, one.name).context["total"]
        assert (total.hidden, total.above, total.below) == ((True, 0, 0) if few else (False, above, below)), one.name
        assert (ratios[one.name]["above"], ratios[one.name]["below"]) == ((None, None) if few else (above, below))


def test_an_assessment_of_areas_can_ask_for_the_rates_of_party_work(party: PartyTown, busy_day: Grid) -> None:
    facts = counting.read("area", busy_day, WEEK)
    wanted = recounted(party, street.COMMUNITY, WEEK)
    assert facts.of(street.COMMUNITY, "need_rate") == (wanted["needs_met"], wanted["needs_due"])
    assert facts.of(street.COMMUNITY, "decision_rate") == (wanted["resolutions_done"], wanted["resolutions"])
