"""The partners of the demo are those of the founding documents, with their numbers."""

import pytest
import time_machine
from django.utils import timezone

from partybuilding import stars
from partybuilding.agreements import ending_soon, running
from partybuilding.alliances import with_figures
from partybuilding.demo.units import build_units
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import Agreement, Alliance, PartnerUnit, StarClaim
from tests.demo_street import build_demo_street


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_partners_have_the_names_and_numbers_of_the_founding_documents() -> None:
    now = timezone.now()
    load_dictionaries()
    build_demo_street()
    assert build_units(now) == PartnerUnit.objects.filter(is_demo=True).count() == 25
    framework = Agreement.objects.get(kind="property")
    assert (framework.unit.organization.name, framework.compounds.count()) == ("康桥悦生活服务集团有限公司", 57)
    assert [one.name.rpartition(".")[2] for one in framework.files.all()] == ["docx"]
    today = timezone.localdate()
    assert Agreement.objects.filter(ending_soon(today)).count() >= 2
    assert Agreement.objects.exclude(running(today)).exists()
    figures = {row.kind: row for row in with_figures(Alliance.objects.all())}
    assert (figures["property"].solved_before, figures["education"].activities_before) == (500, 600)
    assert {row.members for row in figures.values()} == {4}
    board = stars.board(StarClaim.objects.filter(year=2026))
    assert [len(row["claims"]) for row in board] == [1, 4, 3, 2, 1]
    assert {str(one["unit"]) for one in stars.partners(StarClaim.objects.filter(year=2025))} == {
        "中铁十五局", "东来地产", "道成律所", "童年时光商场", "鹰城鑫地酒店",
    }  # fmt: skip
    assert stars.figures(StarClaim.objects.filter(year=2026), today)["late"] == 1
