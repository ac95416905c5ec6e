"""Pages and doors of patrols, switches, badges and the log book."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AccessEvent
from fieldwork import logbook, patrol_plans, patrols
from fieldwork.dictionaries import load_dictionaries
from fieldwork.models import (
    BadgeHolding,
    CareColour,
    CareSubject,
    FieldStep,
    Household,
    Patrol,
    PatrolFinding,
    PatrolPlan,
    PolicySwitch,
    PopulationTag,
    QuickNote,
    RoleBadge,
)
from fieldwork.patrol_plans import NewPlan
from fieldwork.patrols import NewPatrol
from grid.models import Building, Compound
from incidents.models import Incident
from tests import street
from tests.incidents.conftest import World, close_files, world  # noqa: F401
from tests.incidents.pages import client_of, photo

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}
Browse = Callable[[str], Client]


@pytest.fixture
def as_(world: World) -> Browse:  # noqa: F811
    """A browser of that role."""
    cache.clear()
    return lambda role: client_of(world, role)


@pytest.fixture
def plan(world: World) -> PatrolPlan:  # noqa: F811
    """A plan of the micro-grid."""
    since = timezone.localdate(world.now) - timedelta(days=3)
    new = NewPlan("夜经济夜间巡查", "night", range(1, 8), 2, since, checkpoints=[("升龙商圈东门", None)])
    return patrol_plans.add_plan(new, grid=world.grids[street.MICRO], actor=world.people["community"])


def walked(world: World, n: int, **more: Any) -> list[Patrol]:  # noqa: F811
    """Rounds that ended."""
    return [_walk(world, **more) for _n in range(n)]


def _walk(world: World, **more: Any) -> Patrol:  # noqa: F811
    who = world.people["microleader"]
    new = NewPatrol(uuid4(), world.grids[street.MICRO], **more)
    patrol, _made = patrols.start_patrol(new, actor=who, now=world.now)
    return patrols.finish_patrol(patrol, actor=who, now=world.now)


def test_a_round_on_the_phone_from_the_first_tap_to_the_last(as_: Browse, plan: PatrolPlan) -> None:
    client = as_("microleader")
    assert "夜经济夜间巡查" in client.get("/patrols/start/").content.decode()
    begun = client.post("/patrols/start/", {"plan": plan.pk, "client_id": uuid4()})
    assert begun.headers["Location"] == "/patrols/under-way/"
    found = {"text": "烧烤摊占道", "client_id": uuid4(), "photos": photo()}
    assert client.post("/patrols/finding/", found).status_code == 302
    page = client.get("/patrols/under-way/").content.decode()
    assert "烧烤摊占道" in page
    assert Incident.objects.get().number in page
    done = client.post("/patrols/finish/", {"passed": [plan.checkpoints.get().pk], "text": "已劝离"})
    shown = client.get(done.headers["Location"])
    assert shown.status_code == 200
    assert all(words in shown.content.decode() for words in ("升龙商圈东门", "已劝离", "烧烤摊占道", "field-photos"))


def test_the_queue_of_the_phone_sends_a_whole_round_once(as_: Browse, plan: PatrolPlan) -> None:
    client, given, finding = as_("microleader"), str(uuid4()), str(uuid4())
    sends = (
        ("/patrols/start/", {"client_id": given, "plan": plan.pk}),
        ("/patrols/finding/", {"client_id": finding, "patrol": given, "text": "井盖破损"}),
        ("/patrols/finish/", {"client_id": str(uuid4()), "patrol": given, "text": ""}),
    )
    first = [client.post(url, data, **JSON).status_code for url, data in sends]
    again = [client.post(url, data, **JSON).status_code for url, data in sends]
    assert (first, again) == ([201, 201, 201], [200, 200, 201])
    assert (Patrol.objects.count(), PatrolFinding.objects.count(), Incident.objects.count()) == (1, 1, 1)
    other = client.post("/patrols/finding/", {"client_id": finding, "patrol": given, "text": "别的"}, **JSON)
    assert (other.status_code, other.json()["kept"]) == (409, "井盖破损")


def test_a_finding_of_an_unknown_round_waits_for_a_person(as_: Browse) -> None:
    sent = {"client_id": uuid4(), "patrol": uuid4(), "text": "井盖破损"}
    assert as_("microleader").post("/patrols/finding/", sent, **JSON).status_code == 409
    wrong = as_("microleader").post("/patrols/start/", {"client_id": uuid4()}, **JSON)
    assert wrong.status_code == 422
    assert list(wrong.json()["errors"]) == ["__all__"]


def test_nobody_writes_in_the_round_of_another(world: World, as_: Browse) -> None:  # noqa: F811
    new = NewPatrol(uuid4(), world.grids[street.MICRO])
    patrol, _made = patrols.start_patrol(new, actor=world.people["microleader"], now=world.now)
    sent = {"client_id": uuid4(), "patrol": patrol.client_id, "text": "井盖破损"}
    assert as_("gridleader").post("/patrols/finding/", sent, **JSON).status_code == 409
    assert as_("gridleader").post(f"/patrols/{patrol.client_id}/drop/", {"text": "x"}).status_code == 403
    assert not PatrolFinding.objects.exists()


@pytest.mark.parametrize("url", ["/patrols/", "/patrols/plans/", "/patrols/start/", "/patrols/excel/"])
def test_pages_cost_the_same_for_one_row_and_for_many(world: World, as_: Browse, url: str) -> None:  # noqa: F811
    def queries() -> int:
        client = as_("community")
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    def more(n: int) -> None:
        new = NewPlan(f"巡查{n}", "daily", range(1, 8), 1, timezone.localdate(world.now))
        walked(world, 2, plan=patrol_plans.add_plan(new, grid=world.grids[street.MICRO], actor=world.people["admin"]))

    more(0)
    few = queries()
    for n in range(1, 8):
        more(n)
    assert queries() == few


def test_the_list_is_narrowed_and_taken_out_with_a_record(world: World, as_: Browse, plan: PatrolPlan) -> None:  # noqa: F811
    walked(world, 2)
    walked(world, 1, plan=plan)
    client = as_("community")
    assert len(client.get("/patrols/?kind=night").context["page"].rows) == 1
    assert client.get("/patrols/?kind=strange").status_code == 400
    assert as_("department").get("/patrols/").status_code == 403
    book = load_workbook(BytesIO(client.get("/patrols/excel/?kind=night").content))
    assert [row[3].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["夜经济夜间巡查"]
    assert AccessEvent.objects.filter(object_type="patrol", fields="1").count() == 1


def test_a_plan_is_typed_with_its_points_and_their_places(as_: Browse) -> None:
    client = as_("community")
    given = {
        "name": "日常巡查", "kind": "daily", "weekdays": ["1", "2"], "times": 1, "starts_on": "2026-11-01",
        "checkpoints": "东门 113.6253, 34.7466\n配电房",
    }  # fmt: skip
    made = client.post(f"/patrols/plans/new/?grid={street.MICRO}", given)
    plan = PatrolPlan.objects.get()
    assert made.headers["Location"] == f"/patrols/plans/{plan.pk}/"
    points = {point.name: point.point and round(point.point.x, 4) for point in plan.checkpoints.all()}
    assert points == {"东门": 113.6253, "配电房": None}
    assert client.get(f"/patrols/plans/{plan.pk}/").status_code == 200
    stale = client.post(f"/patrols/plans/{plan.pk}/edit/", given | {"version": 9})
    assert stale.status_code == 422
    twice = client.post(f"/patrols/plans/{plan.pk}/edit/", given | {"version": 1, "checkpoints": "东门\n东门"})
    assert (twice.status_code, list(twice.context["form"].errors)) == (422, ["checkpoints"])


def test_everybody_concerned_reads_why_a_switch_is_on(world: World, as_: Browse) -> None:  # noqa: F811
    today = timezone.localdate()
    given = {"name": "check_in", "grid": street.STREET, "reason": "防汛应急值守", "starts_on": today}
    assert as_("shiftleader").post("/policies/new/", given).status_code == 403
    assert as_("admin").post("/policies/new/", given).status_code == 422
    decided = as_("admin").post("/policies/new/", given | {"ends_on": today + timedelta(days=7)})
    assert decided.status_code == 302
    assert "防汛应急值守" in as_("microleader").get("/policies/").content.decode()
    switch = PolicySwitch.objects.get()
    assert (switch.approved_by, switch.grid_code) == (world.people["admin"], street.STREET)
    assert as_("admin").post(f"/policies/{switch.pk}/off/").status_code == 302
    switch.refresh_from_db()
    assert switch.ends_on == today + timedelta(days=1)


def test_who_wears_which_badge_stands_by_grid(world: World, as_: Browse) -> None:  # noqa: F811
    load_dictionaries()
    badge = RoleBadge.objects.get(name="协作员")
    given = {"person": "microleader", "badge": badge.pk, "since": "2026-11-01"}
    assert as_("microleader").post("/badges/give/", given).status_code == 403
    assert as_("community").post("/badges/give/", given).status_code == 302
    assert as_("community").post("/badges/give/", given).status_code == 422
    page = as_("microleader").get(f"/badges/?role_set={badge.role_set_id}").content.decode()
    assert "协作员" in page
    assert "microleader" in page
    answer = as_("community").get("/api/v1/field/badges/").json()
    assert [(row["badge"], row["grid"]) for row in answer["results"]] == [("协作员", street.MICRO)]
    held = BadgeHolding.objects.get()
    assert as_("community").post(f"/badges/{held.pk}/take/").status_code == 302


# --- log book ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(world: World, plan: PatrolPlan) -> World:  # noqa: F811
    """A day of the micro-grid leader: a case, a round, a note, somebody entered into care under a sealed tag."""
    who, grid = world.people["microleader"], world.grids[street.MICRO]
    world.report(by="microleader")
    walked(world, 1, plan=plan)
    QuickNote.objects.create(
        grid=grid, grid_code=grid.code, by=who, at=world.now, received_at=world.now, text="李阿姨电话13812345678"
    )
    building = Building.objects.create(
        compound=Compound.objects.create(grid=grid, name="聚龙花园"), grid=grid, name="1号楼"
    )
    home = Household.objects.create(building=building, room="101", grid=grid, grid_code=grid.code)
    colour = CareColour.objects.create(slot=1, name="红", value="#d63939", meaning="困难")
    tag = PopulationTag.objects.create(name="社区矫正", colour=colour, is_sensitive=True)
    care: dict[str, Any] = {"basis": "duty", "since": timezone.localdate(world.now), "reason": "期内"}
    row = CareSubject.objects.create(household=home, tag=tag, grid=grid, grid_code=grid.code, entered_by=who, **care)
    FieldStep.objects.create(subject="caresubject", subject_id=row.pk, after="active", by=who, at=world.now)
    return world


def test_the_log_book_fills_itself_and_hides_numbers(busy: World, as_: Browse) -> None:
    page = as_("microleader").get(f"/logbook/?month={timezone.localdate(busy.now):%Y-%m}")
    kinds = [row.kind for day in page.context["days"] for row in day.rows]
    assert sorted(kinds) == ["note", "patrol", "reported"]
    text = page.content.decode()
    assert "夜经济夜间巡查" in text
    assert "13812345678" not in text
    assert "社区矫正" not in text


def test_whoever_plans_reads_the_book_of_her_people_as_far_as_she_may_see(busy: World, as_: Browse) -> None:
    url = f"/logbook/?month={timezone.localdate(busy.now):%Y-%m}&person=microleader"
    page = as_("community").get(url)
    assert {row.kind for day in page.context["days"] for row in day.rows} >= {"note", "patrol", "care"}
    assert as_("gridleader").get(url).status_code == 404
    assert as_("community").get("/logbook/?person=department").status_code == 404
    assert as_("community").get("/logbook/?month=2026-13").status_code == 404


def test_the_book_leaves_as_a_workbook_with_a_record(busy: World, as_: Browse) -> None:
    answer = as_("microleader").get(f"/logbook/excel/?month={timezone.localdate(busy.now):%Y-%m}")
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 3
    assert not any("13812345678" in str(cell) for row in rows for cell in row)
    assert AccessEvent.objects.filter(object_type="logbook").count() == 1


def test_the_ledger_of_the_grid_has_the_same_lines(busy: World, as_: Browse) -> None:
    month = f"{timezone.localdate(busy.now):%Y-%m}"
    page = as_("community").get(f"/reports/ledger/?grid={street.MICRO}&month={month}")
    assert {row.kind for row in page.context["rows"]} == {"reported", "note", "patrol", "care"}
    page = as_("operator").get(f"/reports/ledger/?grid={street.MICRO}&month={month}")
    assert {row.kind for row in page.context["rows"]} == {"reported"}


def test_the_log_book_costs_the_same_for_more_work(busy: World) -> None:
    def queries() -> int:
        today = timezone.localdate(busy.now)
        whose = logbook.Whose(today, today, person=busy.people["microleader"].pk, reader=busy.people["community"])
        logbook.rows(whose)
        with CaptureQueriesContext(connection) as caught:
            logbook.rows(whose)
        return len(caught)

    few = queries()
    walked(busy, 5)
    assert queries() == few <= 16


# --- API --------------------------------------------------------------------------------------------------------------


def test_systems_walk_by_the_same_rules(world: World, as_: Browse, plan: PatrolPlan) -> None:  # noqa: F811
    client = as_("microleader")
    sent: dict[str, Any] = {"content_type": "application/json"}
    given = {"client_id": str(uuid4()), "plan": plan.pk}
    begun = client.post("/api/v1/field/patrols/", given, **sent)
    assert begun.status_code == 201
    assert client.post("/api/v1/field/patrols/", given, **sent).status_code == 200
    url = f"/api/v1/field/patrols/{begun.json()['id']}/"
    found = client.post(f"{url}findings/", {"text": "店外经营", "lon": 113.61, "lat": 34.71}, **sent)
    assert (found.status_code, found.json()["incident"]) == (201, Incident.objects.get().number)
    done = client.post(f"{url}finish/", {"passed": [plan.checkpoints.get().pk]}, **sent)
    assert (done.json()["status"], done.json()["passed"]) == ("finished", ["升龙商圈东门"])
    assert client.get("/api/v1/field/patrols/?strange=1").status_code == 400
    assert as_("department").get(url).status_code == 403
    assert client.get("/api/v1/field/patrol-plans/").json()["results"][0]["checkpoints"][0]["name"] == "升龙商圈东门"


# --- admin ------------------------------------------------------------------------------------------------------------


def test_the_office_edits_its_words_and_looks_at_records(world: World, as_: Browse, plan: PatrolPlan) -> None:  # noqa: F811
    load_dictionaries()
    walked(world, 1, plan=plan)
    client = as_("admin")
    for name in (
        "roleset",
        "dutykind",
        "mustdo",
        "visitpurpose",
        "patrolplan",
        "patrol",
        "policyswitch",
        "badgeholding",
    ):
        assert client.get(f"/admin/fieldwork/{name}/").status_code == 200, name
    role_set = RoleBadge.objects.get(name="第四员（名称待街道填写）").role_set
    page = client.get(f"/admin/fieldwork/roleset/{role_set.pk}/change/")
    assert "第四员" in page.content.decode()
    assert client.get(f"/admin/fieldwork/patrol/{Patrol.objects.get().pk}/change/").status_code == 200
    assert client.get("/admin/fieldwork/patrol/add/").status_code == 403
