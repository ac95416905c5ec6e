"""The disputes and call-backs of the demo street: all states, and rates that look like a street's."""

import pytest
from django.utils import timezone

from incidents import rates
from incidents.catalogue import load_catalogue
from incidents.demo.callbacks import build_call_backs
from incidents.demo.disputes import TALES, build_disputes
from incidents.demo.history import build_history
from incidents.models import CallBack, Dispute, IncidentEvent
from tests.demo_street import build_demo_street


@pytest.mark.django_db
def test_the_demo_has_disputes_in_all_states_and_call_backs_to_make() -> None:
    load_catalogue()
    build_demo_street()
    now = timezone.now()
    assert build_disputes(now) == len(TALES)
    assert {*Dispute.objects.values_list("state", flat=True)} == {*Dispute.State.values}
    assert {*Dispute.objects.values_list("level", flat=True)} >= {3, 4, 5}
    build_history(timezone.localdate(now), days=16, per_day={"410103008": 40.0})
    assert build_call_backs(now) > 60
    assert CallBack.objects.waiting().exists()
    found = rates.rates(CallBack.objects.finished())
    assert found.resolution is not None
    assert 0.75 < found.resolution < 1
    assert IncidentEvent.objects.filter(kind="called_back").count() == CallBack.objects.finished().count()
