"""An app adds to the reports by one module: found by itself, shown everywhere."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from grid.models import Grid, Post
from incidents.models import CallBack, Category, Dispute, DisputeEvent, Incident, Supervision, Whistle, WhistleTask
from reports import chapters
from reports.chapters.incidents_counts import hazard_names
from reports.chapters.shelf import all_chapters, definitions
from reports.metrics import Extent
from reports.periods import period_of
from reports.rhythms import BUILDERS, documents
from tests import street
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Walk, moves, write

NEXT_MONTH = at("08:00", date(2026, 12, 2))
BOOKS = '''
"""A throw-away app: books that residents give."""

from incidents.models import Incident
from reports.chapters.chapter import Chapter


def count(extent):
    """Every incident is a book here."""
    found = Incident.objects.filter(grid_code__startswith=extent.code, reported_at__lt=extent.end).count()
    return {"made": found, "granted": found // 2}


WORDS = {
    "title": "漂流图书",
    "figures": {
        "made": {"label": "募集图书", "meaning": "居民捐出的图书", "unit": "个"},
        "granted": {"label": "借出图书", "meaning": "已经借出的图书", "unit": "个"},
    },
    "rates": {"granted_rate": {"label": "图书借出率", "above": "granted", "below": "made"}},
}
CHAPTER = Chapter("books", 58, count, given=WORDS)
'''


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more file in the package."""
    (tmp_path / "books.py").write_text(BOOKS, "utf-8")
    monkeypatch.setattr(chapters, "__path__", [*chapters.__path__, str(tmp_path)])
    all_chapters.cache_clear()
    yield
    all_chapters.cache_clear()


def build(kind: str, grid: Grid) -> dict[str, Any]:
    return BUILDERS[kind](grid, period_of(kind, DAY), now=NEXT_MONTH)


def numbers_of(name: str, code: str = street.STREET, kind: str = "monthly") -> dict[str, int]:
    chapter = next(each for each in all_chapters() if each.name == name)
    return dict(chapter.count(Extent.of(code, period_of(kind, DAY))))


def section_of(snapshot: dict[str, Any], key: str) -> str:
    return "".join("".join(each["paragraphs"]) for each in snapshot["text"]["sections"] if each["key"] == key)


def test_a_new_file_stands_in_report_page_word_excel_and_explanation(
    books: None, busy_day: Grid, roles: dict[str, User], client: Client
) -> None:
    month = build("monthly", busy_day)
    assert section_of(month, "books") == "一是募集图书9个；二是借出图书4个。"
    assert month["chapters"]["books"]["rates"]["granted_rate"] == {"above": 4, "below": 9, "value": 0.4444}
    assert {"label": "图书借出率", "meaning": "借出图书 ÷ 募集图书"} in month["definitions"]
    assert "漂流图书" in [table["title"] for table in documents.shown(month)["tables"]]
    word = docx.Document(io.BytesIO(documents.word(month)))
    assert "募集图书" in {cell.text for table in word.tables for cell in table.columns[0].cells}
    assert "漂流图书" in openpyxl.load_workbook(io.BytesIO(documents.excel(month))).sheetnames
    client.force_login(roles["operator"])
    page = client.get(reverse("reports:indicators")).content.decode()
    assert "居民捐出的图书" in page
    assert "调解成功率" in page


def test_without_the_file_nothing_of_it_is_said(busy_day: Grid) -> None:
    month = build("monthly", busy_day)
    assert [each.name for each in all_chapters()] == ["grid", "incidents", "fieldwork", "partybuilding", "volunteers"]
    assert "图书" not in str(month)
    assert "矛盾纠纷" not in [each["heading"] for each in month["text"]["sections"]]
    assert "disputes" not in [table["name"] for table in month["tables"]]


def test_every_chapter_counts_exactly_the_figures_it_explains(busy_day: Grid) -> None:
    for chapter in all_chapters():
        assert set(numbers_of(chapter.name)) == {figure.name for figure in chapter.figures}
        assert {rate.above for rate in chapter.rates} | {rate.below for rate in chapter.rates} <= {
            figure.name for figure in chapter.figures
        }
    labels = [each["label"] for each in definitions()]
    assert len(labels) == len(set(labels))
    assert all(each["meaning"] for each in definitions())


# --- grid -------------------------------------------------------------------------------------------------------------


def test_grids_leaders_vacancies_and_moves(busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User]) -> None:
    leader = Post.objects.get(grid=grids[street.MICRO], kind="micro_leader")
    Post.objects.filter(pk=leader.pk).update(ends_on=DAY)
    street.give_post(street.make_person("newcomer"), "micro_leader", grids[street.MICRO], since=DAY + timedelta(days=2))
    found = numbers_of("grid")
    assert {name: found[name] for name in ("communities", "grids", "micro", "dedicated")} == {
        "communities": 2,
        "grids": 1,
        "micro": 2,
        "dedicated": 0,
    }
    assert (found["leader_places"], found["leaders"], found["vacant"]) == (5, 3, 2)
    assert (found["joined"], found["left"], found["handed_over"]) == (1, 1, 1)
    month = build("monthly", busy_day)
    assert "负责人岗位5个，在岗3个，空缺2个，在岗率60.0%" in section_of(month, "grid")
    rows = next(table["rows"] for table in month["tables"] if table["name"] == "grid_structure")
    assert [cell["value"] for cell in rows[-1]["cells"]][:6] == ["合计", 1, 2, 0, 3, 2]


