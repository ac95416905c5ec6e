"""Pages of 民生实事清单: the list, one promise, making one, keeping it or saying why not."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.rules import form_page
from fieldwork import care_reading, promises
from fieldwork.filters.care import PromiseFilter
from fieldwork.forms.care import PromiseForm
from fieldwork.models import CarePromise, CareSubject, Household
from fieldwork.stages import open_to, story
from fieldwork.views.care import CARE, PAGE_SIZE, find_subject, step_of
from grid.access import demand, requires
from grid.scope import Scope, scope_of
from incidents.views.finding import person
from incidents.views.workbooks import list_workbook

STEPS: Final = {"keep": promises.keep, "drop": promises.give_up}


def filtered(request: HttpRequest) -> PromiseFilter:
    """The filters of the address over what the reader may see."""
    return narrowed(PromiseFilter(request.GET, queryset=CarePromise.objects.visible_to(request.user), request=request))


@requires(*CARE)
@never_cache
@require_safe
def promise_list(request: HttpRequest) -> HttpResponse:
    """Promises, those made last first."""
    chosen, scope = filtered(request), scope_of(request.user)
    page = keyset_page(care_reading.promises_listed(chosen.qs), request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "page": page,
        "rows": [(one, _place(one, scope)) for one in page.rows],
        "today": timezone.localdate(),
        "may_promise": scope.can("care.edit"),
    }
    return render(request, "fieldwork/care/promises.html", context)


def _place(promise: CarePromise, scope: Scope) -> str:
    return care_reading.place_of(promise.household, scope) if promise.household else promise.grid.name


@requires(*CARE)
@require_safe
def promise_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook; who takes it is recorded."""
    rows, title = filtered(request).qs.order_by("due_on", "id"), _("List of promises")
    header, lines = care_reading.promise_header(), care_reading.promise_lines(rows, person(request))
    return list_workbook(request, header, lines, count=rows.count(), kind="promise", title=title)


@requires(*CARE)
@never_cache
@require_safe
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise with its record and what can be done."""
    row = _find(request, pk)
    context = {
        "promise": row,
        "where": _place(row, scope_of(request.user)),
        "steps": story(row),
        "stages": open_to(row, request.user),
        "today": timezone.localdate(),
    }
    return render(request, "fieldwork/care/promise.html", context)


def _find(request: HttpRequest, pk: int) -> CarePromise:
    rows: Any = CarePromise.objects.visible_to(request.user)
    found: CarePromise = get_object_or_404(care_reading.promises_listed(rows), pk=pk)
    return found


@form_page
@requires("care.edit")
@never_cache
def promise_new(request: HttpRequest) -> HttpResponse:
    """Promise something to a household (?household=) or to a whole grid."""
    household = _household(request)
    if household:
        demand(request.user, "care.edit", household.grid_code)
    return _make(request, household=household)


@form_page
@requires("care.edit")
@never_cache
def promise_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise something to the care subject `pk`."""
    subject = find_subject(request, pk)
    demand(request.user, "care.edit", subject.grid_code)
    return _make(request, subject=subject)


def _household(request: HttpRequest) -> Household | None:
    given = request.GET.get("household", "")
    if not given:
        return None
    rows = Household.objects.visible_to(request.user).select_related("building__compound", "grid")
    found: Household = get_object_or_404(rows.defer("grid__boundary"), pk=strict_int(given, name="household"))
    return found


def _make(
    request: HttpRequest, *, subject: CareSubject | None = None, household: Household | None = None
) -> HttpResponse:
    now = timezone.now()
    form = PromiseForm(
        request.POST or None,
        user=request.user,
        today=timezone.localdate(now),
        subject=subject,
        household=household,
    )
    if form.is_bound and form.is_valid():
        made = form.attempt(lambda: promises.make(form.new(), actor=person(request), now=now))
        if made:
            messages.success(request, _("The promise stands in the list."))
            return redirect("fieldwork:promise", pk=made.pk)
    home = household or (subject.household if subject else None)
    context = {
        "form": form,
        "subject": subject,
        "place": care_reading.place_of(home, scope_of(request.user)) if home else "",
    }
    return render(request, "fieldwork/care/promise_new.html", context, status=422 if form.is_bound else 200)


@requires("care.edit")
@require_POST
def promise_step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Keep it, or say why it could not be kept."""
    row, given = _find(request, pk), step_of(request)
    take = STEPS.get(given.pop("stage"))
    if take is None:
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    take(row, actor=person(request), now=timezone.now(), **given)
    messages.success(request, _("Saved."))
    return redirect("fieldwork:promise", pk=pk)
