"""What the server gives to a phone that will be without a network, and how it answers the queue that sends later."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from fieldwork.offline import FILES, KEPT, kept_pages, version
from incidents.models import Incident
from tests.incidents.conftest import World, build_world

QUEUE = {"Accept": "application/json"}


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def signed_in(world: World, name: str = "gridleader", **more: Any) -> Client:
    client = Client(**more)
    client.force_login(world.people[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def report(**given: Any) -> dict[str, Any]:
    return {"client_uuid": str(uuid4()), "text": "单元门口路灯不亮", "address": "交通路1号"} | given


def test_a_report_of_the_queue_is_answered_with_the_case(world: World) -> None:
    answer = signed_in(world).post(reverse("incidents:report"), report(), headers=QUEUE)
    incident = Incident.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"url": reverse("incidents:sent", args=[incident.number]), "said": incident.number}


def test_a_report_sent_again_is_the_first_case(world: World) -> None:
    client, words = signed_in(world), report()
    first, second = (client.post(reverse("incidents:report"), words, headers=QUEUE) for _ in range(2))
    assert first.json() == second.json()
    assert second.status_code in (200, 201)
    assert Incident.objects.count() == 1


def test_other_words_under_a_used_id_are_a_conflict_that_shows_both(world: World) -> None:
    client, words = signed_in(world), report()
    client.post(reverse("incidents:report"), words, headers=QUEUE)
    answer = client.post(reverse("incidents:report"), words | {"text": "井盖破损"}, headers=QUEUE)
    assert answer.status_code == 409
    assert answer.json()["kept"] == words["text"]
    assert answer.json()["url"] == reverse("incidents:sent", args=[Incident.objects.get().number])


@pytest.mark.parametrize(
    ("age", "kept"), [(timedelta(hours=3), True), (timedelta(0), False), (timedelta(days=-2), False)]
)
def test_a_report_that_waited_tells_when_it_was_seen(world: World, age: timedelta, kept: bool) -> None:
    at = timezone.now() - age
    signed_in(world).post(reverse("incidents:report"), report(at=at.isoformat()), headers=QUEUE)
    assert Incident.objects.get().happened_at == (at if kept else None)


def test_what_is_wrong_is_told_by_field(world: World) -> None:
    answer = signed_in(world).post(reverse("incidents:report"), report(text=""), headers=QUEUE)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["text"]


def test_a_refusal_by_the_rules_is_json_for_the_queue_and_a_page_for_people(world: World) -> None:
    client = signed_in(world, "department")
    told = client.post(reverse("incidents:report"), report(), headers=QUEUE)
    page = client.post(reverse("incidents:report"), report())
    assert (told.status_code, page.status_code) == (403, 403)
    assert told.json()["detail"]
    assert page["Content-Type"].startswith("text/html")


def test_an_old_token_is_told_as_something_to_try_again(world: World) -> None:
    client = signed_in(world, enforce_csrf_checks=True)
    answer = client.post(reverse("incidents:report"), report(), headers=QUEUE)
    assert (answer.status_code, answer["Retry-After"]) == (403, "1")
    token = client.get(reverse("fieldwork:state")).json()["token"]
    assert (
        client.post(reverse("incidents:report"), report(), headers={**QUEUE, "X-CSRFToken": token}).status_code == 201
    )


def test_the_state_names_the_person_a_token_and_the_pages_to_keep(world: World) -> None:
    told = signed_in(world).get(reverse("fieldwork:state")).json()
    assert told["user"] == world.people["gridleader"].pk
    assert told["version"] == version()
    assert told["pages"][:2] == [reverse("fieldwork:waiting"), reverse("incidents:report")]


def test_a_stranger_is_told_nothing(client: Client, db: None) -> None:
    assert client.get(reverse("fieldwork:state")).json() == {"user": None, "version": version(), "pages": []}


def test_asking_for_the_state_does_not_keep_a_session_alive(world: World) -> None:
    client = signed_in(world)
    assert getattr(get_resolver().resolve(reverse("fieldwork:state")).func, "is_background", False)
    before = client.session.get_expiry_date()
    client.get(reverse("fieldwork:state"))
    assert abs((client.session.get_expiry_date() - before).total_seconds()) < 5


def test_every_kept_page_allows_it_itself_and_fits_a_slow_line(world: World) -> None:
    client = signed_in(world)
    for address in kept_pages(world.people["gridleader"]):
        answer = client.get(address, headers={"Accept-Encoding": "gzip", "User-Agent": "Mobile"})
        assert (answer.status_code, answer.get("X-Keep-Offline")) == (200, "1"), address
        assert len(answer.content) < 30_000, address


def forms_kept(world: World) -> Iterator[tuple[str, str, str]]:
    """Address, opening tag and inside of each form of the queue on the pages that a phone keeps."""
    client = signed_in(world)
    for address in kept_pages(world.people["gridleader"]):
        html = client.get(address, headers={"User-Agent": "Mobile"}).content.decode()
        for tag, inside in re.findall(r"(<form[^>]*data-offline=[^>]*>)(.*?)</form>", html, re.S):
            yield address, tag, inside


def test_each_form_on_a_kept_page_carries_what_the_queue_needs(world: World) -> None:
    found = list(forms_kept(world))
    for address, tag, inside in found:
        assert 'method="post"' in tag, (address, tag)
        assert "draft-id" in inside, (address, tag)
        assert 'data-draft="' in tag or "data-photo-input" not in inside, (address, tag)
    assert {address for address, _tag, _inside in found} >= {page.url for page in KEPT if page.label and page.url}


def test_pages_with_cases_and_people_are_not_kept(world: World) -> None:
    world.report()
    client = signed_in(world)
    for name in ("incidents:phone_home", "incidents:tasks", "notices:inbox", "grid:mine", "accounts:me"):
        assert "X-Keep-Offline" not in client.get(reverse(name)), name


def test_a_refused_form_is_not_kept(world: World) -> None:
    assert "X-Keep-Offline" not in signed_in(world).post(reverse("incidents:report"), report(text=""))


def test_the_worker_stands_at_the_root_and_names_the_files(client: Client, db: None) -> None:
    answer = client.get(reverse("fieldwork:worker"))
    told = json.loads(re.search(r"self\.GG = (\{.*\});", answer.content.decode())[1])  # type: ignore[index]
    assert reverse("fieldwork:worker").count("/") == 1
    assert answer["Content-Type"].startswith("text/javascript")
    assert told["version"] == version()
    assert len(told["files"]) == len(FILES)


def test_every_file_of_the_frame_exists(db: None) -> None:
    assert [name for name in FILES if not name.startswith(("vendor/", "leaflet/")) and not finders.find(name)] == []


def test_the_app_can_be_installed(client: Client, db: None) -> None:
    told = client.get(reverse("fieldwork:manifest")).json()
    assert (told["display"], told["scope"], told["start_url"]) == ("standalone", "/", "/")
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in told["icons"])


def page_of_phone(world: World, name: str) -> HttpResponse:
    return signed_in(world).get(reverse(name), headers={"User-Agent": "Mobile"})  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["incidents:report", "fieldwork:waiting"])
def test_phone_pages_carry_the_app_and_the_queue(world: World, name: str) -> None:
    html = page_of_phone(world, name).content.decode()
    assert f'<link rel="manifest" href="{reverse("fieldwork:manifest")}">' in html.split("</head>")[0]
    assert 'id="gg-offline"' in html
    assert "js/queue.js" in html


def test_a_page_of_the_app_has_a_button_for_each_form(world: World) -> None:
    html = page_of_phone(world, "fieldwork:waiting").content.decode()
    shown = [page for page in KEPT if page.label and page.url]
    assert all(f'href="{page.url}"' in html for page in shown)
    assert shown
