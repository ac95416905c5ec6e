"""改正位置: a case gets its right grid, and with it its leaders and those who see it."""

import pytest
from django.contrib.gis.geos import Point
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from incidents import dispatch, relocating
from incidents.models import Incident, IncidentEvent
from incidents.models.incident import Locating
from incidents.relocating import NewPlace
from incidents.states import State
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get

MICRO = NewPlace(point=street.inside(street.MICRO))


def lost(world: World) -> Incident:
    """A case that nothing locates: it lies with the street."""
    return world.report(by="operator", source="desk", point=None, address="不知道哪里")


def relocate(
    world: World, incident: Incident, new: NewPlace = MICRO, *, by: str = "operator", **more: object
) -> Incident:
    given = {"actor": world.people[by], "now": world.now, "reason": "已电话核实"} | more
    return relocating.relocate(incident.pk, new, **given)  # type: ignore[arg-type]


def test_a_case_that_was_not_located_gets_its_grid(world: World) -> None:
    incident = lost(world)
    assert (incident.grid_code, incident.located_by) == (street.STREET, Locating.DEFAULT)
    relocate(world, incident)
    fresh = Incident.objects.get()
    assert (fresh.grid_code, fresh.grid.code, fresh.located_by) == (street.MICRO, street.MICRO, Locating.INSIDE)
    assert fresh.point is not None


def test_the_history_says_from_where_to_where_and_why(world: World) -> None:
    relocate(world, lost(world))
    event = IncidentEvent.objects.get(kind="relocated")
    assert (event.data["from"]["grid_code"], event.data["to"]["grid_code"]) == (street.STREET, street.MICRO)
    assert event.text == "已电话核实"


def test_who_sees_it_follows_the_place(world: World) -> None:
    incident, leader = lost(world), world.people["microleader"]
    assert not Incident.objects.visible_to(leader).exists()
    relocate(world, incident)
    assert Incident.objects.visible_to(leader).exists()


def test_the_dispatcher_looks_at_it_again(world: World) -> None:
    incident = world.report(by="operator", source="desk", point=None, address="不知道哪里", text="说不清楚的事")
    dispatch.dispatch_due(now=world.now)
    relocate(world, incident)
    dispatch.dispatch_due(now=world.now)
    assert incident.decisions.count() == 2


@pytest.mark.parametrize("state", [State.DISPATCHED, State.HANDLING, State.HANDLED, State.CLOSED])
def test_after_the_dispatch_it_is_recalled_first(world: World, state: str) -> None:
    with pytest.raises(NotNow):
        relocate(world, world.incident(state))


def test_a_filed_case_can_be_put_right_by_the_dispatcher(world: World) -> None:
    assert relocate(world, world.incident(State.FILED), by="dispatcher").grid_code == street.MICRO


def test_no_place_no_reason_or_an_unknown_address_is_refused(world: World) -> None:
    incident = lost(world)
    for new, reason in ((NewPlace(), "x"), (MICRO, " "), (NewPlace(address="还是不知道"), "x")):
        with pytest.raises(NotValid):
            relocate(world, incident, new, reason=reason)
    assert Incident.objects.get().version == incident.version


def test_a_place_outside_the_own_area_is_refused(world: World) -> None:
    with pytest.raises(NotValid):
        relocate(world, lost(world), NewPlace(point=street.inside(street.OTHER_GRID)))


@pytest.mark.parametrize("role", ["gridleader", "auditor", "department"])
def test_only_the_desk_puts_a_place_right(world: World, role: str) -> None:
    incident = lost(world)
    with pytest.raises(NotAllowed):
        relocate(world, incident, by=role)


def test_who_saw_an_older_version_is_told_so(world: World) -> None:
    incident = lost(world)
    relocate(world, incident, version=incident.version)
    with pytest.raises(NotNow):
        relocate(world, incident, version=incident.version)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_takes_a_grid_and_goes_back_to_the_desk(world: World) -> None:
    incident, desk = lost(world), reverse("incidents:desk")
    sent = {"version": incident.version, "grid": street.GRID, "reason": "居委会指认", "next": desk}
    answer = client_of(world, "operator").post(reverse("incidents:relocate", args=[incident.number]), sent)
    assert (answer.status_code, answer["Location"]) == (302, desk)
    assert Incident.objects.get().located_by == Locating.CHOSEN


def test_a_new_point_counts_before_the_compound_that_was_left(world: World) -> None:
    point = Point(113.605, 34.71, srid=4326)
    incident = world.report(point=street.inside(street.MICRO_EAST))
    sent = {"version": incident.version, "lon": point.x, "lat": point.y, "reason": "地图上点的"}
    client_of(world, "operator").post(reverse("incidents:relocate", args=[incident.number]), sent)
    assert Incident.objects.get().grid_code == street.MICRO


def test_what_was_typed_is_kept_with_a_refusal(world: World) -> None:
    incident = lost(world)
    sent = {"version": incident.version, "address": "还是不知道的地方", "reason": "x"}
    answer = client_of(world, "operator").post(reverse("incidents:relocate", args=[incident.number]), sent)
    assert answer.status_code == 422
    assert "还是不知道的地方" in answer.content.decode()


def test_the_desk_offers_it_only_while_it_is_possible(world: World) -> None:
    address = reverse("incidents:relocate", args=[lost(world).number])
    assert address in get(world, "operator", "desk", tab="accept").content.decode()
    handled = world.incident(State.HANDLED)
    page = get(world, "operator", "detail", handled.number).content.decode()
    assert reverse("incidents:relocate", args=[handled.number]) not in page
