"""The administrator's pages of messages and jobs."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from notices.models import Delivery, Endpoint, Job

Tell = Callable[..., int]


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("chief", real_name="李建国"))
    return client


@pytest.fixture
def dead(tell: Tell, hook: Endpoint) -> Delivery:
    tell()
    Delivery.objects.update(work_state="dead", attempts=8, last_error="no answer")
    return Delivery.objects.get()


@pytest.mark.parametrize("name", ["notice", "endpoint", "delivery", "job"])
def test_every_list_and_form_opens(admin: Client, dead: Delivery, name: str) -> None:
    Job.objects.create(name="heartbeat")
    assert admin.get(f"/admin/notices/{name}/").status_code == 200
    row = {"notice": dead.notice_id, "endpoint": dead.endpoint_id, "delivery": dead.pk, "job": "heartbeat"}[name]
    assert admin.get(f"/admin/notices/{name}/{row}/change/").status_code == 200


def act(admin: Client, dead: Delivery, **data: str) -> str:
    answer = admin.post("/admin/notices/delivery/", {"_selected_action": dead.pk, **data}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_quarantined_work_is_set_going(admin: Client, dead: Delivery) -> None:
    act(admin, dead, action="set_going")
    assert Delivery.objects.get().work_state == "due"


def test_discarding_asks_for_a_reason(admin: Client, dead: Delivery) -> None:
    asked = act(admin, dead, action="throw_away")
    assert 'name="reason"' in asked
    assert f'value="{dead.pk}"' in asked
    act(admin, dead, action="throw_away", reason="")
    assert Delivery.objects.get().work_state == "dead"


def test_discarding_keeps_the_reason(admin: Client, dead: Delivery) -> None:
    act(admin, dead, action="throw_away", reason="系统停用")
    kept = Delivery.objects.get()
    assert kept.work_state == "discarded"
    assert "系统停用" in kept.last_error


def test_work_that_is_not_in_quarantine_is_left_alone(admin: Client, dead: Delivery) -> None:
    Delivery.objects.update(work_state="done")
    act(admin, dead, action="set_going")
    assert Delivery.objects.get().work_state == "done"


def endpoint(admin: Client, **change: str) -> str:
    data = {"name": "hook", "channel": "webhook", "url": "https://a.example/", "grid_code": "4101", "is_active": "on"}
    answer = admin.post("/admin/notices/endpoint/add/", {**data, **change}, follow=True)
    return answer.content.decode()


def test_a_new_webhook_gets_a_secret_that_is_shown_once(admin: Client) -> None:
    page = endpoint(admin)
    secret = Endpoint.objects.get().secret
    assert secret.startswith("whsec_")
    assert secret in page
    assert secret not in admin.get(f"/admin/notices/endpoint/{Endpoint.objects.get().pk}/change/").content.decode()


def test_saving_an_endpoint_keeps_its_secret(admin: Client, hook: Endpoint) -> None:
    data = {"name": "new", "channel": "webhook", "url": hook.url, "grid_code": "4101", "secret": ""}
    admin.post(f"/admin/notices/endpoint/{hook.pk}/change/", data)
    kept = Endpoint.objects.get()
    assert (kept.name, kept.secret) == ("new", hook.secret)


def test_a_resting_endpoint_is_woken(admin: Client, hook: Endpoint) -> None:
    Endpoint.objects.update(failures=5)
    admin.post("/admin/notices/endpoint/", {"_selected_action": hook.pk, "action": "wake"})
    assert Endpoint.objects.get().failures == 0


def test_who_may_only_look_sees_no_secret(client: Client, hook: Endpoint) -> None:
    looker = User.objects.create_user("looker", real_name="赵强", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_endpoint"))
    client.force_login(looker)
    page = client.get(f"/admin/notices/endpoint/{hook.pk}/change/")
    assert page.status_code == 200
    assert hook.url in page.content.decode()
    assert hook.secret not in page.content.decode()
