"""Phone pages stay light: a slow 3G line carries the first page in seconds (interface.md: ≤ 200 kB compressed)."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse

from fieldwork.offline import FILES
from tests.incidents.conftest import build_world

FIRST_LOAD = 200_000  # bytes
LATER = 30_000
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


# --- the real pages of a grid leader's phone ---


@pytest.fixture
def phone(db: None) -> Client:
    client = Client(headers={"User-Agent": "Mobile", "Accept-Encoding": "gzip"})
    client.force_login(build_world().people["gridleader"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(phone: Client, address: str) -> tuple[int, set[str]]:
    """The compressed bytes of a page, and the static files that it names."""
    answer = phone.get(address)
    assert answer.status_code == 200, address
    html = gzip.decompress(answer.content).decode()
    return len(answer.content), set(re.findall(rf"(?:src|href)=\"{settings.STATIC_URL}([^\"#?]+)", html))


def test_the_first_page_with_all_that_the_phone_fetches_ahead_fits_the_first_load(phone: Client) -> None:
    html, files = read(phone, reverse("fieldwork:home"))
    ahead = phone.get(reverse("fieldwork:state"), headers={"Accept-Encoding": "identity"}).json()["pages"]
    forms = {address: read(phone, address)[0] for address in ahead}
    parts = {name: packed(name) for name in files | set(FILES)}
    assert html + sum(parts.values()) + sum(forms.values()) <= FIRST_LOAD, (html, parts, forms)


@pytest.mark.parametrize(
    "name", ["fieldwork:home", "fieldwork:waiting", "incidents:report", "fieldwork:note_new", "incidents:tasks"]
)
def test_a_later_page_fits_a_slow_line(phone: Client, name: str) -> None:
    html, files = read(phone, reverse(name))
    fresh = {file: packed(file) for file in files - set(FILES)}
    assert html + sum(fresh.values()) <= LATER, (html, fresh)
