"""A building of the small world with one household, for tests of the register."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from fieldwork import households
from fieldwork.models import Household, Resident
from grid.models import Building, Compound, Grid
from tests import street

NAME, PHONE, ID_NUMBER = "欧阳占元", "13812345678", "11010519491231002X"


@dataclass
class Homes:
    """Two buildings in neighbouring micro-grids, a household of two, and who works there."""

    grids: dict[str, Grid]
    building: Building
    elsewhere: Building
    household: Household
    head: Resident
    leader: User
    micro: User


def build_homes() -> Homes:
    """The small world."""
    grids = street.build_streets()
    compound = Compound.objects.create(grid=grids[street.MICRO], name="福民花园", households=20)
    building = Building.objects.create(compound=compound, grid=grids[street.MICRO], name="1号楼", units=2, floors=3)
    far = Compound.objects.create(grid=grids[street.OTHER_GRID], name="远方小区")
    elsewhere = Building.objects.create(compound=far, grid=grids[street.OTHER_GRID], name="9号楼")
    leader = posted("leader", "grid_leader", grids[street.GRID])
    now = timezone.now()
    household = households.register(building, households.Door("1", "101室"), actor=leader, now=now)
    given: dict[str, Any] = {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER, "is_head": True}
    head = households.add_person(household, given, actor=leader, now=now)
    household.refresh_from_db()
    return Homes(
        grids, building, elsewhere, household, head, leader, posted("micro", "micro_leader", grids[street.MICRO])
    )


def posted(username: str, kind: str, grid: Grid) -> User:
    """Somebody with one post."""
    user = street.make_person(username)
    street.give_post(user, kind, grid)
    return user
