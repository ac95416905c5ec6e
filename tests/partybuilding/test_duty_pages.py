"""Pages of duty, calls, orders and of the member herself: what they show, to whom, in how many queries."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.models import Building, Compound
from partybuilding import rosters, shifts
from partybuilding.models import DutyPost, HouseholdLink, LinkContact, MemberCall, ServiceClaim, ServiceOrder
from tests import street
from tests.partybuilding import duty_world
from tests.partybuilding.duty_world import NOW, TODAY, Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty() -> Any:
    """The world of duty, at its moment."""
    with time_machine.travel(NOW, tick=False):
        yield duty_world.build()


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


def queries(duty: Duty, name: str, **query: Any) -> int:
    """How many queries a page costs."""
    browser = duty.browser("community")
    with CaptureQueriesContext(connection) as found:
        assert browser.get(f"/party/{name}/", query).status_code == 200
    return len(found)


def test_the_calendar_shows_who_stands_masked_and_who_is_missing(duty: Duty) -> None:
    shift = duty.shift("wang")
    page = text(duty.get("community", "duty", on=shift.on))
    assert "王**" in page
    assert "王五一" not in page
    assert "1 missing" in page or "缺 1 人" in page
    month = duty.get("community", "duty", view="month")
    assert month.status_code == 200
    assert "王**" in text(month)


def test_lists_cost_the_same_with_one_row_and_with_many(duty: Duty) -> None:
    duty.shift("wang")
    duty.call(), duty.taken("wang")
    names = ("duty", "duty/posts", "member-calls", "orders", "service-claims", "duty/attendance")
    before = {name: queries(duty, name) for name in names}
    for n in range(6):
        rosters.open_shifts(now=NOW, under=duty.post(name=f"岗{n}").grid_code)
        duty.call(title=f"联排{n}"), duty.taken("zhao", text=f"代办{n}")
    assert {name: queries(duty, name) for name in names} == before


def test_staff_open_the_shifts_of_four_weeks_with_one_button(duty: Duty) -> None:
    post = duty.post()
    assert duty.send("gridleader", "duty_open").status_code == 403
    assert duty.send("community", "duty_open").status_code == 302
    assert post.shifts.count() == 8


def test_a_day_is_noted_all_at_once(duty: Duty) -> None:
    wang, zhao = duty.shift("wang", days=0), duty.shift("zhao", post=DutyPost.objects.first(), days=0)
    data = {
        f"s{wang.pk}-status": "attended",
        f"s{wang.pk}-remark": "",
        f"s{zhao.pk}-status": "absent",
        f"s{zhao.pk}-remark": "电话未接",
    }
    assert duty.send("community", "duty_attendance", **data).status_code == 302
    assert [(row.status, row.remark) for row in wang.post.shifts.order_by("pk")] == [
        ("attended", ""),
        ("absent", "电话未接"),
    ]


def test_a_post_is_entered_by_the_community_on_its_page(duty: Duty) -> None:
    data = {
        "grid": street.GRID,
        "name": "值日岗",
        "place": "东门",
        "weekdays": [1, 3],
        "starts": "08:00",
        "ends": "10:00",
        "people": 2,
        "is_active": "on",
    }
    assert duty.send("community", "duty_post_new", **data | {"ends": "07:00"}).status_code == 422
    assert duty.send("community", "duty_post_new", **data).status_code == 302
    assert DutyPost.objects.get().weekdays == [1, 3]


def test_a_call_from_a_case_is_sent_once(duty: Duty) -> None:
    once = uuid4()
    data = {
        "client_id": once,
        "grid": street.COMMUNITY,
        "kind": duty.task.pk,
        "title": "联排",
        "place": "东门",
        "starts_at": "2026-11-21T09:00",
        "people": 5,
    }
    for _time in range(2):
        assert duty.send("community", "member_call_new", **data).status_code == 302
    assert MemberCall.objects.count() == 1


def test_the_members_page_is_a_way_through_her_day(duty: Duty) -> None:
    shift, call, order = duty.shift("wang"), duty.call(), duty.order()
    page = text(duty.get("wang", "me"))
    assert shift.post.name in page
    assert call.title in page
    assert order.text in page
    assert "占" not in page
    assert "13312345678" not in page
    assert duty.send("wang", "my_call", call.pk, answer="coming").status_code == 302
    until = TODAY + timedelta(days=2)
    assert duty.send("wang", "my_order", order.pk, step="take", until=until).status_code == 302
    assert "13312345678" not in text(duty.get("wang", "my_order", order.pk))
    assert "13312345678" in text(duty.send("wang", "my_order", order.pk, step="contact"))
    assert duty.send("wang", "my_order", order.pk, step="finish", report="药已送到").status_code == 302
    assert ServiceOrder.objects.get().status == "done"


def test_whoever_presses_take_too_late_is_told_so_on_her_page(duty: Duty) -> None:
    order = duty.taken("wang")
    answer = duty.browser("zhao").post(f"/party/me/orders/{order.pk}/", {"step": "take", "until": TODAY}, follow=True)
    assert answer.redirect_chain == [("/party/me/", 302)]
    assert ServiceOrder.objects.get().member == duty.members["wang"]
    assert duty.get("zhao", "my_order", order.pk).status_code == 404


def test_a_colleague_agrees_to_a_swap_on_her_page(duty: Duty) -> None:
    shift = duty.shift("wang")
    asked = {"step": "ask", "member": duty.members["zhao"].pk}
    assert duty.send("wang", "my_shift", shift.pk, **asked).status_code == 302
    assert "王**" in text(duty.get("zhao", "me"))
    assert duty.send("zhao", "my_shift", shift.pk, step="agree").status_code == 302
    shift.refresh_from_db()
    assert shift.member == duty.members["zhao"]
    assert duty.get("wang", "my_shift", shift.pk).status_code == 404


def test_one_tap_notes_a_contact_with_a_household_once(duty: Duty) -> None:
    grid = duty.grids[street.GRID]
    building = Building.objects.create(
        compound=Compound.objects.create(grid=grid, name="东院"), grid=grid, name="1号楼"
    )
    link = HouseholdLink.objects.create(
        grid=grid,
        grid_code=street.GRID,
        member=duty.members["wang"],
        building=building,
        room="101",
        since=TODAY,
    )
    once = uuid4()
    for _time in range(2):
        assert duty.send("wang", "my_contact", link.pk, way="visit", client_id=once).status_code == 302
    assert LinkContact.objects.count() == 1
    assert duty.send("zhao", "my_contact", link.pk, way="visit").status_code == 404


def test_a_member_claims_and_gives_up_a_service_on_her_page(duty: Duty) -> None:
    assert duty.send("wang", "my_claims", kind=duty.kind.pk, text="周六上午").status_code == 302
    assert "周六上午" in text(duty.get("community", "service_claims"))
    duty.send("wang", "my_claims", release=ServiceClaim.objects.get().pk)
    assert not ServiceClaim.objects.exists()


def test_somebody_who_is_no_member_gets_a_page_that_says_so_and_nothing_else(duty: Duty) -> None:
    order = duty.order()
    assert duty.get("department", "me").status_code == 200
    assert duty.get("department", "my_order", order.pk).status_code == 404
    assert duty.get("department", "orders").status_code == 403


def test_lists_pages_and_files_show_who_ordered_masked(duty: Duty) -> None:
    order = duty.taken("wang")
    secrets = ("占阿姨", "13312345678", "王五一", "赵六一", "13512345678")
    for name, args in (("orders", ()), ("order", (order.pk,)), ("shift", (duty.shift("zhao").pk,))):
        page = text(duty.get("gridleader", name, *args))
        assert [word for word in secrets if word in page] == []
    assert duty.send("gridleader", "order_contact", order.pk, purpose="回访").status_code == 403
    assert "13312345678" in text(duty.send("community", "order_contact", order.pk, purpose="回访"))


def test_the_files_are_made(duty: Duty) -> None:
    duty.shift("wang"), duty.taken("wang")
    for name in ("orders_excel", "duty_excel"):
        assert duty.get("community", name)["Content-Type"].startswith("application/vnd.openxml")


def test_a_swap_that_staff_ask_for_waits_for_the_colleague(duty: Duty) -> None:
    shift = duty.shift("wang")
    assert duty.send("community", "shift_swap", shift.pk, member=duty.members["zhao"].pk).status_code == 302
    shift.refresh_from_db()
    assert (shift.member, shift.asked) == (duty.members["wang"], duty.members["zhao"])
    shifts.take_back(shift, actor=duty.people["community"])
