"""The numbers of a report counted once more, in plain Python over events, clock entries and assignments.

Written from the Chinese definitions in reports/data/indicators.json and domain.md 2.5, not from the SQL.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incidents.models import Assignment, ClockEntry, Incident, IncidentEvent

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENDED = {"not_accepted", "not_filed", "answered", "closed", "cancelled", "self_handled"}
TURNS = {"started", "resumed", "paused", "stopped"}
RUNS = {"started", "resumed", "extended", "reckoned"}
"""Entries that carry a due time; the last turn before them says whether the clock runs."""
ANSWERS = ("feedback", "confirm")
DONE = ("close", "close_checked", "force_close", "close_with_lead", "answer", "self_handle")


class Life:
    """One incident's whole story."""

    def __init__(self, incident: Incident, start: datetime, end: datetime) -> None:
        self.incident, self.start, self.end = incident, start, end
        moves = IncidentEvent.objects.filter(incident=incident, kind="move", at__lt=end)
        self.events = list(moves.order_by("sequence"))
        self.inside = [event for event in self.events if event.at >= start]
        notes = IncidentEvent.objects.filter(incident=incident, at__lt=end)
        self.excused = notes.filter(kind="excused").exists()
        self.extensions = list(notes.filter(kind="extended"))
        self.clocks = list(ClockEntry.objects.filter(incident=incident, at__lt=end).order_by("sequence"))
        self.told = list(notes.order_by("sequence"))
        self.tasks = list(Assignment.objects.filter(incident=incident, starts_at__lt=end).order_by("id"))

    def did(self, *moves: str) -> bool:
        return any(event.move in moves for event in self.inside)

    def state(self, at: datetime) -> str:
        """ "" before the report."""
        return next((event.to_state for event in reversed(self.events) if event.at < at), "")

    def is_open(self, at: datetime) -> bool:
        return self.state(at) not in ENDED | {""}

    def running(self, clock: str, at: datetime) -> ClockEntry | None:
        """The entry by which `clock` runs just before `at`."""
        rows = [entry for entry in self.clocks if entry.clock == clock and entry.at < at]
        turns = [entry.kind for entry in rows if entry.kind in TURNS]
        return rows[-1] if turns and turns[-1] in ("started", "resumed") else None

    def overdue(self, *clocks: str) -> bool:
        """One of the clocks runs at the end and is over its limit."""
        entries = [self.running(clock, self.end) for clock in clocks if not (self.excused and clock == "handle")]
        return self.is_open(self.end) and any(e is not None and e.due_at < self.end for e in entries)

    def handle_due(self, at: datetime) -> datetime | None:
        """The handling limit that counted at `at`."""
        rows = [e for e in self.clocks if e.clock == "handle" and e.kind in RUNS and e.at <= at]
        return rows[-1].due_at if rows else None

    def feedback_in_time(self) -> bool:
        """The last report of handling, at any time before the end, kept the limit."""
        told = [event.at for event in self.events if event.move in ANSWERS]
        if not told:
            return False
        due = self.handle_due(told[-1])
        return self.excused or due is None or told[-1] <= due

    def newly_overdue(self) -> bool:
        """A clock that was not over its limit ran over it within the period."""
        for number, entry in enumerate(self.clocks):
            if entry.clock == "internal" or (self.excused and entry.clock == "handle"):
                continue
            turns = [e.kind for e in self.clocks[: number + 1] if e.clock == entry.clock and e.kind in TURNS]
            if not turns or turns[-1] not in ("started", "resumed") or not self.start <= entry.due_at < self.end:
                continue
            later = [e.at for e in self.clocks[number + 1 :] if e.clock == entry.clock]
            if not later or later[0] > entry.due_at:
                return True
        return False

    def stopped_in_time(self, clock: str, *moves: str) -> bool:
        """The clock that the last of `moves` in the period stopped had not run out; none stopped: in time."""
        made = [event.at for event in self.inside if event.move in moves]
        stops = [e for e in self.clocks if e.clock == clock and e.kind == "stopped" and made and e.at == made[-1]]
        return all(entry.at <= entry.due_at for entry in stops)

    def checks(self) -> list[datetime]:
        """When it was checked in the period: passed, closed from the desk, or sent back before it was passed."""
        return [
            event.at
            for event in self.inside
            if event.move in ("pass_check", "close") or (event.move == "rework" and event.from_state != "checked")
        ]

    def checked_in_time(self) -> bool:
        made = self.checks()
        stops = [e for e in self.clocks if e.clock == "check" and e.kind == "stopped" and made and e.at == made[-1]]
        return bool(made) and all(entry.at <= entry.due_at for entry in stops)

    def solved(self) -> bool:
        """What was said last of it: found solved on site or by the reporter, or not (any more)."""
        said = [
            event.kind == "solved" or event.move == "pass_check"
            for event in self.told
            if event.kind in ("solved", "unsolved") or event.move in ("pass_check", "reopen")
        ]
        return bool(said) and said[-1]

    def category_kept(self) -> bool:
        filed = [event.data.get("category") for event in self.events if event.move == "file"]
        now = self.incident.category
        return not filed or filed[-1] is None or (now is not None and filed[-1] == now.code)

    def waits_overdue(self, clock: str, *states: str) -> bool:
        return self.state(self.end) in states and self.overdue(clock)

    def same_day(self) -> bool:
        done = [event.at for event in self.inside if event.move in DONE]
        return bool(done) and done[-1].astimezone(SHANGHAI).date() == self.events[0].at.astimezone(SHANGHAI).date()


