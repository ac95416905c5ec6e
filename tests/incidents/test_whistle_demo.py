"""The whistles of the demo street: every state, real steps, in a moment."""

from collections import Counter

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.catalogue import load_catalogue
from incidents.demo.whistles import PLOTS, build_whistles
from incidents.models import Whistle, WhistleEvent, WhistleTask
from tests.demo_street import build_demo_street


class DemoWhistles(TestCase):
    """Made once for all tests of the class."""

    queries: int

    @classmethod
    def setUpTestData(cls) -> None:
        load_catalogue()
        build_demo_street()
        with CaptureQueriesContext(connection) as caught:
            build_whistles(timezone.now())
        cls.queries = len(caught)

    def test_every_state_is_there(self) -> None:
        states = Counter(Whistle.objects.filter(is_demo=True).values_list("state", flat=True))
        assert set(states) == set(Whistle.State.values)
        assert sum(states.values()) == len(PLOTS)

    def test_every_plot_called_all_its_units(self) -> None:
        assert WhistleTask.objects.count() == sum(len(plot.units) for plot in PLOTS)

    def test_no_event_lies_in_the_future_and_each_history_runs_forward(self) -> None:
        assert not WhistleEvent.objects.filter(at__gt=timezone.now()).exists()
        for whistle in Whistle.objects.all():
            moments = list(whistle.events.exclude(move__startswith="remind").values_list("at", flat=True))
            assert moments == sorted(moments), whistle

    def test_some_came_late_and_some_below_the_level(self) -> None:
        assert WhistleEvent.objects.filter(move="remind_done").exists()
        assert WhistleEvent.objects.filter(move="attend", text__contains="未达到").exists()

    def test_each_step_costs_few_queries(self) -> None:
        assert self.queries < 25 * WhistleEvent.objects.count()
