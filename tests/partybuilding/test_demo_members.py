"""The members of the demo street: the numbers of the press, four ways of management, pages with something to show."""

import pytest
import time_machine
from django.db.models import Count
from django.utils import timezone

from incidents.catalogue import load_catalogue
from partybuilding import member_figures, report_ins
from partybuilding.demo.members import LINKING, build_members
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import HouseholdLink, LinkContact, PartyMember, ReportIn
from tests.demo_street import build_demo_street
from tests.partybuilding.member_world import make_party


@pytest.mark.django_db
@time_machine.travel("2026-11-21 10:00+08:00", tick=False)
def test_eighty_members_look_after_ten_to_twelve_households_each() -> None:
    now = timezone.now()
    load_catalogue()
    load_dictionaries()
    grids, _organizations = build_demo_street()
    make_party(grids["410103008001"], "东福民社区党委", "community")
    assert build_members(now) == 420
    doors = HouseholdLink.objects.values_list("member").annotate(n=Count("pk")).values_list("n", flat=True)
    assert (len(doors), min(doors), max(doors)) == (LINKING, 10, 12)
    assert not LinkContact.objects.filter(at__gt=now).exists()
    lines = member_figures.by_management(PartyMember.objects.all())
    assert all(member_figures.total_of(lines)[way] for way in PartyMember.Management.values)
    assert member_figures.total_of(member_figures.cleanup(PartyMember.objects.all()))["outside"] > 0
    assert PartyMember.objects.filter(user__username="gridleader").exists()
    assert {*ReportIn.objects.values_list("status", flat=True)} == {"reported", "active"}
    assert report_ins.return_cards(now=now) == 0  # the job has nothing to do after the demo
    assert report_ins.without_evaluation(ReportIn.objects.all(), 2026).exists()
