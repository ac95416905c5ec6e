"""Exports: what the reader may take out, without contacts, recorded."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from accounts.errors import NotAllowed, NotValid
from accounts.models import AccessEvent
from incidents import exports
from incidents.models import Incident
from tests import street
from tests.incidents.conftest import World


def table(world: World, role: str = "operator") -> list[tuple[object, ...]]:
    person = world.people[role]
    rows = Incident.objects.visible_to(person).order_by("pk")
    content = exports.export_xlsx(rows, actor=person, now=world.now, purpose="周例会")
    return list(load_workbook(BytesIO(content)).active.values)  # type: ignore[union-attr]


def test_the_sheet_has_a_head_and_a_line_for_each_incident_and_no_contact(world: World) -> None:
    incident = world.report(contact_name="张三丰", contact_phone="13800138000", title="=1+1")
    head, line = table(world)
    assert head[0] == "编号"
    assert line[:2] == (incident.number, "=1+1")
    assert not any("13800138000" in str(cell) or "张三丰" in str(cell) for cell in line)


def test_the_export_is_recorded_with_its_size(world: World) -> None:
    world.report()
    table(world)
    seen = AccessEvent.objects.get(action="export")
    assert (seen.actor, seen.object_type, seen.fields, seen.purpose) == (
        world.people["operator"],
        "incident",
        "1",
        "周例会",
    )


def test_who_may_not_export_does_not(world: World) -> None:
    with pytest.raises(NotAllowed):
        table(world, "gridleader")
    assert not AccessEvent.objects.exists()


def test_own_reports_from_elsewhere_are_seen_but_not_exported(world: World) -> None:
    world.report(by="operator", point=street.inside(street.OTHER_GRID))
    assert Incident.objects.visible_to(world.people["operator"]).count() == 1
    assert len(table(world)) == 1


def test_too_much_at_a_time_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.exports.MOST_ROWS", 0)
    world.report()
    with pytest.raises(NotValid):
        table(world)
