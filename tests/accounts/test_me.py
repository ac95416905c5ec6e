"""My account: settings, password, devices; the audit page."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client, RequestFactory

from accounts.access import record
from accounts.models import AccessEvent, User, UserSession
from accounts.views import device_of, visible_events
from tests.accounts.conftest import PASSWORD

NEW = "Weiwangge-581"


@pytest.fixture
def mine(client: Client, person: User) -> Client:
    """A browser of the person, really signed in."""
    client.post("/login/", {"username": "wang", "password": PASSWORD})
    return client


def change(client: Client, old: str = PASSWORD, new: str = NEW) -> Any:
    return client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": new})


def test_settings_are_kept_and_the_language_changes_at_once(mine: Client, person: User) -> None:
    answer = mine.post("/me/", {"language": "en", "large_text": "on"})
    person.refresh_from_db()
    assert (answer.status_code, person.language, person.large_text) == (302, "en", True)
    assert "Where I am signed in" in mine.get("/me/").content.decode()


def test_another_setting_cannot_be_slipped_in(mine: Client, person: User) -> None:
    mine.post("/me/", {"language": "en", "is_superuser": "on", "real_name": "x"})
    person.refresh_from_db()
    assert (person.is_superuser, person.real_name) == (False, "王秀英")


def test_a_wrong_setting_keeps_the_form(mine: Client) -> None:
    assert mine.post("/me/", {"language": "xx"}).status_code == 422


def test_a_new_password_ends_the_other_devices_and_keeps_this_one(mine: Client, person: User) -> None:
    other = Client()
    other.post("/login/", {"username": "wang", "password": PASSWORD})
    assert change(mine)["Location"] == "/password/done/"
    assert mine.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    assert UserSession.objects.get().session_key == mine.session.session_key
    person.refresh_from_db()
    assert person.password_changed_at is not None
    assert AccessEvent.objects.filter(action="password", actor=person).exists()


@pytest.mark.parametrize(("old", "new"), [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, "abcdefghijkl")])
def test_a_poor_or_unproven_password_is_refused(mine: Client, person: User, old: str, new: str) -> None:
    assert change(mine, old, new).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_another_device_can_be_signed_out(mine: Client) -> None:
    other = Client()
    other.post("/login/", {"username": "wang", "password": PASSWORD})
    key = UserSession.objects.exclude(session_key=mine.session.session_key).get().pk
    assert mine.post("/me/", {"end_session": key}).status_code == 302
    assert other.get("/me/").status_code == 302
    assert mine.get("/me/").status_code == 200


def test_nobody_signs_out_somebody_else(mine: Client, chief: User) -> None:
    other = Client()
    other.post("/login/", {"username": "chief", "password": PASSWORD})
    key = UserSession.objects.get(user=chief).pk
    assert mine.post("/me/", {"end_session": key}).status_code == 409
    assert other.get("/me/").status_code == 200


def test_my_devices_are_listed(mine: Client) -> None:
    page = mine.get("/me/")
    assert [row["is_current"] for row in page.context["sessions"]] == [True]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari Edg/120", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Safari", "Safari, iPhone"),
        ("curl/8", "curl/8"),
        ("", ""),
    ],
)
def test_a_device_is_named_in_words(agent: str, words: str) -> None:
    assert device_of(agent) == words


def test_the_api_tells_and_changes_my_settings(mine: Client, person: User) -> None:
    assert mine.get("/api/v1/me/").json()["real_name"] == "王秀英"
    changed = mine.patch("/api/v1/me/", {"large_text": True}, content_type="application/json")
    assert changed.json()["large_text"] is True
    refused = mine.patch("/api/v1/me/", {"is_superuser": True}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["is_superuser"])


class Scope(SimpleNamespace):
    """A scope with `audit.view` on given prefixes."""

    def prefixes(self, capability: str) -> list[str]:
        return self.held

    def q(self, capability: str, field: str) -> Q:
        return Q(**{f"{field}__startswith": self.held[0]}) if self.held else Q(pk__in=())


def test_without_limits_the_auditor_sees_failed_sign_ins_too(chief: User, now: datetime) -> None:
    record(action="login_failed", actor=None, actor_name="?", now=now)
    request: Any = RequestFactory().get("/")
    request.scope = Scope(held=[""])
    assert visible_events(request).count() == 1


def test_an_auditor_sees_nobody_without_a_post_below_her(person: User, now: datetime) -> None:
    record(action="login", actor=person, now=now)
    request: Any = RequestFactory().get("/")
    request.scope = Scope(held=["410103008"])
    assert visible_events(request).count() == 0


def test_the_audit_page_is_for_auditors(mine: Client, chief: User, now: datetime) -> None:
    assert mine.get("/access-log/").status_code == 403
    assert Client().get("/access-log/").status_code == 302
    record(action="export", actor=chief, now=now, purpose="月报")
    client = Client()
    client.force_login(chief)
    assert "月报" in client.get("/access-log/?action=export").content.decode()
    assert "月报" not in client.get("/access-log/?q=nobody").content.decode()
    assert client.get("/access-log/?after=x").status_code == 400
