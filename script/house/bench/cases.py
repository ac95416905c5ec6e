"""The cases that are measured: what is asked over HTTP or called in the process, and how its queries are counted."""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.api_keys import issue
from accounts.models import ApiKey, User
from grid.locate import locate
from grid.models import Grid
from house.bench.load import Browser, Call
from house.bench.party import PAGES
from reports.periods import period_of
from reports.rhythms import BUILDERS
from reports.writing import preview

STREET: Final = "410103008"
HOST: Final = "127.0.0.1"

Work = Callable[[int], object]


@dataclass(frozen=True)
class Case:
    """One thing to measure: `work` is timed, `queries` gives the SQL queries of one run."""

    name: str
    work: Work
    queries: Callable[[], int]
    clients: int = 1


class Cases:
    """All cases against one running server; logins and key are made through the product's own functions."""

    def __init__(self, port: int, rows: int) -> None:
        self.rows = rows
        self.browser = Browser(port)
        self.random = random.Random(11)
        self.operator = User.objects.get(username="operator")
        self.client = Client(HTTP_HOST=HOST)
        self.client.force_login(self.operator)
        self.key = self._key()

    def all(self) -> dict[str, Case]:
        """The cases over HTTP or in this process, by name; `dispatch` is measured by worker processes instead."""
        return {
            "view": self._page("view", "/healthz"),
            "intake": Case("intake", self._report, self._intake_queries),
            "list": self._page("list", "/incidents/"),
            "list_filter": self._page("list_filter", f"/incidents/?state=closed&grid={STREET}001"),
            "list_text": self._page("list_text", "/incidents/?q=%E7%AC%AC137%E5%8F%B7%E6%A5%BC"),
            "detail": Case("detail", self._detail, lambda: self._queries(self._detail_path(0))),
            "map": self._page("map", "/incidents/layer/?open=true&bbox=113.63,34.732,113.652,34.75"),
            "daily_report": Case("daily_report", self._daily, lambda: count(lambda: self._daily(0))),
            "locate": Case("locate", self._locate, lambda: count(lambda: self._locate(0))),
            "analysis": self._page("analysis", f"/reports/analysis/?grid={STREET}&period=month"),
            "wall": self._page("wall", "/reports/wall/data/"),
            **self._field(),
            **self._party(),
            "month_report": Case("month_report", self._month, lambda: count(lambda: self._month(0))),
        }

    def _field(self) -> dict[str, Case]:
        """Field work as the shift leader of the street sees it, and the home of one who walks."""
        leader, walker = Client(HTTP_HOST=HOST), Client(HTTP_HOST=HOST)
        leader.force_login(User.objects.get(username="shiftleader"))
        walker.force_login(User.objects.get(username="microleader"))
        return {
            # three characters and more, a word of two, of which every ninth note has one
            "note_text": self._page("note_text", "/notes/?q=%E7%AC%AC137%E5%8F%B7%E6%A5%BC", leader),
            "note_word": self._page("note_word", "/notes/?q=%E8%B7%AF%E7%81%AF", leader),
            "visits_due": self._page("visits_due", "/visits/due/", leader),
            "care_map": self._page("care_map", f"/care/colours/layer/?grid={STREET}", leader),
            "field_home": self._page("field_home", "/today/", walker),
        }

    def _party(self) -> dict[str, Case]:
        """Pages of party work, each as who reads it."""
        found = {}
        for name, (username, path) in PAGES.items():
            reader = Client(HTTP_HOST=HOST)
            reader.force_login(User.objects.get(username=username))
            found[name] = self._page(name, path, reader)
        return found

    def _key(self) -> str:
        account, _made = User.objects.get_or_create(username="bench-system", kind="service", real_name="bench")
        ApiKey.objects.filter(account=account).delete()
        capabilities = ["incident.report", "incident.view", "grid.view"]
        admin, now = User.objects.get(username="admin"), timezone.now()
        _row, secret = issue(
            account=account, name="bench", capabilities=capabilities, grid_code=STREET, actor=admin, now=now
        )
        return secret

    def _page(self, name: str, path: str, client: Client | None = None) -> Case:
        call = Call("GET", path, self._cookie(client))
        return Case(name, lambda n: self.browser.ask(call, n), lambda: self._queries(path, client))

    def _cookie(self, client: Client | None = None) -> dict[str, str]:
        name = settings.SESSION_COOKIE_NAME
        return {"Cookie": f"{name}={(client or self.client).cookies[name].value}"}

    def _queries(self, path: str, client: Client | None = None) -> int:
        """SQL of one page, measured in this process; the first run warms caches."""
        reader = client or self.client
        reader.get(path)
        return count(lambda: reader.get(path))

    def _detail_path(self, number: int) -> str:
        key = 1_000_001 + number * 7919 % self.rows
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number FROM incidents_incident WHERE id >= %s AND grid_code LIKE %s ORDER BY id LIMIT 1",
                [min(key, 1_000_000 + self.rows * 9 // 10), f"{STREET}%"],
            )
            return f"/incidents/{cursor.fetchone()[0]}/"

    def _detail(self, number: int) -> bytes:
        path = self._paths()[number % len(self._paths())]
        return self.browser.ask(Call("GET", path, self._cookie()), number)

    def _paths(self) -> list[str]:
        if not hasattr(self, "_kept_paths"):
            self._kept_paths = [self._detail_path(n) for n in range(200)]
        return self._kept_paths

    def report_body(self) -> dict[str, Any]:
        """A report inside the demo street, as another system sends it."""
        lon, lat = self.random.uniform(113.633, 113.649), self.random.uniform(34.734, 34.748)
        text = f"{self.random.randrange(10_000)}号楼门口下水道堵塞，污水外溢。"
        return {"text": text, "point": {"lon": lon, "lat": lat, "datum": "wgs84"}, "client_uuid": str(uuid.uuid4())}

    def _report(self, number: int) -> bytes:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        call = Call("POST", "/api/v1/incidents/", headers, lambda n: json.dumps(self.report_body()).encode(), 201)
        return self.browser.ask(call, number)

    def _intake_queries(self) -> int:
        """Queries of one report through the API, the check of the key included."""

        def send() -> object:
            answer = Client(HTTP_HOST=HOST).post(
                "/api/v1/incidents/",
                json.dumps(self.report_body()),
                content_type="application/json",
                HTTP_AUTHORIZATION=f"Bearer {self.key}",
            )
            assert answer.status_code == 201, answer.content
            return answer

        send()
        return count(send)

    def _daily(self, number: int) -> object:
        street = Grid.objects.defer("boundary").get(code=STREET)
        return preview("daily", street, now=timezone.now() - timedelta(days=2 + number % 300))

    def _month(self, number: int) -> object:
        """The whole monthly report of one street after the other, of the months that are over."""
        street = self._streets[number % len(self._streets)]
        first = timezone.localdate().replace(day=1) - timedelta(days=1 + 30 * (number % 12))
        return BUILDERS["monthly"](street, period_of("monthly", first), now=timezone.now())

    @cached_property
    def _streets(self) -> list[Grid]:
        return list(Grid.objects.filter(level=Grid.Level.STREET, code__startswith="410103").defer("boundary"))

    def _locate(self, number: int) -> object:
        return locate(Point(100 + self.random.random(), 30 + self.random.random(), srid=4326))


def count(work: Callable[[], object]) -> int:
    """SQL queries that `work` costs; transaction statements are not counted."""
    with CaptureQueriesContext(connection) as captured:
        work()
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK", "SET ")
    return sum(not query["sql"].upper().startswith(marks) for query in captured.captured_queries)
