"""The definitions of all numbers in reports, as data: what is counted, over what, without what (domain.md 2.5).

A `Measure` counts incidents. Its condition is SQL over one row `f` of the facts that `reports.metrics` gathers for a
grid and a period. An `Indicator` divides two measures. Reports of every rhythm use the same definitions: a
weekly or monthly report, an assessment or a dashboard asks for other grids and periods, not for other formulas. Who
changes a condition raises `DEFINITION_VERSION`; reports keep the version they were written with.

`MEASURES` and `INDICATORS` are the core: kept up in the rollups, written into every report. `MORE_MEASURES` and
`MORE_INDICATORS` are the other rates of domain.md 2.5, counted when asked for (`reports.figures`) over the same facts
and those of sql/more.sql. The three rates count call-backs (`incidents.rates`).

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

    `direction` says which way is better; `sources` are marks of domain.md 2.5 and 6. `site_specific`: the field leaves
    the denominator to the site, ours is one possible reading. `target` is a share that the source asks for. `family`
    says what the measures are of: incidents ("measures"), call-backs ("call_backs"), field work ("field"), party work
    ("party") or volunteers' work ("volunteers"); `of_people`: few of them are not told.
    """

    name: str
    numerator: str
    denominator: str
    exclusions: tuple[str, ...] = ()
    unit: str = "%"
    direction: str = "up"
    sources: tuple[str, ...] = ()
    site_specific: bool = False
    target: float | None = None
    family: str = "measures"
    of_people: bool = False

    @property
    def label(self) -> str:
        """What tables call it."""
        return str(_words()["indicators"][self.name]["label"])

    @property
    def formula(self) -> str:
        """Numerator ÷ denominator in the words of the measures, then what is left out."""
        return "；".join((f"{self.above.label} ÷ {self.below.label}", *self.left_out))

    @property
    def above(self) -> Measure:
        """What stands above the line."""
        return _FAMILIES[self.family][self.numerator]

    @property
    def below(self) -> Measure:
        """What stands below the line."""
        return _FAMILIES[self.family][self.denominator]

    @property
    def left_out(self) -> tuple[str, ...]:
        """What counts neither above nor below, in words."""
        return tuple(str(_words()["exclusions"][name]) for name in self.exclusions)

    @property
    def group(self) -> str:
        """The part of the work that it measures."""
        return str(_words()["indicators"][self.name]["group"])

    @property
    def note(self) -> str:
        """What a reader must know beside the formula; "" when there is nothing."""
        return str(_words()["indicators"][self.name].get("note", ""))

    @property
    def source_words(self) -> tuple[str, ...]:
        """Where the definition comes from."""
        return tuple(f"{mark}：{_words()['sources'][mark]}" for mark in self.sources)


def group_labels() -> dict[str, str]:
    """The parts of the work that indicators measure, in the order of the work: name and label."""
    return {str(name): str(label) for name, label in _words()["groups"].items()}


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = json.loads((DATA / "indicators.json").read_text("utf-8"))
    # what chapters of the reports count has its words where the chapters have them
    chapters = {
        family: json.loads((DATA / f"{name}.json").read_text("utf-8"))["figures"] for family, name in CHAPTERS.items()
    }
    return {**words, **chapters}


CHAPTERS: Final = {
    "field": "chapter_fieldwork",
    "party": "chapter_partybuilding",
    "volunteers": "chapter_volunteers",
}
"""The words of the chapter that counts a family."""


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
    Indicator("handling_rate", "handled", "should_handle", _LEFT_OUT, sources=("R1", "R2", "R3", "S2")),
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


# --- the other rates of domain.md 2.5; `f` is a row of facts with the columns of sql/more.sql ------------------------

_FILED: Final = _did("file")
_ACCEPTED: Final = _did("file", "answer")
_DISPATCHED: Final = _did("dispatch")
_VERIFIED: Final = _did("genuine", "not_genuine")
_CLOSED: Final = f"({_did(*CLOSING)})"
_REPORTED: Final = f"({_did('report', 'self_handle')})"
_SHOULD_CLOSE: Final = f"({MEASURE_BY_NAME['should_close'].condition})"
_URGENT: Final = "f.is_urgent"
_INVALID: Final = ("not_accepted", "not_filed", "cancelled")

