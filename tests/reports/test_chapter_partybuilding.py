"""The chapter of party work against a recount in plain Python, written from the Chinese definitions."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from grid.models import Grid
from partybuilding import coverage
from partybuilding.models import Activity, PartyMember, PartyOrganization, PartyStep, Project, ServiceOrder
from reports.chapters import partybuilding_counts as counts
from reports.chapters.few import hidden
from reports.chapters.partybuilding import CHAPTER, PEOPLE, guarded
from reports.chapters.shelf import all_chapters
from reports.metrics import Extent
from reports.periods import PEOPLE_TIME, period_of
from reports.rhythms import BUILDERS, documents
from tests import street
from tests.reports.conftest import DAY
from tests.reports.party_recount import MODES, recounted
from tests.reports.party_town import PartyTown
from tests.reports.town import MONTH

NEXT_MONTH = datetime(2026, 12, 2, 8, tzinfo=PEOPLE_TIME)


@pytest.fixture
def town(request: pytest.FixtureRequest, busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User]) -> PartyTown:
    made = PartyTown(getattr(request, "param", 1), grids, roles)
    made.build()
    return made


def chapter() -> Any:
    return next(each for each in all_chapters() if each.name == "partybuilding")


def told(found: dict[str, int]) -> dict[str, int]:
    """The recount without numbers of few members."""
    few = hidden({mode: found[mode] for mode in MODES}) | {name for name in PEOPLE if found[name] < 5}
    return {name: 0 if name in few else number for name, number in found.items()}


@pytest.mark.parametrize("town", [1, 2, 3], indirect=True)
def test_every_figure_equals_the_recount_for_street_community_and_micro_grid(town: PartyTown) -> None:
    for kind in ("weekly", "monthly"):
        for code in (street.STREET, street.COMMUNITY, street.MICRO, street.OTHER_STREET):
            period = period_of(kind, DAY)
            wanted = recounted(town, code, period)
            assert counts.totals(Extent.of(code, period)) == wanted, (kind, code)
            assert dict(chapter().count(Extent.of(code, period))) == told(wanted), (kind, code)


def test_the_town_has_something_of_everything(town: PartyTown) -> None:
    assert not [name for name, number in recounted(town, street.STREET, MONTH).items() if not number]


def test_the_lines_of_the_areas_equal_their_own_recount(town: PartyTown) -> None:
    lines = counts.by_area(Extent.of(street.STREET, MONTH))
    for code in (street.COMMUNITY, street.SISTER):
        assert lines[code] == recounted(town, code, MONTH)


def test_coverage_and_posts_are_those_of_the_page_of_coverage(town: PartyTown, grids: dict[str, Grid]) -> None:
    PartyOrganization.objects.update(founded_on=None, ended_on=None)
    Grid.objects.filter(code=street.MICRO_EAST).update(kind="dedicated")
    found = counts.totals(Extent.of(street.STREET, MONTH))
    page = coverage.cover(grids[street.STREET], PartyOrganization.objects.all(), today=MONTH.last).total
    shares = (page.streets, page.communities, page.grids, page.dedicated, page.micros)
    assert found["grids_due"] == sum(share.of for share in shares)
    assert found["grids_covered"] == sum(share.have for share in shares) > 0
    assert (found["posts_filled"], found["posts_planned"]) == (page.posts.have, page.posts.of)
    assert (found["organizations"], found["groups"]) == (page.organizations, page.groups)


def test_steps_after_the_end_change_nothing(town: PartyTown) -> None:
    before = counts.totals(Extent.of(street.STREET, MONTH))
    later = MONTH.end + timedelta(days=1)
    for model, after in ((Activity, "called_off"), (ServiceOrder, "refused"), (Project, "dropped")):
        for row in model.objects.filter(status__in=("held", "ordered", "proposed", "running")):
            PartyStep.objects.create(
                subject=model._meta.model_name, subject_id=row.pk, before=row.status, after=after, at=later
            )
            model.objects.filter(pk=row.pk).update(status=after)
    assert counts.totals(Extent.of(street.STREET, MONTH)) == before


def test_few_members_are_told_neither_by_number_nor_by_what_the_rest_leaves() -> None:
    found = dict.fromkeys(CHAPTER.words["figures"], 0)
    found |= {"members": 40, "members_direct": 30, "members_concurrent": 7, "members_taken_over": 3}
    shown = guarded(found | {"members_found": 4, "members_brought_in": 2})
    assert (shown["members"], shown["members_direct"]) == (40, 30)
    assert not any(shown[name] for name in ("members_concurrent", "members_taken_over", "members_found"))
    assert guarded(found | {"members": 4})["members"] == 0


def test_a_monthly_report_tells_of_party_work_in_words_tables_word_and_excel(
    town: PartyTown, grids: dict[str, Grid]
) -> None:
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    n = snapshot["chapters"]["partybuilding"]["numbers"]
    text = "".join("".join(each["paragraphs"]) for each in snapshot["text"]["sections"])
    assert f"期末有党组织{n['organizations']}个" in text
    assert f"本月新增需求{n['needs']}项" in text
    assert f"议定事项{n['resolutions']}项" in text
    assert f"本月举办党建活动{n['activities']}场" in text
    names = {table["name"] for table in snapshot["tables"]}
    of_party = ("tree", "modes", "service", "lists", "kinds", "stars", "councils", "forums", "activities")
    assert {f"party_{name}" for name in of_party} <= names
    assert "占阿姨" not in str(snapshot)
    assert documents.word(snapshot)
    assert documents.excel(snapshot)


def test_totals_of_the_tables_are_the_figures(town: PartyTown, grids: dict[str, Grid]) -> None:
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    n = snapshot["chapters"]["partybuilding"]["numbers"]
    tables = {table["name"]: table["rows"] for table in snapshot["tables"]}
    total = [cell["value"] for cell in tables["party_lists"][-1]["cells"]]
    assert total[1:4] == [n["needs"], n["needs_met"], n["needs_open"]]
    assert total[5:8] == [n["projects_done"], n["projects_due"], n["projects_kept"]]
    sums = {"party_kinds": ("needs", "needs_met", "needs_open"), "party_stars": ("pledges_due", "pledges_kept")}
    sums |= {"party_forums": ("councils", "council_people"), "party_activities": ("activities", "street_activities")}
    for name, figures in sums.items():
        for column, figure in enumerate(figures, 1):
            assert sum(row["cells"][column]["value"] for row in tables[name]) == n[figure], (name, figure)
    assert sum(row["cells"][1]["value"] for row in tables["party_modes"][:-1]) == n["members"]


def test_the_table_shows_no_area_with_fewer_than_five_members(town: PartyTown, grids: dict[str, Grid]) -> None:
    PartyMember.objects.update(grid=grids[street.COMMUNITY], grid_code=street.COMMUNITY)
    few = [member.pk for member in PartyMember.objects.filter(left_on=None)[:2]]
    PartyMember.objects.filter(pk__in=few).update(grid=grids[street.SISTER], grid_code=street.SISTER)
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    rows = next(table["rows"] for table in snapshot["tables"] if table["name"] == "party_tree")
    shown = {row["key"]: row["cells"][7]["value"] for row in rows}
    assert shown[street.SISTER] == "不足5"
    assert list(shown.values()).count("不足5") >= 2


def test_a_chapter_costs_one_query_whatever_there_is(busy_day: Grid, grids: dict[str, Grid], roles: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            chapter().count(Extent.of(street.STREET, MONTH))
            counts.by_area(Extent.of(street.STREET, MONTH))
        return len(found)

    before = cost()
    PartyTown(5, grids, roles).build()
    assert cost() == before == 2
