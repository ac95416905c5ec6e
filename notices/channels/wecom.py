"""To a group robot of WeCom (企业微信群机器人): a markdown message of at most 4,096 bytes."""

import json
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.protect import mask_numbers
from notices.models import Delivery, Notice
from notices.outgoing import Answer, DeliveryError, post

WRONG_KEY: Final = 93000  # "invalid webhook url": the robot was removed
COLOURS: Final = {"urgent": "warning", "warning": "warning", "task": "info", "info": "comment"}


def send(delivery: Delivery, *, timestamp: int) -> None:
    """POST the notice to the robot. WeCom answers 200 also to what it refuses, so its errcode is read."""
    endpoint = delivery.endpoint
    assert endpoint is not None  # the database's check: only the inbox has none
    body = json.dumps(
        {"msgtype": "markdown", "markdown": {"content": markdown(delivery.notice)}}, ensure_ascii=False
    ).encode()
    _judge(post(endpoint.url, body, {"Content-Type": "application/json", "User-Agent": "grid-governance"}))


def markdown(notice: Notice) -> str:
    """Title in the colour of the level, and the link. No text: addresses and reasons stay inside the platform."""
    title = f'**<font color="{COLOURS.get(notice.level, "comment")}">{_plain(notice.title)}</font>**'
    opens = _("Open")  # outside the f-string: not every gettext finds messages inside one
    link = f"[{opens}]({settings.SITE_URL}{notice.url})" if notice.url and settings.SITE_URL else ""
    return "\n".join(part for part in (title, link) if part)


def _plain(text: str) -> str:
    """The text without what markdown or WeCom's tags would read as formatting or a link, and without people's numbers.

    Signs go first: a star inside a number must not save it from being seen as one.
    """
    return mask_numbers(text.translate({ord(sign): None for sign in "<>[]`*"})).replace("*", "＊")


def _judge(answer: Answer) -> None:
    if answer.status != 200:
        raise DeliveryError(_("The receiver answered %(status)s.") % {"status": answer.status})
    try:
        code = json.loads(answer.body).get("errcode")
    except (ValueError, AttributeError) as error:
        raise DeliveryError(_("The answer of the robot cannot be read.")) from error
    if code != 0:
        raise DeliveryError(_("WeCom refused the message (%(code)s).") % {"code": code}, permanent=code == WRONG_KEY)
