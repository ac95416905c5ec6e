"""Clients that report incidents and keep a journal on the disk, before each sending and after each answer."""

import http.client
import json
import os
import random
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from house import stack

PATH: Final = "/api/v1/incidents/"
PATIENCE: Final = 60.0
"""Seconds for which a client repeats one report that is not acknowledged."""
AGAIN: Final = frozenset({409, 429, 502, 503, 504})
"""Answers after which the same report is sent again with the same key."""
TEXTS: Final = (
    "楼道堆放杂物挡住通道", "下水道堵塞污水外溢", "路灯不亮出行不便", "垃圾桶满溢有异味", "占道经营影响通行",
    "井盖破损有危险", "小广告贴满楼道", "电动车在楼道充电", "树枝压住电线", "有件事想说一说",
)  # fmt: skip
WEST, EAST, SOUTH, NORTH = 113.633, 113.649, 34.734, 34.748


@dataclass(frozen=True)
class Planned:
    """One report as it is meant, before anything happens: all its sendings carry the same body and keys."""

    key: str
    body: bytes
    headers: dict[str, str]
    text: str
    repeat: bool


class Journal:
    """One client's file: each line is on the disk before anything further is done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)

    def write(self, **line: Any) -> None:
        """Append one line and fsync it."""
        self._file.write(json.dumps({"at": time.time(), **line}, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file.fileno())


def read_journals(folder: Path) -> list[dict[str, Any]]:
    """All lines of all clients."""
    files = sorted(folder.glob("client-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def plan(client: int, seed: int) -> Iterator[Planned]:
    """The endless list of one client's reports, the same for the same seed."""
    dice = random.Random(f"{seed}/{client}")
    while True:
        key = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        text = f"{dice.choice(TEXTS)}，混乱测试{key}"
        point = {"lon": round(dice.uniform(WEST, EAST), 6), "lat": round(dice.uniform(SOUTH, NORTH), 6)}
        content: dict[str, Any] = {"text": text, "source": "api", "point": point}
        headers: dict[str, str] = {}
        kind = dice.randrange(3)  # known by the header, by the form's own id, or by both
        if kind != 1:
            headers["Idempotency-Key"] = key
        if kind != 0:
            content["client_uuid"] = key
        yield Planned(key, json.dumps(content).encode(), headers, text, repeat=dice.random() < 0.05)


@dataclass
class Client(threading.Thread):
    """Reports one incident after the other until told to stop; finishes the one that it is at."""

    number: int
    port: int
    token: str
    seed: int
    folder: Path
    stopping: threading.Event
    pause: float = 0.04
    error: BaseException | None = None
    seconds: list[tuple[float, float]] = field(default_factory=list)
    __hash__ = threading.Thread.__hash__

    def __post_init__(self) -> None:
        super().__init__(name=f"client-{self.number}", daemon=True)
        self.journal = Journal(self.folder / f"client-{self.number}.jsonl")

    def run(self) -> None:
        """Play the plan."""
        dice = random.Random(f"{self.seed}/{self.number}/pauses")
        try:
            for planned in plan(self.number, self.seed):
                if self.stopping.is_set():
                    return
                if self._insist(planned) and planned.repeat:
                    self._send(planned)
                time.sleep(dice.uniform(0, 2 * self.pause))
        except BaseException as error:
            self.error = error

    def _insist(self, planned: Planned) -> bool:
        """Send until it is acknowledged or refused for good, or patience ends."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status = self._send(planned)
            if status is not None and status not in AGAIN and status < 500:
                return status == 201
            time.sleep(0.2)
        return False

    def _send(self, planned: Planned) -> int | None:
        self.journal.write(event="sent", key=planned.key, text=planned.text)
        start = time.monotonic()
        headers = planned.headers | {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            status, body = stack.call(self.port, "POST", PATH, headers, planned.body)
        except (OSError, http.client.HTTPException) as error:
            self.journal.write(event="broken", key=planned.key, error=repr(error))
            return None
        self.seconds.append((start, time.monotonic() - start))
        number = json.loads(body).get("number") if status == 201 else None
        kept = planned.headers.get("Idempotency-Key")
        words = None if status == 201 else body[:300].decode(errors="replace")
        digest = stack.digest(body) if kept else None
        self.journal.write(event="answer", key=planned.key, status=status, number=number, body=digest, words=words)
        return status
