"""The chapter of field work against a recount in plain Python, written from the Chinese definitions."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from fieldwork import duties, inspection_figures
from fieldwork.models import (
    CarePromise,
    CareSubject,
    Hazard,
    Household,
    RectificationNotice,
    Resident,
    VisitDuty,
)
from grid.models import Grid
from reports.chapters import fieldwork_counts as counts
from reports.chapters.few import hidden, merged
from reports.chapters.shelf import all_chapters
from reports.metrics import Extent
from reports.periods import PEOPLE_TIME, period_of
from reports.rhythms import BUILDERS, documents
from tests import street
from tests.reports.conftest import DAY
from tests.reports.town import MONTH, Town, in_care, recounted

NEXT_MONTH = datetime(2026, 12, 2, 8, tzinfo=PEOPLE_TIME)
SEEDS = (1, 2, 3)


@pytest.fixture
def town(request: pytest.FixtureRequest, busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User]) -> Town:
    made = Town(getattr(request, "param", 1), grids, roles)
    made.build()
    return made


def chapter() -> Any:
    return next(each for each in all_chapters() if each.name == "fieldwork")


@pytest.mark.parametrize("town", SEEDS, indirect=True)
def test_every_figure_equals_the_recount_for_street_community_and_micro_grid(town: Town) -> None:
    for kind in ("weekly", "monthly"):
        for code in (street.STREET, street.COMMUNITY, street.MICRO, street.OTHER_STREET):
            period = period_of(kind, DAY)
            assert dict(chapter().count(Extent.of(code, period))) == recounted(code, period), (kind, code)


@pytest.mark.parametrize("town", SEEDS[:2], indirect=True)
def test_the_lines_of_the_areas_equal_their_own_recount(town: Town) -> None:
    lines = counts.by_area(Extent.of(street.STREET, MONTH))
    for code in (street.COMMUNITY, street.SISTER):
        wanted = {name: n for name, n in recounted(code, MONTH).items() if name != "care"}
        assert {name: lines[code][name] for name in wanted} == wanted


def test_visit_rate_and_rectification_are_those_of_the_pages(town: Town, roles: dict[str, User]) -> None:
    found = chapter().count(Extent.of(street.STREET, MONTH))
    rows = VisitDuty.objects.filter(grid_code__startswith=street.STREET)
    page = duties.figures(rows, MONTH.first, MONTH.last)
    names = ("visits_due", "visits_done", "visits_late")
    assert [found[name] for name in names] == [page["due"], page["visited"], page["late"]]
    Hazard.objects.filter(fixed_at__gte=MONTH.end).update(status="open", fixed_at=None)
    RectificationNotice.objects.filter(issued_at__gte=MONTH.end).update(
        status="withdrawn", ended_at=NEXT_MONTH, issued_at=MONTH.start
    )
    RectificationNotice.objects.filter(status="withdrawn").update(ended_at=MONTH.start)
    found = chapter().count(Extent.of(street.STREET, MONTH))
    looks = inspection_figures.of_period(roles["admin"], first=MONTH.first, last=MONTH.last, under=street.STREET)
    line = inspection_figures.total(looks, today=NEXT_MONTH.date())
    assert [found[f"hazards{name}"] for name in ("", "_at_once", "_fixed")] == [
        line.hazards,
        line.at_once,
        line.put_right,
    ]
    assert [found[name] for name in ("inspections", "places", "notices")] == [
        line.inspections,
        line.places,
        line.notices,
    ]


def test_what_happens_after_the_end_changes_nothing(town: Town) -> None:
    before = dict(chapter().count(Extent.of(street.STREET, MONTH)))
    Hazard.objects.filter(status="open").update(status="fixed", fixed_at=NEXT_MONTH)
    VisitDuty.objects.filter(done_on=None, dropped=False).update(done_on=NEXT_MONTH.date())
    CarePromise.objects.filter(status="open").update(status="done", done_on=NEXT_MONTH.date(), result="办好")
    CareSubject.objects.filter(status="active").update(status="ended", ended_on=NEXT_MONTH.date())
    assert dict(chapter().count(Extent.of(street.STREET, MONTH))) == before


def test_a_monthly_report_tells_of_field_work_in_words_tables_word_and_excel(
    town: Town, grids: dict[str, Grid]
) -> None:
    Resident.objects.create(
        household=Household.objects.filter(grid_code__startswith=street.COMMUNITY)[0], name="占阿姨"
    )
    Grid.objects.filter(code=street.COMMUNITY).update(population=4, households=20)
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    found = snapshot["chapters"]["fieldwork"]["numbers"]
    text = "".join("".join(each["paragraphs"]) for each in snapshot["text"]["sections"])
    assert f"本月随手记{found['notes']}条" in text
    assert f"按计划应走访{found['visits_due']}户次，已走访{found['visits_done']}户次" in text
    assert f"发现隐患{found['hazards']}处" in text
    names = {table["name"] for table in snapshot["tables"]}
    assert {
        "field_work",
        "field_visits",
        "field_special",
        "field_groups",
        "field_inspections",
        "field_housing",
    } <= names
    housing = next(table for table in snapshot["tables"] if table["name"] == "field_housing")
    assert [cell["value"] for cell in housing["rows"][0]["cells"]][1:4:2] == [20, 4]
    assert housing["rows"][0]["cells"][5]["value"] == 0.25
    assert "占阿姨" not in str(snapshot)
    assert "秘密" not in str(snapshot)
    assert documents.word(snapshot)
    assert documents.excel(snapshot)


def test_totals_of_the_tables_are_the_figures(town: Town, grids: dict[str, Grid]) -> None:
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    found = snapshot["chapters"]["fieldwork"]["numbers"]
    last = {table["name"]: table["rows"][-1]["cells"] for table in snapshot["tables"]}
    work = [cell["value"] for cell in last["field_work"]][1:]
    assert work == [found[name] for name in ("notes", "patrols", "night_patrols", "findings", "visits", "doors")]
    assert [cell["value"] for cell in last["field_visits"]][3:6] == [
        found[name] for name in ("visits_due", "visits_done", "visits_late")
    ]
    kinds = [table for table in snapshot["tables"] if table["name"] in ("field_special", "field_groups")]
    lines = [row["cells"] for table in kinds for row in table["rows"] if "场所" not in row["cells"][0]["value"]]
    assert sum(line[1]["value"] for line in lines) == found["visits_due"]


def test_few_people_are_never_a_line_of_their_own() -> None:
    lines = [{"name": name, "due": due, "done": 1} for name, due in (("甲", 30), ("乙", 3), ("丙", 7), ("丁", 1))]
    made = merged(lines, "其他")
    assert [(line["name"], line["due"]) for line in made] == [("甲", 30), ("其他", 11)]
    assert merged(lines[1:2], "其他") == []
    assert [line["name"] for line in merged(lines[:1], "其他")] == ["甲"]
    assert hidden({"a": 9, "b": 3, "c": 6, "d": 0}) == {"b", "c"}
    assert hidden({"a": 9, "b": 3, "c": 2}) == {"b", "c"}


def test_the_colours_tell_steps_of_five_and_nothing_of_sensitive_tags(town: Town) -> None:
    extent = Extent.of(street.STREET, MONTH)
    exact = in_care(street.STREET, MONTH.last)
    (cell,) = counts.care_by_colour(extent).values()
    assert cell.shown == ("<5" if exact < 5 else f"{exact - exact % 5}+")
    assert counts.care(extent).told == exact - exact % 5


def test_a_chapter_costs_the_same_whatever_there_is(busy_day: Grid, grids: dict[str, Grid], roles: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            chapter().count(Extent.of(street.STREET, MONTH))
            counts.by_area(Extent.of(street.STREET, MONTH))
        return len(found)

    before = cost()
    Town(5, grids, roles).build()
    assert cost() == before <= 3
