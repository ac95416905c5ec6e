"""What every test may use."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker, Settings

from tests.patience import PATIENCE_MS

# A busy machine must not fail a property; what is too slow has its own test.
hypothesis_settings.register_profile("project", deadline=None)
hypothesis_settings.load_profile("project")

OURS = ("accounts", "notices", "grid", "incidents", "fieldwork", "partybuilding", "volunteers", "reports")
LONG = os.environ.get("LONG") == "1"
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the long proofs to `script/test --long`."""
    for item in items:
        if "long" in item.keywords and not LONG:
            item.add_marker(pytest.mark.skip(reason="a long proof: script/test --long"))


@pytest.fixture(autouse=True)
def _quick_and_apart(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hash passwords quickly and keep uploads out of the checkout."""
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
    settings.MEDIA_ROOT = Path(tmp_path_factory.getbasetemp()) / "media"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Let a new test database begin as a copy of the one that `script/test` migrated once for all processes."""
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get("TEST_DB_TEMPLATE") or None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, and what its migrations wrote (`kept`) put back after every transactional test.

    The clean-up of such a test empties all tables; the test that this process does next is often none of its kind.
    """
    with django_db_blocker.unblock():
        tables = keep_what_migrations_wrote()
    plain = DatabaseOperations.sql_flush

    def flush(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
        guards = append_only_guards()
        off = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in guards]
        back = [f"INSERT INTO {table} SELECT * FROM kept.{table}" for table in tables]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER {name}" for table, name in guards]
        return [*off, *plain(self, *args, **kwargs), *back, *on]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", flush)
        yield
    with django_db_blocker.unblock():
        end_other_sessions()


def end_other_sessions() -> None:
    """Close what a thread of a live server may have left open: PostgreSQL does not drop a database in use."""
    with connection.cursor() as cursor:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


def keep_what_migrations_wrote() -> list[str]:
    """Copy every table of ours that has rows now into a schema of its own; give their names."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS kept")
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'kept'")
        if found := [name for (name,) in cursor.fetchall()]:  # a database that is used again
            return found
        for table in (model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
            if cursor.fetchone():
                cursor.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")
                found.append(table)
    return found


def append_only_guards() -> list[tuple[str, str]]:
    """The triggers that forbid TRUNCATE (`…_no_truncate`) and their tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%no\\_truncate'")
        return cursor.fetchall()


@pytest.fixture(scope="session")
def chromium() -> dict[str, Any]:
    """How the distribution's Chromium is started (or the one that CHROMIUM or Playwright's own folder names)."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found and "PLAYWRIGHT_BROWSERS_PATH" not in os.environ:
        pytest.skip("no Chromium on this machine: install it or set CHROMIUM")
    return {"executable_path": found, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser(chromium: dict[str, Any]) -> Iterator[Browser]:
    """Chromium, headless."""
    # Playwright keeps an event loop in this thread; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(**chromium)
        yield started
        started.close()
