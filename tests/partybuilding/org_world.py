"""A street with a small tree of party organizations, for the tests of organizations. Builders, no fixtures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import User
from grid.models import Grid
from partybuilding import organizations
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import PartyMember, PartyOrganization
from partybuilding.organizations import NewOrganization
from tests import street

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@dataclass
class OrgWorld:
    """Who and what the tests need: 党工委 — 社区党委 — 网格党支部 — 楼栋党小组."""

    grids: dict[str, Grid]
    people: dict[str, User]
    work: PartyOrganization
    community: PartyOrganization
    branch: PartyOrganization
    group: PartyOrganization

    def found(
        self, name: str, kind: str, code: str, parent: PartyOrganization | None, **more: Any
    ) -> PartyOrganization:
        """One more, founded by the office of the street."""
        return found(self.people["partyofficer"], self.grids[code], name, kind, parent, **more)

    def member(self, party: PartyOrganization, **more: Any) -> PartyMember:
        """A member of `party`."""
        values = {"name": "王五", "management": "direct", "grid": party.grid, "grid_code": party.grid_code} | more
        return PartyMember.objects.create(party=party, **values)


def found(actor: User, grid: Grid, name: str, kind: str, parent: Any, **more: Any) -> PartyOrganization:
    """A party organization in a grid."""
    return organizations.found(NewOrganization(name, kind, grid, parent, **more), actor=actor, now=NOW)


def build() -> OrgWorld:
    """The streets, everybody in them, and one organization of each level."""
    load_dictionaries()
    grids = street.build_streets()
    people = street.make_roles(grids)
    office = people["partyofficer"]
    work = found(office, grids[street.STREET], "建中街街道党工委", "work", None)
    community = found(office, grids[street.COMMUNITY], "建中街社区党委", "community", work, is_grand=True)
    branch = found(office, grids[street.GRID], "第一网格党支部", "branch", community)
    group = found(office, grids[street.MICRO], "一号楼党小组", "group", branch)
    return OrgWorld(grids, people, work, community, branch, group)
