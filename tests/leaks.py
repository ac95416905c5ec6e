"""What the tests against leaks share: canaries are looked for in answers, files, logs and tables. Helpers, no tests."""

import io
import logging
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.access_world import Endpoint
from tests.conftest import OURS
from tests.test_access_matrix import Walker


def canaries_in(text: str, canaries: Mapping[str, str]) -> list[str]:
    """Which canaries the text holds, also where JSON wrote them in its own letters."""
    plain = [name for name, word in canaries.items() if word in text]
    return plain + [
        name for name, word in canaries.items() if word.encode("unicode_escape").decode() in text and name not in plain
    ]


def text_of(body: bytes) -> str:
    """An answer as text; of a workbook or a document all its parts."""
    if not body.startswith(b"PK\x03\x04"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def answers(walker: Walker, found: Iterable[Endpoint], *, post: bool) -> Iterator[tuple[str, Any]]:
    """What the doors answer to GET, and to a POST without words where they take one: no reveal is among them."""
    for one in found:
        for inside, url, _sample in walker.addresses(one):
            if inside:  # what lies outside is the matter of the access matrix
                first = walker.visit(one.method or "get", url, {})
                yield f"{one.method or 'get'} {url}", first
                if (
                    post
                    and not one.method
                    and first.status_code == 200
                    and b"<form" in first.body
                    and b'method="post"' in first.body
                ):
                    yield f"post {url}", walker.visit("post", url, {})


def leaks(walker: Walker, found: Iterable[Endpoint], canaries: Mapping[str, str], *, post: bool = True) -> list[str]:
    """Every answer with a canary, for people."""
    return [
        f"{walker.actor} {where}: {hit}"
        for where, answer in answers(walker, found, post=post)
        if (hit := canaries_in(text_of(answer.body), canaries))
    ]


def log_everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All loggers, also every statement with its parameters."""
    caplog.set_level(logging.DEBUG)
    for name in ("django", "django.request", "django.db.backends"):
        caplog.set_level(logging.DEBUG, logger=name)
    connection.force_debug_cursor = True
    yield caplog
    connection.force_debug_cursor = False


def tables() -> list[str]:
    """The tables of all our apps, the sessions among them."""
    found = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    return [table for table in found if table.split("_")[0] in (*OURS, "django")]


def dump(table: str) -> str:
    """Every row as text, as a stolen copy of the database would show it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        (text,) = cursor.fetchone()
    return text or ""