MORE_MEASURES: Final[tuple[Measure, ...]] = (
    Measure("valid_reports", f"{_REPORTED} AND NOT {_was('state_end', *_INVALID)}"),
    Measure("reported_by_residents", f"{_REPORTED} AND f.source IN ('public', 'hotline')"),
    Measure("reported_open", f"{_REPORTED} AND {_was('state_end', *_OPEN)}"),
    Measure("accepted", _ACCEPTED),
    Measure("accepted_on_time", f"({_ACCEPTED}) AND f.accepted_in_time"),
    Measure("filed_on_time", f"({_FILED}) AND f.accepted_in_time"),
    Measure("filed_accurately", f"({_FILED}) AND f.category_kept AND NOT {_was('state_end', 'cancelled')}"),
    # one clock runs at a time: what is overdue while it waits for a dispatch is overdue for the dispatch
    Measure("should_dispatch", f"({_DISPATCHED}) OR (f.overdue AND {_was('state_end', 'filed')})"),
    Measure("dispatched_on_time", f"({_DISPATCHED}) AND f.dispatched_in_time"),
    Measure("dispatched_by_system", f"({_DISPATCHED}) AND f.by_system"),
    Measure("dispatched_accurately", f"({_DISPATCHED}) AND NOT ({_did('return', 'recall')})"),
    Measure("should_verify", f"({_VERIFIED}) OR (f.overdue AND {_was('state_end', 'verifying')})"),
    Measure("verified_on_time", f"({_VERIFIED}) AND f.verified_in_time"),
    Measure("should_check", f"f.was_checked OR (f.overdue AND {_was('state_end', 'handled', 'checking')})"),
    Measure("checked_on_time", "f.was_checked AND f.checked_in_time"),
    Measure("closed_overdue", f"{_CLOSED} AND NOT f.handled_in_time"),
    Measure("urgent_should_close", f"{_URGENT} AND {_SHOULD_CLOSE}"),
    Measure("urgent_closed", f"{_URGENT} AND {_CLOSED}"),
    Measure("urgent_closed_on_time", f"{_URGENT} AND {_CLOSED} AND f.handled_in_time"),
    Measure("rectified", f"({_did('rework', 'refuse_work')}) AND {_was('state_end', *_HANDLED, 'closed')}"),
    Measure("closed_solved", f"{_CLOSED} AND f.is_solved"),
)
ALL_MEASURES: Final = (*MEASURES, *MORE_MEASURES)
ALL_MEASURE_BY_NAME: Final = {measure.name: measure for measure in ALL_MEASURES}

MORE_INDICATORS: Final[tuple[Indicator, ...]] = (
    Indicator("valid_report_rate", "valid_reports", "reported", sources=("R2",)),
    Indicator("acceptance_rate", "accepted", "reported", sources=("R2",), site_specific=True),
    Indicator("on_time_acceptance_rate", "accepted_on_time", "accepted", sources=("R2",)),
    Indicator("filing_rate", "filed", "reported", sources=("R2",), site_specific=True),
    Indicator("on_time_filing_rate", "filed_on_time", "filed", sources=("R2",)),
    Indicator("accurate_filing_rate", "filed_accurately", "filed", sources=("R2",)),
    Indicator("on_time_dispatch_rate", "dispatched_on_time", "should_dispatch", sources=("R2",)),
    Indicator("accurate_dispatch_rate", "dispatched_accurately", "should_dispatch", sources=("R2",)),
    Indicator("system_dispatch_share", "dispatched_by_system", "completed", sources=("S4",)),
    Indicator("on_time_verify_rate", "verified_on_time", "should_verify", sources=("R2",)),
    Indicator("on_time_check_rate", "checked_on_time", "should_check", sources=("R2",)),
    Indicator(
        "overdue_closing_rate", "closed_overdue", "should_close", _LEFT_OUT, direction="down", sources=("R1", "R2")
    ),
    Indicator("not_closed_rate", "reported_open", "reported", direction="down", sources=("R2",)),
    Indicator("completion_rate", "completed", "reported", sources=("W34",)),
    Indicator("urgent_closing_rate", "urgent_closed", "urgent_should_close", _LEFT_OUT, sources=("W30",), target=1.0),
    Indicator(
        "urgent_on_time_closing_rate",
        "urgent_closed_on_time",
        "urgent_should_close",
        _LEFT_OUT,
        sources=("W30",),
        target=0.95,
    ),
    Indicator("rectification_rate", "rectified", "reworked", sources=("R2",), site_specific=True),
    Indicator("substantive_rate", "closed_solved", "closed", sources=("S4",)),
    Indicator("resident_report_share", "reported_by_residents", "reported", sources=("S3",), site_specific=True),
)
"""Counted when asked for."""

CALL_BACK_MEASURES: Final[tuple[Measure, ...]] = tuple(
    Measure(name, "", "call_backs") for name in ("assigned", "contacted", "called_back", "solved", "satisfied")
)
CALL_BACK_INDICATORS: Final[tuple[Indicator, ...]] = tuple(
    Indicator(name, above, below, ("excluded",), sources=sources, site_specific=True, family="call_backs")
    for name, above, below, sources in (
        ("response_rate", "contacted", "assigned", ("W40", "W41")),
        ("resolution_rate", "solved", "called_back", ("W40", "W41")),
        ("satisfaction_rate", "satisfied", "called_back", ("R2", "W40", "W41")),
    )
)
"""三率, from the call-backs; `incidents.rates` counts them."""

