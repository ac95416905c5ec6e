"""The burden meter: what is counted of a sent form, what never is, and who is shown."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver
from pytest_django import DjangoAssertNumQueries

from accounts.models import AccessEvent, User
from grid.models import Grid
from reports.burden import counting, middleware, questions
from reports.burden.counting import Use
from reports.burden.reading import week_of
from reports.models import FormUse
from tests import street
from tests.reports.conftest import DAY, at


@pytest.fixture
def operator(client: Client, roles: dict[str, User]) -> Client:
    client.force_login(roles["operator"])
    return client


def use(**more: Any) -> Use:
    return Use("incidents:report", **({"sent": 1, "fields": 3, "photos": 2, "seconds": 60, "timed": 1} | more))


def test_a_refused_form_is_counted_with_its_fields(operator: Client) -> None:
    assert operator.post("/reports/generate/", {"grid": street.STREET, "day": "x", "next": "/"}).status_code == 400
    kept = FormUse.objects.get()
    assert (kept.post, kept.form, kept.grid_code) == ("operator", "reports:generate", street.STREET)
    assert (kept.sent, kept.refused, kept.fields, kept.timed) == (0, 1, 2, 0)


def test_uses_of_one_day_add_up_in_one_row_by_one_statement_each(
    roles: dict[str, User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        for _n in range(3):
            counting.add(use(), user_id=roles["operator"].pk, day=DAY)
    kept = FormUse.objects.get()
    assert (kept.sent, kept.fields, kept.photos, kept.seconds, kept.timed) == (3, 9, 6, 180, 3)


def test_the_minutes_run_from_the_page_to_its_form(operator: Client, roles: dict[str, User]) -> None:
    form = f"/grids/{street.STREET}/edit/"
    operator.force_login(roles["shiftleader"])
    with time_machine.travel(at("09:00"), tick=False):
        assert operator.get(form).status_code == 200
    with time_machine.travel(at("09:02"), tick=False):
        operator.post(form, {}, headers={"referer": f"http://testserver{form}"})
        operator.post(form, {}, headers={"referer": "http://testserver/elsewhere/"})
    kept = FormUse.objects.get()
    assert (kept.refused, kept.seconds, kept.timed) == (2, 120, 1)


def test_systems_strangers_and_people_without_a_post_are_not_counted(client: Client, roles: dict[str, User]) -> None:
    client.post("/reports/generate/", {"grid": street.STREET})
    client.post("/accounts/login/", {"username": "operator", "password": "x"})
    client.force_login(roles["operator"])
    client.post("/api/v1/reports/", {}, content_type="application/json")
    client.force_login(roles["admin"])
    client.post("/reports/generate/", {"grid": street.STREET})
    assert not FormUse.objects.exists()


def test_a_broken_count_never_breaks_the_form(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(middleware, "add", broken)
    assert operator.post("/reports/generate/", {}).status_code == 400
    monkeypatch.setattr(middleware, "_count", broken)
    assert operator.post("/reports/generate/", {}).status_code == 400


def test_hidden_fields_and_buttons_are_not_typed() -> None:
    posted = QueryDict("csrfmiddlewaretoken=a&version=3&move=x&text=b&reason=+&parties-0-name=c&address=d")
    assert counting.fields_typed(posted) == 3


def test_a_forged_cookie_tells_no_time(operator: Client) -> None:
    operator.cookies[middleware.COOKIE] = "00000000.1"
    operator.post("/reports/generate/", {})
    assert FormUse.objects.get().timed == 0


def fill(kind: str, day: date, **more: int) -> None:
    values = {"sent": 4, "fields": 12, "seconds": 240, "timed": 2, **more}
    FormUse.objects.create(day=day, grid_code=street.STREET, post=kind, form="incidents:report", **values)


def test_a_post_of_fewer_than_three_people_is_not_shown(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    for number in range(3):
        street.give_post(street.make_person(f"worker{number}"), "grid_worker", grids[street.GRID])
    fill("grid_worker", DAY)
    fill("grid_worker", DAY - timedelta(days=7), sent=6)
    fill("operator", DAY)
    week = week_of(street.STREET, DAY, today=DAY)
    worker, operator = week.posts
    assert (worker.holders >= 3, worker.now.sent, worker.before.sent, worker.now.minutes) == (True, 4, 6, 8)
    assert (operator.hidden, operator.now.sent, week.total.sent) == (True, 0, 4)


def test_the_page_and_its_file_are_the_heads(operator: Client, roles: dict[str, User]) -> None:
    fill("grid_worker", DAY)
    assert operator.get("/reports/burden/").status_code == 403
    operator.force_login(roles["shiftleader"])
    page = operator.get("/reports/burden/", {"day": "2026-11-18"}).content.decode()
    assert "不显示" in page
    assert operator.get("/reports/burden/", {"grid": street.OTHER_STREET}).status_code == 404
    assert operator.get("/reports/burden/excel/", {"day": "2026-11-18"}).content[:2] == b"PK"
    assert AccessEvent.objects.filter(action="export", object_type="burden").count() == 1


def test_questions_asked_twice_are_found(db: None) -> None:
    assert get_resolver().url_patterns
    places = {question.view for row in questions.repeated() for question in row.places}
    assert {"incidents:report", "incidents:intake_desk"} <= places
    assert all(len({place.view for place in row.places}) > 1 for row in questions.repeated())
    assert "incidents:report" in {row.question.view for row in questions.known()}
    assert not any(
        question.name == "csrfmiddlewaretoken" for some in questions.questions().values() for question in some
    )


def test_the_admin_shows_no_post_of_fewer_than_three_people(
    client: Client, roles: dict[str, User], grids: dict[str, Grid]
) -> None:
    for number in range(3):
        street.give_post(street.make_person(f"worker{number}"), "grid_worker", grids[street.GRID])
    fill("grid_worker", DAY)
    fill("operator", DAY)
    client.force_login(roles["admin"])
    page = client.get("/admin/reports/formuse/").content.decode()
    assert page.count("incidents:report") == 1
