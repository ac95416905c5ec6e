"""Five days of cleaning with 200 people: planned, signed up, attended, noted, ended and certified; on pages only."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers.certificates import end_publicity
from volunteers.models import Certificate, HourRecord, ServiceActivity, ServiceKind, Shift, SignUp, Volunteer

pytestmark = pytest.mark.django_db

DAYS, A_DAY = 5, 40
MORNING = datetime.fromisoformat("2026-11-20T09:00:00+08:00")


@pytest.fixture
def head(grids: dict[str, Grid]) -> User:
    """The head of the community."""
    person = street.make_person("head", real_name="王主任")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


def browser(person: User | None) -> Client:
    """A browser of today: sessions do not last for days."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def page(person: User | None, name: str, *args: Any) -> Any:
    answer = browser(person).get(reverse(f"volunteers:{name}", args=args))
    assert answer.status_code == 200, answer.content.decode()[-1500:]
    return answer


def send(person: User, name: str, *args: Any, **data: Any) -> Any:
    answer = browser(person).post(reverse(f"volunteers:{name}", args=args), data)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    return answer


def crowd(grid: Grid) -> list[Volunteer]:
    """200 volunteers, written at once."""
    now = timezone.now()
    common = {"grid": grid, "grid_code": grid.code, "status": "active", "consent_at": now, "at": now}
    return Volunteer.objects.bulk_create(
        Volunteer(number=f"K{n:06d}", name=f"志愿者{n}", **common) for n in range(DAYS * A_DAY)
    )


def planned(head: User, grids: dict[str, Grid]) -> ServiceActivity:
    kind = ServiceKind.objects.create(name="清洁家园")
    form = page(head, "service_new").context["form"]
    first = timezone.localdate() + timedelta(days=1)
    data = {"client_id": form["client_id"].value(), "grid": street.COMMUNITY, "kind": kind.pk, "place": "各小区"}
    data |= {"title": "五天清洁家园行动", "first": first, "last": first + timedelta(days=DAYS - 1)}
    send(head, "service_new", **data, starts="08:00", ends="10:30", slots=A_DAY, cancel_hours=2)
    return ServiceActivity.objects.get()


def fill(shifts: list[Shift], people: list[Volunteer]) -> None:
    """All slots but one of the first day are taken by people without a phone, written at once."""
    rows = [
        SignUp(shift=shift, volunteer=people[n * A_DAY + place - 1], place=place, signed_at=timezone.now())
        for n, shift in enumerate(shifts)
        for place in range(1, A_DAY + 1)
        if (n, place) != (0, A_DAY)
    ]
    SignUp.objects.bulk_create(rows)


def note(head: User, shift: Shift, *, away: int, queries: Any) -> None:
    """After a shift: all were there but the last `away`; as many queries for 40 people as for any other number."""
    with time_machine.travel(shift.ends_at + timedelta(minutes=5), tick=False):
        rows = page(head, "shift", shift.pk).context["rows"]
        keys = [row.pk for row, _name, _own in rows if row.status in ("signed_up", "here", "done")]
        with queries(60):
            send(head, "shift", shift.pk, present=keys[: len(keys) - away])


def test_five_days_of_cleaning_with_two_hundred_people(
    grids: dict[str, Grid], head: User, django_assert_max_num_queries: Any
) -> None:
    with time_machine.travel(MORNING, tick=False):
        people, service = crowd(grids[street.MICRO]), planned(head, grids)
        shifts = list(service.shifts.order_by("starts_at"))
        assert (len(shifts), {shift.slots for shift in shifts}) == (DAYS, {A_DAY})
        fill(shifts, people)
        zhan, late = street.make_person("zhan"), street.make_person("late")
        volunteer = make_volunteer(grids[street.MICRO], "占桂兰", user=zhan)
        make_volunteer(grids[street.MICRO], "李四", user=late)
        address = reverse("volunteers:shift_sign_up", args=[shifts[0].pk])
        assert address in page(zhan, "service", service.pk).content.decode()
        for person in (zhan, late):
            send(person, "shift_sign_up", shifts[0].pk)
        own = SignUp.objects.get(volunteer=volunteer)
        assert (own.place, SignUp.objects.get(status="waiting").volunteer.name) == (A_DAY, "李四")
    with time_machine.travel(shifts[0].starts_at, tick=False):
        assert reverse("volunteers:sign_up_check_in", args=[own.pk]) in page(zhan, "me").content.decode()
        send(zhan, "sign_up_check_in", own.pk)
    with time_machine.travel(shifts[0].ends_at - timedelta(minutes=30), tick=False):
        send(zhan, "sign_up_check_out", own.pk)
    for n, shift in enumerate(shifts):
        note(head, shift, away=0 if n == 0 else 2, queries=django_assert_max_num_queries)
    assert SignUp.objects.filter(status="confirmed").count() == HourRecord.objects.count() == DAYS * A_DAY - 8
    assert HourRecord.objects.get(volunteer=volunteer).minutes == 120
    with time_machine.travel(shifts[-1].ends_at + timedelta(days=1), tick=False):
        send(head, "service_end", service.pk, beneficiaries=3200, result="清运杂物二十六车")
        shown = page(head, "services").context["page"].rows[0]
        assert (shown.status, shown.came, shown.beneficiaries) == ("ended", DAYS * A_DAY - 8, 3200)
        certified(head, volunteer)
    certificate = Certificate.objects.get()
    end_publicity(now=shifts[-1].ends_at + timedelta(days=10))
    answer = page(None, "verify", certificate.code)
    assert "占**" in answer.content.decode()
    assert answer.context["row"].minutes == 120


def certified(head: User, volunteer: Volunteer) -> None:
    """The head writes the certificate and publicises it."""
    form = page(head, "certificate_new", volunteer.pk).context["form"]
    data = {name: form[name].value() for name in ("starts_on", "ends_on", "issuer", "handler")}
    send(head, "certificate_new", volunteer.pk, **data, head="王主任", contact="0371-60000000", remark="")
    send(head, "certificate_step", Certificate.objects.get().pk, "publicise", version=1)
