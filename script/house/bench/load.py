"""A small load generator: keep-alive connections, `clients` threads, a time or a count as the end."""

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """One HTTP request; `body` makes a fresh one each time."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[int], bytes] | None = None
    expect: int = 200


@dataclass
class Timing:
    """What was measured: seconds of each request, and of the whole."""

    seconds: list[float]
    elapsed: float

    def percentile(self, share: float) -> float:
        """The `share` quantile in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    @property
    def per_second(self) -> float:
        """Finished requests a second."""
        return len(self.seconds) / self.elapsed


def timed(work: Callable[[int], object], *, seconds: float, least: int = 20, clients: int = 1) -> Timing:
    """Call `work(number)` from `clients` threads until the time is over and each has called it `least` times."""
    times: list[list[float]] = [[] for _ in range(clients)]
    failures: list[BaseException] = []
    start = time.perf_counter()

    def loop(client: int) -> None:
        number = client
        try:
            while time.perf_counter() - start < seconds or len(times[client]) < least:
                before = time.perf_counter()
                work(number)
                times[client].append(time.perf_counter() - before)
                number += clients
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=loop, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return Timing([t for own in times for t in own], time.perf_counter() - start)


class Browser(threading.local):
    """One keep-alive connection per thread."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, call: Call, number: int) -> bytes:
        """Send one request and read the whole answer; RuntimeError when the status is not the expected one."""
        body = call.body(number) if call.body else None
        try:
            self.connection.request(call.method, call.path, body, dict(call.headers))
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()  # the server ends a connection after some thousand requests
            self.connection.request(call.method, call.path, body, dict(call.headers))
            answer = self.connection.getresponse()
        data = answer.read()
        if answer.status != call.expect:
            raise RuntimeError(f"{call.method} {call.path}: {answer.status} {data[:300]!r}")
        return data
