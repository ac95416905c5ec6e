"""Measures wishes in a database of its own, made from the migrations and dropped afterwards: no row stays anywhere.

    PYTHONPATH=.:script python -m house.bench.volunteers [--template test_gg]

The board with 5,000 and with 50,000 open wishes (its p95 may be 1.5 times as much), and claims of distinct wishes by
two processes beside the floor: the same rows written by bare SQL, one round trip a claim, by two processes as well.
"""

import argparse
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

NAME: Final = "bench_wishes"
STREET: Final = "410103008"
SIZES: Final = (5_000, 50_000)
ROUNDS: Final = 120
WARM: Final = 5
LATE: Final = 4_000
"""So many wishes stand before the later page that is measured."""
CLAIMS: Final = 400
"""Of each process."""
PROCESSES: Final = 2
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
# what a claim writes: the claim, two steps, the wish, a notice with its delivery; under the lock of the wish
_FLOOR: Final = """
WITH held AS (SELECT id FROM volunteers_wish WHERE id = %(wish)s AND status = 'published' FOR UPDATE),
 made AS (INSERT INTO volunteers_wishclaim (client_id, digest, version, wish_id, slot, volunteer_id, user_id, pledge,
    status, claimed_at, contact_by, text, is_demo)
  SELECT gen_random_uuid(), '', 1, id, 1, %(volunteer)s, %(user)s, '', 'active', now(), now() + interval '7 days', '',
    true FROM held RETURNING id, wish_id),
 moved AS (UPDATE volunteers_wish SET status = 'claimed', version = version + 1 WHERE id = (SELECT id FROM held)),
 steps AS (INSERT INTO volunteers_volunteerstep (subject, subject_id, before, after, by_id, at, text)
  SELECT 'wishclaim', id, '', 'active', %(user)s, now(), '' FROM made UNION ALL
  SELECT 'wish', wish_id, 'published', 'claimed', NULL, now(), '' FROM made),
 told AS (INSERT INTO notices_notice (recipient_id, kind, level, title, body, url, dedupe_key, grid_code, payload,
    created_at) SELECT %(leader)s, 'wish.claimed', 'info', '心愿已被认领', '', '', 'floor:' || id, '', '{}', now()
  FROM made RETURNING id)
INSERT INTO notices_delivery (notice_id, channel, work_state, attempts, run_at, last_error)
SELECT id, 'inbox', 'due', 0, now(), '' FROM told
"""


@contextmanager
def own_database(template: str) -> Iterator[None]:
    """A fresh copy of `template` beside the configured database, for this process and its children; dropped at the end.

    With the database of tests as the template the migrations need not run again.
    """
    from django.db import connection

    name = f"{NAME}_{os.getpid()}"
    plain = os.environ["DATABASE_URL"]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    connection.close()
    path, mark, query = plain.partition("?")
    os.environ["DATABASE_URL"] = path.rsplit("/", 1)[0] + "/" + name + mark + query
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = plain.partition("?")[0].rsplit("/", 1)[1]
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def prepare() -> dict[str, int]:
    """The divisions, a grid leader, a volunteer and the kinds; their keys."""
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from grid.models import Post
    from tests import street
    from volunteers.models import Volunteer, WishKind

    call_command("migrate", verbosity=0)
    grids = street.build_streets()
    leader, person = street.make_person("leader"), street.make_person("helper")
    street.give_post(leader, "grid_leader", grids[street.GRID])
    made = {"status": "active", "consent_at": timezone.now(), "at": timezone.now(), "user": person}
    grid = grids[street.GRID]
    volunteer = Volunteer.objects.create(number="V1", name="孙七", grid=grid, grid_code=grid.code, **made)
    WishKind.objects.all().delete()
    kinds = [WishKind.objects.create(name=f"类{n}", position=n) for n in range(3)]
    assert User.objects.count() and Post.objects.count()
    return {"user": person.pk, "leader": leader.pk, "volunteer": volunteer.pk, "kind": kinds[0].pk}


