"""The paper of a certificate: what stands in it, whom it names, who gets it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessEvent, User
from grid.models import Grid
from reports.party_papers.kind import word
from reports.volunteer_papers import CERTIFICATE, lines_of
from tests import street
from tests.reports.conftest import DAY, at
from tests.reports.test_party_papers import text_of
from tests.volunteers.conftest import make_hours, make_service, make_volunteer
from volunteers.models import Certificate, HourRecord

ISSUED = at("09:00", DAY + timedelta(days=8))


@pytest.fixture
def volunteer_user(grids: dict[str, Grid]) -> User:
    return street.make_person("volunteer")


@pytest.fixture
def certificate(grids: dict[str, Grid], roles: dict[str, User], volunteer_user: User) -> Certificate:
    """Two services, one of them corrected, and hours taken over: 6 hours 10 minutes."""
    home = grids[street.MICRO]
    volunteer = make_volunteer(home, "占魁元", user=volunteer_user)
    cleaning, hair = (make_service(home, roles["operator"]) for _n in range(2))
    type(hair).objects.filter(pk=hair.pk).update(title="义务理发")
    first = make_hours(volunteer, cleaning, 130, start=at("08:00"))
    make_hours(volunteer, cleaning, 120, start=at("08:00", DAY + timedelta(days=1)))
    make_hours(volunteer, hair, 60, start=at("14:00"))
    record = {"volunteer": volunteer, "on": DAY, "at": at("18:00")}
    fixed = {"corrects": first, "sign_up": first.sign_up, "reason": "早退"}
    HourRecord.objects.create(kind="correction", minutes=-10, **fixed, **record)
    HourRecord.objects.create(kind="taken_over", minutes=70, reason="中国志愿服务网", **record)
    words = {"issuer": "建中街道志愿服务站", "head": "王五", "handler": "赵六", "contact": "0371-60000000"}
    return Certificate.objects.create(
        number="志愿证明〔2026〕1号", code="0" * 31 + "a", volunteer=volunteer, starts_on=DAY, minutes=370,
        ends_on=DAY + timedelta(days=2), status="valid", public_until=DAY + timedelta(days=7), issued_at=ISSUED,
        by=roles["operator"], at=at("19:00"), grid=home, grid_code=home.code, **words,
    )  # fmt: skip


def url(row: Certificate, what: str = "_word") -> str:
    return reverse(f"reports:service_certificate{what}", args=[row.pk])


def test_it_says_who_served_where_and_how_long_and_who_answers_for_it(certificate: Certificate) -> None:
    text = text_of(word(CERTIFICATE, certificate, "占魁元"))
    told = ("占魁元", certificate.volunteer.number, "6.17小时", certificate.code, "2026年11月26日")
    for each in (*told, "建中街道志愿服务站", "王五", "赵六", "0371-60000000"):
        assert each in text


def test_its_services_make_the_sum_with_corrections_and_hours_of_other_systems(certificate: Certificate) -> None:
    lines = [(line.title, line.times, line.minutes) for line in lines_of(certificate)]
    assert sorted(lines) == sorted([("清洁家园", 2, 240), ("义务理发", 1, 60), ("其他系统转入的服务时长", 1, 70)])
    later = {"volunteer": certificate.volunteer, "on": DAY, "at": ISSUED + timedelta(days=1)}
    HourRecord.objects.create(kind="service", minutes=99, **later)
    assert sum(line.minutes for line in lines_of(certificate)) == certificate.minutes


def test_hours_that_do_not_make_the_sum_are_not_listed(certificate: Certificate) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(minutes=300)
    certificate.refresh_from_db()
    text = text_of(word(CERTIFICATE, certificate))
    assert "义务理发" not in text
    assert "以更正后重新公示的证明为准" in text


@pytest.mark.parametrize(("status", "said"), [("publicity", "公示期间"), ("draft", "草稿"), ("revoked", "已撤销")])
def test_what_is_not_valid_says_so_and_gives_no_code_before_it_was(
    certificate: Certificate, status: str, said: str
) -> None:
    issued = ISSUED if status == "revoked" else None
    Certificate.objects.filter(pk=certificate.pk).update(status=status, issued_at=issued, public_from=DAY)
    certificate.refresh_from_db()
    text = text_of(word(CERTIFICATE, certificate))
    assert said in text
    assert (certificate.code in text) == (status == "revoked")


def test_the_volunteer_gets_it_with_her_name_and_staff_masked(
    certificate: Certificate, client: Client, roles: dict[str, User], volunteer_user: User
) -> None:
    client.force_login(volunteer_user)
    assert "占魁元" in text_of(client.get(url(certificate)).content)
    assert "占魁元" in client.get(url(certificate, "")).content.decode()
    client.force_login(roles["gridleader"])
    first, second = (client.get(url(certificate)).content for _n in range(2))
    assert first == second
    assert "占魁元" not in text_of(first)
    assert "占魁元" not in client.get(url(certificate, "")).content.decode()
    assert AccessEvent.objects.filter(action="export", object_type="service_certificate").count() == 3


def test_the_whole_name_needs_the_right_and_a_purpose_and_is_recorded(
    certificate: Certificate, client: Client, roles: dict[str, User]
) -> None:
    client.force_login(roles["cadre"])
    assert client.post(url(certificate), {"purpose": "寄送"}).status_code in (403, 404)
    client.force_login(roles["community"])
    assert client.post(url(certificate), {"purpose": ""}).status_code == 422
    assert not AccessEvent.objects.filter(action="reveal").exists()
    assert "占魁元" in text_of(client.post(url(certificate), {"purpose": "寄送本人"}).content)
    assert AccessEvent.objects.get(action="reveal", object_type="volunteer").purpose == "寄送本人"


def test_others_find_nothing(certificate: Certificate, client: Client, grids: dict[str, Grid]) -> None:
    stranger = street.make_person("stranger")
    make_volunteer(grids[street.MICRO], "李四", user=stranger)
    client.force_login(stranger)
    assert [client.get(url(certificate, what)).status_code for what in ("", "_word")] == [404, 404]


def test_a_site_with_a_name_prints_a_code_to_scan(certificate: Certificate, settings: Any) -> None:
    plain = word(CERTIFICATE, certificate)
    settings.SITE_URL = "https://grid.example.cn"
    made = word(CERTIFICATE, certificate)
    assert made == word(CERTIFICATE, certificate)
    assert len(made) > len(plain)
    assert "扫码核验" in text_of(made)


def test_it_costs_the_same_queries_however_long_it_is(
    certificate: Certificate, client: Client, roles: dict[str, User], grids: dict[str, Grid]
) -> None:
    client.force_login(roles["community"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(url(certificate)).status_code == 200
        return len(found)

    cost()
    before = cost()
    more: Any = make_service(grids[street.MICRO], roles["operator"])
    for hour in (9, 10, 11):
        make_hours(certificate.volunteer, more, 30, start=at(f"{hour:02d}:00", DAY + timedelta(days=2)))
    assert cost() == before <= 15
