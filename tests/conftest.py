"""What every test may use."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

LONG = os.environ.get("LONG") == "1"


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
