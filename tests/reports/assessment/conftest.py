"""A month of two communities, the people who assess and are assessed, a draft by the Jinniu scheme."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from grid.models import Grid, Organization
from incidents.models import Incident
from reports.assessment import entries, runs, schemes
from reports.models import Assessment, AssessmentEntry, Scheme
from reports.periods import Period
from tests import street
from tests.reports.conftest import REWORKED, at
from tests.reports.histories import CLOSED, Walk, moves, write
from tests.street import COMMUNITY, MICRO, SISTER, STREET

MONTH = Period(date(2026, 11, 1), date(2026, 11, 30))
AFTER = at("09:00", date(2026, 12, 1))
LATE = moves(("report", 0), ("file", 5), ("dispatch", 5), ("take", 10))


@pytest.fixture
def cases(grids: dict[str, Grid], units: list[Organization]) -> list[Incident]:
    """24 cases in one community, half of them reworked; 24 in the other, four of them left undone; 2 elsewhere."""
    micro, sister = grids[MICRO], grids[SISTER]
    starts = [at("08:00") + timedelta(minutes=n) for n in range(24)]
    ends = moves(*CLOSED)
    reworked = [*REWORKED, *moves(*CLOSED[:4], ("feedback", 30), ("close", 10))[-2:]]
    return write(
        [
            *(Walk(micro, start, reworked if n % 2 else ends, handler=units[1]) for n, start in enumerate(starts)),
            *(Walk(sister, start, LATE if n < 4 else ends, handler=units[n % 2]) for n, start in enumerate(starts)),
            Walk(grids[STREET], at("15:00"), ends, handler=units[0]),
        ]
    )


@pytest.fixture
def staff(grids: dict[str, Grid]) -> dict[str, User]:
    people = {name: street.make_person(name) for name in ("secretary", "leader", "west", "east", "head")}
    for name, kind, code in (
        ("secretary", "street_secretary", STREET),
        ("leader", "shift_leader", STREET),
        ("west", "community_head", COMMUNITY),
        ("east", "community_head", SISTER),
    ):
        street.give_post(people[name], kind, grids[code])
    return people


@pytest.fixture
def scheme(grids: dict[str, Grid], staff: dict[str, User]) -> Scheme:
    """金牛, with one addition and one deduction."""
    loaded = schemes.load_examples(grids[STREET], actor=staff["leader"])
    first = next(one for one in loaded if "金牛" in one.name)
    first.rules.create(label="提前发现", amount=5, most=10)
    first.rules.create(label="漏报迟报", amount=-10)
    return first


@pytest.fixture
def draft(cases: list[Incident], grids: dict[str, Grid], scheme: Scheme, staff: dict[str, User]) -> Assessment:
    return runs.create(runs.NewRun(scheme, grids[STREET], MONTH), actor=staff["leader"], now=AFTER)


def line(row: Assessment, key: str) -> dict:
    row.refresh_from_db()
    return next(one for one in row.results["lines"] if one["key"] == key)


def published(row: Assessment, staff: dict[str, User], now: datetime = AFTER) -> Assessment:
    return runs.publish(row.pk, version=None, actor=staff["secretary"], now=now)


def deduct(row: Assessment, staff: dict[str, User], subject: str = COMMUNITY, amount: int = -10) -> AssessmentEntry:
    rule = row.scheme.rules.get(amount__lt=0)
    new = entries.NewEntry(subject, Decimal(amount), "迟报一次", rule=rule, evidence="值班记录11月18日")
    return entries.add(row.pk, new, actor=staff["leader"], now=AFTER)
