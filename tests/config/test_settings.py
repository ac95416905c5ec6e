"""The settings and what is told of them."""

import re

from django.conf import settings


def test_operations_explains_every_variable_of_the_environment() -> None:
    asked = set()
    for name in ("settings", "wsgi"):
        text = (settings.BASE_DIR / "config" / f"{name}.py").read_text()
        asked |= set(re.findall(r"(?:env(?:\.\w+)?|secret|setdefault)\(\s*\"([A-Z_]+)\"", text))
    told = set(re.findall(r"`([A-Z_]+)`", (settings.BASE_DIR / "docs" / "operations.md").read_text()))
    assert len(asked) > 20
    assert asked - told == {"DJANGO_SETTINGS_MODULE"}
