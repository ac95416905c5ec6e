"""The administrator's pages of accounts and keys."""

from datetime import datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.access import record
from accounts.api_keys import authenticate
from accounts.models import AccessEvent, ApiKey, User, UserSession
from grid.models import Grid
from tests import street
from tests.accounts.conftest import PASSWORD


@pytest.fixture
def admin(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


@pytest.fixture
def clerk(person: User) -> Client:
    """A staff member who may change users, but is no superuser."""
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client = Client()
    client.force_login(person)
    return client


def test_every_list_opens(admin: Client, issued: tuple[ApiKey, str], now: datetime) -> None:
    record(action="export", actor=None, now=now)
    for name in ("user", "apikey", "accessevent"):
        assert admin.get(f"/admin/accounts/{name}/").status_code == 200


def test_a_phone_is_masked_and_can_be_replaced(admin: Client, person: User) -> None:
    person.set_phone("13812345678")
    person.save()
    for page in ("", f"{person.pk}/change/"):
        text = admin.get(f"/admin/accounts/user/{page}").content.decode()
        assert "138****5678" in text
        assert "13812345678" not in text
    data = {"username": "wang", "real_name": "王秀英", "kind": "person", "language": "zh-hans", "is_active": "on"}
    admin.post(f"/admin/accounts/user/{person.pk}/change/", {**data, "new_phone": "13900000001"})
    person.refresh_from_db()
    assert person.phone == "13900000001"


def test_a_user_is_made(admin: Client) -> None:
    data = {"username": "zhang", "real_name": "张伟", "kind": "person", "usable_password": "true"}
    admin.post("/admin/accounts/user/add/", {**data, "password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(username="zhang").check_password(PASSWORD)


def test_switching_an_account_off_signs_it_out(admin: Client, person: User) -> None:
    browser = Client()
    browser.post("/login/", {"username": "wang", "password": PASSWORD})
    data = {"username": "wang", "real_name": "王秀英", "kind": "person", "language": "zh-hans"}
    admin.post(f"/admin/accounts/user/{person.pk}/change/", data)
    assert browser.get("/me/").status_code == 302
    assert not UserSession.objects.exists()


def test_accounts_and_keys_are_not_deleted(admin: Client, issued: tuple[ApiKey, str], person: User) -> None:
    assert admin.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/accounts/apikey/{issued[0].pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_audit_cannot_be_edited(admin: Client, now: datetime) -> None:
    event = record(action="export", actor=None, now=now)
    assert admin.get("/admin/accounts/accessevent/add/").status_code == 403
    assert admin.post(f"/admin/accounts/accessevent/{event.pk}/change/", {"purpose": "x"}).status_code == 403


def test_a_clerk_makes_nobody_an_administrator(clerk: Client, person: User) -> None:
    data = {"username": "wang", "real_name": "王秀英", "kind": "person", "language": "zh-hans", "is_active": "on"}
    clerk.post(f"/admin/accounts/user/{person.pk}/change/", {**data, "is_superuser": "on"})
    person.refresh_from_db()
    assert person.is_superuser is False


def test_a_clerk_does_not_touch_a_superuser(clerk: Client, chief: User) -> None:
    assert clerk.post(f"/admin/accounts/user/{chief.pk}/change/", {"real_name": "x"}).status_code == 403
    assert clerk.post(f"/admin/accounts/user/{chief.pk}/password/", {"password1": "x"}).status_code == 403


PERSON = {"username": "zhao", "real_name": "赵敏", "kind": "person", "language": "zh-hans", "is_active": "on"}


@pytest.fixture
def colleague(db: None) -> User:
    return User.objects.create_user("zhao", password=PASSWORD, real_name="赵敏")


def test_a_clerk_looks_after_those_who_may_do_no_more_than_she(clerk: Client, colleague: User) -> None:
    assert (
        clerk.post(f"/admin/accounts/user/{colleague.pk}/change/", {**PERSON, "real_name": "赵小敏"}).status_code == 302
    )
    colleague.refresh_from_db()
    assert colleague.real_name == "赵小敏"


def test_a_clerk_does_not_take_over_an_account_with_more_rights_in_the_admin(clerk: Client, colleague: User) -> None:
    colleague.user_permissions.set(Permission.objects.filter(codename="add_apikey"))
    new = {"usable_password": "true", "password1": "Other-Pass-2026", "password2": "Other-Pass-2026"}
    assert clerk.post(f"/admin/accounts/user/{colleague.pk}/password/", new).status_code == 403
    assert clerk.post(f"/admin/accounts/user/{colleague.pk}/change/", PERSON).status_code == 403


def test_a_clerk_does_not_take_over_a_post(clerk: Client, colleague: User, grids: dict[str, Grid]) -> None:
    street.give_post(colleague, "auditor", grids[street.STREET])
    assert clerk.post(f"/admin/accounts/user/{colleague.pk}/change/", PERSON).status_code == 403


def test_a_password_set_for_somebody_is_recorded_and_ends_her_sessions(
    admin: Client, chief: User, colleague: User
) -> None:
    browser = Client()
    browser.post("/login/", {"username": "zhao", "password": PASSWORD})
    new = {"usable_password": "true", "password1": "Other-Pass-2026", "password2": "Other-Pass-2026"}
    admin.post(f"/admin/accounts/user/{colleague.pk}/password/", new)
    event = AccessEvent.objects.get(action="password")
    assert (event.actor, event.object_id) == (chief, str(colleague.pk))
    assert not UserSession.objects.filter(user=colleague).exists()
    assert User.objects.get(pk=colleague.pk).password_changed_at is not None


def test_a_password_that_was_refused_is_not_recorded(admin: Client, colleague: User) -> None:
    admin.post(f"/admin/accounts/user/{colleague.pk}/password/", {"password1": "x", "password2": "y"})
    assert not AccessEvent.objects.filter(action="password").exists()


def test_a_clerk_signs_no_superuser_out(clerk: Client, chief: User) -> None:
    Client().post("/login/", {"username": "chief", "password": PASSWORD})
    clerk.post("/admin/accounts/user/", {"_selected_action": chief.pk, "action": "sign_out_everywhere"})
    assert UserSession.objects.filter(user=chief).exists()


def test_a_clerk_issues_no_key_that_may_do_more_than_she(
    clerk: Client, person: User, system: User, grids: dict[str, Grid]
) -> None:
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_apikey", "add_apikey"]))
    assert "issued-token" not in issue(clerk, system)
    assert not ApiKey.objects.exists()
    street.give_post(person, "grid_worker", grids[street.STREET])
    assert "issued-token" not in issue(clerk, system, grid_code="410103")
    assert "issued-token" in issue(clerk, system)


def test_a_key_that_is_out_is_not_edited(admin: Client, issued: tuple[ApiKey, str]) -> None:
    page = f"/admin/accounts/apikey/{issued[0].pk}/change/"
    assert admin.get(page).status_code == 200
    assert admin.post(page, {}).status_code == 403


def issue(admin: Client, system: User, **change: object) -> str:
    data = {"account": system.pk, "name": "intake", "capabilities": ["incident.report"], "grid_code": "410103008"}
    return admin.post("/admin/accounts/apikey/add/", {**data, **change}).content.decode()


def test_a_key_is_shown_once_and_works(admin: Client, system: User, now: datetime) -> None:
    page = issue(admin, system)
    key = ApiKey.objects.get()
    token = page.split('id="issued-token">')[1].split("<")[0]
    assert authenticate(token, now=now) == key
    assert token not in admin.get(f"/admin/accounts/apikey/{key.pk}/change/").content.decode()


@pytest.mark.parametrize("change", [{"grid_code": "x"}, {"capabilities": ["fly"]}, {"capabilities": []}])
def test_a_key_that_cannot_be_is_refused_beside_its_field(
    admin: Client, system: User, change: dict[str, object]
) -> None:
    assert "issued-token" not in issue(admin, system, **change)
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked(admin: Client, issued: tuple[ApiKey, str], now: datetime) -> None:
    for _twice in range(2):
        admin.post("/admin/accounts/apikey/", {"_selected_action": issued[0].pk, "action": "revoke_keys"})
    assert authenticate(issued[1], now=now) is None
