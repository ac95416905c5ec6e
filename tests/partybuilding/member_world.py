"""A street with party members, a building and a unit, for the tests of members. Builders, no fixtures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from grid.models import Building, Compound, Grid, Organization
from partybuilding import links, members, report_ins
from partybuilding.models import HouseholdLink, PartnerUnit, PartyMember, PartyOrganization, ReportIn
from tests import street

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""A Saturday, 10 o'clock in Beijing."""
TODAY = date(2026, 11, 21)
NAME, PHONE = "欧阳占元", "13812345678"
ID = UUID(int=7)


@dataclass
class MemberWorld:
    """Who and what the tests need: a member of the micro-grid's grid, and who works around her."""

    grids: dict[str, Grid]
    people: dict[str, User]
    branch: PartyOrganization
    building: Building
    unit: PartnerUnit
    hand: User
    """Works for the unit, and holds no other post."""
    member: PartyMember

    @property
    def head(self) -> User:
        """The head of the community: edits and opens members."""
        return self.people["community"]

    def enter(self, name: str = "张三丰", *, grid: str = street.GRID, **given: Any) -> PartyMember:
        """One more member."""
        values = {"name": name, "management": "direct"} | given
        return members.enter(self.grids[grid], values, actor=self.people["partyofficer"], now=NOW)

    def link(self, room: str = "101", member: PartyMember | None = None) -> HouseholdLink:
        """One door for the member."""
        doors = [("1", room)]
        return links.give_doors(member or self.member, self.building, doors, actor=self.head, now=NOW)[0]

    def report(self, **new: Any) -> ReportIn:
        """A report of the member that is received and placed."""
        given = report_ins.NewReport(**({"member": self.member, "reported_on": date(2026, 3, 1)} | new))
        row = report_ins.report_in(given, grid=self.grids[street.COMMUNITY], actor=self.head, now=NOW)
        return report_ins.receive(row, self.branch, actor=self.head, now=NOW)


def build() -> MemberWorld:
    """The small world."""
    grids = street.build_streets()
    people = street.make_roles(grids)
    branch = make_party(grids[street.COMMUNITY], "建中街社区党委", "community")
    compound = Compound.objects.create(grid=grids[street.MICRO], name="福民花园", households=20)
    building = Building.objects.create(compound=compound, grid=grids[street.MICRO], name="1号楼", households=20)
    unit = PartnerUnit.objects.create(
        organization=street.make_organization(grids[street.STREET], "lawyers", name="道成律所", kind="social"),
        joined_on=date(2024, 1, 1),
    )
    hand = street.make_person("unithand")
    street.give_post(hand, "handler", unit.organization)
    member = members.enter(
        grids[street.GRID],
        {"name": NAME, "phone": PHONE, "management": "concurrent", "party": branch, "unit": unit},
        actor=people["community"],
        now=NOW,
    )
    return MemberWorld(grids, people, branch, building, unit, hand, member)


def make_party(grid: Grid, name: str, kind: str) -> PartyOrganization:
    """A party organization of a grid, on top of its tree."""
    body = Organization.objects.create(grid=grid, code=f"p{Organization.objects.count()}", name=name, kind="party")
    made = PartyOrganization.objects.create(organization=body, kind=kind, grid=grid, grid_code=grid.code)
    made.path = f"{made.pk:08d}"
    made.save(update_fields=["path"])
    return made
