"""Typical cases: written from a case's history without personal data, submitted, answered, counted."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import docx
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid, Organization
from incidents.models import CallBack, Category, Incident
from reports.models import TypicalCase
from reports.typical import document, figures, writing
from reports.typical.discreet import discreet
from tests import street
from tests.reports.conftest import BUSY, at
from tests.reports.histories import CLOSED, Walk, moves, write

NOW = at("18:00")
SAID = "建中小区3号楼2单元501室王小明反映下水道堵塞，电话13812345678"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cases(grids: dict[str, Grid], categories: list[Category], units: list[Organization]) -> list[Incident]:
    """One closed case that was solved and praised, one closed, one at work."""
    micro = grids[street.MICRO]
    rows = write(
        [
            Walk(micro, at("08:00"), moves(*CLOSED), categories[2], units[0], title=SAID),
            Walk(micro, at("09:00"), moves(*CLOSED), categories[0], units[1]),
            Walk(micro, at("10:00"), BUSY, categories[0], units[1]),
        ]
    )
    best = rows[0]
    best.contact_name = "王小明"
    Incident.objects.filter(pk=best.pk).update(is_solved=True, contact_name="王小明")
    CallBack.objects.create(
        incident=best,
        due_at=NOW,
        checker=street.make_person("caller"),
        contact="reached",
        solved=True,
        satisfaction="very",
        called_at=NOW,
    )
    for row in rows:
        row.refresh_from_db()
    return rows


@pytest.fixture
def secretary(grids: dict[str, Grid], roles: dict[str, User]) -> User:
    person = street.make_person("secretary", "书记")
    street.give_post(person, "street_secretary", grids[street.STREET])
    return person


@pytest.fixture
def draft(cases: list[Incident], roles: dict[str, User]) -> TypicalCase:
    return writing.begin(cases[0], actor=roles["operator"], now=NOW)


def test_the_draft_tells_the_history_and_names_nobody(draft: TypicalCase) -> None:
    assert draft.grid.code == street.COMMUNITY
    assert "下水道堵塞" in draft.background
    assert draft.practice.count("\n") >= 4
    assert "55分钟" in draft.result
    assert "非常满意" in draft.result
    texts = draft.title + draft.background + draft.practice + draft.result
    for secret in ("13812345678", "501", "王小明"):
        assert secret not in texts


def test_what_tells_who_somebody_is_is_masked() -> None:
    assert discreet("家住2号楼3单元602室的李四，电话0371-66778899，车牌豫A12345", names=["李四"]) == (
        "家住2号楼**的李*，电话**，车牌**"
    )
    assert discreet("120余件，2026年11月，3号楼楼道") == "120余件，2026年11月，3号楼楼道"


def test_only_finished_cases_are_written_up_and_only_once(
    draft: TypicalCase, cases: list[Incident], roles: dict[str, User]
) -> None:
    for case in (cases[0], cases[2]):
        with pytest.raises(NotNow):
            writing.begin(case, actor=roles["operator"], now=NOW)
    with pytest.raises(NotAllowed):
        writing.begin(cases[1], actor=roles["gridleader"], now=NOW)


def test_candidates_are_solved_and_praised_and_not_written_up(cases: list[Incident], roles: dict[str, User]) -> None:
    assert list(figures.candidates(roles["operator"], now=NOW)) == [cases[0]]
    assert not figures.candidates(roles["gridleader"], now=NOW)
    writing.begin(cases[0], actor=roles["operator"], now=NOW)
    assert not figures.candidates(roles["operator"], now=NOW)


def test_a_name_or_number_stops_the_submission(draft: TypicalCase, roles: dict[str, User], secretary: User) -> None:
    texts = {"practice": "联系王小明后疏通", "lesson": "请拨打13812345678"}
    writing.edit(draft, texts, actor=roles["operator"], now=NOW)
    with pytest.raises(NotValid) as refused:
        writing.submit(draft, to="二七区委社会工作部", actor=secretary, now=NOW)
    assert set(refused.value.fields) == {"practice", "lesson"}
    with pytest.raises(NotValid):
        writing.submit(draft, to="", actor=secretary, now=NOW)


def test_a_submitted_case_is_answered_and_marks_its_incident(
    draft: TypicalCase, roles: dict[str, User], secretary: User
) -> None:
    with pytest.raises(NotAllowed):
        writing.submit(draft, to="区", actor=roles["operator"], now=NOW)
    writing.submit(draft, to="二七区委社会工作部", actor=secretary, now=NOW)
    with pytest.raises(NotNow):
        writing.edit(draft, {"title": "改"}, actor=roles["operator"], now=NOW)
    writing.decline(draft, text="材料过于简单", actor=roles["operator"], now=NOW)
    writing.edit(draft, {"lesson": "一次派到位"}, actor=roles["operator"], now=NOW)
    sent = writing.submit(draft, to="二七区委社会工作部", actor=secretary, now=NOW)
    assert (sent.answer, sent.answered_at) == ("", None)
    found = writing.adopt(draft, text="编入区案例选编", actor=roles["operator"], now=NOW)
    assert found.answered_at == NOW
    incident = Incident.objects.get(pk=found.incident_id)
    assert incident.is_typical
    assert "二七区委社会工作部" in incident.events.last().text


def test_the_rate_of_adoption_is_adopted_over_submitted(
    cases: list[Incident], grids: dict[str, Grid], roles: dict[str, User], secretary: User
) -> None:
    full = {"background": "好", "practice": "好", "result": "好"}
    for n, answer in enumerate(("adopt", "adopt", "decline", "")):
        case = writing.begin_freely(grids[street.COMMUNITY], title=f"范本{n}", actor=roles["operator"], now=NOW)
        writing.edit(case, full, actor=roles["operator"], now=NOW)
        writing.submit(case, to="区", actor=secretary, now=NOW)
        if answer:
            writing.step(case, answer, text="说明", actor=roles["operator"], now=NOW, version=None)
    writing.begin_freely(grids[street.COMMUNITY], title="草稿", actor=roles["operator"], now=NOW)
    found = figures.adoption(street.STREET, 2026, now=NOW)
    assert (found.written, found.submitted, found.adopted, found.waiting, found.handled) == (5, 4, 2, 1, 2)
    assert (found.rate, found.share) == (0.5, 1.0)
    assert figures.adoption(street.STREET, 2025, now=NOW).rate is None


def test_the_word_document_has_the_four_parts(draft: TypicalCase, roles: dict[str, User]) -> None:
    writing.edit(draft, {"lesson": "一次派到位"}, actor=roles["operator"], now=NOW)
    draft.refresh_from_db()
    text = [line.text for line in docx.Document(BytesIO(document.word(draft, now=NOW))).paragraphs]
    assert [line for line in text if "、" in line[:2]] == [
        "一、案例背景",
        "二、主要做法",
        "三、取得成效",
        "四、经验启示",
    ]


def test_a_case_goes_through_its_pages(
    client: Client, cases: list[Incident], secretary: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(secretary)
    new = reverse("reports:typical_new")
    assert cases[0].number in client.get(new).content.decode()
    assert client.post(new, {"number": "20261118-999999"}).status_code == 422
    assert client.post(new, {"number": cases[0].number}).status_code == 302
    case = TypicalCase.objects.get()
    edit = reverse("reports:typical_edit", args=[case.pk])
    typed = {"title": "疏通", "background": "好", "practice": "好", "result": "好", "version": case.version}
    assert client.post(edit, typed).status_code == 302
    assert client.post(edit, typed).status_code == 422  # a stale form
    step = reverse("reports:typical_step", args=[case.pk])
    assert client.post(step, {"stage": "submit", "to": "区", "version": 2}).status_code == 302
    assert "已报送" in client.get(reverse("reports:typical", args=[case.pk])).content.decode()
    assert client.get(reverse("reports:typical_word", args=[case.pk])).content[:2] == b"PK"
    with django_assert_max_num_queries(16):
        assert client.get(reverse("reports:typical_cases")).status_code == 200
    with django_assert_max_num_queries(32):
        assert client.get(reverse("reports:model_community", args=[street.COMMUNITY])).status_code == 200
    found = client.get("/api/v1/typical-cases/", {"status": "submitted"}).json()["results"]
    assert [row["incident"] for row in found] == [cases[0].number]


def test_cases_long_past_are_no_candidates(cases: list[Incident], roles: dict[str, User]) -> None:
    assert not figures.candidates(roles["operator"], now=NOW + timedelta(days=181))
