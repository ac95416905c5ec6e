"""A process that `house.bench.volunteers` directs line by line; its DATABASE_URL names the measurement's own database.

It answers every line with one of JSON. A line is a command and its numbers:
`prepare`, `fill FIRST LAST`, `first`, `page N`, `plan`, `claims FIRST COUNT WHO`, `floor FIRST COUNT WHO`.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
logging.disable(logging.WARNING)

from django.db import connection  # noqa: E402 - Django first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from tests import street  # noqa: E402
from volunteers import board, claims  # noqa: E402
from volunteers.models import Volunteer, Wish, WishKind  # noqa: E402

HELPERS: Final = 2
"""Each claiming process is another person."""
LATE: Final = 4_000
"""So many wishes stand before the later page that is measured."""
PAGES: Final = ("/wishes/board/", "/wishes/board/?after={key}", "/wishes/board/?kind={kind}", "/wishes/board/{pk}/")

_WISHES: Final = """
INSERT INTO volunteers_wish (client_id, digest, version, number, kind_id, display_name, title, text, name, phone, door,
  remark, slots, source, status, returns, verified_by_id, published_at, confirmed_how, thanks, by_id, at, grid_id,
  grid_code, is_demo)
SELECT gen_random_uuid(), '', 1, 'W' || n, %(kind)s + n %% 3, '王阿姨', '第' || n || '个心愿', '想要一台收音机', '', '',
  '', '', 1, 'form', 'published', CASE WHEN n %% 50 = 0 THEN 1 ELSE 0 END, %(user)s,
  now() - n * interval '1 minute', '', '', %(user)s, now() - n * interval '1 minute', g.ids[1 + n %% g.size],
  g.codes[1 + n %% g.size], true
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n,
  (SELECT array_agg(id ORDER BY code) AS ids, array_agg(code ORDER BY code) AS codes, count(*)::int AS size
   FROM grid_grid WHERE code LIKE %(street)s || '%%' AND length(code) = 15) AS g
"""
_FLOOR: Final = """
WITH moved AS (UPDATE volunteers_wish SET status = 'claimed', version = version + 1
  WHERE id = %(wish)s AND status = 'published' RETURNING id)
INSERT INTO volunteers_wishclaim (client_id, digest, version, wish_id, slot, volunteer_id, user_id, pledge, status,
  claimed_at, contact_by, text, is_demo)
SELECT gen_random_uuid(), '', 1, id, 1, %(volunteer)s, %(user)s, '', 'active', now(), now() + interval '7 days', '',
  true FROM moved
"""


def prepare() -> None:
    """The divisions, a grid leader, the helpers and the kinds."""
    grids = street.build_streets()
    grid = grids[street.GRID]
    street.give_post(street.make_person("leader"), "grid_leader", grid)
    for number in range(HELPERS):
        made = {"status": "active", "consent_at": timezone.now(), "at": timezone.now()}
        person = street.make_person(f"helper{number}")
        Volunteer.objects.create(number=f"V{number}", name="孙七", grid=grid, grid_code=grid.code, user=person, **made)
    WishKind.objects.all().delete()
    for number in range(3):
        WishKind.objects.create(name=f"类{number}", position=number)


def helper(number: int) -> Volunteer:
    """The person of one claiming process."""
    return Volunteer.objects.select_related("user").get(number=f"V{number}")


def fill(first: int, last: int) -> None:
    """Add open wishes."""
    kind = WishKind.objects.order_by("position").values_list("pk", flat=True)[0]
    values = {"kind": kind, "user": helper(0).user_id, "first": first, "last": last, "street": street.STREET}
    with connection.cursor() as cursor:
        cursor.execute(_WISHES, values)
        cursor.execute("VACUUM ANALYZE volunteers_wish")


def first_wish() -> int:
    """The key of the first of our wishes; the others follow it without gaps. Warm, as a server is before it answers."""
    reverse("volunteers:board")  # reads all addresses: in the midst of a claim the database would lose its patience
    return int(Wish.objects.order_by("pk").values_list("pk", flat=True)[0])


class Reader:
    """A browser before the board, kept between lines."""

    def __init__(self) -> None:
        self.client = Client(HTTP_HOST="127.0.0.1")
        self.client.force_login(User.objects.get(volunteer__number="V0"))
        late = Wish.objects.on_board()[LATE]
        kind = WishKind.objects.order_by("position").values_list("pk", flat=True)[0]
        self.addresses = [page.format(key=board._key(late), kind=kind, pk=late.pk) for page in PAGES]

    def page(self, number: int) -> float:
        """Milliseconds that the page took."""
        start = time.perf_counter()
        answer = self.client.get(self.addresses[number])
        assert answer.status_code == 200, answer.status_code
        return (time.perf_counter() - start) * 1000

    def plan(self) -> list[dict[str, Any]]:
        """Of each page: its queries, and the way that the database takes to the wishes."""
        found = []
        for address in self.addresses:
            with CaptureQueriesContext(connection) as captured:
                self.client.get(address)
            sql = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
            wishes = [one for one in sql if 'FROM "volunteers_wish"' in one]
            found.append({"queries": len(sql), "ways": [_way(one) for one in wishes]})
        return found


def _way(sql: str) -> str:
    """The lines of the plan that read wishes or sort, with their rows, and the time of the whole."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) " + sql.replace("%", "%%"), [])
        lines = [str(line).strip(" ->") for (line,) in cursor.fetchall()]
    told = [one for one in lines if "on volunteers_wish " in one or one.startswith(("Sort ", "Execution"))]
    return "; ".join(told)


def claim_some(first: int, count: int, who: int) -> None:
    """Claim `count` distinct wishes by the product's own function, as the form does: with the id of the form."""
    own = helper(who)
    actor = own.user
    assert actor is not None
    for wish in Wish.objects.filter(pk__gte=first).order_by("pk").only("pk")[:count]:
        claims.claim(wish, claims.Claimer(volunteer=own), actor=actor, now=timezone.now(), client_id=uuid4())


def claim_bare(first: int, count: int, who: int) -> None:
    """The floor: `count` transactions of one update (the wish) and one insert (the claim), one round trip each."""
    own = helper(who)
    with connection.cursor() as cursor:
        for wish in range(first, first + count):
            cursor.execute(_FLOOR, {"wish": wish, "volunteer": own.pk, "user": own.user_id})
            assert cursor.rowcount == 1


@cache
def reader() -> Reader:
    """The one of this process."""
    return Reader()


def page(number: int) -> float:
    """Milliseconds that the page took."""
    return reader().page(number)


def plan() -> list[dict[str, Any]]:
    """Queries and ways of each page."""
    return reader().plan()


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "prepare": prepare,
    "fill": fill,
    "first": first_wish,
    "page": page,
    "plan": plan,
    "claims": claim_some,
    "floor": claim_bare,
}


def main() -> None:
    """Obey until the input ends."""
    for line in sys.stdin:
        name, *numbers = line.split()
        print(json.dumps(COMMANDS[name](*(int(one) for one in numbers))), flush=True)


if __name__ == "__main__":
    main()
