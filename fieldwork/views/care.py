"""Pages of care: the list, one subject, entering, changing, ending, and what is sealed for a purpose."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotAllowed, NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from fieldwork import care, care_reading
from fieldwork.filters.care import CareFilter
from fieldwork.forms.care import CareEditForm, CareForm, CareStepForm, ConsentForm, OpenReasonForm
from fieldwork.models import CarePromise, CareSubject, Household, Visit
from fieldwork.stages import open_to, story
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.finding import person
from incidents.views.workbooks import list_workbook

PAGE_SIZE: Final = 50
CARE: Final = ("care.view", "care.sensitive")


def find_subject(request: HttpRequest, pk: int) -> CareSubject:
    """The subject if the reader may see it; 404 otherwise."""
    rows = CareSubject.objects.visible_to(request.user).select_related(*care_reading.RELATED, "entered_by")
    found: CareSubject = get_object_or_404(care_reading.with_visits(rows).defer(*care_reading.BULKY), pk=pk)
    return found


def filtered(request: HttpRequest) -> CareFilter:
    """The filters of the address over what the reader may see, those in care unless another status is asked for."""
    given = request.GET.copy()
    given.setdefault("status", CareSubject.Status.ACTIVE)
    return narrowed(CareFilter(given, queryset=CareSubject.objects.visible_to(request.user), request=request))


@requires(*CARE)
@never_cache
@require_safe
def care_list(request: HttpRequest) -> HttpResponse:
    """People and households in care, those entered last first; names masked."""
    chosen, today = filtered(request), timezone.localdate()
    page = keyset_page(care_reading.listed(chosen.qs), request.GET, size=PAGE_SIZE)
    scope = scope_of(request.user)
    context = {
        "form": chosen.form,
        "page": page,
        "rows": care_reading.rows_of(page.rows, scope, today),
        "may_enter": scope.can("care.edit"),
    }
    return render(request, "fieldwork/care/list.html", context)


@requires(*CARE)
@require_safe
def care_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, masked; who takes it is recorded."""
    rows, title = filtered(request).qs.order_by("grid_code", "id"), _("People in care")
    header, lines = care_reading.care_header(), care_reading.care_lines(rows, person(request))
    return list_workbook(request, header, lines, count=rows.count(), kind="care_subject", title=title)


@form_page
@requires("care.edit")
@never_cache
def care_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody of the household `pk`, or the whole household, into care."""
    homes = Household.objects.visible_to(request.user).select_related("building__compound", "grid")
    household: Household = get_object_or_404(homes.defer("grid__boundary"), pk=pk)
    demand(request.user, "care.edit", household.grid_code)
    now = timezone.now()
    form = CareForm(request.POST or None, household=household, user=request.user, today=timezone.localdate(now))
    if form.is_bound and form.is_valid():
        subject = form.attempt(lambda: care.enter(form.new(), actor=person(request), now=now))
        if subject:
            messages.success(request, _("Entered as care no. %(number)s.") % {"number": subject.pk})
            return redirect("fieldwork:care_subject", pk=subject.pk)
    context = {"form": form, "household": household, "place": str(household.building)}
    return render(request, "fieldwork/care/new.html", context, status=422 if form.is_bound else 200)


@requires(*CARE)
@never_cache
@require_safe
def care_subject(request: HttpRequest, pk: int) -> HttpResponse:
    """One subject: who (masked), why (sealed), on which basis, by whom; visits, promises, steps."""
    subject = find_subject(request, pk)
    scope = scope_of(request.user)
    visits = Visit.objects.visible_to(request.user).filter(subject=subject).select_related("by", "incident")
    promises = CarePromise.objects.visible_to(request.user).filter(subject=subject).select_related("promised_by")
    context = {
        **_shown(subject, request),
        "visits": visits.defer("incident__text")[: care_reading.LAST_VISITS],
        "promises": promises,
        "steps": story(subject),
        "stages": open_to(subject, request.user),
        "may_edit": subject.status == CareSubject.Status.ACTIVE and scope.can("care.edit", subject.grid_code),
        "may_visit": subject.status == CareSubject.Status.ACTIVE and scope.can("field.write", subject.grid_code),
        "may_open": scope.can("care.reveal", subject.grid_code),
        "today": timezone.localdate(),
    }
    return render(request, "fieldwork/care/detail.html", context)


def _shown(subject: CareSubject, request: HttpRequest) -> dict[str, Any]:
    scope = scope_of(request.user)
    return {
        "subject": subject,
        "who": care_reading.who(subject),
        "where": care_reading.where(subject, scope),
        "may_see_home": scope.can("household.view", subject.grid_code),
    }


@form_page
@requires("care.edit")
@never_cache
def care_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name another carer, or write other words over the sealed ones (which are not shown here)."""
    subject = find_subject(request, pk)
    form = CareEditForm(request.POST or None, subject=subject)

    def write() -> CareSubject:
        return care.change(subject, actor=person(request), now=timezone.now(), **form.cleaned_data)

    return _form(request, subject, form, write, _("Change the care"))


@form_page
@requires("care.edit")
@never_cache
def care_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the person agreed again."""
    subject, today = find_subject(request, pk), timezone.localdate()
    first = {"consent_on": today, "consent_until": subject.consent_until, "version": subject.version}
    form = ConsentForm(request.POST or None, initial=first)

    def write() -> CareSubject:
        return care.renew(subject, actor=person(request), now=timezone.now(), **form.cleaned_data)

    return _form(request, subject, form, write, _("Agreed again"))


def _form(request: HttpRequest, subject: CareSubject, form: Any, write: Any, title: str) -> HttpResponse:
    demand(request.user, "care.edit", subject.grid_code)
    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("fieldwork:care_subject", pk=subject.pk)
    context = {**_shown(subject, request), "form": form, "title": title}
    return render(request, "fieldwork/care/form.html", context, status=422 if form.is_bound else 200)


@requires("care.edit")
@require_POST
def care_step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End the care, with the reason of it."""
    subject, given = find_subject(request, pk), step_of(request)
    if given["stage"] != "end":
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    care.end(subject, actor=person(request), now=timezone.now(), text=given["text"], version=given["version"])
    messages.success(request, _("The care has ended."))
    return redirect("fieldwork:care_subject", pk=pk)


def step_of(request: HttpRequest) -> dict[str, Any]:
    """The clean stage, text and version of a step; NotValid by field."""
    form = CareStepForm(request.POST)
    if not form.is_valid():
        fields = {name: [str(said) for said in found] for name, found in form.errors.items()}
        raise NotValid(_("Please correct the marked fields."), fields)
    return dict(form.cleaned_data)


@form_page
@requires("care.reveal")
@never_cache
def care_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """What is sealed about a subject, for a purpose that stands in the record of access."""
    subject = find_subject(request, pk)
    if not scope_of(request.user).can("care.reveal", subject.grid_code):
        raise NotAllowed(_("You may not open the reason of this care."))
    form, shown = OpenReasonForm(request.POST or None), None
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        shown = care.open_reason(subject, actor=person(request), purpose=purpose, now=timezone.now(), request=request)
    part = "parts/care_reason.html" if getattr(request, "htmx", False) else "care/reason.html"
    context = {**_shown(subject, request), "form": form, "shown": shown}
    status = 422 if form.is_bound and shown is None else 200
    return render(request, f"fieldwork/{part}", context, status=status)
