"""Points by hand, cases left out, objections and their answers: the forms beside one assessment."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from grid.access import requires
from reports.assessment import entries, objections
from reports.forms.assessment import AnswerForm, EntryForm, ExcludeForm, ObjectionForm, ReasonForm
from reports.models import Assessment, AssessmentEntry, Objection
from reports.views.asking import version_of
from reports.views.assessment import READS, address, both, find, form_page, person


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": person(request), "now": timezone.now()}


@requires("assessment.edit")
@both
def entry_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add or take points, or give an item by hand."""
    row = find(request, pk)
    first = {name: request.GET.get(name, "") for name in ("subject", "what")}
    form = EntryForm(request.POST or None, row=row, initial=first)
    if form.is_bound and form.is_valid() and form.attempt(lambda: entries.add(row.pk, form.as_entry(), **_by(request))):
        messages.success(request, _("Saved."))
        return redirect("reports:assessment", pk=row.pk)
    return form_page(request, form, title=_("Points by hand"), button=_("Save"), back=address(row))


@requires("assessment.edit")
@both
def entry_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry of a draft back, with the reason."""
    entry = _entry(request, pk)
    form = ReasonForm(request.POST or None, name="reason")
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(lambda: entries.withdraw(entry.pk, reason=reason, **_by(request))):
            messages.success(request, _("Withdrawn."))
            return redirect("reports:assessment", pk=entry.assessment_id)
    return form_page(
        request,
        form,
        title=_("Withdraw the entry"),
        button=_("Withdraw"),
        back=address(entry.assessment),
        note=str(entry),
    )


def _entry(request: HttpRequest, pk: int) -> AssessmentEntry:
    rows = AssessmentEntry.objects.filter(assessment__in=Assessment.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("assessment"), pk=pk)


@requires("assessment.edit")
@both
def case_exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a case out of a draft."""
    row = find(request, pk)
    form = ExcludeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: entries.exclude(row.pk, **given, **_by(request))):
            messages.success(request, _("Left out, and reckoned anew."))
            return redirect("reports:assessment", pk=row.pk)
    note = _("The case counts for nobody in this assessment any more, above and below the line.")
    return form_page(request, form, title=_("Leave a case out"), button=_("Leave out"), back=address(row), note=note)


@requires(*READS)
@both
def objection_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Object for one's own area or unit."""
    row, now = find(request, pk), timezone.now()
    own = objections.open_to(row, request.user, now)
    if not own:
        raise NotNow(_("Nobody whom you answer for is open to an objection here now."))
    form = ObjectionForm(request.POST or None, own=own)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: objections.raise_objection(row.pk, **given, **_by(request))):
            messages.success(request, _("Handed in; you will be told of the answer."))
            return redirect("reports:assessment", pk=row.pk)
    return form_page(request, form, title=_("Raise an objection"), button=_("Hand in"), back=address(row))


@requires("assessment.decide")
@both
def objection_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold an objection, taking out an entry or a case, or refuse it."""
    rows = Objection.objects.visible_to(request.user).select_related("assessment", "by")
    objection = get_object_or_404(rows, pk=pk)
    row = objection.assessment
    form = AnswerForm(request.POST or None, row=row, subject=objection.subject)
    if form.is_bound and form.is_valid() and form.attempt(lambda: _answer(request, objection, form.cleaned_data)):
        messages.success(request, _("Answered."))
        return redirect("reports:assessment", pk=row.pk)
    name = row.results["names"].get(objection.subject, objection.subject)
    title, note = _("Answer the objection of %(name)s") % {"name": name}, f"{objection.by}：{objection.text}"
    return form_page(
        request, form, title=title, button=_("Answer"), back=address(row), note=note, version=objection.version
    )


def _answer(request: HttpRequest, objection: Objection, given: dict[str, Any]) -> Objection:
    what: dict[str, Any] = {"text": given["text"], "version": version_of(request), **_by(request)}
    if given["result"] == "refuse":
        return objections.refuse(objection.pk, **what)
    taken = objections.Upheld(entry=given["entry"].pk if given["entry"] else None, number=given["number"])
    return objections.uphold(objection.pk, taken, **what)
