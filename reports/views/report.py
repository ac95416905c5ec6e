"""Pages of one report: the document with its paper, its files, and its correction."""

from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import DomainError
from accounts.exports import attachment
from accounts.models import User
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from reports import changes, finished, meetings, signing, stages, writing
from reports.daily_document import EXCEL_TYPE, WORD_TYPE
from reports.exports import exported
from reports.forms.papers import DecisionForm, ReasonForm
from reports.models import Report, ReportPaper, Step
from reports.papers.templates import TEMPLATE_FAILED
from reports.year import neighbours

SYMBOLS: Final = {"draft": "edit", "checked": "clipboard-check", "signed": "shield-check", "sent": "send"}
TONES: Final = {"draft": "secondary", "checked": "info", "signed": "success", "sent": "success"}
CHANGES_SHOWN: Final = 200


def find_report(request: HttpRequest, pk: int) -> Report:
    """A report in scope, or one that was sent to the reader; 404 otherwise."""
    rows = Report.objects.readable_by(request.user).select_related("grid", "written_by", "corrects")
    found: Report = get_object_or_404(rows.defer("grid__boundary", "corrects__snapshot"), pk=pk)
    return found


@requires("report.view")
@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as a document, with its charts, its way, and what the meeting on it decided."""
    report = find_report(request, pk)
    paper = finished.paper_of(report)
    decisions = list(meetings.decisions_on(report))
    scope = scope_of(request.user)
    is_ours = scope.can("report.view", report.grid_code)
    shown = finished.page(finished.as_read(report, paper, decisions))
    signing.opened(report, request.user, now=timezone.now())
    context = {
        **(shown if is_ours else finished.without_links(shown)),
        "report": report,
        "paper": paper,
        "is_ours": is_ours,
        "tone": TONES[paper.status],
        "symbol": SYMBOLS[paper.status],
        "steps": [_event(step) for step in stages.steps_of(paper)],
        "open_steps": signing.open_steps(paper, request.user),
        "needs_another": paper.status == "checked" and paper.checked_by_id == request.user.pk,
        "text_changes": _text_changes(report, paper) if is_ours else [],
        "receipts": signing.receipts(paper) if is_ours else [],
        "neighbours": neighbours(report) if is_ours else {},
        **_issues(report, is_ours),
        **_meeting(report, decisions, scope),
    }
    return render(request, "reports/detail.html", context)


def _meeting(report: Report, decisions: list[Any], scope: Any) -> dict[str, Any]:
    """The section of the meeting: proposals to take over, decisions, a form for one more."""
    may_write = scope.can("report.write", report.grid_code)
    return {
        "may_write": may_write,
        "proposals": meetings.proposals(report, decisions),
        "decisions": decisions,
        "meetings": list(meetings.meetings_on(report)),
        "decision_form": DecisionForm(report=report) if may_write else None,
        "today": timezone.localdate(),
    }


def _issues(report: Report, is_ours: bool) -> dict[str, Any]:
    """The issue that corrects this one, and what this one changed against the one it corrects.

    Whoever got a copy reads the text as it was signed: the words as generated, which the office struck, are the
    office's own.
    """
    later = Report.objects.filter(corrects=report).defer("snapshot").first()
    if report.corrects is None:
        return {"later": later}
    old = report.corrects
    found = changes.number_changes(old.snapshot, report.snapshot)
    return {
        "later": later,
        "earlier": old,
        "number_changes": found[:CHANGES_SHOWN],
        "more_changes": max(0, len(found) - CHANGES_SHOWN),
        "issue_text_changes": changes.text_changes(old.snapshot["text"], report.snapshot["text"]) if is_ours else [],
    }


def _text_changes(report: Report, paper: ReportPaper) -> list[changes.TextChange]:
    return changes.text_changes(report.snapshot["text"], paper.text) if paper.text else []


def _event(step: Step) -> dict[str, Any]:
    """One step for parts/timeline.html; a step that changed no status is an edit."""
    label = dict(ReportPaper.Status.choices)[step.after]
    title = label if step.before != step.after else _("Text edited")
    return {
        "at": step.at,
        "title": _("Written") if not step.before else title,
        "actor": step.by or _("by the schedule"),
        "text": step.text,
        "tone": TONES[step.after],
        "symbol": SYMBOLS[step.after],
    }


@requires("report.view")
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a Word document."""
    snapshot = exported(find_report(request, pk), "docx", request)
    content, failed = finished.word_made(snapshot)
    if failed:
        messages.warning(request, TEMPLATE_FAILED)
    return attachment(content, WORD_TYPE, finished.file_name(snapshot, "docx"))


@requires("report.view")
@require_safe
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as an Excel workbook."""
    snapshot = exported(find_report(request, pk), "xlsx", request)
    return attachment(finished.excel(snapshot), EXCEL_TYPE, finished.file_name(snapshot, "xlsx"))


@requires("report.write")
@form_page
def correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A new issue, counted anew, with the reason that stands on it."""
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("grid", "corrects"), pk=pk)
    demand(request.user, "report.write", report.grid_code)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actor = cast("User", request.user)
            issue = writing.correct(report, reason=form.cleaned_data["reason"], actor=actor, now=timezone.now())
        except DomainError as error:
            if error.status == 409:
                raise
            form.add_domain_error(error)
        else:
            messages.success(request, _("The new issue is written: compare it with the old one, then have it signed."))
            return redirect("reports:detail", pk=issue.pk)
    context = {"report": report, "form": form}
    return render(request, "reports/correct.html", context, status=422 if form.is_bound else 200)
