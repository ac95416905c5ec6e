"""A micro-grid with a building, households and people in care, for the tests of visits. Builders, no fixtures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import User
from fieldwork.models import CareColour, CareSubject, Household, PopulationTag, VisitPlan
from grid.models import Building, Compound, Grid
from incidents.catalogue import load_calendar
from tests import street

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""A Saturday, 10 o'clock in Beijing."""
TODAY = date(2026, 11, 21)


@dataclass
class VisitWorld:
    """Who and what the tests need."""

    grids: dict[str, Grid]
    grid: Grid
    building: Building
    home: Household
    elder: CareSubject
    secret: CareSubject
    worker: User
    leader: User

    def household(self, room: str, **more: Any) -> Household:
        """Another flat of the building."""
        return Household.objects.create(
            building=self.building, grid=self.grid, grid_code=self.grid.code, unit="1单元", room=room, **more
        )


def build() -> VisitWorld:
    """One household with an elder and somebody under a sensitive tag; a grid worker, and the shift leader."""
    load_calendar()
    grids = street.build_streets()
    grid = grids[street.MICRO]
    compound = Compound.objects.create(grid=grid, name="聚龙花园")
    building = Building.objects.create(compound=compound, grid=grid, name="1号楼")
    here = {"grid": grid, "grid_code": grid.code}
    home = Household.objects.create(building=building, unit="1单元", room="101", **here)
    worker, leader = (street.make_person(name) for name in ("worker", "leader"))
    street.give_post(worker, "grid_worker", grid)
    street.give_post(leader, "shift_leader", grids[street.STREET])
    care = {**here, "household": home, "basis": "duty", "since": TODAY, "entered_by": worker, "reason": "独居"}
    return VisitWorld(
        grids,
        grid,
        building,
        home,
        CareSubject.objects.create(tag=tag("独居老人"), **care),
        CareSubject.objects.create(tag=tag("社区矫正", is_sensitive=True), **care),
        worker,
        leader,
    )


def tag(name: str, **more: Any) -> PopulationTag:
    """A care tag of the first colour."""
    colour, _made = CareColour.objects.get_or_create(
        slot=1, defaults={"name": "红", "value": "#d63939", "meaning": "困难"}
    )
    found, _made = PopulationTag.objects.get_or_create(name=name, defaults={"colour": colour, **more})
    return found


def plan(name: str, target: str, period: str, **more: Any) -> VisitPlan:
    """A plan since the beginning of the year."""
    return VisitPlan.objects.create(name=name, target=target, period=period, **({"starts_on": date(2026, 1, 1)} | more))