HANDLED = {"forwarding", "handled", "checking", "checked"}
RESTING = {"suspended", "deferred"}
AT_WORK = {"dispatched", "handling", "reworking", "confirming"}
STAGES = ("accept", "verify", "dispatch", "handle", "check")
RULES: dict[str, Callable[[Life], bool]] = {
    "reported": lambda life: life.did("report", "self_handle"),
    "self_handled": lambda life: life.did("self_handle"),
    "filed": lambda life: life.did("file"),
    "not_accepted": lambda life: life.did("reject", "not_file"),
    "cancelled": lambda life: life.did("cancel"),
    "dispatched": lambda life: life.did("dispatch"),
    "handled": lambda life: life.did(*ANSWERS),
    "handled_on_time": lambda life: life.did(*ANSWERS) and life.feedback_in_time(),
    "closed": lambda life: life.did("close", "close_checked"),
    "closed_on_time": lambda life: life.did("close", "close_checked") and life.feedback_in_time(),
    "completed": lambda life: life.did(*DONE),
    "same_day": Life.same_day,
    "returned": lambda life: life.did("return"),
    "reworked": lambda life: life.did("rework", "refuse_work"),
    "extended": lambda life: any(event.at >= life.start for event in life.extensions),
    "newly_overdue": Life.newly_overdue,
    "open_start": lambda life: life.is_open(life.start),
    "open_end": lambda life: life.is_open(life.end),
    "to_accept": lambda life: life.state(life.end) in {"reported", "verifying"},
    "to_dispatch": lambda life: life.state(life.end) == "filed",
    "with_handler": lambda life: life.state(life.end) in AT_WORK,
    "resting": lambda life: life.state(life.end) in RESTING,
    "to_check": lambda life: life.state(life.end) in HANDLED,
    "overdue_open": lambda life: life.overdue(*STAGES),
    "overdue_unhandled": lambda life: life.overdue("handle"),
    "should_handle": lambda life: life.did(*ANSWERS) or life.overdue("handle"),
    "extended_of_those": lambda life: bool(life.extensions) and (life.did(*ANSWERS) or life.overdue("handle")),
    "should_close": lambda life: life.did(*ANSWERS) or life.state(life.start) in HANDLED or life.overdue("handle"),
    "ever": lambda life: bool(life.inside) or life.is_open(life.start) or life.is_open(life.end),
}
URGENT = "urgent"
MORE_RULES: dict[str, Callable[[Life], bool]] = {
    "valid_reports": lambda life: (
        RULES["reported"](life) and life.state(life.end) not in {"not_accepted", "not_filed", "cancelled"}
    ),
    "reported_by_residents": lambda life: RULES["reported"](life) and life.incident.source in {"public", "hotline"},
    "reported_open": lambda life: RULES["reported"](life) and life.is_open(life.end),
    "accepted": lambda life: life.did("file", "answer"),
    "accepted_on_time": lambda life: life.did("file", "answer") and life.stopped_in_time("accept", "file", "answer"),
    "filed_on_time": lambda life: life.did("file") and life.stopped_in_time("accept", "file", "answer"),
    "filed_accurately": lambda life: life.did("file") and life.category_kept() and life.state(life.end) != "cancelled",
    "should_dispatch": lambda life: life.did("dispatch") or life.waits_overdue("dispatch", "filed"),
    "dispatched_on_time": lambda life: life.did("dispatch") and life.stopped_in_time("dispatch", "dispatch"),
    "dispatched_by_system": lambda life: any(e.move == "dispatch" and e.actor_id is None for e in life.inside),
    "dispatched_accurately": lambda life: life.did("dispatch") and not life.did("return", "recall"),
    "should_verify": lambda life: life.did("genuine", "not_genuine") or life.waits_overdue("verify", "verifying"),
    "verified_on_time": lambda life: (
        life.did("genuine", "not_genuine") and life.stopped_in_time("verify", "genuine", "not_genuine")
    ),
    "should_check": lambda life: bool(life.checks()) or life.waits_overdue("check", "handled", "checking"),
    "checked_on_time": Life.checked_in_time,
    "closed_overdue": lambda life: RULES["closed"](life) and not life.feedback_in_time(),
    "urgent_should_close": lambda life: life.incident.urgency == URGENT and RULES["should_close"](life),
    "urgent_closed": lambda life: life.incident.urgency == URGENT and RULES["closed"](life),
    "urgent_closed_on_time": lambda life: life.incident.urgency == URGENT and RULES["closed_on_time"](life),
    "rectified": lambda life: life.did("rework", "refuse_work") and life.state(life.end) in HANDLED | {"closed"},
    "closed_solved": lambda life: RULES["closed"](life) and life.solved(),
}
MORE_RATES = {
    "valid_report_rate": ("valid_reports", "reported", False),
    "acceptance_rate": ("accepted", "reported", False),
    "on_time_acceptance_rate": ("accepted_on_time", "accepted", False),
    "filing_rate": ("filed", "reported", False),
    "on_time_filing_rate": ("filed_on_time", "filed", False),
    "accurate_filing_rate": ("filed_accurately", "filed", False),
    "on_time_dispatch_rate": ("dispatched_on_time", "should_dispatch", False),
    "accurate_dispatch_rate": ("dispatched_accurately", "should_dispatch", False),
    "system_dispatch_share": ("dispatched_by_system", "completed", False),
    "on_time_verify_rate": ("verified_on_time", "should_verify", False),
    "on_time_check_rate": ("checked_on_time", "should_check", False),
    "overdue_closing_rate": ("closed_overdue", "should_close", True),
    "not_closed_rate": ("reported_open", "reported", False),
    "completion_rate": ("completed", "reported", False),
    "urgent_closing_rate": ("urgent_closed", "urgent_should_close", True),
    "urgent_on_time_closing_rate": ("urgent_closed_on_time", "urgent_should_close", True),
    "rectification_rate": ("rectified", "reworked", False),
    "substantive_rate": ("closed_solved", "closed", False),
    "resident_report_share": ("reported_by_residents", "reported", False),
}
RATES = {
    "same_day_rate": ("same_day", "reported", False),
    "handling_rate": ("handled", "should_handle", True),
    "on_time_handling_rate": ("handled_on_time", "should_handle", True),
    "closing_rate": ("closed", "should_close", True),
    "on_time_closing_rate": ("closed_on_time", "should_close", True),
    "rework_rate": ("reworked", "should_close", True),
    "overdue_pending_rate": ("overdue_unhandled", "should_handle", True),
    "extension_rate": ("extended_of_those", "should_handle", True),
}


