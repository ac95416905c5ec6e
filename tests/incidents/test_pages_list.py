"""The list of cases: filters in the address, pages by key, and the export."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AccessEvent
from incidents.models import Incident
from incidents.states import State
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import HTMX, client_of, get, words

pytestmark = pytest.mark.django_db


def numbers(world: World, role: str = "operator", **query: object) -> set[str]:
    """The numbers on the list with these filters."""
    return {row.number for row in get(world, role, "list", **query).context["page"].rows}


def test_filters_narrow_the_list(world: World) -> None:
    new, closed = world.incident(State.REPORTED), world.incident(State.CLOSED)
    assert numbers(world) == {new.number, closed.number}
    assert numbers(world, open="true") == {new.number}
    assert numbers(world, state="closed") == {closed.number}
    assert numbers(world, category=world.garbage.pk) == {closed.number}
    assert numbers(world, grid=street.SISTER) == set()
    assert numbers(world, number=new.number) == {new.number}


def test_words_and_numbers_are_found_by_one_box(world: World) -> None:
    lamp = world.report(text="路灯不亮了三天")
    world.report(text="垃圾没人清")
    assert numbers(world, q="路灯") == {lamp.number}
    assert numbers(world, q=lamp.number) == {lamp.number}
    assert numbers(world, q=lamp.number[-5:]) == {lamp.number}, "the end of a number, as people say it"


def test_words_apart_are_all_looked_for_wherever_they_stand(world: World) -> None:
    lamp = world.report(text="门口路灯坏了三天，晚上漆黑", address="建中街29号")
    world.report(text="路灯下有垃圾", address="永安街5号")
    assert numbers(world, q="路灯  漆黑 建中街") == {lamp.number}
    assert numbers(world, q="漆黑 永安街") == set()


def test_cases_of_a_day_are_found_by_their_beginning_and_end(world: World) -> None:
    closed = world.incident(State.CLOSED)
    today = str(timezone.localdate(world.now))
    assert numbers(world, closed_from=today, state="closed") == {closed.number}
    assert numbers(world, closed_to="2020-01-01") == set()
    assert numbers(world, reported_from=today, reported_to=today) == {closed.number}
    assert numbers(world, reported_to="2020-01-01") == set()


DAYS = ["closed_to=9999-12-31", "reported_from=0001-01-01", "reported_to=yesterday"]
WRONG = ["state=x", "after=abc", "after=٣", "grid=x' or 1", "bbox=1,2", *DAYS]


@pytest.mark.parametrize("query", WRONG)
def test_a_filter_that_is_none_is_refused_and_said(world: World, query: str) -> None:
    name, value = query.split("=")
    assert get(world, "operator", "list", **{name: value}).status_code == 400


def test_each_filter_can_be_taken_away_alone(world: World) -> None:
    chips = get(world, "operator", "list", state="closed", open="true", after="99999").context["chips"]
    assert [url for _words, url in chips] == ["?open=true", "?state=closed"]


def test_pages_follow_each_other_without_holes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.views.cases.PAGE_SIZE", 2)
    all_of_them = {world.report(text=f"第{n}件积水").number for n in range(5)}
    seen: set[str] = set()
    url = reverse("incidents:list")
    while url:
        page = client_of(world, "operator").get(url).context["page"]
        seen |= {row.number for row in page.rows}
        url = reverse("incidents:list") + page.next_url if page.next_url else ""
    assert seen == all_of_them


def test_an_empty_list_says_what_to_do_next(world: World) -> None:
    answer = get(world, "operator", "list")
    assert reverse("incidents:report") in answer.content.decode()


def test_the_fragment_is_the_table_alone(world: World) -> None:
    world.incident(State.REPORTED)
    answer = client_of(world, "operator").get(reverse("incidents:list"), headers=HTMX)
    assert "<html" not in answer.content.decode()


def test_markup_in_a_report_stays_text(world: World) -> None:
    incident = world.report(text="<script>alert(1)</script>漏水")
    for page in (get(world, "operator", "list"), get(world, "operator", "detail", incident.number)):
        assert "<script>alert(1)" not in page.content.decode()


def exported(world: World, role: str = "operator", query: str = "") -> list[list[object]]:
    """The rows of the exported sheet."""
    answer = client_of(world, role).post(reverse("incidents:export") + query)
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_export_holds_the_filtered_cases_and_is_recorded(world: World) -> None:
    new, closed = world.incident(State.REPORTED), world.incident(State.CLOSED)
    cells = {cell for row in exported(world, query="?state=closed") for cell in row}
    assert closed.number in cells
    assert new.number not in cells
    event = AccessEvent.objects.get(action="export")
    assert (event.actor, event.fields) == (world.people["operator"], "1")


def test_no_cell_of_the_export_is_a_formula(world: World) -> None:
    world.report(text="=cmd|' /C calc'!A0")
    answer = client_of(world, "operator").post(reverse("incidents:export"))
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_export_holds_no_contact(world: World) -> None:
    world.report(by="operator", contact_name="王某某", contact_phone="13800001111")
    cells = " ".join(str(cell) for row in exported(world) for cell in row)
    assert "王某某" not in cells
    assert "13800001111" not in cells


def test_the_export_asks_for_the_post(world: World) -> None:
    answer = client_of(world, "gridleader").post(reverse("incidents:export"))
    assert answer.status_code == 403
    assert not AccessEvent.objects.filter(action="export").exists()


def test_the_contact_is_closed_until_a_purpose_is_given(world: World) -> None:
    incident = world.report(by="operator", contact_name="王某某", contact_phone="13800001111")
    assert "王某某" not in words(get(world, "operator", "detail", incident.number))
    client = client_of(world, "operator")
    address = reverse("incidents:contact", args=[incident.number])
    assert client.post(address, {"purpose": ""}).status_code == 422
    assert "13800001111" in client.post(address, {"purpose": "询问位置"}).content.decode()
    assert AccessEvent.objects.get(action="reveal").purpose == "询问位置"


def test_the_contact_stays_closed_for_other_posts(world: World) -> None:
    incident = world.report(by="operator", contact_phone="13800001111")
    answer = client_of(world, "gridleader").post(
        reverse("incidents:contact", args=[incident.number]), {"purpose": "想知道"}
    )
    assert answer.status_code == 403
    assert Incident.objects.count() == 1