# --- incidents --------------------------------------------------------------------------------------------------------


@pytest.fixture
def hotline(busy_day: Grid, grids: dict[str, Grid], categories: list[Category], units: list[Any]) -> list[Incident]:
    """One hotline case closed in time, one late, one open; the first two answered."""
    late = moves(*CLOSED[:4], ("feedback", 900), ("close", 5))
    waiting = moves(*CLOSED[:3])
    walks = [Walk(grids[street.MICRO], at("08:00"), steps, None, units[0]) for steps in (moves(*CLOSED), late, waiting)]
    cases = write(walks)
    Incident.objects.filter(pk__in=[case.pk for case in cases]).update(source="hotline")
    for case, answer in zip(cases[:2], ("very", "unsatisfied"), strict=True):
        asked = {"due_at": at("23:00"), "called_at": at("23:30"), "contact": "reached", "responded": True}
        checker = street.make_person(f"caller{case.pk}")
        CallBack.objects.create(incident=case, solved=answer == "very", satisfaction=answer, checker=checker, **asked)
    return cases


def test_the_columns_of_a_hotline_bulletin(hotline: list[Incident], busy_day: Grid) -> None:
    found = numbers_of("incidents")
    assert {name: found[f"hotline_{name}"] for name in ("dispatched", "on_time", "late", "open", "closed")} == {
        "dispatched": 3,
        "on_time": 1,
        "late": 1,
        "open": 1,
        "closed": 2,
    }
    assert (found["assigned"], found["solved"], found["satisfied"], found["hotline_unhappy"]) == (2, 1, 1, 1)
    month = build("monthly", busy_day)
    rows = next(table["rows"] for table in month["tables"] if table["name"] == "hotline")
    assert [cell["value"] for cell in rows[-1]["cells"]] == ["合计", 3, 1, 1, 1, 0.6667, 0.3333, 1, 0.5]
    assert "响应率100.0%、解决率50.0%、满意率50.0%" in section_of(month, "people")


def test_disputes_are_counted_as_they_stood_at_the_end(busy_day: Grid, roles: dict[str, User]) -> None:
    person = roles["operator"]
    for n, (state, ended) in enumerate((("settled", DAY), ("settled", DAY + timedelta(days=40)), ("waiting", None))):
        agreed = at("10:00", ended) if ended else None
        dispute = Dispute.objects.create(
            number=f"D{n}",
            grid=busy_day,
            grid_code=busy_day.code,
            kind="neighbours",
            risk="low",
            source="found",
            title="楼上楼下",
            text="吵闹",
            state=state,
            level=3,
            created_by=person,
            created_at=at("08:00"),
            agreement="各退一步" if agreed else "",
            agreed_at=agreed,
        )
        told = {"dispute": dispute, "actor": person}
        DisputeEvent.objects.create(**told, kind="entered", to_state="waiting", happened_at=at("08:00"), at=at("08:00"))
        if agreed:
            DisputeEvent.objects.create(**told, kind="settled", to_state="settled", happened_at=agreed, at=agreed)
    found = numbers_of("incidents")
    assert (found["disputes_entered"], found["disputes_settled"], found["disputes_open"]) == (3, 1, 2)
    month = build("monthly", busy_day)
    assert "本月受理矛盾纠纷3件，调解成功1件，调解成功率100.0%，期末在调2件" in section_of(month, "disputes")


def test_hazards_are_told_by_category(busy_day: Grid, grids: dict[str, Grid]) -> None:
    fire = Category.objects.create(standard="local", kind="social", code="S301", name="消防隐患")
    assert hazard_names() == {fire.pk: "消防隐患"}
    write([Walk(grids[street.MICRO], at("08:00"), moves(("report", 0)), fire) for _ in range(2)])
    assert numbers_of("incidents")["hazards_reported"] == 2
    assert "本月上报安全隐患2件，办结0件，期末在办2件，主要是消防隐患（2件）" in section_of(
        build("monthly", busy_day), "hazards"
    )


def test_whistles_and_supervision_are_told_every_week(busy_day: Grid, roles: dict[str, User], units: list[Any]) -> None:
    who = {"caller": roles["community"], "approver": roles["shiftleader"]}
    whistle = Whistle.objects.create(
        number="W1",
        grid=busy_day,
        grid_code=busy_day.code,
        title="共治",
        text="请到场",
        ground="complaints",
        level="blue",
        state="blown",
        raised_at=at("08:00"),
        blown_at=at("09:00"),
        **who,
    )
    for unit, answered in zip(units, ("09:30", "12:00"), strict=True):
        due = {"respond_due_at": at("10:00"), "responded_at": at(answered)}
        WhistleTask.objects.create(whistle=whistle, organization=unit, task="到场", **due)
    notice = {"kind": "supervise", "number": "督办1", "state": "issued", "text": "请办理", "issued_at": at("09:00")}
    incident = Incident.objects.filter(grid_code__startswith=busy_day.code)[0]
    Supervision.objects.create(incident=incident, organization=units[0], reply_due_at=at("12:00"), **notice)
    said = section_of(build("weekly", busy_day), "whistles")
    assert "本周吹哨1次，召集单位任务2项，按时响应率50.0%（1/2）" in said
    assert "发出督办1件、催办0次，督办按时答复率0.0%（0/1）" in said
