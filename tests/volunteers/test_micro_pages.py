"""Pages of micro-projects and service points: by clicking, what a page costs, what leaves as a file."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from tests import street
from tests.volunteers import micro_world
from tests.volunteers.micro_world import Micro, line_of
from volunteers.models import MicroCall, MicroProject, Opening, PointKind, Reviewer, ServicePoint, VolunteerStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Micro:
    return micro_world.build()


def browser(user: User) -> Client:
    """Signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, name: str, /, *args: Any, expect: int = 302, **data: Any) -> Any:
    """Send a form; tells what was wrong with it."""
    answer = client.post(reverse(f"volunteers:{name}", args=args), data)
    assert answer.status_code == expect, answer.content.decode()[-3000:]
    return answer


BID = {
    "title": "楼道书屋",
    "text": "三处书屋",
    "asked": "10000",
    "own_money": "1000",
    "budget_0_name": "书架",
    "budget_0_value": "8000",
    "budget_1_name": "图书",
    "budget_1_value": "3000",
    "milestones_0_name": "书屋开放",
    "milestones_0_value": "2027-01-01",
}


def test_a_project_goes_its_whole_way_by_clicking(world: Micro) -> None:
    leader, office, expert = browser(world.leader), browser(world.officer), street.make_person("expert")
    MicroCall.objects.update(closes_on=timezone.localdate(), least_bids=1)
    post(leader, "micro_bid", world.call.pk, team=world.team.pk, **BID)
    project = MicroProject.objects.get()
    post(office, "micro_coach", project.pk, text="预算再分细")
    post(leader, "micro_rework", project.pk, **{**BID, "title": "一米阳光书屋"}, version=2)
    post(office, "micro_step", project.pk, "review")
    post(office, "micro_invite", project.pk, people="expert")
    first, second = world.call.criteria.all()
    post(browser(expert), "micro_review", project.pk, **{f"criterion_{first.pk}": "55", f"criterion_{second.pk}": "35"})
    MicroCall.objects.update(closes_on=timezone.localdate() - timedelta(days=1))
    post(office, "micro_step", project.pk, "fund", granted="9000", text="通过")
    post(leader, "micro_step", project.pk, "start", expect=422)
    plan = {name: value for name, value in BID.items() if name.startswith("budget")}
    post(leader, "micro_replan", project.pk, **plan | {"budget_0_value": "7000"})
    post(leader, "micro_step", project.pk, "start")
    receipt = SimpleUploadedFile("收据.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")
    bought = {"line": line_of(project).pk, "merchant": "五金店", "text": "书架", "paid_on": timezone.localdate()}
    post(leader, "micro_spend", project.pk, amount="6500.50", files=receipt, **bought)
    post(office, "micro_step", project.pk, "mid_check", text="进度正常")
    post(leader, "micro_reach", project.pk, milestone=project.milestones.get().pk)
    post(leader, "micro_step", project.pk, "finish", result="建成", beneficiaries="640")
    post(office, "micro_step", project.pk, "close", text="票据齐全")
    project.refresh_from_db()
    assert (project.title, project.status, project.granted) == ("一米阳光书屋", "closed", 9_000)
    assert line_of(project).spent == Decimal("6500.50")
    shown = leader.get(reverse("volunteers:micro_project", args=[project.pk])).content.decode()
    assert "收据.pdf" in shown
    assert "expert" not in shown


def test_a_wrong_bid_keeps_what_was_typed_and_says_what_is_wrong(world: Micro) -> None:
    MicroCall.objects.update(closes_on=timezone.localdate())
    wrong = {**BID, "own_money": "5", "budget_1_value": ""}
    shown = post(browser(world.leader), "micro_bid", world.call.pk, expect=422, team=world.team.pk, **wrong)
    assert "三处书屋" in shown.content.decode()
    form = shown.context["form"]
    assert "budget_1_value" in form.errors
    assert not MicroProject.objects.exists()


def test_a_project_is_there_for_its_people_and_its_reviewers_only(world: Micro) -> None:
    project = world.bid(actor=world.leader)
    expert = world.reviewer(project).user
    address = reverse("volunteers:micro_project", args=[project.pk])
    for user, status in ((world.leader, 200), (expert, 200), (world.head, 404), (street.make_person("x"), 404)):
        assert browser(user).get(address).status_code == status
    assert browser(world.head).get(reverse("volunteers:micro_call", args=[world.call.pk])).status_code == 200
    assert browser(world.head).get(reverse("volunteers:micro_review", args=[project.pk])).status_code == 404


