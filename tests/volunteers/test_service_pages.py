"""Pages, files and API of services: constant queries, scope, masks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_hours, make_service, make_volunteer
from volunteers.models import Certificate, Shift, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(grids: dict[str, Grid]) -> User:
    person = street.make_person("head")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


@pytest.fixture
def desk(client: Client, head: User) -> Client:
    client.force_login(head)
    return client


def world(grid: Grid, head: User, now: datetime, name: str) -> Volunteer:
    """A volunteer with hours, a certificate and a service to come."""
    volunteer = make_volunteer(grid, name)
    make_hours(volunteer, make_service(grid, head), 120, start=now - timedelta(days=1))
    coming = make_service(grid, head)
    start = now + timedelta(days=1)
    Shift.objects.create(service=coming, starts_at=start, ends_at=start + timedelta(hours=2), slots=3)
    day, made = now.date(), {"by": head, "at": now, "grid": grid, "grid_code": grid.code}
    number = f"证{volunteer.pk}"
    paper = {"issuer": "社区", "head": "王", "handler": "赵", "contact": "0", "starts_on": day, "ends_on": day}
    Certificate.objects.create(
        number=number,
        code=number,
        volunteer=volunteer,
        minutes=120,
        status="publicity",
        public_until=day,
        **paper,
        **made,
    )
    return volunteer


@pytest.mark.parametrize("name", ["services", "service_calendar", "hours", "certificates", "publicity"])
def test_a_list_costs_the_same_for_one_row_and_for_many(
    name: str, desk: Client, head: User, now: datetime, grids: dict[str, Grid]
) -> None:
    address, counts = reverse(f"volunteers:{name}"), []
    world(grids[street.MICRO], head, now, "占桂兰")
    desk.get(address)
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = desk.get(address)
        assert answer.status_code == 200
        assert "占桂兰" not in answer.content.decode()
        counts.append(len(queries))
        for n in range(4):
            world(grids[street.MICRO], head, now, f"李四{n}")
    assert counts[0] == counts[1]
    assert counts[0] <= 25


@pytest.mark.parametrize("name", ["services_excel", "hours_excel", "certificates_excel"])
def test_files_are_masked_and_recorded(
    name: str, desk: Client, head: User, now: datetime, grids: dict[str, Grid]
) -> None:
    world(grids[street.MICRO], head, now, "占桂兰")
    answer = desk.get(reverse(f"volunteers:{name}"))
    assert answer.status_code == 200
    assert "spreadsheet" in answer["Content-Type"]
    assert "占桂兰".encode() not in answer.content


def test_a_volunteer_sees_her_street_and_her_own_hours_only(now: datetime, head: User, grids: dict[str, Grid]) -> None:
    other = world(grids[street.MICRO], head, now, "占桂兰")
    service = make_service(grids[street.SISTER], head)
    away = make_service(grids[street.OTHER_GRID], head)
    user, client = street.make_person("zhao"), Client()
    own = make_volunteer(grids[street.MICRO], "赵六", user=user)
    client.force_login(user)
    codes = [
        client.get(reverse(f"volunteers:{name}", args=[pk])).status_code
        for name, pk in (
            ("service", service.pk),
            ("service", away.pk),
            ("volunteer_hours", own.pk),
            ("volunteer_hours", other.pk),
            ("certificate", Certificate.objects.get().pk),
        )
    ]
    assert codes == [200, 404, 200, 404, 404]
    assert client.get(reverse("volunteers:hours")).status_code == 403


def test_the_pages_of_staff_open_with_their_forms(
    desk: Client, now: datetime, head: User, grids: dict[str, Grid]
) -> None:
    volunteer = world(grids[street.MICRO], head, now, "占桂兰")
    record, paper = volunteer.hours.get(), volunteer.certificates.get()
    shift = Shift.objects.order_by("starts_at").last()
    assert shift is not None
    asked: list[tuple[str, Any]] = [("service_new", None), ("service_edit", shift.service_id)]
    asked += [
        ("shifts_new", shift.service_id),
        ("service_end", shift.service_id),
        ("service_call_off", shift.service_id),
    ]
    asked += [("service", shift.service_id), ("shift", shift.pk), ("shift_edit", shift.pk), ("hour_correct", record.pk)]
    asked += [("volunteer_hours", volunteer.pk), ("hours_take_over", volunteer.pk), ("certificate_new", volunteer.pk)]
    asked += [("certificate", paper.pk), ("certificate_object", paper.pk), ("verify_form", None)]
    for name, pk in asked:
        answer = desk.get(reverse(f"volunteers:{name}", args=[pk] if pk else []))
        assert answer.status_code == 200, name
        assert "占桂兰" not in answer.content.decode(), name
    bad = desk.post(reverse("volunteers:hour_correct", args=[record.pk]), {"minutes": 60, "reason": ""})
    assert bad.status_code == 422


def test_the_api_gives_numbers_of_people_and_signs_up_its_caller(
    now: datetime, head: User, grids: dict[str, Grid]
) -> None:
    world(grids[street.MICRO], head, now, "占桂兰")
    client = Client()
    client.force_login(head)
    make_volunteer(grids[street.MICRO], "王主任", user=head)
    hours = client.get("/api/v1/volunteers/hours/").json()["results"]
    assert (hours[0]["minutes"], hours[0]["volunteer"]) == (120, "V000001")
    shift = Shift.objects.order_by("starts_at").last()
    assert shift is not None
    answer = client.post(f"/api/v1/volunteers/shifts/{shift.pk}/sign-up/")
    assert (answer.status_code, answer.json()["mine"], answer.json()["taken"]) == (200, "signed_up", 1)
    assert client.post(f"/api/v1/volunteers/shifts/{shift.pk}/check-in/").status_code == 409
