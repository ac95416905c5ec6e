"""Pages of the three lists: who gets in, what a refusal keeps, how much a page costs."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AccessEvent
from partybuilding.models import Need, PartyMember, Project, Resource
from tests import street
from tests.incidents.pages import words
from tests.partybuilding import list_world
from tests.partybuilding.list_world import Lists
from tests.partybuilding.test_lists import finished
from tests.partybuilding.unit_world import TODAY

pytestmark = pytest.mark.django_db
PAGES = ("lists", "needs", "resources", "projects", "board", "list_calls")


@pytest.fixture
def lists() -> Lists:
    """The world of the lists."""
    return list_world.build()


def filled(lists: Lists, some: int) -> None:
    """Needs, resources and projects."""
    for n in range(some):
        lists.resource(title=f"疏通队{n}")
        lists.need(title=f"堵塞{n}")
        lists.project(lists.need(title=f"漏水{n}"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_for_one_row_and_for_many(lists: Lists, name: str) -> None:
    filled(lists, 1)
    client = lists.browser("gridleader")
    client.get(reverse(f"partybuilding:{name}"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert client.get(reverse(f"partybuilding:{name}")).status_code == 200
    filled(lists, 4)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(f"partybuilding:{name}"))
    assert len(many) <= len(few) <= 18


@pytest.mark.parametrize("name", PAGES)
def test_empty_lists_say_what_comes_next(lists: Lists, name: str) -> None:
    for role in ("gridleader", "hand", "auditor"):
        assert lists.get(role, name).status_code == 200


def test_people_of_the_unit_see_open_needs_where_it_serves_and_their_projects(lists: Lists) -> None:
    need, mine = lists.need(), lists.project(lists.need(title="修灯"))
    elsewhere = lists.need(by="partyofficer", code=street.SISTER)
    assert lists.get("hand", "need", need.pk).status_code == 200
    assert lists.get("hand", "project", mine.pk).status_code == 200
    assert lists.get("department", "need", need.pk).status_code == 404
    assert lists.get("department", "project", mine.pk).status_code == 404
    assert lists.get("gridleader", "need", elsewhere.pk).status_code == 404


def test_the_unit_claims_a_need_by_itself(lists: Lists) -> None:
    need, resource = lists.need(), lists.resource()
    page = lists.get("hand", "need", need.pk)
    assert reverse("partybuilding:project_for", args=[need.pk]) in page.content.decode()
    data = {"client_id": uuid4(), "title": "认领", "type": lists.type.pk, "resource": resource.pk}
    assert lists.post("hand", "project_for", need.pk, **data).status_code == 302
    assert Project.objects.get().by == lists.people["hand"]


def test_the_form_of_a_need_is_sent_twice_and_makes_one(lists: Lists) -> None:
    data = {"client_id": uuid4(), "title": "修灯", "kind": lists.kind.pk, "source": "resident"}
    data["grid"] = lists.units.grids[street.GRID].pk
    answers = [lists.post("gridleader", "need_new", **data) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Need.objects.count() == 1


def test_a_refused_form_keeps_what_was_typed(lists: Lists) -> None:
    data = {"client_id": uuid4(), "title": "修灯", "source": "resident", "grid": lists.units.grids[street.GRID].pk}
    answer = lists.post("gridleader", "need_new", **data)
    assert answer.status_code == 422
    assert "修灯" in answer.content.decode()
    made = lists.project(lists.need())
    late = lists.post("hand", "project_step", made.pk, "agree", promised_on=TODAY - timedelta(days=9000), text="下周")
    assert late.status_code == 422
    assert "下周" in late.content.decode()


def test_a_second_click_is_told_that_the_step_is_taken(lists: Lists) -> None:
    made = lists.project(lists.need())
    far = TODAY + timedelta(days=900)
    assert lists.post("hand", "project_step", made.pk, "agree", promised_on=far).status_code == 302
    again = lists.post("hand", "project_step", made.pk, "agree", promised_on=far)
    assert again.status_code == 302
    made.refresh_from_db()
    assert (made.status, made.version) == ("agreed", 2)


def test_a_resource_is_offered_changed_paused_by_its_unit(lists: Lists) -> None:
    data = {"client_id": uuid4(), "unit": lists.units.unit.pk, "title": "疏通车", "kind": lists.kind.pk}
    assert lists.post("hand", "resource_new", **data, weekdays=["6", "7"]).status_code == 302
    row = Resource.objects.get()
    assert (row.serves_code, row.weekdays) == (street.STREET, [6, 7])
    change = {"client_id": uuid4(), "title": "疏通车两台", "kind": lists.kind.pk, "version": 1, "capacity": 4}
    assert lists.post("hand", "resource_edit", row.pk, **change).status_code == 302
    assert lists.post("hand", "resource_edit", row.pk, **change).status_code == 422
    assert lists.post("hand", "resource_step", row.pk, "pause", version=2).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.status, row.capacity) == ("疏通车两台", "paused", 4)


def test_a_resource_shows_the_needs_that_it_fits(lists: Lists) -> None:
    row, need = lists.resource(), lists.need()
    shown = lists.get("partyofficer", "resource", row.pk).context["needs"]
    assert [one.row for one in shown] == [need]


def test_the_filters_stand_in_the_address_and_a_broken_one_is_refused(lists: Lists) -> None:
    lists.need(title="堵塞")
    other = lists.need(title="路灯")
    rows = lists.get("gridleader", "needs", q="路灯").context["rows"]
    assert rows == [other]
    assert lists.get("gridleader", "needs", status="nothing").status_code == 400
    assert lists.get("gridleader", "needs", grid="x' or 1").status_code == 400


@pytest.mark.parametrize("name", ["need_excel", "resource_excel", "project_excel"])
def test_a_workbook_leaves_masked_and_recorded(lists: Lists, name: str) -> None:
    lists.resource(text="联系 13612345678")
    lists.need(text="联系 13612345678")
    finished(lists, lists.need(title="漏水"))
    answer = lists.get("partyofficer", name)
    sheet = load_workbook(BytesIO(answer.content)).active
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any("13612345678" in cell for cell in cells)
    assert AccessEvent.objects.filter(action="export").count() == 1


def test_members_who_took_part_stand_there_masked(lists: Lists) -> None:
    grid = lists.units.grids[street.GRID]
    member = PartyMember.objects.create(
        name="欧阳建国", management="concurrent", unit=lists.units.unit, grid=grid, grid_code=grid.code
    )
    made = lists.project(lists.need())
    answer = lists.post("partyofficer", "project_people", made.pk, members=[member.pk], hours="4")
    assert answer.status_code == 302
    for role in ("hand", "gridleader"):
        text = words(lists.get(role, "project", made.pk))
        assert "欧阳建国" not in text
    assert made.people.get().hours == 4


def test_lists_are_called_for_on_a_page(lists: Lists) -> None:
    today = lists.now.date()
    data: dict[str, Any] = {"grid": lists.units.grids[street.STREET].pk, "year": 2026, "half": 2, "opens_on": today}
    data["closes_on"] = today + timedelta(days=900)
    assert lists.post("gridleader", "list_call_new", **data).status_code == 403
    answer = lists.post("partyofficer", "list_call_new", **data)
    assert answer.status_code == 302
    assert lists.post("partyofficer", "list_call_new", **data).status_code == 422
    assert lists.browser("hand").get(answer.url).status_code == 200