def test_points_are_hidden_from_the_team_until_the_decision(world: Micro) -> None:
    project = world.reviewed(world.bid(actor=world.leader), (51, 36))
    address = reverse("volunteers:micro_project", args=[project.pk])
    assert "87.0" in browser(world.officer).get(address).content.decode()
    assert "87.0" not in browser(world.leader).get(address).content.decode()
    assert "expert" not in browser(world.leader).get(address).content.decode()


def filled(world: Micro, some: int) -> None:
    """Projects with points, service points with a board."""
    kind, _made = PointKind.objects.get_or_create(name="清凉驿站")
    for _n in range(some):
        project = world.bid(f"项目{MicroProject.objects.count()}", actor=world.leader)
        Reviewer.objects.create(project=project, user=world.officer)
        grid, number = world.grids[street.MICRO], ServicePoint.objects.count()
        place = Point(113.605 + number / 1000, 34.705, srid=4326)
        point = ServicePoint.objects.create(
            kind=kind, name=f"点{number}", place=place, grid=grid, grid_code=grid.code, organization=world.unit
        )
        Opening.objects.create(point=point, on=timezone.localdate(), is_open=True, by=world.officer, at=world.now)


LISTS = (
    *("micro_calls", "micro_projects", "micro_reviews", "service_points", "points_layer", "opening_board"),
    *("points_near", "circle", "circle_layer", "matters"),
)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_costs_the_same_for_one_row_and_for_many(world: Micro, name: str) -> None:
    filled(world, 1)
    client, address = browser(world.officer), reverse(f"volunteers:{name}")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    filled(world, 4)
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few) <= 22, [query["sql"][:150] for query in many]


@pytest.mark.parametrize("name", ["micro_call", "micro_call_print"])
def test_a_call_costs_the_same_however_many_bid(world: Micro, name: str) -> None:
    filled(world, 1)
    client, address = browser(world.officer), reverse(f"volunteers:{name}", args=[world.call.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    filled(world, 3)
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)


@pytest.mark.parametrize("name", ["micro_projects_excel", "service_points_excel", "circle_excel", "matters_excel"])
def test_lists_leave_as_workbooks(world: Micro, name: str) -> None:
    filled(world, 2)
    answer = browser(world.officer).get(reverse(f"volunteers:{name}"))
    assert answer.status_code == 200
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows


def test_a_point_is_entered_opened_and_found_by_clicking(world: Micro) -> None:
    office = browser(world.officer)
    kind = PointKind.objects.create(name="日间照料中心")
    data = {"name": "照料中心", "kind": kind.pk, "grid": world.grids[street.COMMUNITY].pk, "reach": 800}
    post(office, "service_point_new", expect=422, **data)
    post(office, "service_point_new", lon="113.605", lat="34.705", hours="08:00-18:00", **data)
    point = ServicePoint.objects.get()
    post(office, "service_point_board", point.pk, is_open="1", next=reverse("volunteers:opening_board"))
    assert Opening.objects.get().by == world.officer
    near = post(browser(world.leader), "points_near", expect=200, lon="113.605", lat="34.706")
    assert "111 m" in near.content.decode() or "111 米" in near.content.decode()


def test_the_ledger_shows_what_each_reader_may_see(world: Micro) -> None:
    project = world.running(actor=world.leader)
    MicroProject.objects.filter(pk=project.pk).update(status="closed", beneficiaries=7)
    from_record = {"subject": "microproject", "subject_id": project.pk, "before": "final", "after": "closed"}
    VolunteerStep.objects.create(by=world.officer, at=world.now, **from_record)
    shown = browser(world.officer).get(reverse("volunteers:matters"))
    assert [(row["title"], row["gained"]) for row in shown.context["rows"]] == [("楼道书屋", 7)]
    cadre = street.make_person("sees_volunteers_only")
    street.give_post(cadre, "building_head", world.grids[street.MICRO])
    assert browser(cadre).get(reverse("volunteers:matters")).status_code == 200