def fill(keys: dict[str, int], first: int, last: int) -> None:
    """Add open wishes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_WISHES, {**keys, "first": first, "last": last, "street": STREET})
        cursor.execute("ANALYZE volunteers_wish")


def pages(keys: dict[str, int]) -> dict[str, tuple[float, float]]:
    """(p50, p95) in milliseconds of each page of the board, in this process, taken in turn."""
    from django.test import Client

    from accounts.models import User
    from volunteers import board
    from volunteers.models import Wish

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(pk=keys["user"]))
    late = Wish.objects.on_board()[LATE]
    values = {"key": board._key(late), "kind": keys["kind"], "pk": late.pk}
    taken: dict[str, list[float]] = {page: [] for page in PAGES}
    for number in range(ROUNDS + WARM):
        for page, times in taken.items():
            start = time.perf_counter()
            answer = client.get(page.format(**values))
            assert answer.status_code == 200, answer.status_code
            if number >= WARM:
                times.append((time.perf_counter() - start) * 1000)
    return {page: (_share(times, 0.5), _share(times, 0.95)) for page, times in taken.items()}


def _share(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def claim_some(keys: dict[str, int], first: int) -> None:
    """Claim so many distinct wishes by the product's own function."""
    from django.utils import timezone

    from accounts.models import User
    from volunteers import claims
    from volunteers.models import Volunteer, Wish

    actor, volunteer = User.objects.get(pk=keys["user"]), Volunteer.objects.get(pk=keys["volunteer"])
    for wish in Wish.objects.filter(pk__gte=first).order_by("pk").only("pk")[:CLAIMS]:
        claims.claim(wish, claims.Claimer(volunteer=volunteer), actor=actor, now=timezone.now())


def claim_bare(keys: dict[str, int], first: int) -> None:
    """The same rows by bare SQL, one round trip and one commit each."""
    from django.db import connection

    with connection.cursor() as cursor:
        for number in range(CLAIMS):
            cursor.execute(_FLOOR, {**keys, "wish": first + number})
            assert cursor.rowcount == 1


def together(kind: str, keys: dict[str, int], first: int) -> float:
    """Claims a second of two processes that begin at the same moment."""
    given = " ".join(str(keys[name]) for name in ("user", "leader", "volunteer", "kind"))
    commands = [
        [sys.executable, "-m", "house.bench.volunteers", "--child", kind, str(first + n * CLAIMS), *given.split()]
        for n in range(PROCESSES)
    ]
    workers = [subprocess.Popen(one, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for one in commands]
    for worker in workers:
        assert worker.stdout and worker.stdout.readline().strip() == "ready"
    start = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    codes = [worker.wait() for worker in workers]
    if any(codes):
        raise RuntimeError(f"{kind}: {codes}")
    return PROCESSES * CLAIMS / (time.perf_counter() - start)


def child(kind: str, first: int, values: list[int]) -> None:
    """One of the two processes: warm, then wait for the word."""
    from django.db import connection
    from django.urls import reverse

    reverse("volunteers:board")  # reads all addresses: a server did that before its first request
    keys = dict(zip(("user", "leader", "volunteer", "kind"), values, strict=True))
    connection.ensure_connection()
    print("ready", flush=True)
    input()
    {"claims": claim_some, "floor": claim_bare}[kind](keys, first)


def main() -> int:
    """The whole measurement, in words."""
    parser = argparse.ArgumentParser(prog="house.bench.volunteers", description=__doc__)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--template", default="template1", help="a migrated database without rows, to begin with")
    options = parser.parse_args()
    django.setup()
    logging.disable(logging.WARNING)
    if options.child:
        kind, first, *values = options.child
        child(kind, int(first), [int(one) for one in values])
        return 0
    with own_database(options.template):
        keys, found, before = prepare(), {}, 0
        for size in SIZES:
            fill(keys, before + 1, size)
            found[size], before = pages(keys), size
        show(found)
        sys.stdout.flush()
        rates(keys)
    return 0


def show(found: dict[int, Any]) -> None:
    """The pages of the board at both sizes."""
    small, large = SIZES
    for page in PAGES:
        (p50, p95), (much50, much95) = found[small][page], found[large][page]
        print(
            f"{page:<32} {small:,}: p50 {p50:.1f} p95 {p95:.1f} ms   {large:,}: p50 {much50:.1f} p95 {much95:.1f} ms"
            f"   p95 {much95 / p95:.2f} x, p50 {much50 / p50:.2f} x"
        )


def rates(keys: dict[str, int]) -> None:
    """Claims and their floor, each twice, in turn."""
    from volunteers.models import Wish

    first = Wish.objects.order_by("pk").values_list("pk", flat=True)[0]
    turns = enumerate(("floor", "claims") * 2)
    taken = [(kind, together(kind, keys, first + n * PROCESSES * CLAIMS)) for n, kind in turns]
    floor = max(rate for kind, rate in taken if kind == "floor")
    own = max(rate for kind, rate in taken if kind == "claims")
    goal = min(200.0, floor / 3)
    print(f"claims of distinct wishes: {own:.0f}/s by {PROCESSES} processes; floor {floor:.0f}/s; goal {goal:.0f}/s")


if __name__ == "__main__":
    sys.exit(main())
