"""Log lines."""

import json
import logging

from config.logs import JsonFormatter, request_id


def line(text: str, **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"msg": text, "name": "x", "levelname": "INFO", **extra})
    written = JsonFormatter().format(record)
    assert "\n" not in written
    return dict(json.loads(written))


def test_a_text_with_line_breaks_stays_one_line() -> None:
    assert line("a\nb\x1b[31m")["text"] == "a\nb\x1b[31m"


def test_a_line_names_the_request_and_plain_extras_only() -> None:
    token = request_id.set("abc")
    written = line("a", status=200, request=object())
    request_id.reset(token)
    assert written["request_id"] == "abc"
    assert written["status"] == 200
    assert "request" not in written
