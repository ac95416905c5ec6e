"""Tours, practical matters, work methods and the figures of other systems."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from partybuilding.models import Activity, ForumMeeting, Project
from reports import writing
from reports.models import Matter, OutsideFigure, Tour, WorkMethod
from reports.records import matters, methods, outside, outside_file, tours
from reports.records.outside import CHANGED, CREATED, SAME, Given
from tests import street
from tests.reports.conftest import at
from tests.reports.party_town import PartyTown

NOW, TODAY = at("10:00"), date(2026, 11, 18)
FIRST, LAST = date(2023, 1, 1), date(2023, 6, 30)
HEADER = "来源系统,网格编码,指标,起始日期,截止日期,数值,单位,备注\n"
LINES = (
    f"智管中原APP,{street.STREET},上报,2023-01-01,2023-06-30,6851,件,\n"
    f'智管中原APP,{street.STREET},处置,2023/1/1,2023.06.30,"6,851",件,\n'
    f"随手记,{street.COMMUNITY},随手记,2023-01-01,2023-12-31,9.7万,条,\n"
)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def take(text: str, actor: User, *, dry_run: bool = False, encoding: str = "utf-8") -> outside_file.Outcome:
    return outside_file.take_in(text.encode(encoding), "a.csv", dry_run=dry_run, actor=actor, now=NOW)


# --- outside figures --------------------------------------------------------------------------------------------------


def test_6851_handled_of_6851_reported_are_all(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    outcome = take(HEADER + LINES, roles["operator"])
    assert (outcome.rows, outcome.counts[CREATED], outcome.faults) == (3, 3, [])
    rows = OutsideFigure.objects.all()
    (rate,) = outside.rates(rows)
    assert (rate.name, rate.above.value, rate.below.value, rate.value) == ("处置率", 6851, 6851, 1.0)
    assert rows.get(measure="随手记").value == 97_000


def test_the_share_of_smart_dispatch_is_5758_of_28000(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    for measure, value in (("处置", "28000"), ("智能派单", "5758")):
        given = Given("西书院街平台", measure, FIRST, LAST, Decimal(value))
        outside.keep(given, grid=grids[street.STREET], actor=roles["operator"], now=NOW)
    (rate,) = outside.rates(OutsideFigure.objects.all())
    assert rate.value is not None
    assert round(rate.value * 100, 2) == 20.56


def test_a_dry_run_keeps_nothing_and_a_repeat_changes_nothing(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    assert take(HEADER + LINES, roles["operator"], dry_run=True).counts[CREATED] == 3
    assert not OutsideFigure.objects.exists()
    take(HEADER + LINES, roles["operator"], encoding="gb18030")
    again = take((HEADER + LINES).replace("9.7万", "9.8万"), roles["operator"], encoding="utf-16")
    assert again.counts == {CREATED: 0, CHANGED: 1, SAME: 2}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"甲,{street.OTHER_STREET},上报,2023-01-01,2023-06-30,1", street.OTHER_STREET),
        (f"甲,{street.STREET},上报,2023-02-30,2023-06-30,1", "2023-02-30"),
        (f"甲,{street.STREET},上报,2023-06-30,2023-01-01,1", "早于"),
        (f"甲,{street.STREET},上报,2023-01-01,2023-06-30,约6千", "约6千"),
        (f"甲,{street.STREET},上报,2023-01-01,2023-06-30,٣", "2.8万"),
        (f",{street.STREET},上报,2023-01-01,2023-06-30,1", "系统"),
        (f"智管中原APP,{street.STREET},上报,2023-01-01,2023-06-30,7000", "2"),
    ],
)
def test_a_wrong_line_is_named_and_stops_everything(
    grids: dict[str, Grid], roles: dict[str, User], line: str, says: str
) -> None:
    outcome = take(HEADER + LINES + line + "\n", roles["operator"])
    ((number, message),) = outcome.faults
    assert number == 5
    assert says in message
    assert not OutsideFigure.objects.exists()


def test_what_is_no_such_table_is_refused(roles: dict[str, User]) -> None:
    for text in ("", "a,b\n1,2\n", HEADER):
        with pytest.raises(NotValid):
            take(text, roles["operator"])


def test_figures_stand_beside_a_report_of_their_period_only(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    take(HEADER + LINES, roles["operator"])
    assert len(outside.in_period(street.STREET, FIRST, LAST)) == 2
    assert not outside.in_period(street.STREET, FIRST, LAST - timedelta(days=1))
    assert not outside.in_period(street.SISTER, FIRST, LAST)


def test_a_table_is_checked_and_then_taken_in_through_the_page(
    client: Client, grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    client.force_login(roles["operator"])
    page = reverse("reports:outside_import")
    checked = client.post(page, {"file": SimpleUploadedFile("a.csv", (HEADER + LINES).encode())})
    assert not OutsideFigure.objects.exists()
    sealed = checked.context["sealed"]
    assert client.post(page, {"sealed": sealed[:-2]}).context["form"].errors
    assert client.post(page, {"sealed": sealed}).status_code == 302
    listed = client.get(reverse("reports:outside")).content.decode()
    assert "100.00%" in listed
    assert "6,851" in listed


def test_systems_hand_figures_in_once_per_key(client: Client, grids: dict[str, Grid], roles: dict[str, User]) -> None:
    client.force_login(roles["operator"])
    given = {"system": "智管中原APP", "grid": street.STREET, "measure": "上报", "value": "6851"}
    given |= {"period_start": "2023-01-01", "period_end": "2023-06-30"}
    for headers, status in (({"Idempotency-Key": "k1"}, 201), ({"Idempotency-Key": "k1"}, 201), ({}, 200)):
        answer = client.post("/api/v1/outside-figures/", given, content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
    assert OutsideFigure.objects.get().value == 6851
    wrong = client.post("/api/v1/outside-figures/", {**given, "value": "-1"}, content_type="application/json")
    assert wrong.status_code == 400
    assert len(client.get("/api/v1/outside-figures/", {"grid": street.STREET}).json()["results"]) == 1


# --- tours, matters, methods ------------------------------------------------------------------------------------------


def test_a_quarterly_tour_begins_with_the_four_items(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    grid, operator = grids[street.STREET], roles["operator"]
    tour = tours.plan(grid, kind="tour", title="四季度观摩", held_on=TODAY, actor=operator)
    topics = [item.topic for item in tour.items.all()]
    assert topics == ["社区运行中心日常运维", "事件流转处置", "网格设置", "特色应用场景"]
    tours.look(tour.items.all()[0], finding="台账齐全", is_good=True, actor=operator)
    with pytest.raises(NotValid):
        tours.hold(tour, summary="", actor=operator, today=TODAY)
    with pytest.raises(NotNow):
        tours.hold(tour, summary="好", actor=operator, today=TODAY - timedelta(days=1))
    assert tours.hold(tour, summary="好", actor=operator, today=TODAY).is_done
    with pytest.raises(NotAllowed):
        tours.plan(grid, kind="tour", title="x", held_on=TODAY, actor=roles["gridleader"])


def test_a_visit_names_its_three_brother_units(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    names = "铭功路街道\n蜜蜂张街道\n\n德化街街道"
    held = date(2026, 7, 14)
    given = {"kind": "visit", "title": "观摩学习", "held_on": held, "visitors": names}
    tour = tours.plan(grids[street.STREET], actor=roles["operator"], **given)
    assert len(tours.visitors_of(tour)) == 3
    assert not tour.items.exists()


def test_a_matter_goes_along_its_arrows(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    operator = roles["operator"]
    matter = matters.promise(matters.Promise("就业帮扶", "岗位推介"), grid=grids[street.COMMUNITY], actor=operator)
    with pytest.raises(NotValid):
        matters.move(matter, "dropped", actor=operator, today=TODAY)
    with pytest.raises(NotValid):
        matters.move(matter, "done", actor=operator, today=TODAY, done_on=TODAY + timedelta(days=1))
    done = matters.move(matter, "done", actor=operator, today=TODAY, households=35)
    assert (done.done_on, done.households) == (TODAY, 35)
    with pytest.raises(NotNow):
        matters.move(matter, "planned", actor=operator, today=TODAY)
    with pytest.raises(NotNow):
        matters.change(matter, matters.Promise("其他", "改"), actor=operator)
    counted = matters.by_topic(Matter.objects.all())
    assert counted == [{"topic": "就业帮扶", "wanted": 1, "done": 1, "helped": 35}]


def test_the_six_steps_show_numbers_or_words(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    method = methods.load_six_steps(grids[street.COMMUNITY], actor=roles["operator"])
    shown = methods.shown(method, now=NOW)
    assert "-".join(row.step.name for row in shown) == "找-育-治-议-评-奖"
    assert [row.value for row in shown] == [2, 0, 0, 0, 0, 0]
    steps = [{"name": "一", "meaning": "", "figure": "weather"}]
    with pytest.raises(NotValid):
        methods.write(grids[street.STREET], name="x", meaning="", source="", steps=steps, actor=roles["operator"])


def test_records_are_written_and_read_through_their_pages(
    client: Client,
    grids: dict[str, Grid],
    roles: dict[str, User],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(roles["operator"])
    tour = {"grid": street.STREET, "kind": "tour", "title": "观摩", "held_on": "2026-11-18"}
    matter = {"grid": street.STREET, "topic": "环境卫生", "title": "清理楼道"}
    method = {"grid": street.STREET, "name": "三步", "steps": "找|骨干|在岗网格长、微网格长、楼栋长\n评"}
    for name, given in (("tour", tour), ("matter", matter), ("method", method)):
        assert client.post(reverse(f"reports:{name}_new"), given).status_code == 302, name
    one = Tour.objects.get()
    item = one.items.first()
    assert client.post(reverse("reports:tour_look", args=[one.pk, item.pk]), {"finding": "好", "is_good": "yes"})
    assert one.items.get(pk=item.pk).is_good
    assert client.post(reverse("reports:tour_hold", args=[one.pk]), {"summary": ""}).status_code == 422
    assert client.post(reverse("reports:tour_hold", args=[one.pk]), {"summary": "好"}).status_code == 302
    page = reverse("reports:matter", args=[Matter.objects.get().pk])
    assert client.post(page, {"status": "dropped"}).status_code == 422
    assert client.post(page, {"status": "doing"}).status_code == 302
    assert WorkMethod.objects.get().steps.get(name="找").figure == "posts", "a number is called by its Chinese name"
    assert "wanted" not in client.get(reverse("reports:matters")).content.decode()
    page = client.get(reverse("reports:outside_import")).content.decode()
    assert "网格编码" in page
    assert "grid_code" not in page
    step = WorkMethod.objects.get().steps.get(name="评")
    assert client.post(reverse("reports:method_tell", args=[step.method_id, step.pk]), {"note": "每季一评"})
    assert "每季一评" in client.get(reverse("reports:method", args=[step.method_id])).content.decode()
    for name in ("tours", "matters", "methods", "outside"):
        with django_assert_max_num_queries(14):
            assert client.get(reverse(f"reports:{name}")).status_code == 200


def test_meetings_activities_and_projects_of_party_work_are_numbers_of_a_method(
    grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    PartyTown(1, grids, roles).build()
    found = dict(methods.figures_of(street.COMMUNITY, now=NOW))
    held = Activity.objects.filter(grid_code__startswith=street.COMMUNITY, status="held").count()
    met = ForumMeeting.objects.filter(grid_code__startswith=street.COMMUNITY, status="held").count()
    done = Project.objects.filter(grid_code__startswith=street.COMMUNITY, status__in=("confirmed", "evaluated")).count()
    assert found["今年举办党建活动（场）"] == held > 0
    assert found["今年召开调度、议事会议（次）"] == met > 0
    assert found["今年确认的共建项目（个）"] == done > 0


def test_a_report_page_shows_the_figures_of_other_systems_of_its_period(
    client: Client, grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    day = TODAY - timedelta(days=1)
    report, _made = writing.write("daily", grids[street.STREET], day, now=NOW)
    page = reverse("reports:detail", args=[report.pk])
    client.force_login(roles["operator"])
    assert "智管中原APP" not in client.get(page).content.decode()
    for measure, value in (("上报", 842), ("处置", 837)):
        given = Given("智管中原APP", measure, day, day, Decimal(value))
        outside.keep(given, grid=grids[street.STREET], actor=roles["operator"], now=NOW)
    shown = client.get(page).content.decode()
    assert "837 / 842" in shown
    assert "99.41%" in shown
