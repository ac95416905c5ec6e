"""From draft to sending: text, check, signature of a second person, copies."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from notices.models import Notice
from reports import editing, finished, signing, stages, writing
from reports.editing import Section
from reports.models import ReportCopy, ReportPaper
from reports.records import outside
from reports.records.outside import Given
from reports.signing import Sending
from tests import street
from tests.reports.conftest import DAY

SHORT = [Section("总体情况", "改过的第一段。\n第二段。"), Section("", " ")]


@pytest.fixture
def people(roles: dict[str, User], grids: dict[str, Grid]) -> dict[str, User]:
    """The roles, and the secretary who signs."""
    secretary = street.make_person("secretary")
    street.give_post(secretary, "street_secretary", grids[street.STREET])
    return roles | {"secretary": secretary}


@pytest.fixture
def paper(busy_day: Grid, people: dict[str, User], morning: datetime) -> ReportPaper:
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    return finished.paper_of(report)


def signed(paper: ReportPaper, people: dict[str, User], now: datetime) -> ReportPaper:
    """Checked by the operator, signed by the secretary."""
    checked = signing.take(paper, "check", actor=people["operator"], now=now)
    return signing.take(checked, "sign", actor=people["secretary"], now=now)


def test_the_edited_text_is_read_and_the_numbers_stay(
    paper: ReportPaper, people: dict[str, User], morning: datetime
) -> None:
    edited = editing.edit(paper, SHORT, actor=people["operator"], now=morning, version=1)
    shown = finished.as_read(edited.report)
    assert [each["heading"] for each in shown["text"]["sections"]] == ["总体情况"]
    assert shown["text"]["sections"][0]["paragraphs"] == ["改过的第一段。", "第二段。"]
    assert shown["total"] == edited.report.snapshot["total"]
    assert "改过的第一段。" not in str(edited.report.snapshot)
    restored = editing.restore(edited, actor=people["operator"], now=morning, version=2)
    assert finished.as_read(restored.report)["text"] == restored.report.snapshot["text"]
    assert [step.text for step in stages.steps_of(paper)][1].startswith("修改正文")


def test_text_typed_as_generated_counts_as_not_edited(
    paper: ReportPaper, people: dict[str, User], morning: datetime
) -> None:
    same = editing.sections_of(paper.report.snapshot["text"])
    assert editing.edit(paper, same, actor=people["operator"], now=morning).text is None


@pytest.mark.parametrize("sections", [[], [Section("标题", "")], [Section("", "正文")], [Section("长" * 61, "正文")]])
def test_a_text_without_words_is_refused(
    paper: ReportPaper, people: dict[str, User], morning: datetime, sections: list[Section]
) -> None:
    with pytest.raises(NotValid) as error:
        editing.edit(paper, sections, actor=people["operator"], now=morning)
    assert set(error.value.fields) <= {"heading_0", "body_0"}


def test_the_signer_is_not_the_checker(paper: ReportPaper, people: dict[str, User], morning: datetime) -> None:
    checked = signing.take(paper, "check", actor=people["secretary"], now=morning)
    assert "sign" not in [stage.name for stage in signing.open_steps(checked, people["secretary"])]
    with pytest.raises(NotAllowed):
        signing.take(checked, "sign", actor=people["secretary"], now=morning)
    with pytest.raises(NotAllowed):
        signing.take(checked, "sign", actor=people["shiftleader"], now=morning)
    back = signing.take(checked, "reopen", actor=people["operator"], now=morning, text="数字要再核")
    assert (back.status, back.checked_by) == ("draft", None)


def test_what_is_signed_is_frozen_also_for_sql(paper: ReportPaper, people: dict[str, User], morning: datetime) -> None:
    done = signed(paper, people, morning)
    with pytest.raises(NotNow):
        editing.edit(done, SHORT, actor=people["operator"], now=morning)
    with pytest.raises(NotNow):
        signing.take(done, "reopen", actor=people["operator"], now=morning, text="x")
    for change in ({"text": {"sections": []}}, {"status": "draft"}, {"signed_by": people["operator"]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ReportPaper.objects.filter(pk=done.pk).update(**change)


def test_a_corrected_report_goes_no_further(paper: ReportPaper, people: dict[str, User], morning: datetime) -> None:
    editing.edit(paper, SHORT, actor=people["operator"], now=morning)
    issue = writing.correct(paper.report, reason="重核", actor=people["operator"], now=morning)
    assert signing.open_steps(paper, people["operator"]) == []
    with pytest.raises(NotNow):
        signing.take(paper, "check", actor=people["operator"], now=morning)
    assert finished.paper_of(issue).text["sections"][0]["heading"] == "总体情况"  # the words go on: nothing changed


def test_a_signed_report_is_sent_to_readers_who_may_then_open_it(
    client: Client, paper: ReportPaper, people: dict[str, User], grids: dict[str, Grid], morning: datetime
) -> None:
    page = reverse("reports:detail", args=[paper.report_id])
    client.force_login(people["community"])
    assert client.get(page).status_code == 404
    sending = Sending("街道领导班子成员", "各社区", [grids[street.COMMUNITY]])
    sent = signing.send(signed(paper, people, morning), sending, actor=people["secretary"], now=morning)
    assert sent.sent_to == "送：街道领导班子成员\n发：各社区"
    told = Notice.objects.filter(kind="report.sent").values_list("recipient__username", flat=True)
    assert sorted(told) == ["cadre", "community"]
    shown = client.get(page).content.decode()
    assert "一、总体情况" in shown
    assert f"/reports/{street.STREET}/" not in shown  # no links to cases that are not theirs
    assert client.get(f"{page}word/").status_code == 200
    listed = client.get("/reports/", {"received": "1"}).context["page"].rows
    assert [row.pk for row in listed] == [paper.report_id]
    assert ReportCopy.objects.filter(opened_at__isnull=False).get().user == people["community"]


def test_a_copy_holds_what_was_signed_and_neither_struck_words_nor_figures_of_other_systems(
    client: Client, paper: ReportPaper, people: dict[str, User], grids: dict[str, Grid], morning: datetime
) -> None:
    struck = paper.report.snapshot["text"]["sections"][0]["paragraphs"][0]
    edited = editing.edit(paper, SHORT, actor=people["operator"], now=morning)
    figure = Given("12345热线", "受理件数", DAY, DAY, Decimal(6851))
    outside.keep(figure, grid=grids[street.STREET], actor=people["secretary"], now=morning)
    sending = Sending("各社区", grids=[grids[street.COMMUNITY]])
    signing.send(signed(edited, people, morning), sending, actor=people["secretary"], now=morning)
    page, seen = reverse("reports:detail", args=[paper.report_id]), {}
    for name in ("secretary", "community"):
        client.force_login(people[name])
        shown = client.get(page).content.decode()
        assert "改过的第一段。" in shown
        seen[name] = (struck in shown, "6,851" in shown)
    assert seen == {"secretary": (True, True), "community": (False, False)}


def test_sending_asks_for_receivers_and_happens_once(
    paper: ReportPaper, people: dict[str, User], grids: dict[str, Grid], morning: datetime
) -> None:
    done = signed(paper, people, morning)
    for wrong in (
        Sending(""),
        Sending("x", grids=[grids[street.OTHER_COMMUNITY]]),
        Sending("x", people=[people["admin"]]),
    ):
        with pytest.raises(NotValid):
            signing.send(done, wrong, actor=people["secretary"], now=morning)
    signing.send(done, Sending("各社区"), actor=people["secretary"], now=morning)
    with pytest.raises(NotNow):
        signing.send(done, Sending("各社区"), actor=people["secretary"], now=morning)


def test_the_form_keeps_what_was_typed_when_somebody_was_faster(
    client: Client, paper: ReportPaper, people: dict[str, User], morning: datetime
) -> None:
    editing.edit(paper, SHORT, actor=people["shiftleader"], now=morning)
    client.force_login(people["operator"])
    typed = {"version": "1", "heading_0": "总体情况", "body_0": "我写的一段。", "key_0": ""}
    answer = client.post(reverse("reports:text", args=[paper.report_id]), typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我写的一段。" in page
    assert "改过的第一段。" in page
    again = client.post(reverse("reports:text", args=[paper.report_id]), typed | {"version": "2"})
    assert again.status_code == 302
    paper.refresh_from_db()
    assert paper.text["sections"][0]["paragraphs"] == ["我写的一段。"]


def test_buttons_are_those_that_are_open(
    client: Client, paper: ReportPaper, people: dict[str, User], morning: datetime
) -> None:
    step = reverse("reports:step", args=[paper.report_id])
    page = reverse("reports:detail", args=[paper.report_id])
    client.force_login(people["auditor"])
    assert 'name="stage"' not in client.get(page).content.decode()
    client.force_login(people["operator"])
    assert 'value="check"' in client.get(page).content.decode()
    assert client.post(step, {"stage": "check", "version": "1"}).status_code == 302
    assert client.post(step, {"stage": "check", "version": "1"}).status_code == 409
    assert " disabled>" in client.get(reverse("reports:text", args=[paper.report_id])).content.decode()
    client.force_login(people["secretary"])
    assert client.post(step, {"stage": "sign", "version": "2"}).status_code == 302
    assert reverse("reports:send", args=[paper.report_id]) in client.get(page).content.decode()


def test_who_sends_reads_when_nobody_here_has_got_it(
    client: Client, paper: ReportPaper, people: dict[str, User], morning: datetime
) -> None:
    done = signed(paper, people, morning)
    client.force_login(people["secretary"])
    send = reverse("reports:send", args=[paper.report_id])
    page = client.post(send, {"main": "区领导", "version": done.version}, follow=True).content.decode()
    assert "没有人收到站内消息" in page


def test_the_whole_way_goes_through_the_api(
    client: Client, paper: ReportPaper, people: dict[str, User], morning: datetime
) -> None:
    url = f"/api/v1/reports/{paper.report_id}/"

    def call(role: str, action: str, body: object, method: str = "post") -> object:
        client.force_login(people[role])
        return getattr(client, method)(f"{url}{action}/", body, content_type="application/json")

    sections = [{"heading": "总体情况", "paragraphs": ["接口写的。"]}]
    assert call("operator", "text", {"sections": sections, "version": 1}, "put").status_code == 200
    assert call("operator", "text", {"sections": sections, "version": 1}, "put").status_code == 409
    assert call("operator", "step", {"stage": "check"}).json()["status"] == "checked"
    assert call("operator", "step", {"stage": "sign"}).status_code == 403
    assert call("secretary", "step", {"stage": "sign"}).json()["paper"]["signed_by"] == "secretary"
    assert call("secretary", "send", {"main": "各社区", "grids": ["410103003001"]}).status_code == 400
    assert call("secretary", "send", {"main": "各社区", "grids": [street.COMMUNITY]}).json()["status"] == "sent"
    assert call("operator", "correct", {"reason": "重核"}).json()["issue"] == 2
    assert [row["status"] for row in client.get("/api/v1/reports/", {"status": "draft"}).json()["results"]] == ["draft"]


def test_every_step_stands_on_the_page(paper: ReportPaper, people: dict[str, User], morning: datetime) -> None:
    signed(paper, people, morning + timedelta(hours=8))
    assert [step.after for step in stages.steps_of(paper)] == ["draft", "checked", "signed"]
