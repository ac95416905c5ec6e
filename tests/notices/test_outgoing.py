"""The one way out."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notices import outgoing
from notices.outgoing import DeliveryError, is_blocked, post, resolve
from tests.notices.receiver import receiver


@pytest.fixture
def _here_is_allowed(settings: Settings) -> None:
    settings.NOTICES_ALLOWED_HOSTS = ["127.0.0.1", "hook.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "http://localhost/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
    ],
)
def test_addresses_that_lead_back_here_are_blocked(url: str) -> None:
    with pytest.raises(DeliveryError) as refusal:
        resolve(url)
    assert refusal.value.permanent


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.1.9", "172.16.0.1", "8.8.8.8", "::ffff:10.1.2.3", "2001:4860:4860::8888"]
)
def test_an_office_network_and_the_internet_are_not(address: str) -> None:
    assert not is_blocked(address)


@pytest.mark.parametrize(
    "url",
    ["ftp://10.0.0.1/", "file:///etc/passwd", "http://u:p@10.0.0.1/", "http:///", "http://[::1", "http://10.0.0.1:0/"],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(DeliveryError) as refusal:
        resolve(url)
    assert refusal.value.permanent


def test_a_name_with_one_blocked_address_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("10.0.0.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)
    with pytest.raises(DeliveryError):
        resolve("http://rebind.example/")


@pytest.mark.usefixtures("_here_is_allowed")
def test_the_connection_goes_to_the_checked_address_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **kwargs: real("127.0.0.1", *args, **kwargs))
    with receiver() as there:
        answer = post(f"http://hook.example:{there.port}/路?q=一", b"x", {"X-A": "1"})
    path, headers, body = there.calls[0]
    assert (answer.status, body) == (200, b"x")
    assert path == "/%E8%B7%AF?q=%E4%B8%80"
    assert (headers["Host"], headers["X-A"]) == (f"hook.example:{there.port}", "1")


@pytest.mark.usefixtures("_here_is_allowed")
def test_a_redirect_is_refused_and_not_followed() -> None:
    with receiver() as inside, receiver(status=302, headers={"Location": inside.url}) as there:
        with pytest.raises(DeliveryError) as refusal:
            post(there.url, b"x", {})
        assert refusal.value.permanent
        assert inside.calls == []


@pytest.mark.usefixtures("_here_is_allowed")
def test_only_the_beginning_of_a_long_answer_is_read() -> None:
    with receiver(body=b"x" * 5_000_000) as there:
        assert len(post(there.url, b"x", {}).body) == outgoing.MOST_BYTES


@pytest.mark.usefixtures("_here_is_allowed")
def test_nobody_listening_may_pass() -> None:
    with receiver() as there:
        closed = there.url
    with pytest.raises(DeliveryError) as refusal:
        post(closed, b"x", {})
    assert not refusal.value.permanent
    assert "robot" not in str(refusal.value)


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a receiver that sends one byte of its answer every 50 ms, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _address = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    stop.set()
    thread.join()
    server.close()


@pytest.mark.usefixtures("_here_is_allowed")
def test_a_dripping_answer_is_cut_off(dripping: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 0.5)
    started = time.monotonic()
    with pytest.raises(DeliveryError):
        post(f"http://127.0.0.1:{dripping}/", b"x", {})
    assert time.monotonic() - started < 2
