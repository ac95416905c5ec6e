"""Phone pages stay light: a slow 3G line carries the first page in seconds (interface.md: ≤ 200 kB compressed)."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.test import RequestFactory

FIRST_LOAD = 200_000  # bytes
HTML_ALLOWANCE = 30_000  # what a page's own HTML may weigh


def packed(path: str) -> int:
    found = finders.find(path)
    if not found:
        pytest.skip(f"{path} is copied by script/server")
    return len(gzip.compress(Path(found).read_bytes(), 6))


def weights(template: str) -> dict[str, int]:
    html = get_template(template).render({}, RequestFactory().get("/"))
    paths = set(re.findall(rf"(?:src|href)=\"{settings.STATIC_URL}([^\"#?]+)", html))
    return {path: packed(path) for path in paths}


def test_the_phone_frame_with_map_and_photos_fits_the_first_load() -> None:
    parts = weights("plain.html") | {
        name: packed(name)
        for name in (
            "icons.svg",
            "django_htmx/htmx-2.min.js",
            "leaflet/leaflet.js",
            "leaflet/leaflet.css",
            "js/map.js",
            "js/photos.js",
        )
    }
    assert sum(parts.values()) + HTML_ALLOWANCE <= FIRST_LOAD, parts


def test_the_frame_does_not_load_charts_or_the_whole_of_tabler() -> None:
    assert not [path for path in weights("plain.html") if "echarts" in path or "tabler.min.js" in path]
