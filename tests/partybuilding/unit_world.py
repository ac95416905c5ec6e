"""A street with partner units and their people, for the tests of units, stars and files. Builders, no fixtures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from accounts.models import User
from grid.models import Compound, Grid, Organization
from partybuilding.models import Agreement, PartnerUnit, PartyOrganization, Project, ProjectType, Star
from tests import street

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""A Saturday, 10 o'clock in Beijing."""
TODAY = date(2026, 11, 21)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@dataclass
class UnitWorld:
    """Who and what the tests need."""

    grids: dict[str, Grid]
    people: dict[str, User]
    unit: PartnerUnit
    hand: User
    """Works for the unit, and holds no other post."""
    other: PartnerUnit
    """Of another street."""
    star: Star
    committee: PartyOrganization

    def agreement(self, **more: Any) -> Agreement:
        """One of the unit, for a year."""
        grid = self.grids[street.COMMUNITY]
        values = {"kind": "co_building", "title": "共建协议", "signed_on": TODAY, "starts_on": TODAY} | more
        return Agreement.objects.create(**{"unit": self.unit, "grid": grid, "grid_code": grid.code} | values)

    def project(self, **more: Any) -> Project:
        """A running project of the unit in the community."""
        grid = self.grids[street.COMMUNITY]
        kind, _made = ProjectType.objects.get_or_create(name="民生微实事")
        values = {"title": "疏通管道", "type": kind, "by": self.people["gridleader"], "at": NOW, "unit": self.unit}
        number = f"项目{Project.objects.count() + 1}"
        return Project.objects.create(**values | {"number": number, "grid": grid, "grid_code": grid.code} | more)

    def compound(self, name: str = "政通路12号院", *, code: str = street.MICRO, **more: Any) -> Compound:
        """A compound without a property company."""
        return Compound.objects.create(grid=self.grids[code], name=name, **{"is_unmanaged": True} | more)


def build() -> UnitWorld:
    """Two streets, the demo roles, a unit of each street, somebody who works for the first one."""
    grids = street.build_streets()
    people = street.make_roles(grids)
    unit = make_unit(grids[street.STREET], "市政设施事务中心", contact_name="李主任", contact_phone="13612345678")
    hand = street.make_person("unithand", "市政小李")
    street.give_post(hand, "handler", unit.organization)
    other = make_unit(grids[street.OTHER_STREET], "铭功路律所")
    star = Star.objects.create(name="共建共享星", nickname="顺心绿", colour="#2fb344")
    return UnitWorld(grids, people, unit, hand, other, star, make_committee(grids[street.COMMUNITY]))


def make_unit(grid: Grid, name: str, **more: Any) -> PartnerUnit:
    """A partner that serves `grid`."""
    code = f"unit{Organization.objects.count()}"
    body = Organization.objects.create(grid=grid, code=code, name=name, kind="institution")
    return PartnerUnit.objects.create(organization=body, joined_on=date(2024, 1, 1), **more)


def make_committee(grid: Grid) -> PartyOrganization:
    """The grand committee of a community."""
    body = Organization.objects.create(grid=grid, code="party", name="建中街社区大党委", kind="party")
    made = PartyOrganization.objects.create(
        organization=body, kind="community", is_grand=True, grid=grid, grid_code=grid.code
    )
    made.path = f"{made.pk:08d}"
    made.save(update_fields=["path"])
    return made


def word_file(**parts: str) -> bytes:
    """A Word document with further parts, by name with "__" for "/"."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()
