"""The one way out: an HTTP POST to an address that an administrator entered, guarded against being led elsewhere.

Receivers of an office stand in private networks, so private addresses are allowed; loopback, link-local, multicast,
reserved and cloud metadata addresses are not (unless NOTICES_ALLOWED_HOSTS names the host). The name is resolved once
and the connection goes to exactly the address that was checked, so DNS cannot change its mind in between. Redirects
are refused; connecting takes at most 5 s, the whole exchange 10 s, and 64 kB of the answer are read.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 10.0
MOST_BYTES: Final = 64 * 1024

METADATA: Final = frozenset(
    ip_address(one) for one in ("100.100.100.200", "169.254.169.254", "192.0.0.192", "fd00:ec2::254")
)
NAT64: Final = ip_network("64:ff9b::/96")


class DeliveryError(Exception):
    """A message could not be delivered; `permanent` says that trying again is of no use."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said: the status, and the beginning of its text."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: where to connect, and under which name."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send `body` to `url` and give the answer, whatever its status below 300 or above 399.

    Raises DeliveryError: permanent for an address that is refused or that redirects, else for what may pass.
    Messages never hold the address itself: a robot's key is part of it.
    """
    target = resolve(url)
    try:
        with _connected(target) as connection:
            # Not preloaded and not unpacked: an answer of a gigabyte, or one that unpacks to it, is left unread.
            named = {**headers, "Host": _host_header(target)}
            connection.request("POST", target.path, body, named, preload_content=False, decode_content=False)
            response = connection.getresponse()
            answer = Answer(response.status, response.read(MOST_BYTES) or b"")
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise DeliveryError(_("No answer: %(why)s") % {"why": type(error).__name__}) from error
    if 300 <= answer.status < 400:
        raise DeliveryError(_("The receiver redirects (%(status)s).") % {"status": answer.status}, permanent=True)
    return answer


def resolve(url: str) -> Target:
    """Check the address and find where it leads; DeliveryError when it may not be called or is unknown."""
    parts = _split(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        host = (parts.hostname or "").encode("idna").decode()
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryError(_("The name of the receiver is not known.")) from error
    addresses = [str(one[4][0]) for one in found]
    if host not in settings.NOTICES_ALLOWED_HOSTS and any(is_blocked(one) for one in addresses):
        raise DeliveryError(_("This address may not be called from here."), permanent=True)
    path = iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return Target(parts.scheme, host, port, path, addresses[0])


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not url.isprintable():
        raise DeliveryError(_("The address is not a plain http or https address."), permanent=True)
    return parts


def is_blocked(address: str) -> bool:
    """Whether an IP address leads to this machine, its neighbours on the wire, or a cloud's metadata."""
    bare = _unwrapped(ip_address(address.split("%", 1)[0]))
    kinds = (bare.is_loopback, bare.is_link_local, bare.is_multicast, bare.is_unspecified, bare.is_reserved)
    this_network = isinstance(bare, IPv4Address) and bare in ip_network("0.0.0.0/8")
    return any(kinds) or this_network or bare in METADATA


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one that only wraps it."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.scheme == "https" else 80) else f"{host}:{target.port}"


@contextlib.contextmanager
def _connected(target: Target) -> Iterator[HTTPConnection]:
    """A connection to the checked address; cut off when the total time is over, however slowly the receiver drips."""
    connection = _connection(target)
    is_late = threading.Event()
    late = threading.Timer(TOTAL_SECONDS, _cut, [connection, is_late])
    late.daemon = True
    started = time.monotonic()
    try:
        late.start()
        connection.connect()
        if connection.sock is not None:
            connection.sock.settimeout(max(TOTAL_SECONDS - (time.monotonic() - started), 0.1))
        yield connection
        if is_late.is_set():  # a status line alone, with the rest cut off, looks like an answer
            raise TimeoutError
    finally:
        late.cancel()
        connection.close()


def _connection(target: Target) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(target.address, target.port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        target.address,
        target.port,
        timeout=CONNECT_SECONDS,
        ssl_context=ssl.create_default_context(),
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _cut(connection: HTTPConnection, is_late: threading.Event) -> None:
    is_late.set()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
