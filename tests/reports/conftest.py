"""What the tests of `reports` share: the small street, three categories, two units, a finished day."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import User
from grid.models import Grid, Organization
from incidents.models import Category
from reports.periods import PEOPLE_TIME
from tests import street
from tests.reports.histories import CLOSED, Walk, moves, write

DAY = date(2026, 11, 18)  # a Wednesday


def at(clock: str, day: date = DAY) -> datetime:
    """A moment of `day` on the wall clock here: at("08:30")."""
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), PEOPLE_TIME)


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    """Two streets of squares, by code."""
    return street.build_streets()


@pytest.fixture
def categories(db: None) -> list[Category]:
    names = ("暴露垃圾", "店外经营", "下水道堵塞")
    return [Category.objects.create(standard="测试", code=f"9{n}", name=name) for n, name in enumerate(names)]


@pytest.fixture
def units(grids: dict[str, Grid]) -> list[Organization]:
    home = grids[street.STREET]
    return [
        street.make_organization(home, "paichusuo"),
        street.make_organization(home, "chengguan", name="建中街综合执法队"),
    ]


@pytest.fixture
def roles(grids: dict[str, Grid]) -> dict[str, User]:
    """One person per role, in the first street."""
    return street.make_roles(grids)


@pytest.fixture
def morning() -> datetime:
    """Ten past midnight after the day."""
    return at("00:10", date(2026, 11, 19))


BUSY = moves(("report", 0), ("file", 5), ("dispatch", 5), ("take", 10))
RETURNED = moves(("report", 0), ("file", 9), ("dispatch", 9), ("return", 30), ("dispatch", 20))
REWORKED = moves(*CLOSED[:5], ("rework", 5), ("take", 5))


@pytest.fixture
def busy_day(grids: dict[str, Grid], categories: list[Category], units: list[Organization]) -> Grid:
    """The street with closed, late, returned, reworked and waiting cases on the day."""
    rubbish, stalls, drains = categories
    micro, east, sister = (grids[code] for code in (street.MICRO, street.MICRO_EAST, street.SISTER))
    old = at("10:00", DAY - timedelta(days=3))
    write(
        [
            *(Walk(micro, at("08:00") + timedelta(minutes=n), moves(*CLOSED), rubbish, units[1]) for n in range(3)),
            Walk(micro, at("09:00"), BUSY, drains, units[0], title="下水道堵塞，联系电话13812345678"),
            Walk(east, at("09:30"), RETURNED, stalls, units[1]),
            Walk(sister, at("10:00"), REWORKED, stalls, units[1]),
            Walk(sister, at("23:59"), moves(("report", 0))),
            Walk(grids[street.STREET], at("15:00"), moves(("self_handle", 0)), rubbish),
            Walk(micro, old, BUSY, rubbish, units[0], title="积存垃圾无人清运"),
        ]
    )
    return grids[street.STREET]
