"""Papers of party work: what stands in them, whom they name, who gets them."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessEvent, User
from grid.models import Grid
from partybuilding.models import (
    CardEntry,
    Forum,
    ForumMeeting,
    MeetingGuest,
    Need,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    Project,
    ProjectType,
    ReportIn,
    Resolution,
    Skill,
    SupportKind,
    Topic,
    YearlyEvaluation,
)
from reports.party_papers.card import CARD, LETTER
from reports.party_papers.kind import word
from reports.party_papers.minutes import MINUTES
from reports.party_papers.project import PROJECT
from tests import street
from tests.reports.conftest import DAY, at

KINDS = {"letter": LETTER, "card": CARD, "minutes": MINUTES, "project": PROJECT}


class Scene:
    """One unit, one of its members who reported, a meeting after another, a project for a need."""

    def __init__(self, grids: dict[str, Grid], roles: dict[str, User]) -> None:
        self.grid, self.by = grids[street.COMMUNITY], roles["community"]
        self.here = {"grid": self.grid, "grid_code": self.grid.code}
        body = roles["department"].posts.get().organization
        self.unit = PartnerUnit.objects.create(organization=body)
        party = street.make_organization(self.grid, code="party", name="建中街社区党委", kind="party")
        self.party = PartyOrganization.objects.create(organization=party, kind="community", **self.here)
        self.member = PartyMember.objects.create(name="占魁元", management="concurrent", unit=self.unit, **self.here)
        self.report()
        self.meeting()
        self.project()
        self.pk = {
            "letter": self.evaluation.pk,
            "card": self.report_in.pk,
            "minutes": self.second.pk,
            "project": self.joint.pk,
        }

    def report(self) -> None:
        skill = Skill.objects.create(name="法律咨询与援助")
        self.report_in = ReportIn.objects.create(
            number="建中街报到〔2026〕7号", member=self.member, skill=skill, party=self.party, status="active",
            reported_on=date(2025, 3, 1), **self.here,
        )  # fmt: skip
        for day, hours in ((date(2025, 12, 1), "9"), (date(2026, 5, 4), "2.5"), (date(2026, 4, 3), "1.5")):
            CardEntry.objects.create(
                report=self.report_in, on=day, text=f"咨询{day:%m%d}", hours=Decimal(hours), by=self.by
            )
        self.evaluation = YearlyEvaluation.objects.create(
            report=self.report_in, year=2026, grade="excellent", text="热心", by=self.by, at=at("09:00")
        )

    def meeting(self) -> None:
        forum = Forum.objects.create(name="小板凳议事会", kind="council", **self.here)
        record = {"by": self.by, "at": at("08:00"), **self.here}
        held = {"status": "held", "minutes": "会议开始。\n会议结束。", "held_at": at("18:00")}
        first = ForumMeeting.objects.create(
            forum=forum, title="第一次议事", starts_at=at("10:00", DAY - timedelta(days=7)), **held, **record
        )
        self.second = ForumMeeting.objects.create(
            forum=forum, title="第二次议事", starts_at=at("10:00"), residents=12, place="凉亭", **held, **record
        )
        for meeting, decision in ((first, "补划车位"), (self.second, "修剪树木")):
            topic = Topic.objects.create(title=f"{decision}的事", principle="hard", meeting=meeting, **record)
            Resolution.objects.create(
                topic=topic, text=decision, owner="物业", due_on=DAY, decided_at=meeting.starts_at, by=self.by,
                **self.here,
            )  # fmt: skip
        guests = (({"member": self.member}, "present"), ({"unit": self.unit}, "present"), ({"role": "业主"}, "absent"))
        for who, presence in guests:
            MeetingGuest.objects.create(meeting=self.second, presence=presence, **who)

    def project(self) -> None:
        record = {"by": self.by, "at": at("08:00"), **self.here}
        kind = SupportKind.objects.create(name="环境卫生")
        need = Need.objects.create(
            number="需求〔2026〕3号", title="管道堵塞", kind=kind, level_code=self.grid.code, level_since=at("08:00"),
            **record,
        )  # fmt: skip
        self.joint = Project.objects.create(
            number="项目〔2026〕5号", title="疏通管道", type=ProjectType.objects.create(name="民生微实事"), need=need,
            unit=self.unit, status="confirmed", done_at=at("15:00"), confirmed_at=at("17:00"), result="管道已疏通",
            members_count=10, hours=Decimal(4), beneficiaries=86, promised_on=DAY, grade=5, **record,
        )  # fmt: skip
        self.joint.steps.create(position=1, text="现场勘查", due_on=DAY, done_on=DAY)

    def url(self, kind: str, what: str) -> str:
        name = KINDS[kind].word if what == "word" else KINDS[kind].name
        return reverse(f"reports:{name}", args=[self.pk[kind]])


@pytest.fixture
def scene(grids: dict[str, Grid], roles: dict[str, User]) -> Scene:
    return Scene(grids, roles)


def text_of(content: bytes) -> str:
    """All words of a Word file, also those of its tables."""
    file = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])


def test_the_letter_tells_the_employer_the_work_and_the_grade_of_the_year(scene: Scene) -> None:
    text = text_of(word(LETTER, scene.evaluation))
    assert "淮河路派出所：" in text
    assert "2026年度参加社区服务2次，共4小时" in text
    assert "评价等次：优秀。" in text
    assert text.index("咨询0403") < text.index("咨询0504")
    assert "咨询1201" not in text
    assert "建中街社区党委" in text
    assert "占**" in text
    assert "占魁元" not in text


def test_the_card_has_every_line_and_their_sum(scene: Scene) -> None:
    text = text_of(word(CARD, scene.report_in))
    assert all(each in text for each in ("咨询1201", "咨询0403", "咨询0504", "法律咨询与援助", "2026年度：优秀。热心"))
    assert "13\n" in f"{text}\n"
    assert "占魁元" not in text


def test_minutes_name_who_came_what_became_of_the_last_decision_and_the_new_ones(scene: Scene) -> None:
    text = text_of(word(MINUTES, scene.second))
    assert "第二次议事纪要" in text
    assert "参加：占**、淮河路派出所、居民12人。" in text
    assert "业主" not in text
    assert text.index("补划车位") < text.index("修剪树木", text.index("补划车位"))
    assert "难事共解" in text
    assert "会议结束。" in text


def test_a_planned_meeting_has_an_agenda_and_one_called_off_no_paper(scene: Scene, roles: dict[str, User]) -> None:
    ForumMeeting.objects.filter(pk=scene.second.pk).update(status="planned", minutes="", held_at=None)
    assert "第二次议事议程" in text_of(word(MINUTES, MINUTES.rows(roles["community"]).get(pk=scene.second.pk)))
    ForumMeeting.objects.filter(pk=scene.second.pk).update(status="called_off")
    assert not MINUTES.rows(roles["community"]).filter(pk=scene.second.pk).exists()


def test_the_sheet_of_a_project_tells_need_members_hours_and_confirmation(scene: Scene) -> None:
    text = text_of(word(PROJECT, scene.joint))
    for each in ("需求〔2026〕3号　管道堵塞", "淮河路派出所", "现场勘查", "管道已疏通", "已确认"):
        assert each in text
    assert "参与党员10人，用时4小时，受益群众86人次。" in text
    assert "需求方已于2026年11月18日确认，评价5分（5分制）。" in text


@pytest.mark.parametrize("kind", KINDS)
def test_sheet_and_word_are_given_recorded_and_the_same_every_time(
    scene: Scene, client: Client, roles: dict[str, User], kind: str
) -> None:
    client.force_login(roles["partyofficer"])
    if kind != "minutes":
        page = client.get(scene.url(kind, "sheet"))
        assert page.status_code == 200
        assert "占魁元" not in page.content.decode()
    first, second = (client.get(scene.url(kind, "word")).content for _n in range(2))
    assert first == second
    assert (
        AccessEvent.objects.filter(action="export", object_type=KINDS[kind].name, object_id=scene.pk[kind]).count() == 2
    )


@pytest.mark.parametrize("kind", ["letter", "card"])
def test_the_whole_name_needs_the_right_and_a_purpose_and_is_recorded(
    scene: Scene, client: Client, roles: dict[str, User], kind: str
) -> None:
    url = scene.url(kind, "word")
    client.force_login(roles["cadre"])
    assert client.post(url, {"purpose": "寄送单位"}).status_code == 403
    client.force_login(roles["community"])
    assert client.post(url, {"purpose": ""}).status_code == 422
    assert not AccessEvent.objects.filter(action="reveal").exists()
    assert "占魁元" in text_of(client.post(url, {"purpose": "寄送单位"}).content)
    assert AccessEvent.objects.get(action="reveal", object_type="party_member").purpose == "寄送单位"


def test_the_employer_gets_the_papers_about_its_people_and_another_unit_none(
    scene: Scene, client: Client, roles: dict[str, User], grids: dict[str, Grid]
) -> None:
    stranger = street.make_person("stranger")
    other = street.make_organization(grids[street.STREET], code="other", name="他单位")
    street.give_post(stranger, "handler", other)
    for kind in ("letter", "card", "project"):
        client.force_login(roles["department"])
        assert client.get(scene.url(kind, "word")).status_code == 200, kind
        client.force_login(stranger)
        assert client.get(scene.url(kind, "word")).status_code == 404, kind


def test_papers_cost_few_queries_however_long_they_are(scene: Scene, client: Client, roles: dict[str, User]) -> None:
    client.force_login(roles["community"])

    def cost(kind: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(scene.url(kind, "word")).status_code == 200
        return len(found)

    cost("letter")  # what is asked once per process
    before = {kind: cost(kind) for kind in KINDS}
    for n in range(5):
        CardEntry.objects.create(report=scene.report_in, on=DAY, text=f"多{n}", hours=1, by=scene.by)
        topic = Topic.objects.create(
            title=f"题{n}", principle="big", meeting=scene.second, by=scene.by, at=at("08:00"), **scene.here
        )
        Resolution.objects.create(
            topic=topic, text="办", owner="甲", due_on=DAY, decided_at=at("11:00"), by=scene.by, **scene.here
        )
        scene.joint.steps.create(position=n, text="步")
    assert {kind: cost(kind) for kind in KINDS} == before
    assert max(before.values()) <= 20, before


def page_links(client: Client, name: str, pk: Any) -> str:
    return client.get(reverse(f"partybuilding:{name}", args=[pk])).content.decode()


def test_the_pages_of_party_work_lead_to_their_papers(scene: Scene, client: Client, roles: dict[str, User]) -> None:
    client.force_login(roles["community"])
    assert scene.url("letter", "sheet") in page_links(client, "report_in", scene.report_in.pk)
    assert scene.url("card", "sheet") in page_links(client, "report_in_card", scene.report_in.pk)
    assert scene.url("minutes", "word") in page_links(client, "meeting", scene.second.pk)
    assert scene.url("project", "sheet") in page_links(client, "project", scene.joint.pk)
