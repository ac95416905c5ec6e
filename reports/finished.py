"""A report as it is read: its frozen numbers with the text of its paper, marked as a correction, with its decisions."""

from collections.abc import Sequence
from typing import Any, Final

from reports import daily_document, meetings, pages
from reports.editing import text_of
from reports.models import Decision, Report, ReportPaper
from reports.papers.templates import report_word
from reports.rhythms import documents

Json = dict[str, Any]

APPENDIX: Final = "工作交办清单（会议议定事项）"
HEADER: Final = ("序号", "议定事项", "责任方", "完成时限", "办理情况")
CORRECTED_TITLE: Final = "{title}（更正，第{issue}期）"
CORRECTED_NOTE: Final = "本期为更正件（第{issue}期），更正原因：{reason}。此前各期同时废止。"
OPEN: Final = "办理中"


def paper_of(report: Report) -> ReportPaper:
    """The paper of a report, with the persons; its report is the given row, not read again."""
    rows = ReportPaper.objects.select_related("checked_by", "signed_by", "edited_by")
    paper: ReportPaper = rows.get(report=report.pk)
    paper.report = report
    return paper


def as_read(report: Report, paper: ReportPaper | None = None, decisions: Sequence[Decision] | None = None) -> Json:
    """What page, Word and Excel are made from; equal to the snapshot while nobody has edited, corrected or decided."""
    paper = paper or paper_of(report)
    found = list(meetings.decisions_on(report)) if decisions is None else decisions
    snapshot = {**report.snapshot, "text": _text(report, paper)}
    if found:
        snapshot["appendix"] = appendix(found)
    if paper.sent_to:
        snapshot["recipients"] = _recipients(paper.sent_to)
    return snapshot


def appendix(decisions: Sequence[Decision]) -> Json:
    """What the meetings decided, as a table of plain words."""
    rows = [[str(n), each.text, each.owner, _day(each), _result(each)] for n, each in enumerate(decisions, 1)]
    return {"title": APPENDIX, "header": list(HEADER), "rows": rows}


def page(snapshot: Json) -> Json:
    """The context of the document part of a page (templates/reports/parts/document.html)."""
    return pages.shown(snapshot) if _is_daily(snapshot) else documents.shown(snapshot)


def without_links(context: Any) -> Any:
    """The same for a reader to whom the report was sent and whose scope does not hold its incidents."""
    if isinstance(context, dict):
        hidden = {"url": "", "links": []}
        return {key: hidden[key] if key in hidden else without_links(value) for key, value in context.items()}
    if isinstance(context, list):
        return [without_links(each) for each in context]
    return context


def word(snapshot: Json) -> bytes:
    """The report as a Word document: in the template of its office, else in the built-in layout (GB/T 9704)."""
    return word_made(snapshot)[0]


def word_made(snapshot: Json) -> tuple[bytes, bool]:
    """The same, and whether the office's template failed, so that the built-in layout stands in for it."""
    maker = daily_document if _is_daily(snapshot) else documents
    kind, grid = str(snapshot.get("kind", Report.Kind.DAILY)), snapshot["grid"]
    return report_word(kind, grid["code"], maker.document(snapshot), grid_name=grid["name"])


def excel(snapshot: Json) -> bytes:
    """The report's tables as a workbook."""
    return daily_document.excel(snapshot) if _is_daily(snapshot) else documents.excel(snapshot)


def file_name(snapshot: Json, ending: str) -> str:
    """The name under which a browser keeps the file."""
    maker = daily_document if _is_daily(snapshot) else documents
    return maker.file_name(snapshot, ending)


def _is_daily(snapshot: Json) -> bool:
    """Snapshots of daily reports name no kind: the first ones were frozen before there were others."""
    return "kind" not in snapshot


def _text(report: Report, paper: ReportPaper) -> Json:
    text = text_of(paper)
    if report.issue == 1:
        return text
    note = CORRECTED_NOTE.format(issue=report.issue, reason=report.reason.rstrip("。"))
    return {
        **text,
        "title": CORRECTED_TITLE.format(title=text["title"], issue=report.issue),
        "footnote": f"{note}{text['footnote']}",
    }


def _recipients(sent_to: str) -> Json:
    """The lines 送 and 发 of a paper that was sent."""
    lines = dict(line.split("：", 1) for line in sent_to.splitlines() if "：" in line)
    return {"sent_to": [lines.get("送", "")], "passed_to": [lines["发"]] if "发" in lines else []}


def _day(decision: Decision) -> str:
    return f"{decision.due_on.month}月{decision.due_on.day}日" if decision.due_on else "—"


def _result(decision: Decision) -> str:
    return decision.result or OPEN
