"""The definitions of all numbers in reports, as data: what is counted, over what, without what (domain.md 2.5).

A `Measure` counts incidents. Its condition is SQL over one row `f` of the facts that `reports.metrics` gathers for a
grid and a period. An `Indicator` divides two measures. Reports of every rhythm use the same definitions: a
weekly or monthly report, an assessment or a dashboard asks for other grids and periods, not for other formulas. Who
changes a condition raises `DEFINITION_VERSION`; reports keep the version they were written with.

Words for people are Chinese document text and stand in data/indicators.json.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from incidents.states import OPEN_STATES, RESTING

DEFINITION_VERSION: Final = 2
"""2: all states of domain.md 2.2; rests leave the handling indicators; extensions count, appeals make it in time."""
DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Measure:
    """A count of incidents for which `condition` holds."""

    name: str
    condition: str
    family: str = "measures"

    @property
    def label(self) -> str:
        """What tables call it."""
        return str(_words()[self.family][self.name]["label"])

    @property
    def meaning(self) -> str:
        """What is counted, in one sentence."""
        return str(_words()[self.family][self.name]["meaning"])


@dataclass(frozen=True, slots=True)
class Indicator:
    """A ratio of two measures. Incidents of the `exclusions` (measures) count neither above nor below the line.

    `direction` says which way is better; `sources` are marks of domain.md 2.5 and 6.
    """

    name: str
    numerator: str
    denominator: str
    exclusions: tuple[str, ...] = ()
    unit: str = "%"
    direction: str = "up"
    sources: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What tables call it."""
        return str(_words()["indicators"][self.name]["label"])

    @property
    def formula(self) -> str:
        """Numerator ÷ denominator in the words of the measures, then what is left out."""
        above, below = MEASURE_BY_NAME[self.numerator], MEASURE_BY_NAME[self.denominator]
        left_out = "".join(f"；{_words()['exclusions'][name]}" for name in self.exclusions)
        return f"{above.label} ÷ {below.label}{left_out}"


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = json.loads((DATA / "indicators.json").read_text("utf-8"))
    return words


def _did(*moves: str) -> str:
    return " OR ".join(f"'{move}' = ANY(f.moves)" for move in moves)


def _was(column: str, *states: str) -> str:
    return f"f.{column} IN ({', '.join(repr(state) for state in states)})"


_OPEN: Final = tuple(state.value for state in OPEN_STATES)
_RESTING: Final = tuple(state.value for state in RESTING)
_HANDLED: Final = ("forwarding", "handled", "checking", "checked")
HANDLING: Final = ("feedback", "confirm")
"""The moves by which a unit answers: its own, or that of its head who lets go of it (domain.md 2.2, rows 8 and 9)."""
CLOSING: Final = ("close", "close_checked")
COMPLETING: Final = (*CLOSING, "force_close", "close_with_lead", "answer", "self_handle")
"""The moves after which there is nothing left to do; a report handled on the spot counts when it comes in."""
_FED: Final = _did(*HANDLING)
_ON_TIME: Final = f"({_FED}) AND f.handled_in_time"
_LEFT_OUT: Final = ("cancelled", "resting")
"""作废 and 挂账、缓办 leave the handling counters (R1: 活动属性 103; W30 subtracts 缓办数)."""
_OVERDUE_UNHANDLED: Final = f"f.handle_overdue AND {_was('state_end', *_OPEN)}"
_SHOULD_HANDLE: Final = f"{_FED} OR ({_OVERDUE_UNHANDLED})"

