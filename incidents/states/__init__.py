"""States of an incident and the table of moves, as data. Only `incidents.lifecycle` writes a state."""

from incidents.states.moves import MOVE_BY_NAME, MOVES, arrows
from incidents.states.words import (
    ASSIGNED,
    INSPECTED,
    OPEN_STATES,
    RESTING,
    START,
    WITH_HANDLER,
    Clock,
    Move,
    State,
    When,
    Who,
)

__all__ = [
    "ASSIGNED",
    "INSPECTED",
    "MOVES",
    "MOVE_BY_NAME",
    "OPEN_STATES",
    "RESTING",
    "START",
    "WITH_HANDLER",
    "Clock",
    "Move",
    "State",
    "When",
    "Who",
    "arrows",
]