FIELD_INDICATORS: Final[tuple[Indicator, ...]] = (
    Indicator("visit_rate", "visits_done", "visits_due", sources=("W34",), family="field", of_people=True),
    Indicator("hazard_rectification_rate", "hazards_fixed", "hazards", sources=("W59",), family="field"),
    Indicator("promise_rate", "promises_kept", "promises_due", sources=("S4",), family="field", of_people=True),
)
"""走访率, 隐患整改率, 承诺兑现率, from the field work; `reports.chapters.fieldwork_counts` counts them."""

_OF_PEOPLE: Final = frozenset(
    {"link_contact_rate", "yearly_evaluation_rate", "duty_rate", "order_good_rate", "opinion_satisfied_rate"}
)
PARTY_INDICATORS: Final[tuple[Indicator, ...]] = tuple(
    Indicator(name, above, below, sources=sources, family="party", of_people=name in _OF_PEOPLE)
    for name, above, below, sources in (
        ("party_post_rate", "posts_filled", "posts_planned", ("W34①",)),
        ("party_coverage_rate", "grids_covered", "grids_due", ("S1", "W34①")),
        ("link_contact_rate", "links_contacted", "links", ("W64",)),
        ("yearly_evaluation_rate", "reports_evaluated", "reports_in", ("W62",)),
        ("duty_rate", "shifts_attended", "shifts", ("S3②",)),
        ("order_rate", "orders_done", "orders", ("S1", "W68")),
        ("order_good_rate", "orders_good", "orders_rated", ("S1", "W68")),
        ("need_rate", "needs_met", "needs_due", ("S1", "W60")),
        ("project_rate", "projects_kept", "projects_due", ("W60", "W98")),
        ("pledge_rate", "pledges_kept", "pledges_due", ("S0②",)),
        ("decision_led_rate", "resolutions_led", "resolutions", ("S1", "W66")),
        ("decision_rate", "resolutions_done", "resolutions", ("S1", "W66")),
        ("opinion_rate", "opinions_answered", "opinions", ("S4②",)),
        ("opinion_satisfied_rate", "opinions_satisfied", "opinions_rated", ("S4②",)),
    )
)
"""The rates of party work; `reports.chapters.partybuilding_counts` counts them."""
_OF_VOLUNTEERS: Final = frozenset({"wish_good_rate", "hour_confirm_rate"})
VOLUNTEER_INDICATORS: Final[tuple[Indicator, ...]] = tuple(
    Indicator(name, above, below, sources=sources, family="volunteers", of_people=name in _OF_VOLUNTEERS)
    for name, above, below, sources in (
        ("wish_rate", "wishes_granted", "wishes_due", ("W70", "W73")),
        ("wish_contact_rate", "claims_contacted", "claims_due", ("W70",)),
        ("wish_good_rate", "wishes_good", "wishes_rated", ("W73",)),
        ("shift_fill_rate", "service_people", "service_slots", ("S4③",)),
        ("hour_confirm_rate", "service_confirmed", "service_came", ("W74",)),
        ("micro_money_rate", "micro_used", "micro_budget", ("W78",)),
        ("circle_rate", "homes_near", "homes", ("S0③",)),
    )
)
"""The rates of volunteers' work, none of a person; `reports.chapters.volunteers_counts` counts them."""
CHAPTER_INDICATORS: Final = (*FIELD_INDICATORS, *PARTY_INDICATORS, *VOLUNTEER_INDICATORS)
"""What chapters of the reports count: told for areas, without cases behind them."""

INCIDENT_INDICATORS: Final = (*INDICATORS, *MORE_INDICATORS)
ALL_INDICATORS: Final = (*INCIDENT_INDICATORS, *CALL_BACK_INDICATORS, *CHAPTER_INDICATORS)
ALL_INDICATOR_BY_NAME: Final = {indicator.name: indicator for indicator in ALL_INDICATORS}
_FAMILIES: Final[Mapping[str, Mapping[str, Measure]]] = {
    "measures": ALL_MEASURE_BY_NAME,
    "call_backs": {measure.name: measure for measure in CALL_BACK_MEASURES},
    **{
        family: {
            name: Measure(name, "", family)
            for each in CHAPTER_INDICATORS
            if each.family == family
            for name in (each.numerator, each.denominator)
        }
        for family in CHAPTERS
    },
}


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
