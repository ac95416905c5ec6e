"""Reports through the API."""

from datetime import date, datetime

import pytest
import time_machine
from django.test import Client

from accounts.api_keys import issue
from accounts.models import User
from grid.models import Grid
from reports import daily_document, writing
from reports.models import Report
from tests import street
from tests.reports.conftest import DAY, at

URL = "/api/v1/reports/"
ORDER = {"grid": street.STREET, "day": "2026-11-18"}


@pytest.fixture
def operator(client: Client, roles: dict[str, User]) -> Client:
    client.force_login(roles["operator"])
    return client


@pytest.fixture
def report(busy_day: Grid, roles: dict[str, User], morning: datetime) -> Report:
    written, _created = writing.write("daily", busy_day, DAY, now=morning)
    return written


def post(client: Client, body: object, **headers: str) -> object:
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_the_list_is_brief_and_the_report_whole(operator: Client, report: Report) -> None:
    listed = operator.get(URL, {"grid": "4101", "from_day": "2026-11-18"}).json()["results"]
    assert [row["id"] for row in listed] == [report.pk]
    assert "snapshot" not in listed[0]
    whole = operator.get(f"{URL}{report.pk}/").json()
    assert whole["snapshot"]["total"]["numbers"]["reported"] == 8


def test_documents_have_the_bytes_of_the_page(operator: Client, report: Report) -> None:
    assert operator.get(f"{URL}{report.pk}/word/").content == daily_document.word(report.snapshot)
    assert operator.get(f"{URL}{report.pk}/excel/").content == operator.get(f"/reports/{report.pk}/excel/").content


def test_a_report_is_written_once_and_then_given(operator: Client, busy_day: Grid, morning: datetime) -> None:
    with time_machine.travel(morning):
        first, second = post(operator, ORDER), post(operator, ORDER)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_a_repeat_with_the_same_key_gets_the_same_bytes(operator: Client, busy_day: Grid, morning: datetime) -> None:
    with time_machine.travel(morning):
        first = post(operator, ORDER, **{"Idempotency-Key": "k1"})
        again = post(operator, ORDER, **{"Idempotency-Key": "k1"})
        other = post(operator, {**ORDER, "day": "2026-11-17"}, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.content) == (201, first.content)
    assert other.status_code == 422


def test_a_running_day_is_a_conflict(operator: Client, busy_day: Grid) -> None:
    with time_machine.travel(at("18:00")):
        answer = post(operator, ORDER)
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "body",
    [{}, {"grid": street.STREET}, {**ORDER, "day": "2026-2-3"}, {**ORDER, "day": 5}, {**ORDER, "grid": "%"}, []],
)
def test_a_wrong_order_names_the_fields(operator: Client, busy_day: Grid, body: object) -> None:
    answer = post(operator, body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_other_streets_do_not_exist(
    operator: Client, report: Report, grids: dict[str, Grid], morning: datetime
) -> None:
    elsewhere, _created = writing.write("daily", grids[street.OTHER_STREET], DAY, now=morning)
    assert operator.get(f"{URL}{elsewhere.pk}/").status_code == 404
    assert post(operator, {**ORDER, "grid": street.OTHER_STREET}).status_code == 404
    assert elsewhere.pk not in [row["id"] for row in operator.get(URL).json()["results"]]


def test_who_may_not_write_is_refused(client: Client, roles: dict[str, User], busy_day: Grid) -> None:
    client.force_login(roles["auditor"])
    assert post(client, ORDER).status_code == 403


def test_a_key_reads_its_own_subtree_only(client: Client, report: Report, roles: dict[str, User]) -> None:
    now = datetime.now().astimezone()
    system = User.objects.create_service(username="system", real_name="外部系统")
    for code, wanted in ((street.STREET, 200), (street.OTHER_STREET, 404)):
        _key, token = issue(
            account=system, name=code, capabilities=["report.view"], grid_code=code, actor=roles["admin"], now=now
        )
        answer = client.get(f"{URL}{report.pk}/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == wanted


def test_every_kind_is_written_and_found_by_its_kind(client: Client, roles: dict[str, User], busy_day: Grid) -> None:
    with time_machine.travel(at("09:00", date(2026, 11, 23))):
        client.force_login(roles["operator"])
        made = post(client, {**ORDER, "kind": "weekly"})
        wrong = post(client, {**ORDER, "kind": "hourly"})
        listed = {kind: client.get(URL, {"kind": kind}).json()["results"] for kind in ("daily", "weekly")}
    assert (made.status_code, wrong.status_code) == (201, 400)
    assert (made.json()["kind"], made.json()["period_start"], made.json()["status"]) == (
        "weekly",
        "2026-11-16",
        "draft",
    )
    assert ([row["id"] for row in listed["weekly"]], listed["daily"]) == ([made.json()["id"]], [])