MEASURES: Final[tuple[Measure, ...]] = (
    Measure("reported", _did("report", "self_handle")),
    Measure("self_handled", _did("self_handle")),
    Measure("filed", _did("file")),
    Measure("not_accepted", _did("reject", "not_file")),
    Measure("cancelled", _did("cancel")),
    Measure("dispatched", _did("dispatch")),
    Measure("handled", _FED),
    Measure("handled_on_time", _ON_TIME),
    Measure("closed", _did(*CLOSING)),
    Measure("closed_on_time", f"({_did(*CLOSING)}) AND f.handled_in_time"),
    Measure("completed", _did(*COMPLETING)),
    Measure("same_day", "f.same_day"),
    Measure("returned", _did("return")),
    Measure("reworked", _did("rework", "refuse_work")),
    Measure("extended", "f.newly_extended"),
    Measure("newly_overdue", "f.newly_overdue"),
    Measure("open_start", _was("state_start", *_OPEN)),
    Measure("open_end", _was("state_end", *_OPEN)),
    Measure("to_accept", _was("state_end", "reported", "verifying")),
    Measure("to_dispatch", _was("state_end", "filed")),
    Measure("with_handler", _was("state_end", "dispatched", "handling", "reworking", "confirming")),
    Measure("resting", _was("state_end", *_RESTING)),
    Measure("to_check", _was("state_end", *_HANDLED)),
    Measure("overdue_open", f"f.overdue AND {_was('state_end', *_OPEN)}"),
    Measure("overdue_unhandled", _OVERDUE_UNHANDLED),
    # R1: handled cases, and those overdue and still unhandled
    Measure("should_handle", _SHOULD_HANDLE),
    Measure("extended_of_those", f"f.was_extended AND ({_SHOULD_HANDLE})"),
    Measure("should_close", f"{_FED} OR {_was('state_start', *_HANDLED)} OR ({_OVERDUE_UNHANDLED})"),
    Measure("ever", "f.moves <> '{}' OR f.state_end IN ('" + "', '".join(_OPEN) + "')"),
)
MEASURE_BY_NAME: Final = {measure.name: measure for measure in MEASURES}

INDICATORS: Final[tuple[Indicator, ...]] = (
    Indicator("same_day_rate", "same_day", "reported", sources=("S0", "W34")),
    Indicator("handling_rate", "handled", "should_handle", _LEFT_OUT, sources=("R1", "R2", "R3")),
    Indicator("on_time_handling_rate", "handled_on_time", "should_handle", _LEFT_OUT, sources=("R1", "R2", "R3")),
    Indicator("closing_rate", "closed", "should_close", _LEFT_OUT, sources=("R1", "R2")),
    Indicator("on_time_closing_rate", "closed_on_time", "should_close", _LEFT_OUT, sources=("R1", "R2")),
    Indicator("rework_rate", "reworked", "should_close", _LEFT_OUT, direction="down", sources=("R1", "R3")),
    Indicator(
        "overdue_pending_rate",
        "overdue_unhandled",
        "should_handle",
        _LEFT_OUT,
        direction="down",
        sources=("R3",),
    ),
    Indicator(
        "extension_rate",
        "extended_of_those",
        "should_handle",
        _LEFT_OUT,
        direction="down",
        sources=("R3",),
    ),
)
INDICATOR_BY_NAME: Final = {indicator.name: indicator for indicator in INDICATORS}


# --- what one unit did; `u` is one row per unit and incident, `f` the facts of the incident ---------------------------

_ANSWERED: Final = " OR ".join(f"'{move}' = ANY(u.moves)" for move in HANDLING)

UNIT_MEASURES: Final[tuple[Measure, ...]] = tuple(
    Measure(name, condition, "units")
    for name, condition in {
        "dispatched": "'dispatch' = ANY(u.moves)",
        "handled": _ANSWERED,
        "handled_on_time": f"({_ANSWERED}) AND (u.in_time OR f.excused)",
        "returned": "'return' = ANY(u.moves)",
        "reworked": "'rework' = ANY(u.moves) OR 'refuse_work' = ANY(u.moves)",
        "in_hand": "'hold' = ANY(u.moves)",
        "overdue_unhandled": "'hold' = ANY(u.moves) AND f.handle_overdue",
        "should_handle": f"{_ANSWERED} OR ('hold' = ANY(u.moves) AND f.handle_overdue)",
    }.items()
)
UNIT_MEASURE_BY_NAME: Final = {measure.name: measure for measure in UNIT_MEASURES}
UNIT_INDICATORS: Final = (INDICATOR_BY_NAME["on_time_handling_rate"],)