def lives(code: str, start: datetime, end: datetime) -> list[Life]:
    """Every incident of a subtree."""
    rows = Incident.objects.filter(grid_code__startswith=code).order_by("pk")
    return [Life(incident, start, end) for incident in rows]


def numbers(some: Iterable[Life], *, more: bool = False) -> dict[str, int]:
    """The measures of the core, or all."""
    some = list(some)
    rules = RULES | MORE_RULES if more else RULES
    return {name: sum(rule(life) for life in some) for name, rule in rules.items()}


def ratios(some: Iterable[Life], *, more: bool = False) -> dict[str, tuple[int, int]]:
    """The indicators of the core, or all, as (numerator, denominator)."""
    some = list(some)
    rules, rates = (RULES | MORE_RULES, RATES | MORE_RATES) if more else (RULES, RATES)
    kept = [life for life in some if not life.did("cancel") and life.state(life.end) not in RESTING]
    return {
        name: tuple(sum(rules[part](life) for life in (kept if without else some)) for part in (above, below))  # type: ignore[misc]
        for name, (above, below, without) in rates.items()
    }


def by(some: Iterable[Life], key: Callable[[Life], Any]) -> dict[Any, list[Life]]:
    """Lives in groups, those that the period touches."""
    groups: dict[Any, list[Life]] = defaultdict(list)
    for life in some:
        groups[key(life)].append(life)
    return groups


def units(some: Iterable[Life], area_length: int) -> dict[str, dict[str, int]]:
    """What each unit did: rows of (unit, incident), then counted."""
    done: dict[tuple[str, int], dict[str, Any]] = defaultdict(lambda: {"moves": set(), "fed": None})
    found = {life.incident.pk: life for life in some}
    for life in found.values():
        area = life.incident.grid_code[:area_length]
        for event in life.inside:
            if event.move in ("dispatch", *ANSWERS, "return", "rework", "refuse_work"):
                task = [t for t in life.tasks if t.starts_at <= event.at][-1]
                row = done[_unit(task, area), life.incident.pk]
                row["moves"].add(event.move)
                row["fed"] = event.at if event.move in ANSWERS else row["fed"]
        if life.state(life.end) in AT_WORK:
            done[_unit(life.tasks[-1], area), life.incident.pk]["moves"].add("hold")
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (unit, pk), row in done.items():
        for name, holds in _unit_facts(found[pk], row).items():
            totals[unit][name] += holds
    return {unit: dict(values) for unit, values in totals.items()}


def _unit(task: Assignment, area: str) -> str:
    return f"o{task.organization_id}" if task.organization_id else f"a{area}"


def _unit_facts(life: Life, row: dict[str, Any]) -> dict[str, bool]:
    fed, moves = row["fed"], row["moves"]
    due = life.handle_due(fed) if fed else None
    late = "hold" in moves and life.overdue("handle")
    return {
        "dispatched": "dispatch" in moves,
        "handled": fed is not None,
        "handled_on_time": fed is not None and (life.excused or due is None or fed <= due),
        "returned": "return" in moves,
        "reworked": bool({"rework", "refuse_work"} & moves),
        "in_hand": "hold" in moves,
        "overdue_unhandled": late,
        "should_handle": fed is not None or late,
    }
