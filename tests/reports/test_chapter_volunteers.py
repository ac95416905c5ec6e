"""The chapter of volunteers' work against a recount in plain Python, written from the Chinese definitions."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from grid.models import Grid
from reports.assessment import counting
from reports.chapters import volunteers_counts as counts
from reports.chapters.shelf import all_chapters
from reports.chapters.volunteers import CHAPTER, PEOPLE, guarded
from reports.indicators import VOLUNTEER_INDICATORS
from reports.metrics import Extent
from reports.periods import PEOPLE_TIME, Period, period_of
from reports.rhythms import BUILDERS, documents
from tests import street
from tests.reports.conftest import DAY
from tests.reports.town import MONTH
from tests.reports.volunteer_recount import recounted
from tests.reports.volunteer_town import VolunteerTown
from volunteers import circle
from volunteers.models import HourRecord, MicroProject, SignUp, Volunteer, VolunteerStep, Wish

NEXT_MONTH = datetime(2026, 12, 2, 8, tzinfo=PEOPLE_TIME)
WEEK = Period(DAY - timedelta(days=7), DAY)


@pytest.fixture
def town(
    request: pytest.FixtureRequest, busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User]
) -> VolunteerTown:
    made = VolunteerTown(getattr(request, "param", 1), grids, roles)
    made.build()
    return made


def chapter() -> Any:
    return next(each for each in all_chapters() if each.name == "volunteers")


def told(found: dict[str, int]) -> dict[str, int]:
    """The recount without numbers of few persons."""
    return {name: 0 if name in PEOPLE and number < 5 else number for name, number in found.items()}


@pytest.mark.parametrize("town", [1, 2, 3], indirect=True)
def test_every_figure_equals_the_recount_for_street_community_and_micro_grid(town: VolunteerTown) -> None:
    for kind in ("weekly", "monthly"):
        for code in (street.STREET, street.COMMUNITY, street.MICRO, street.OTHER_STREET):
            period = period_of(kind, DAY)
            wanted = recounted(town, code, period)
            assert counts.totals(Extent.of(code, period)) == wanted, (kind, code)
            assert dict(chapter().count(Extent.of(code, period))) == told(wanted), (kind, code)


def test_the_town_has_something_of_everything(town: VolunteerTown) -> None:
    found = recounted(town, street.STREET, MONTH)
    assert not [name for name, number in found.items() if not number]
    assert set(found) == set(CHAPTER.words["figures"])


def test_the_lines_of_the_areas_equal_their_own_recount(town: VolunteerTown) -> None:
    lines = counts.by_area(Extent.of(street.STREET, MONTH))
    for code in (street.COMMUNITY, street.SISTER):
        assert lines[code] == recounted(town, code, MONTH)


def test_the_circle_is_that_of_the_page(town: VolunteerTown) -> None:
    found = counts.totals(Extent.of(street.STREET, MONTH))
    page = circle.whole(circle.coverage(circle.Question(under=street.STREET)))
    assert (found["homes"], found["homes_near"]) == (page.placed, page.near)
    assert 0 < page.near < page.placed


def test_steps_and_corrections_after_the_end_change_nothing(town: VolunteerTown) -> None:
    before, later = counts.totals(Extent.of(street.STREET, MONTH)), MONTH.end + timedelta(days=1)
    for model, after in ((Wish, "withdrawn"), (Volunteer, "left"), (MicroProject, "stopped"), (SignUp, "no_show")):
        for row in model.objects.filter(status__in=("claimed", "active", "running", "signed_up")):
            subject = {"subject": model._meta.model_name, "subject_id": row.pk}
            VolunteerStep.objects.create(before=row.status, after=after, at=later, **subject)
            model.objects.filter(pk=row.pk).update(status=after)
    record = HourRecord.objects.filter(kind="service", on=MONTH.last).first() or HourRecord.objects.first()
    fixed = {"kind": "correction", "minutes": -60, "corrects": record, "reason": "算错", "on": record.on, "at": later}
    HourRecord.objects.create(volunteer=record.volunteer, **fixed)
    assert counts.totals(Extent.of(street.STREET, MONTH)) == before


def test_few_volunteers_are_not_told_and_nobody_s_missing_is_told_by_area() -> None:
    found = dict.fromkeys(CHAPTER.words["figures"], 9) | {"volunteers_new": 4, "volunteers_serving": 1}
    shown = guarded(found)
    assert (shown["volunteers"], shown["volunteers_new"], shown["volunteers_serving"]) == (9, 0, 0)
    assert shown["no_shows"] == 9


@pytest.mark.parametrize("kind", ["weekly", "monthly", "quarterly"])
def test_every_report_tells_of_it_in_words_word_and_excel(
    town: VolunteerTown, grids: dict[str, Grid], kind: str
) -> None:
    period = period_of(kind, DAY)
    now = NEXT_MONTH if kind != "quarterly" else datetime(2027, 1, 5, 8, tzinfo=PEOPLE_TIME)
    snapshot = BUILDERS[kind](grids[street.STREET], period, now=now)
    n = snapshot["chapters"]["volunteers"]["numbers"]
    text = "".join("".join(each["paragraphs"]) for each in snapshot["text"]["sections"])
    assert f"征集微心愿{n['wishes']}个" in text
    assert f"实现微心愿{n['wishes_granted']}个" in text
    assert f"开展志愿服务活动{n['services']}场" in text
    assert f"期末在实施微创投项目{n['micro_running']}个" in text
    names = {table["name"] for table in snapshot["tables"] if table["name"].startswith("volunteer_")}
    parts = ("wishes", "kinds", "service", "services", "micro", "points", "circle")
    assert names == (set() if kind == "weekly" else {f"volunteer_{part}" for part in parts})
    assert not [word for word in ("占阿姨", "占魁元", "买相框") if word in str(snapshot)]
    assert documents.word(snapshot)
    assert documents.excel(snapshot)


def test_totals_of_the_tables_are_the_figures(town: VolunteerTown, grids: dict[str, Grid]) -> None:
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    n = snapshot["chapters"]["volunteers"]["numbers"]
    tables = {table["name"]: table["rows"] for table in snapshot["tables"]}
    total = [cell["value"] for cell in tables["volunteer_wishes"][-1]["cells"]]
    assert total[1:6] == [n[f] for f in ("wishes", "wishes_published", "claims", "wishes_granted", "wishes_open")]
    sums = {"volunteer_kinds": ("wishes", "wishes_granted", "wishes_open"), "volunteer_points": ("service_points",)}
    sums |= {"volunteer_services": ("services", "service_shifts", "service_slots", "service_came")}
    for name, figures in sums.items():
        for column, figure in enumerate(figures, 1):
            assert sum(row["cells"][column]["value"] for row in tables[name]) == n[figure], (name, figure)
    assert len(tables["volunteer_micro"]) == n["micro_running"]


def test_the_table_shows_no_area_with_fewer_than_five_volunteers(town: VolunteerTown, grids: dict[str, Grid]) -> None:
    Volunteer.objects.update(grid=grids[street.COMMUNITY], grid_code=street.COMMUNITY)
    few = Volunteer.objects.filter(status="active", at__lt=MONTH.start).values("pk")[:2]
    Volunteer.objects.filter(pk__in=list(few.values_list("pk", flat=True))).update(
        grid=grids[street.SISTER], grid_code=street.SISTER
    )
    snapshot = BUILDERS["monthly"](grids[street.STREET], MONTH, now=NEXT_MONTH)
    rows = next(table["rows"] for table in snapshot["tables"] if table["name"] == "volunteer_service")
    shown = {row["key"]: row["cells"][1]["value"] for row in rows}
    assert shown[street.SISTER] == "不足5"
    assert shown[street.COMMUNITY] == "不足5"


def test_a_chapter_costs_one_query_whatever_there_is(busy_day: Grid, grids: dict[str, Grid], roles: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            chapter().count(Extent.of(street.STREET, MONTH))
            counts.by_area(Extent.of(street.STREET, MONTH))
        return len(found)

    before = cost()
    VolunteerTown(5, grids, roles).build()
    assert cost() == before == 2


# --- as indicators ----------------------------------------------------------------------------------------------------


def test_every_rate_is_on_its_page_for_systems_and_for_assessments_what_the_recount_says(
    town: VolunteerTown, client: Client, roles: dict[str, User], busy_day: Grid
) -> None:
    client.force_login(roles["operator"])
    wanted = recounted(town, street.STREET, WEEK)
    asked = {"grid": street.STREET, "first": f"{WEEK.first}", "last": f"{WEEK.last}"}
    ratios = client.get("/api/v1/indicators/values/", asked).json()["total"]["ratios"]
    for one in VOLUNTEER_INDICATORS:
        above, below = wanted[one.numerator], wanted[one.denominator]
        few = one.of_people and 0 < below < 5
        total = client.get(f"/reports/indicators/{one.name}/", asked).context["total"]
        assert (total.hidden, total.above, total.below) == ((True, 0, 0) if few else (False, above, below)), one.name
        assert (ratios[one.name]["above"], ratios[one.name]["below"]) == ((None, None) if few else (above, below))
    facts = counting.read("area", busy_day, WEEK)
    own = recounted(town, street.COMMUNITY, WEEK)
    assert facts.of(street.COMMUNITY, "wish_rate") == (own["wishes_granted"], own["wishes_due"])
    assert not {one.name for one in VOLUNTEER_INDICATORS} & {name for name, _label in counting.choices("unit")}
