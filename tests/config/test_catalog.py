"""The Chinese catalog is complete: a message that somebody adds without a translation fails here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SOURCES = (
    "accounts",
    "notices",
    "grid",
    "incidents",
    "fieldwork",
    "partybuilding",
    "volunteers",
    "reports",
    "config",
    "templates",
    "static",
)
CATALOG = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources in which the messages were collected anew, beside today's catalog."""
    copy = tmp_path_factory.mktemp("catalog")
    ignore = shutil.ignore_patterns("*.pyc", "*.mo", "vendor", "data", "demo_data")
    for source in SOURCES:
        shutil.copytree(ROOT / source, copy / source, ignore=ignore)
    shutil.copytree(ROOT / "locale", copy / "locale", ignore=ignore)
    env = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    base = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "-i", "config/locale/*", "--no-wrap"]
    for domain, endings in (("django", "py,html,txt"), ("djangojs", "js")):
        subprocess.run([*base, "-d", domain, "-e", endings], cwd=copy, env=env, check=True, capture_output=True)
    return copy


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_message_is_translated(extracted: Path, domain: str) -> None:
    path = extracted / f"locale/zh_Hans/LC_MESSAGES/{domain}.po"
    catalog = polib.pofile(str(path)) if path.exists() else []
    missing = [entry.msgid for entry in catalog if not entry.obsolete and not entry.translated()]
    assert missing == []


def test_translations_keep_the_placeholders() -> None:
    subprocess.run(["msgfmt", "--check-format", "-o", os.devnull, str(CATALOG)], check=True)
