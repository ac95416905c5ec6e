"""A person at a browser without scripts, and a system at the API: standard library only."""

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from typing import Any, TypeVar

from house.stack import PASSWORD
from tests.patience import PATIENCE

T = TypeVar("T")


@dataclass
class Answer:
    """What came back, after redirects."""

    status: int
    url: str
    text: str
    headers: Message

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page; KeyError without one."""
        for tag in re.findall(r"<input[^>]*>", self.text):
            if f'name="{name}"' in tag and (found := re.search(r'value="([^"]*)"', tag)):
                return unescape(found[1])
        raise KeyError(name)


@dataclass
class Person:
    """Signs in and sends forms as a browser without scripts does."""

    address: str
    login: str
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        self.get("/login/")
        answer = self.post("/login/", username=self.login, password=PASSWORD)
        assert "/login/" not in answer.url, f"{self.login} cannot sign in"

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send(urllib.request.Request(self.address + path))

    def post(self, path: str, photo: bytes | None = None, **fields: str) -> Answer:
        """Send a form with the session's token, with a photo when one is given."""
        token = next(cookie.value or "" for cookie in self.jar if cookie.name == "gg_csrf")
        body, kind = encode({"csrfmiddlewaretoken": token} | fields, photo)
        headers = {"Content-Type": kind, "Referer": self.address + path}
        return self._send(urllib.request.Request(self.address + path, body, headers))

    def move(self, number: str, move: str, photo: bytes | None = None, **fields: str) -> Answer:
        """Make a move on the version that the case's page shows now."""
        form = self.get(f"/incidents/{number}/moves/{move}/")
        assert form.status == 200, f"{self.login} may not {move}: {form.status}"
        return self.post(f"/incidents/{number}/moves/{move}/", photo, version=form.hidden("version"), **fields)

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=PATIENCE) as response:
                return Answer(response.status, response.url, response.read().decode(), response.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.url, error.read().decode(), error.headers)


def encode(fields: dict[str, str], photo: bytes | None) -> tuple[bytes, str]:
    """A form's body and its content type."""
    if photo is None:
        return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
    edge = uuid.uuid4().hex
    head = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head.append(f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="照片.jpg"\r\n')
    head.append("Content-Type: image/jpeg\r\n\r\n")
    return "".join(head).encode() + photo + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


@dataclass
class System:
    """Another system with an API key."""

    address: str
    key: str

    def get(self, path: str) -> Any:
        """The JSON behind a path below /api/v1/."""
        return self._send("GET", path)

    def post(self, path: str, content: Any, **headers: str) -> Any:
        """Send JSON; AssertionError for anything but success."""
        return self._send("POST", path, json.dumps(content).encode(), headers)

    def _send(self, method: str, path: str, body: bytes | None = None, more: dict[str, str] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(more or {})}
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", body, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=PATIENCE) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from error


def wait_for(ask: Callable[[], T], *, what: str) -> T:
    """Ask every 100 ms until there is an answer."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:.0f} s"
        time.sleep(0.1)
    return answer
