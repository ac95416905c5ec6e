"""What webhooks and robots are sent, and how their answers are read."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from pytest_django import Settings

from accounts.models import User
from notices.channels import webhook, wecom
from notices.models import Delivery, Endpoint, Notice
from notices.outgoing import DeliveryError
from tests.notices.receiver import receiver

Tell = Callable[..., int]


@pytest.fixture(autouse=True)
def _here_is_allowed(settings: Settings) -> None:
    settings.NOTICES_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SITE_URL = "https://gg.example"


def delivery(hook: Endpoint, url: str) -> Delivery:
    hook.url = url
    hook.save()
    return Delivery.objects.select_related("notice", "endpoint").get(endpoint=hook)


def test_a_webhook_is_signed_after_the_standard(tell: Tell, hook: Endpoint) -> None:
    tell(payload={"number": "20261120-000001"}, url="/incidents/1/")
    with receiver() as there:
        webhook.send(delivery(hook, there.url), timestamp=1_700_000_000)
    _path, headers, body = there.calls[0]
    identity = f"notice_{Notice.objects.get().pk}"
    signed = f"{identity}.1700000000.".encode() + body
    wanted = base64.b64encode(hmac.new(b"secret", signed, hashlib.sha256).digest()).decode()
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (identity, "1700000000")
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert json.loads(body)["data"]["number"] == "20261120-000001"
    assert json.loads(body)["type"] == "incident.task"


def test_during_a_change_of_secrets_both_sign(tell: Tell, hook: Endpoint) -> None:
    headers = webhook.headers("whsec_c2VjcmV0 plain", "id", 1, b"{}")
    first, second = headers["webhook-signature"].split(" ")
    assert first == f"v1,{webhook.sign('secret', b'id.1.{}')}"
    assert second == f"v1,{webhook.sign('plain', b'id.1.{}')}"


def test_a_made_secret_signs() -> None:
    assert len(base64.b64decode(webhook.new_secret().removeprefix("whsec_"))) == 32
    assert webhook.sign(webhook.new_secret(), b"x")


def test_without_a_secret_nothing_is_sent() -> None:
    with pytest.raises(DeliveryError) as refusal:
        webhook.headers(" ", "id", 1, b"")
    assert refusal.value.permanent


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (404, False), (429, False), (410, True)])
def test_an_answer_outside_2xx_is_a_failure(tell: Tell, hook: Endpoint, status: int, permanent: bool) -> None:
    tell()
    with receiver(status=status) as there, pytest.raises(DeliveryError) as failure:
        webhook.send(delivery(hook, there.url), timestamp=1)
    assert failure.value.permanent is permanent


def test_personal_words_stay_inside(tell: Tell, hook: Endpoint) -> None:
    tell(body="联系人 张三 13812345678")
    assert "13812345678" not in json.dumps(webhook.message(Notice.objects.get()))


def test_a_robot_gets_markdown(tell: Tell, hook: Endpoint) -> None:
    Endpoint.objects.update(channel="wecom")
    hook.refresh_from_db()
    tell(level="urgent", url="/incidents/1/", title="井盖缺失", body="人和路6号院张三家门口")
    with receiver(body=b'{"errcode": 0}') as there:
        wecom.send(delivery(hook, there.url), timestamp=1)
    message = json.loads(there.calls[0][2])
    assert message["msgtype"] == "markdown"
    assert "井盖缺失" in message["markdown"]["content"]
    assert "人和路" not in message["markdown"]["content"]  # addresses stay inside the platform
    assert "(https://gg.example/incidents/1/)" in message["markdown"]["content"]


def test_a_text_cannot_smuggle_in_a_link() -> None:
    assert "[点" not in wecom.markdown(Notice(title="[点我](http://evil)", body="<@all>", level="info"))


@pytest.mark.parametrize(
    ("body", "permanent"),
    [(b'{"errcode": 45009}', False), (b'{"errcode": 93000}', True), (b"<html>", False), (b"[]", False)],
)
def test_a_robot_that_refuses_with_200_is_a_failure(tell: Tell, hook: Endpoint, body: bytes, permanent: bool) -> None:
    tell()
    with receiver(body=body) as there, pytest.raises(DeliveryError) as failure:
        wecom.send(delivery(hook, there.url), timestamp=1)
    assert failure.value.permanent is permanent


def test_an_endpoint_keeps_its_secret_encrypted(hook: Endpoint, alice: User) -> None:
    raw = Endpoint.objects.raw("SELECT id, name, secret AS sealed FROM notices_endpoint")[0]
    assert "whsec" not in raw.sealed


def test_numbers_of_people_typed_into_a_title_stay_here(tell: Tell, hook: Endpoint) -> None:
    tell(title="张三13812345678漏水", body="证件 110101199003077011", payload={})
    notice = Notice.objects.get(recipient=None)
    sent = json.dumps(webhook.message(notice), ensure_ascii=False) + wecom.markdown(notice)
    assert "138****5678" in sent
    assert "13812345678" not in sent
    assert "199003077011" not in sent


def test_stars_do_not_hide_a_number_from_the_mask(tell: Tell, hook: Endpoint) -> None:
    tell(title="138*1234*5678")
    assert "13812345678" not in wecom.markdown(Notice.objects.get(recipient=None))
