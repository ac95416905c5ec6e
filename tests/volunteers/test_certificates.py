"""Certificates: written, publicised, objected to, verified by the code (W75)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from notices.models import Notice
from tests import street
from tests.volunteers.conftest import make_hours, make_service, make_volunteer
from volunteers import certificates, hours
from volunteers.certificates import NewCertificate
from volunteers.demo import services as demo_services
from volunteers.models import Certificate, HourRecord, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def head(grids: dict[str, Grid]) -> User:
    person = street.make_person("head", real_name="王主任")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


@pytest.fixture
def volunteer(grids: dict[str, Grid], head: User, now: datetime) -> Volunteer:
    """Three hours yesterday."""
    made = make_volunteer(grids[street.MICRO], "占桂兰", user=street.make_person("zhan"))
    make_hours(made, make_service(grids[street.MICRO], head), 180, start=now - timedelta(days=1))
    return made


def drafted(volunteer: Volunteer, head: User, now: datetime, /, **more: Any) -> Certificate:
    today = timezone.localdate(now)
    given: dict[str, Any] = {
        "starts_on": today - timedelta(days=30),
        "ends_on": today,
        "issuer": "东福民社区",
        "head": "王主任",
    }
    given |= {"volunteer": volunteer, "handler": "赵六", "contact": "0371-60000000"}
    new = NewCertificate(**given | more)
    return certificates.draft(new, actor=head, now=now)


def valid(volunteer: Volunteer, head: User, now: datetime) -> Certificate:
    row = certificates.publicise(drafted(volunteer, head, now), actor=head, now=now)
    assert certificates.end_publicity(now=now + timedelta(days=8)) == 1
    row.refresh_from_db()
    return row


def verify(code: str) -> Any:
    return Client().get(reverse("volunteers:verify", args=[code]))


def test_it_is_valid_after_seven_days_and_the_volunteer_hears_of_it(
    volunteer: Volunteer, head: User, now: datetime
) -> None:
    row = certificates.publicise(drafted(volunteer, head, now), actor=head, now=now)
    assert certificates.end_publicity(now=now + timedelta(days=7)) == 0
    assert [certificates.end_publicity(now=now + timedelta(days=8)) for _n in range(2)] == [1, 0]
    row.refresh_from_db()
    assert (row.status, row.minutes) == ("valid", 180)
    kinds = Notice.objects.filter(recipient=volunteer.user).values_list("kind", flat=True)
    assert set(kinds) == {"certificate.publicity", "certificate.valid"}


def test_no_hours_are_corrected_between_the_look_at_them_and_the_certificate(
    volunteer: Volunteer, head: User, now: datetime
) -> None:
    certificates.publicise(drafted(volunteer, head, now), actor=head, now=now)
    with CaptureQueriesContext(connection) as caught:
        certificates.end_publicity(now=now + timedelta(days=8))
    said = [one["sql"] for one in caught]
    held = next(n for n, sql in enumerate(said) if "volunteers_volunteer" in sql and "FOR UPDATE" in sql)
    assert held < next(n for n, sql in enumerate(said) if "SUM(" in sql and "hourrecord" in sql)


@pytest.mark.parametrize("status", ["valid", "publicity", "revoked", "draft"])
def test_the_demo_certifies_days_that_were_over_when_it_was_written(
    volunteer: Volunteer, head: User, now: datetime, status: str
) -> None:
    for days in (1, 100):
        more = {"kind": "taken_over", "minutes": 60, "reason": "志愿郑州", "at": now}
        HourRecord.objects.create(volunteer=volunteer, on=timezone.localdate(now) - timedelta(days=days), **more)
    stage: Any = SimpleNamespace(now=now, by=lambda _grid: head)
    demo_services._certificate(stage, 1, status, volunteer)
    row = Certificate.objects.get()
    assert (row.ends_on < timezone.localdate(row.at), row.minutes) == (True, 60)


def test_the_page_of_the_code_shows_masked_words_and_nothing_else(
    volunteer: Volunteer, head: User, now: datetime
) -> None:
    row = valid(volunteer, head, now)
    answer = verify(row.code)
    text = answer.content.decode()
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")
    assert row.number in text
    assert "占**" in text
    assert "3 小时" in text
    for hidden in ("占桂兰", "桂兰", volunteer.number, "王主任", "赵六", "0371"):
        assert hidden not in text


def test_a_code_of_nothing_or_of_what_is_not_valid_yet_is_404(volunteer: Volunteer, head: User, now: datetime) -> None:
    draft = drafted(volunteer, head, now)
    certificates.revoke(draft, text="写错", actor=head, now=now)
    for code in (draft.code, "0" * 32, "x", "％" * 32):
        assert verify(code).status_code == 404


def test_a_revoked_one_is_shown_as_revoked(volunteer: Volunteer, head: User, now: datetime) -> None:
    row = valid(volunteer, head, now)
    certificates.revoke(row, text="时长不实", actor=head, now=now)
    text = verify(row.code).content.decode()
    assert "已撤销" in text
    assert "时长不实" not in text


def test_the_public_page_answers_so_many_times_a_minute(settings: Any) -> None:
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"verify": "2/min"}
    with override_settings(REST_FRAMEWORK=settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}):
        found = [verify("0" * 32).status_code for _n in range(6)]
    assert found[0] == 404
    assert found[-1] == 429


def test_an_objection_stops_it_and_somebody_else_decides(
    volunteer: Volunteer, head: User, now: datetime, grids: dict[str, Grid]
) -> None:
    row = certificates.publicise(drafted(volunteer, head, now), actor=head, now=now)
    neighbour, stranger = street.make_person("neighbour"), street.make_person("stranger")
    make_volunteer(grids[street.MICRO], "李四", user=neighbour)
    for nobody in (stranger, User.objects.get(username="zhan")):
        with pytest.raises(NotAllowed):
            certificates.object_to(row, text="不对", actor=nobody, now=now)
    certificates.object_to(row, text="当天没来", actor=neighbour, now=now)
    assert certificates.end_publicity(now=now + timedelta(days=30)) == 0
    later = now + timedelta(days=2)
    again = certificates.dismiss(row, text="有签到记录", actor=head, now=later)
    assert again.public_until == timezone.localdate(later) + timedelta(days=7)


def test_whoever_objected_does_not_decide(volunteer: Volunteer, head: User, now: datetime) -> None:
    row = certificates.publicise(drafted(volunteer, head, now), actor=head, now=now)
    certificates.object_to(row, text="不对", actor=head, now=now)
    with pytest.raises(NotAllowed):
        certificates.dismiss(row, text="对", actor=head, now=now)


def test_hours_corrected_meanwhile_keep_it_from_being_valid(volunteer: Volunteer, head: User, now: datetime) -> None:
    row = certificates.publicise(drafted(volunteer, head, now), actor=head, now=now)
    with pytest.raises(NotNow):
        certificates.again(row, actor=head, now=now)
    hours.correct(HourRecord.objects.get(), 120, reason="早退", actor=head, now=now)
    assert certificates.end_publicity(now=now + timedelta(days=8)) == 0
    assert certificates.again(row, actor=head, now=now).minutes == 120


def test_days_without_hours_and_empty_bodies_are_refused(volunteer: Volunteer, head: User, now: datetime) -> None:
    today = timezone.localdate(now)
    with pytest.raises(NotValid) as error:
        drafted(volunteer, head, now, starts_on=today, head=" ", ends_on=today + timedelta(days=1))
    assert set(error.value.fields) == {"starts_on", "ends_on", "head"}


def test_the_sheet_has_the_full_name_and_the_code_for_those_who_may(
    volunteer: Volunteer, head: User, now: datetime, client: Client
) -> None:
    row = valid(volunteer, head, now)
    client.force_login(volunteer.user)  # type: ignore[arg-type]
    text = client.get(reverse("volunteers:certificate_print", args=[row.pk])).content.decode()
    assert "占桂兰" in text
    assert reverse("volunteers:verify", args=[row.code]) in text
    assert "<path" in text.split("certificate-qr")[1]
    client.force_login(street.make_person("other"))
    assert client.get(reverse("volunteers:certificate_print", args=[row.pk])).status_code == 404
