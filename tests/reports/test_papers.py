"""Papers of the office: drafted, numbered without gaps, frozen, answered, withdrawn; as Word, as pages, for systems."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from django.db import IntegrityError, InternalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from docx.oxml.ns import qn
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid, Organization
from grid.posts import PostKind
from incidents.models import Category, Incident
from notices.models import Notice
from reports.documents.blocks import Heading
from reports.models import HonourPlace, HonourRound, HonourTitle, Nomination, Paper, Step
from reports.papers import layout, prefill, writing
from reports.papers.markup import blocks_of
from reports.papers.wording import number_text
from tests import street
from tests.reports.conftest import BUSY, at
from tests.reports.histories import Walk, write

NOW = at("09:00", date(2026, 11, 20))
BODY = "一、工作情况\n本周上报一百件。\n（一）主要做法\n一是走访；二是会商。"


@pytest.fixture
def office(grids: dict[str, Grid]) -> Grid:
    return grids[street.STREET]


@pytest.fixture
def secretary(office: Grid) -> User:
    person = street.make_person("secretary")
    street.give_post(person, PostKind.STREET_SECRETARY, office)
    return person


@pytest.fixture
def unit(roles: dict[str, User]) -> Organization:
    return Organization.objects.get(code="police")


def bulletin(office: Grid, actor: User, **more: Any) -> Paper:
    given = {"title": "推动网格化治理提质增效", "body": BODY} | more
    return writing.create("bulletin", office, actor=actor, now=NOW, **given)


def notice(office: Grid, actor: User, unit: Organization, **more: Any) -> Paper:
    given = {"title": "关于限期整改的通知", "body": BODY, "organization": unit, "due_on": date(2026, 11, 23)} | more
    return writing.create("rectification", office, actor=actor, now=NOW, **given)


# --- numbers and freezing ---


def test_numbers_follow_without_gaps_per_office_kind_and_year(
    office: Grid, secretary: User, unit: Organization
) -> None:
    papers = [bulletin(office, secretary) for _n in range(3)]
    writing.withdraw(papers[0].pk, actor=secretary, now=NOW, reason="不发了")
    for paper in papers[1:]:
        writing.issue(paper.pk, actor=secretary, now=NOW, first=64)
    other = writing.issue(notice(office, secretary, unit).pk, actor=secretary, now=NOW)
    later = writing.issue(bulletin(office, secretary).pk, actor=secretary, now=NOW + timedelta(days=60))
    issued = [number_text(paper) for paper in (*Paper.objects.filter(pk__in=[p.pk for p in papers]).order_by("pk"),)]
    assert issued == ["", "第64期", "第65期"]
    assert (number_text(other), other.issued_on) == ("建中街整改〔2026〕1号", date(2026, 11, 20))
    assert (later.year, later.number) == (2027, 1)


def test_an_issue_that_fails_uses_up_no_number(office: Grid, secretary: User) -> None:
    paper = bulletin(office, secretary)
    with pytest.raises(NotNow):
        writing.issue(paper.pk, actor=secretary, now=NOW, version=7)
    with pytest.raises(NotValid):
        writing.issue(bulletin(office, secretary, body="").pk, actor=secretary, now=NOW)
    assert writing.issue(paper.pk, actor=secretary, now=NOW, version=1).number == 1
    with pytest.raises(NotNow):
        writing.issue(paper.pk, actor=secretary, now=NOW)


@pytest.mark.parametrize(
    "change", ["body = 'x'", "sent_to = 'x'", "due_on = '2030-01-01'", "number = 9", "status = 'draft'"]
)
def test_the_database_keeps_an_issued_paper_as_it_is(office: Grid, secretary: User, change: str) -> None:
    paper = writing.issue(bulletin(office, secretary).pk, actor=secretary, now=NOW)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE reports_paper SET {change} WHERE id = %s", [paper.pk])
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).delete()


def test_a_draft_is_edited_by_version_and_an_issued_paper_is_not(office: Grid, secretary: User) -> None:
    paper = bulletin(office, secretary)
    assert writing.edit(paper.pk, actor=secretary, now=NOW, version=1, title="新标题").version == 2
    with pytest.raises(NotNow):
        writing.edit(paper.pk, actor=secretary, now=NOW, version=1, title="另一标题")
    writing.issue(paper.pk, actor=secretary, now=NOW)
    with pytest.raises(NotNow):
        writing.edit(paper.pk, actor=secretary, now=NOW, title="又一标题")
    assert [step.after for step in Step.objects.filter(subject="paper", subject_id=paper.pk)] == [
        "draft",
        "draft",
        "issued",
    ]


def test_who_writes_does_not_issue_and_others_do_neither(office: Grid, roles: dict[str, User]) -> None:
    paper = bulletin(office, roles["operator"])
    with pytest.raises(NotAllowed):
        writing.issue(paper.pk, actor=roles["operator"], now=NOW)
    for role in ("dispatcher", "community", "gridleader"):
        with pytest.raises(NotAllowed):
            bulletin(office, roles[role])


# --- answers ---


def test_a_notice_reaches_the_unit_is_answered_and_then_stands(
    office: Grid, secretary: User, unit: Organization, roles: dict[str, User]
) -> None:
    paper = notice(office, roles["operator"], unit)
    assert not Paper.objects.visible_to(roles["department"]).exists()
    writing.issue(paper.pk, actor=secretary, now=NOW)
    told = Notice.objects.filter(kind="paper.issued").values_list("recipient__username", flat=True)
    assert set(told) == {"department", "head"}
    assert Paper.objects.visible_to(roles["department"]).get() == paper
    assert Paper.objects.overdue(date(2026, 11, 24)).get() == paper
    with pytest.raises(NotValid):
        writing.answer(paper.pk, actor=roles["operator"], now=NOW, text="已整改", replied_on=date(2026, 11, 19))
    done = writing.answer(paper.pk, actor=roles["operator"], now=NOW + timedelta(days=2), text="已整改到位。" * 120)
    assert (done.status, done.replied_on) == ("answered", date(2026, 11, 22))
    assert not Paper.objects.overdue(date(2026, 11, 24)).exists()
    with pytest.raises(NotNow):
        writing.withdraw(paper.pk, actor=secretary, now=NOW, reason="撤回")


def test_the_unit_answers_its_notice_itself_and_nobody_elses(
    client: Client, office: Grid, secretary: User, unit: Organization, roles: dict[str, User]
) -> None:
    paper = writing.issue(notice(office, secretary, unit).pk, actor=secretary, now=NOW)
    other = notice(office, secretary, street.make_organization(office, "other"))
    writing.issue(other.pk, actor=secretary, now=NOW)
    client.force_login(roles["department"])
    sent = {"version": paper.version, "text": "已整改", "replied_on": "2026-11-20"}
    assert client.post(reverse("reports:paper_step", args=[other.pk, "answer"]), sent).status_code == 404
    assert client.post(reverse("reports:paper_step", args=[paper.pk, "withdraw"]), sent).status_code == 403
    page = client.get(reverse("reports:paper", args=[paper.pk])).content.decode()
    assert reverse("reports:paper_step", args=[paper.pk, "answer"]) in page
    with pytest.raises(NotAllowed):
        writing.answer(paper.pk, actor=roles["gridleader"], now=NOW, text="已整改")
    assert writing.answer(paper.pk, actor=roles["department"], now=NOW, text="已整改").status == "answered"


def test_a_notice_needs_a_unit_a_day_to_come_and_its_own_place(
    office: Grid, secretary: User, unit: Organization
) -> None:
    late = notice(office, secretary, unit, due_on=date(2026, 11, 19), organization=None)
    with pytest.raises(NotValid) as refused:
        writing.issue(late.pk, actor=secretary, now=NOW)
    assert set(refused.value.fields) == {"organization", "due_on"}
    elsewhere = street.make_organization(Grid.objects.get(code=street.OTHER_STREET), "else")
    with pytest.raises(NotValid):
        notice(office, secretary, elsewhere)
    sent = writing.issue(bulletin(office, secretary).pk, actor=secretary, now=NOW)
    with pytest.raises(NotNow):
        writing.answer(sent.pk, actor=secretary, now=NOW, text="收到")
    assert [step.name for step in writing.steps_open(sent, secretary)] == ["withdraw"]


# --- text and Word ---


def test_lines_are_headings_by_how_they_begin() -> None:
    text = "一、总体情况\n（一）做法\n1.走访\n1.5万户居民受益\n（二）加强领导。各单位要落实。\n\n一是走访。"
    levels = [block.level if isinstance(block, Heading) else 0 for block in blocks_of(text)]
    assert levels == [1, 2, 3, 0, 0, 0]


def test_a_bulletin_in_word_has_its_red_head_number_foot_and_typed_headings(office: Grid, secretary: User) -> None:
    usual = {"masthead": "上街信息", "sent_to": "区处级领导", "passed_to": "各街道办事处", "editor": "王芳"}
    paper = writing.issue(bulletin(office, secretary, **usual).pk, actor=secretary, now=NOW, first=64)
    data = layout.word(paper)
    assert data == layout.word(Paper.objects.get(pk=paper.pk))
    word = docx.Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert texts[:2] == ["上街信息", "第64期"]
    assert texts[2] == "　建中街街道办事处\t2026年11月20日"
    assert {"一、工作情况", "（一）主要做法", "送：区处级领导", "发：各街道办事处", "责任编辑：王芳"} <= set(texts)
    assert str(word.paragraphs[0].runs[0].font.color.rgb) == "E60012"
    writing.withdraw(paper.pk, actor=secretary, now=NOW, reason="数字有误")
    assert "第64期（已撤回）" in [
        one.text for one in docx.Document(io.BytesIO(layout.word(Paper.objects.get()))).paragraphs
    ]
    rule = word.paragraphs[2]._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert rule.get(qn("w:color")) == "E60012"


def test_the_next_bulletin_begins_with_the_words_of_the_last(office: Grid, secretary: User) -> None:
    writing.issue(bulletin(office, secretary, masthead="建中信息", editor="李红").pk, actor=secretary, now=NOW)
    following = bulletin(office, secretary)
    assert (following.masthead, following.editor) == ("建中信息", "李红")


# --- what a form begins with ---


@pytest.fixture
def case(grids: dict[str, Grid], categories: list[Category], unit: Organization) -> Incident:
    write([Walk(grids[street.MICRO], at("08:00"), BUSY, categories[0], unit, title="垃圾无人清运13812345678")])
    return Incident.objects.get()


def test_a_notice_about_a_case_tells_its_number_history_and_limit(case: Incident, unit: Organization) -> None:
    given = prefill.from_case("supervision", case, now=NOW)
    assert (given["organization"], given["due_on"], given["incident"]) == (unit, date(2026, 11, 23), case)
    for words in (case.number, "二、办理经过", "派遣", "2026年11月23日前书面回复", "现办理时限为"):
        assert words in given["body"], words
    assert "13812345678" not in given["body"] + given["title"]


def test_the_decision_lists_the_honoured_by_heading(office: Grid, secretary: User) -> None:
    title = HonourTitle.objects.get(name="汝河网格先锋")
    days = {"period_start": date(2026, 1, 1), "period_end": date(2026, 11, 1)}
    honours = HonourRound.objects.create(name="表彰网格先锋", grid=office, grid_code=office.code, **days)
    for heading, names in (("优秀三级网格长", ("张三", "李四")), ("优秀微网格长", ("王五",))):
        place = HonourPlace.objects.create(round=honours, title=title, heading=heading, places=2)
        for name in names:
            more = {"status": "supported", "reason": "事迹", "nominated_at": NOW}
            Nomination.objects.create(place=place, name=name, unit="建中街社区", **more)
    paper = prefill.commendation(honours, actor=secretary, now=NOW)
    for words in (
        "一、优秀三级网格长（2名）",
        "张三（建中街社区）、李四（建中街社区）。",
        "二、优秀微网格长（1名）",
        "予以表彰",
        "3名",
    ):
        assert words in paper.body
    assert paper.title == "关于表彰网格先锋的决定"


# --- pages and API ---


@pytest.fixture
def desk(client: Client, secretary: User) -> Client:
    client.force_login(secretary)
    return client


def form_of(paper: Paper, **more: Any) -> dict[str, Any]:
    names = ("title", "body", "masthead", "office", "sent_to", "passed_to", "editor", "version")
    return {name: getattr(paper, name) for name in names} | more


def test_a_paper_is_written_previewed_issued_and_downloaded(desk: Client, office: Grid) -> None:
    address = reverse("reports:paper_new") + "?kind=bulletin"
    assert "建中街街道信息简报" in desk.get(address).content.decode()
    sent = {
        "grid": office.code,
        "title": "本周简报",
        "body": BODY,
        "masthead": "建中信息",
        "office": "建中街街道办事处",
    }
    shown = desk.post(address, sent | {"preview": "1"}).content.decode()
    assert "paper-name" in shown
    assert "本周简报" in shown
    assert not Paper.objects.exists()
    part = desk.post(reverse("reports:paper_preview") + "?kind=bulletin", {"title": "<b>", "body": BODY})
    assert "&lt;b&gt;" in part.content.decode()
    page = desk.post(address, sent, follow=True)
    paper = Paper.objects.get()
    assert reverse("reports:paper_step", args=[paper.pk, "issue"]) in page.content.decode()
    desk.post(reverse("reports:paper_step", args=[paper.pk, "issue"]), {"version": 1, "first": 64})
    assert "第64期" in desk.get(reverse("reports:paper", args=[paper.pk])).content.decode()
    word = desk.get(reverse("reports:paper_word", args=[paper.pk]))
    assert word.content[:2] == b"PK"
    assert word["Cache-Control"] == "no-store"


def test_nothing_typed_is_lost_by_an_error_or_a_conflict(desk: Client, office: Grid, secretary: User) -> None:
    paper = bulletin(office, secretary)
    address = reverse("reports:paper_edit", args=[paper.pk])
    wrong = desk.post(address, form_of(paper, title="", body="我写的正文"))
    assert wrong.status_code == 422
    assert "我写的正文" in wrong.content.decode()
    writing.edit(paper.pk, actor=secretary, now=NOW, body="别人写的正文")
    conflict = desk.post(address, form_of(paper, body="我写的正文"))
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "我写的正文" in page
    assert "别人写的正文" in page
    assert 'name="version" value="2"' in page
    late = desk.post(reverse("reports:paper_step", args=[paper.pk, "withdraw"]), {"version": 1, "text": "我写的理由"})
    assert late.status_code == 409
    assert "我写的理由" in late.content.decode()


def test_a_case_is_one_press_from_its_notice(desk: Client, case: Incident) -> None:
    found = desk.get(reverse("reports:paper_cases"), {"incident": case.number}).content.decode()
    address = reverse("reports:paper_new") + f"?kind=supervision&incident={case.number}"
    assert address.replace("&", "&amp;") in found
    assert case.number in desk.get(address).context["form"].initial["body"]
    assert desk.get(reverse("reports:paper_new") + "?kind=supervision&incident=none").status_code == 404


def test_the_list_costs_the_same_for_many_papers(
    desk: Client,
    office: Grid,
    secretary: User,
    unit: Organization,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _n in range(12):
        notice(office, secretary, unit)
    writing.issue(notice(office, secretary, unit).pk, actor=secretary, now=NOW)
    with django_assert_max_num_queries(14):
        page = desk.get(reverse("reports:papers"), {"kind": "rectification", "year": "2026", "grid": office.code})
    assert len(page.context["lines"]) == 13
    assert len(desk.get(reverse("reports:papers"), {"status": "issued"}).context["lines"]) == 1
    assert desk.get(reverse("reports:papers"), {"overdue": "yes"}).status_code == 200
    assert desk.get(reverse("reports:papers"), {"year": "x", "grid": "%00", "kind": "x"}).status_code == 200


def test_another_street_has_no_such_papers(
    client: Client, office: Grid, secretary: User, roles: dict[str, User]
) -> None:
    paper = bulletin(office, secretary)
    stranger = street.make_person("stranger")
    street.give_post(stranger, PostKind.STREET_SECRETARY, Grid.objects.get(code=street.OTHER_STREET))
    for person in (stranger, roles["department"]):
        client.force_login(person)
        assert client.get(reverse("reports:paper", args=[paper.pk])).status_code == 404
        assert client.get(reverse("reports:paper_word", args=[paper.pk])).status_code == 404


def test_systems_read_papers_and_write_drafts(desk: Client, office: Grid, case: Incident) -> None:
    sent = {"kind": "rectification", "grid": office.code, "incident": case.number, "title": "整改"}
    answer = desk.post("/api/v1/papers/", sent, content_type="application/json", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201, answer.content
    again = desk.post("/api/v1/papers/", sent, content_type="application/json", headers={"Idempotency-Key": "k"})
    given = answer.json()
    assert again.json()["id"] == given["id"]
    assert Paper.objects.count() == 1
    assert (given["status"], given["title"], given["incident"]) == ("draft", "整改", case.number)
    assert case.number in desk.get(f"/api/v1/papers/{given['id']}/").json()["body"]
    assert "body" not in desk.get("/api/v1/papers/?kind=rectification").json()["results"][0]


def test_systems_address_the_units_that_the_form_offers(desk: Client, office: Grid, unit: Organization) -> None:
    above = Organization.objects.create(code="DD", name="区住建局", kind="department", grid=office.parent)
    closed = Organization.objects.create(code="DC", name="撤销的单位", kind="department", grid=office, is_active=False)
    afar = Organization.objects.create(
        code="DA", name="外街道单位", kind="department", grid=Grid.objects.get(code=street.OTHER_STREET)
    )
    sent = {"kind": "rectification", "grid": office.code, "title": "整改", "body": BODY}
    statuses = [
        desk.post("/api/v1/papers/", {**sent, "organization": one.pk}, content_type="application/json").status_code
        for one in (unit, above, closed, afar)
    ]
    assert statuses == [201, 201, 400, 400]


def test_the_admin_only_shows(client: Client, office: Grid, roles: dict[str, User]) -> None:
    paper = bulletin(office, roles["operator"])
    client.force_login(roles["admin"])
    for address in (
        "/admin/reports/paper/",
        f"/admin/reports/paper/{paper.pk}/change/",
        "/admin/reports/documenttemplate/",
    ):
        assert client.get(address).status_code == 200
    assert client.get("/admin/reports/paper/add/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_papers_issued_at_the_same_time_get_following_numbers(office: Grid, secretary: User) -> None:
    papers = [bulletin(office, secretary).pk for _n in range(6)]

    def issue(pk: int) -> int | None:
        try:
            return writing.issue(pk, actor=secretary, now=NOW, first=64).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(issue, papers))
    assert sorted(numbers) == [64, 65, 66, 67, 68, 69]


def test_the_day_of_the_answer_stands_in_the_calendar_of_the_form(
    client: Client, office: Grid, secretary: User, unit: Organization
) -> None:
    draft = notice(office, secretary, unit)
    client.force_login(secretary)
    page = client.get(reverse("reports:paper_edit", args=[draft.pk]), headers={"accept-language": "zh-hans"})
    assert 'value="2026-11-23"' in page.content.decode()
