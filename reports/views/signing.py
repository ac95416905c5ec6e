"""The way of a report's paper: its text edited, checked, signed by a second person, sent."""

from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.errors import DomainError, NotNow
from accounts.models import User
from accounts.numbers import strict_int
from accounts.rules import form_page
from grid.access import demand, requires
from reports import changes, editing, finished, signing
from reports.forms.papers import SendForm, TextForm
from reports.models import Report, ReportPaper

TAKEN: Final = {
    "check": gettext_lazy("The report is marked as checked."),
    "reopen": gettext_lazy("The report is a draft again."),
    "sign": gettext_lazy("The report is signed: it can be sent now."),
}
"""What is said after a step of the paper, by its name."""


def find_paper(request: HttpRequest, pk: int, capability: str) -> ReportPaper:
    """The paper of a report in scope (404 otherwise), for who holds `capability` there (403 otherwise)."""
    rows = Report.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    paper = finished.paper_of(get_object_or_404(rows, pk=pk))
    demand(request.user, capability, paper.report.grid_code)
    return paper


@requires("report.write")
@form_page
@never_cache
def edit_text(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The text by sections; what was typed stays when somebody else was faster."""
    paper = find_paper(request, pk, "report.write")
    form = TextForm(
        request.POST.copy() if request.POST else None,
        sections=editing.sections_of(editing.text_of(paper)),
        version=paper.version,
    )
    if not form.is_bound or not form.is_valid():
        return _text_page(request, paper, form, 422 if form.is_bound else 200)
    try:
        version = form.cleaned_data["version"]
        editing.edit(paper, form.sections(), actor=_person(request), now=timezone.now(), version=version)
    except DomainError as error:
        form.add_domain_error(error)
        return _text_page(request, paper, form, 409 if isinstance(error, NotNow) else 422)
    messages.success(request, _("The text is saved."))
    return redirect("reports:detail", pk=pk)


def _text_page(request: HttpRequest, paper: ReportPaper, form: TextForm, status: int) -> HttpResponse:
    """After a conflict the form goes on from the version of now, and shows the text of now beside what was typed."""
    text, generated = editing.text_of(paper), paper.report.snapshot["text"]
    if status == 409:
        data: Any = form.data  # a copy of the request's
        data["version"] = str(paper.version)
    context = {
        "report": paper.report,
        "paper": paper,
        "form": form,
        "text": text,
        "is_conflict": status == 409,
        "is_draft": paper.status == ReportPaper.Status.DRAFT,
        "text_changes": changes.text_changes(generated, text),
    }
    return render(request, "reports/text.html", context, status=status)


@requires("report.write")
@require_POST
def restore_text(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the text as generated."""
    paper = find_paper(request, pk, "report.write")
    editing.restore(paper, actor=_person(request), now=timezone.now(), version=_version(request))
    messages.success(request, _("The text is as generated again."))
    return redirect("reports:detail", pk=pk)


@requires("report.write", "report.sign")
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Check it, take it back to draft, or sign it; who may do which stands in reports.stages."""
    paper = find_paper(request, pk, "report.view")
    signing.take(
        paper,
        request.POST.get("stage", ""),
        actor=_person(request),
        now=timezone.now(),
        version=_version(request),
        text=request.POST.get("text", "").strip(),
    )
    messages.success(request, TAKEN.get(request.POST["stage"], _("Saved.")))
    return redirect("reports:detail", pk=pk)


@requires("report.sign")
@form_page
@never_cache
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To whom it goes: prefilled as this kind of report usually goes."""
    paper = find_paper(request, pk, "report.sign")
    first = signing.first_sending(paper.report)
    initial = {"main": first.main, "copied": first.copied, "grids": list(first.grids), "version": paper.version}
    form = SendForm(request.POST or None, report=paper.report, day=timezone.localdate(), initial=initial)
    if form.is_bound and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            sent = signing.send(paper, form.sending(), actor=_person(request), now=timezone.now(), version=version)
        except NotNow:
            raise
        except DomainError as error:
            form.add_domain_error(error)
        else:
            _say_who_got_it(request, sent.copies.count())
            return redirect("reports:detail", pk=pk)
    context: dict[str, Any] = {"report": paper.report, "paper": paper, "form": form}
    context["is_open"] = "send" in [stage.name for stage in signing.open_steps(paper, request.user)]
    return render(request, "reports/send.html", context, status=422 if form.is_bound else 200)


def _say_who_got_it(request: HttpRequest, people: int) -> None:
    """How many got a copy; grids above often have nobody in this system, and then paper has to go."""
    if people:
        text = _("The report is sent: %(n)d people have got a message.") % {"n": people}
        messages.success(request, text)
    else:
        messages.warning(
            request, _("The report counts as sent, but nobody here has got a message: hand it over on paper.")
        )


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return strict_int(given, name="version") if given else None
