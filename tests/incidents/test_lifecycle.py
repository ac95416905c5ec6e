"""Moves: who, when, with what, and what each leaves behind."""

import pytest

from tests.incidents.conftest import WAY, World


@pytest.mark.parametrize("state", list(WAY))
def test_every_state_is_reached_by_moves(world: World, state: str) -> None:
    incident = world.incident(state)
    incident.refresh_from_db()
    assert incident.state == state
    assert incident.version == incident.events.count()
