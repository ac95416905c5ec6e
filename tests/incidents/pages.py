"""What the tests of pages share: clients, addresses, a photo, what a form on a page would send."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from incidents.models import Incident
from tests.incidents.conftest import World

HTMX = {"HX-Request": "true"}


def client_of(world: World, role: str) -> Client:
    """A browser in which `role` has signed in."""
    client = Client()
    client.force_login(world.people[role])
    return client


def get(world: World, role: str, name: str, *args: Any, **query: Any) -> HttpResponse:
    """A page of `incidents` as `role` gets it."""
    return client_of(world, role).get(reverse(f"incidents:{name}", args=args), query)  # type: ignore[return-value]


def make_move(
    world: World, incident: Incident, name: str, *, by: str, version: int | None = None, **given: Any
) -> HttpResponse:
    """Send the form of a move as the page would."""
    data = {"version": incident.version if version is None else version, **given}
    return client_of(world, by).post(reverse("incidents:move", args=[incident.number, name]), data)  # type: ignore[return-value]


def photo(name: str = "a.jpg", *, colour: str = "red") -> SimpleUploadedFile:
    """A small JPEG."""
    content = BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")


def report(**given: Any) -> dict[str, Any]:
    """What the report form sends; the place is the middle of the first micro-grid."""
    return {"client_uuid": str(uuid4()), "text": "楼下垃圾没人清", "lon": "113.605", "lat": "34.71"} | given


def words(answer: HttpResponse) -> str:
    """The page as text, tags taken out."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
