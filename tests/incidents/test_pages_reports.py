"""How cases come in by the forms: a double send is one case, errors lose nothing, the place is found."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from grid.datum import from_wgs84
from grid.models import Compound
from incidents.models import Attachment, Incident
from incidents.models.incident import Locating, Source
from incidents.states import State
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import HTMX, client_of, get, photo, report, words

pytestmark = pytest.mark.django_db

REPORT = "/report/"
DESK = "/desk/new/"


def test_a_report_becomes_a_case_in_its_grid(world: World) -> None:
    answer = client_of(world, "gridleader").post(REPORT, report())
    incident = Incident.objects.get()
    assert answer.url == reverse("incidents:sent", args=[incident.number])
    assert (incident.grid_code, incident.source, incident.located_by) == (street.MICRO, Source.PATROL, Locating.INSIDE)
    assert incident.reporter == world.people["gridleader"]


def test_the_page_after_it_names_number_grid_and_leader(world: World) -> None:
    client = client_of(world, "gridleader")
    answer = client.post(REPORT, report(), follow=True)
    shown = words(answer)
    assert Incident.objects.get().number in shown
    assert "网格001001001" in shown
    assert "microleader" in shown


def test_a_double_send_is_one_case(world: World) -> None:
    client, given = client_of(world, "gridleader"), report()
    first, second = client.post(REPORT, given), client.post(REPORT, given)
    assert first.url == second.url
    assert Incident.objects.count() == 1


def test_an_old_page_with_new_words_asks_before_it_reports_again(world: World) -> None:
    client, given = client_of(world, "gridleader"), report()
    client.post(REPORT, given)
    answer = client.post(REPORT, given | {"text": "另一处路灯不亮"})
    assert answer.status_code == 422
    fresh = answer.context["form"]["client_uuid"].value()
    client.post(REPORT, given | {"text": "另一处路灯不亮", "client_uuid": fresh})
    assert Incident.objects.count() == 2


def test_a_refused_form_keeps_what_was_typed(world: World) -> None:
    given = report(text="电梯停了", lon="", lat="")
    answer = client_of(world, "operator").post(REPORT, given)
    assert answer.status_code == 422
    assert answer.context["form"]["text"].value() == "电梯停了"
    assert answer.context["form"].non_field_errors()
    assert not Incident.objects.exists()


def test_a_refusal_by_htmx_is_the_messages_alone_so_that_photos_stay(world: World) -> None:
    answer = client_of(world, "operator").post(REPORT, report(text=""), headers=HTMX)
    assert answer.status_code == 422
    assert "<form" not in answer.content.decode()


def test_the_second_send_of_a_page_brought_back_goes_through_by_htmx(world: World) -> None:
    client = client_of(world, "gridleader")
    old = report(text="路灯不亮，晚上看不清路")
    client.post(REPORT, old)
    new = {**old, "text": "楼道里有燃气味"}
    refused = client.post(REPORT, new, headers=HTMX)
    renewed = re.search(r'id="id_client_uuid"[^>]* value="([^"]+)" hx-swap-oob="true"', refused.content.decode())
    assert renewed is not None
    client.post(REPORT, {**new, "client_uuid": renewed.group(1)}, headers=HTMX)
    assert Incident.objects.filter(text="楼道里有燃气味").count() == 1


def test_a_refusal_is_said_on_its_own_page_only(world: World) -> None:
    client = client_of(world, "gridleader")
    old = report(text="路灯不亮，晚上看不清路")
    client.post(REPORT, old)
    client.post(REPORT, {**old, "text": "楼道里有燃气味"}, headers=HTMX)
    assert Incident.objects.get().number not in words(client.get(REPORT))


def test_success_by_htmx_sends_the_browser_on(world: World) -> None:
    answer = client_of(world, "gridleader").post(REPORT, report(), headers=HTMX)
    assert answer["HX-Redirect"] == reverse("incidents:sent", args=[Incident.objects.get().number])


def test_photos_come_with_the_report(world: World) -> None:
    client_of(world, "gridleader").post(REPORT, report(photos=[photo("a.jpg"), photo("b.jpg", colour="blue")]))
    assert Attachment.objects.filter(stage="report").count() == 2


def test_ten_photos_are_one_too_many(world: World) -> None:
    answer = client_of(world, "gridleader").post(REPORT, report(photos=[photo(f"{n}.jpg") for n in range(10)]))
    assert answer.status_code == 422
    assert not Incident.objects.exists()


def test_handled_on_the_spot_ends_at_once(world: World) -> None:
    given = report(self_handled="on", self_handled_text="已清走")
    client_of(world, "gridleader").post(REPORT, given)
    assert Incident.objects.get().state == State.SELF_HANDLED


def test_handled_on_the_spot_needs_words(world: World) -> None:
    answer = client_of(world, "gridleader").post(REPORT, report(self_handled="on"))
    assert "self_handled_text" in answer.context["form"].errors


def test_an_address_alone_goes_to_the_leaders_own_grid(world: World) -> None:
    client_of(world, "microleader").post(REPORT, report(lon="", lat="", address="3号楼门前"))
    assert Incident.objects.get().grid_code == street.MICRO


@pytest.mark.parametrize("place", ["nan 34.7", "inf 34.7", "1e9 34.7", "113.6 ", "٣ 34"])
def test_a_place_that_is_none_is_refused(world: World, place: str) -> None:
    lon, lat = place.split(" ")
    answer = client_of(world, "gridleader").post(REPORT, report(lon=lon, lat=lat))
    assert answer.status_code == 422
    assert not Incident.objects.exists()


def test_the_form_knows_grid_leader_and_compound_of_a_place(world: World) -> None:
    point = street.inside(street.MICRO)
    Compound.objects.create(grid=world.grids[street.MICRO], name="金水花园", address="金水路8号", point=point)
    answer = get(world, "gridleader", "place", lon=point.x, lat=point.y)
    shown = answer.content.decode()
    assert all(text in shown for text in ("网格001001001", "microleader", "金水花园", "金水路8号"))


@pytest.mark.parametrize(("place", "status"), [("abc 1", 400), ("999 1", 400), ("1e400 1", 400), (" ", 204)])
def test_a_question_about_no_place_is_answered_calmly(world: World, place: str, status: int) -> None:
    lon, lat = place.split(" ")
    assert get(world, "gridleader", "place", lon=lon, lat=lat).status_code == status


def test_a_place_in_no_grid_is_said_to_be_so(world: World) -> None:
    answer = get(world, "gridleader", "place", lon=114.5, lat=35.5)
    assert "data-compound" not in answer.content.decode()


def desk(**given: object) -> dict[str, object]:
    """What the desk form sends."""
    return {"client_uuid": str(uuid4()), "text": "来电反映路灯不亮", "source": "desk", "address": "交通路1号"} | given


def test_the_desk_registers_a_call_with_its_contact(world: World) -> None:
    answer = client_of(world, "operator").post(DESK, desk(contact_name="王某", contact_phone="13800001111"))
    incident = Incident.objects.get()
    assert answer.url == reverse("incidents:sent", args=[incident.number])
    assert (incident.source, incident.contact_name, incident.contact_phone) == ("desk", "王某", "13800001111")


def test_the_same_work_order_twice_is_one_case(world: World) -> None:
    client = client_of(world, "operator")
    first = client.post(DESK, desk(source="hotline", external_id="12345-1"))
    second = client.post(DESK, desk(source="hotline", external_id="12345-1"), follow=True)
    assert second.redirect_chain[0][0] == first.url
    assert [message.level_tag for message in second.context["messages"]] == ["info"], "she is told that it was there"
    assert Incident.objects.count() == 1


def test_a_work_order_with_new_words_leads_to_the_first_case(world: World) -> None:
    client = client_of(world, "operator")
    client.post(DESK, desk(source="hotline", external_id="12345-1"))
    answer = client.post(DESK, desk(source="hotline", external_id="12345-1", text="补充：路灯仍不亮"), follow=True)
    assert Incident.objects.get().number in words(answer)
    assert Incident.objects.get().text == "来电反映路灯不亮"


def test_a_work_order_names_its_number(world: World) -> None:
    answer = client_of(world, "operator").post(DESK, desk(source="hotline"))
    assert "external_id" in answer.context["form"].errors


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_pasted_coordinates_are_converted_from_their_datum(world: World, datum: str) -> None:
    place = street.inside(street.MICRO)
    lon, lat = from_wgs84(place.x, place.y, datum)
    client_of(world, "operator").post(DESK, desk(address="", coordinates=f"{lat:.6f}，{lon:.6f}", datum=datum))
    incident = Incident.objects.get()
    assert incident.point is not None
    assert (incident.point.x, incident.point.y) == pytest.approx((place.x, place.y), abs=2e-6)
    assert incident.point_given.startswith(f"{datum}:")


def test_the_grid_can_be_chosen_when_the_place_is_not_known(world: World) -> None:
    client_of(world, "operator").post(DESK, desk(address="", grid=street.GRID))
    assert Incident.objects.get().located_by == Locating.CHOSEN


def test_a_grid_of_another_street_cannot_be_chosen(world: World) -> None:
    answer = client_of(world, "operator").post(DESK, desk(grid=street.OTHER_GRID))
    assert "grid" in answer.context["form"].errors


def test_a_time_in_the_future_is_refused(world: World) -> None:
    soon = timezone.localtime() + timedelta(hours=2)
    answer = client_of(world, "operator").post(DESK, desk(happened_at=f"{soon:%Y-%m-%dT%H:%M}"))
    assert "happened_at" in answer.context["form"].errors


def test_a_draft_is_kept_under_the_name_of_who_typed_it(world: World) -> None:
    client, pk = client_of(world, "operator"), world.people["operator"].pk
    assert f'data-draft="intake-{pk}"' in client.get(DESK).content.decode()
    assert f'data-draft-done="intake-{pk}"' in client.post(DESK, desk(), follow=True).content.decode()
