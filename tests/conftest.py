"""What every test may use."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings

from incidents import states
from incidents.models import AllowedMove

# A busy machine must not fail a property; what is too slow has its own test.
hypothesis_settings.register_profile("project", deadline=None)
hypothesis_settings.load_profile("project")

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


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_what_is_append_only() -> Iterator[None]:
    """Lets the clean-up of transactional tests past the triggers (`…_no_truncate`) that forbid TRUNCATE."""
    plain = DatabaseOperations.sql_flush
    guards = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%no\\_truncate'"

    def flush(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(guards)
            found = cursor.fetchall()
        off = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in found]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER {name}" for table, name in found]
        return [*off, *plain(self, *args, **kwargs), *on]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", flush)
        yield


@pytest.fixture(autouse=True)
def _arrows_again(request: pytest.FixtureRequest) -> None:
    """Put back what migrations wrote: the clean-up of transactional tests empties the table of allowed moves too."""
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("transactional_db")
        arrows = [AllowedMove(source=source, move=move, target=target) for source, move, target in states.arrows()]
        AllowedMove.objects.bulk_create(arrows, ignore_conflicts=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The distribution's Chromium, headless (or the one that CHROMIUM or Playwright's own folder names)."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found and "PLAYWRIGHT_BROWSERS_PATH" not in os.environ:
        pytest.skip("no Chromium on this machine: install it or set CHROMIUM")
    # Playwright keeps an event loop in this thread; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
