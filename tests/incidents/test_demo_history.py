"""The demo's closed history comes in bulk, and passes the same laws as work that was really done."""

from datetime import date

from django.db import connection
from django.test import TestCase

from grid.demo.divisions import JIANZHONG
from house.chaos import checker
from incidents.catalogue import load_catalogue
from incidents.demo.history import build_history
from incidents.demo.rules import build_rules
from incidents.models import Assignment, ClockEntry, DispatchDecision, Incident, IncidentEvent
from incidents.states import State
from tests.demo_street import build_demo_street

TODAY = date(2026, 11, 20)
ENDED = {State.CLOSED, State.NOT_ACCEPTED, State.CANCELLED, State.SELF_HANDLED}


class DemoHistory(TestCase):
    """A week of the street, written once for all tests of the class."""

    cases: int

    @classmethod
    def setUpTestData(cls) -> None:
        load_catalogue()
        _grids, organizations = build_demo_street()
        build_rules(organizations)
        cls.cases = build_history(TODAY, days=7, per_day={JIANZHONG: 60.0})

    def test_the_history_is_whole_and_ended(self) -> None:
        assert Incident.objects.count() == self.cases > 200
        assert set(Incident.objects.values_list("state", flat=True)) <= {state.value for state in ENDED}
        assert not Assignment.objects.filter(ends_at__isnull=True).exists()

    def test_it_breaks_no_law_of_the_chaos_checker(self) -> None:
        found = checker.check(connection.connection, [])
        assert [(verdict.law.name, verdict.examples) for verdict in found if verdict.broken] == []

    def test_every_case_left_its_traces(self) -> None:
        assert IncidentEvent.objects.count() > 3 * self.cases
        assert ClockEntry.objects.count() > self.cases
        assert DispatchDecision.objects.exists()

    def test_it_has_late_reworked_returned_and_refused_cases(self) -> None:
        moves = set(IncidentEvent.objects.values_list("move", flat=True))
        assert {"report", "file", "dispatch", "take", "feedback", "close", "rework", "reject", "return"} <= moves
        assert Incident.objects.filter(was_overdue=True).exists()
