"""Shifts: signing up, checking in and out, who comes, who was there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.protect import mask_name
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from incidents.forms.words import WordsForm
from incidents.views.finding import person
from incidents.views.form_pages import one_form
from incidents.views.workbooks import table_workbook
from volunteers import attendance, shifts, sign_ups
from volunteers.forms.services import AttendanceForm, PutDownForm, ShiftForm
from volunteers.models import ServiceActivity, Shift, SignUp
from volunteers.services import demand_organizer
from volunteers.standing import volunteer_of


def find_shift(request: HttpRequest, pk: int) -> Shift:
    """The shift of a service in reach; 404 otherwise."""
    offered = ServiceActivity.objects.offered_to(request.user).values("pk")
    rows = Shift.objects.filter(service__in=offered).select_related("service__team__leader", "service__grid")
    found: Shift = get_object_or_404(rows.defer("service__grid__boundary"), pk=pk)
    return found


def _find(request: HttpRequest, pk: int) -> SignUp:
    """A sign-up for a service in reach; 404 otherwise."""
    offered = ServiceActivity.objects.offered_to(request.user).values("pk")
    rows = SignUp.objects.filter(shift__service__in=offered)
    found: SignUp = get_object_or_404(rows.select_related("volunteer", "shift__service__team__leader"), pk=pk)
    return found


def _own(request: HttpRequest, pk: int) -> SignUp:
    """The reader's own sign-up; 404 for any other."""
    row = _find(request, pk)
    if row.volunteer.user_id != person(request).pk:
        raise Http404
    return row


def _back(row: SignUp) -> HttpResponse:
    return redirect("volunteers:service", pk=row.shift.service_id)


# --- the volunteer ----------------------------------------------------------------------------------------------------


@require_POST
@signed_in
def sign_up(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader signs up, or waits; whoever is no volunteer yet is shown how to become one."""
    shift, volunteer = find_shift(request, pk), volunteer_of(request.user)
    if volunteer is None:
        messages.info(request, _("Only volunteers sign up. Register first."))
        return redirect("volunteers:me")
    row = sign_ups.sign_up(shift, volunteer, actor=person(request), now=timezone.now())
    if row.status == SignUp.Status.WAITING:
        messages.info(request, _("All slots are taken: you are on the waiting list and are told when one gets free."))
    else:
        messages.success(request, _("You are signed up."))
    return _back(row)


@require_POST
@signed_in
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader takes her sign-up back; staff take it back for somebody who called."""
    row, actor = _find(request, pk), person(request)
    is_own = row.volunteer.user_id == actor.pk
    if not is_own:
        demand(actor, "service.edit", row.grid_code)
    sign_ups.withdraw(row, actor=actor, now=timezone.now())
    messages.success(request, _("You are no longer signed up.") if is_own else _("Saved."))
    return _back(row) if is_own else redirect("volunteers:shift", pk=row.shift_id)


@require_POST
@signed_in
def check_in(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader is there."""
    row = attendance.check_in(_own(request, pk), actor=person(request), now=timezone.now())
    messages.success(request, _("Checked in. Check out when you leave."))
    return _back(row)


@require_POST
@signed_in
def check_out(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader leaves."""
    row = attendance.check_out(_own(request, pk), actor=person(request), now=timezone.now())
    messages.success(request, _("Checked out. The organizer confirms your hours."))
    return _back(row)


# --- the organizer ----------------------------------------------------------------------------------------------------


def _organized(request: HttpRequest, pk: int) -> Shift:
    shift = find_shift(request, pk)
    demand_organizer(shift.service, person(request))
    return shift


@form_page
@signed_in
@never_cache
def shift_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes to a shift, masked; after it the organizer ticks who was there."""
    shift, now = _organized(request, pk), timezone.now()
    rows = _people(shift)
    form = AttendanceForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        noted = form.attempt(lambda: attendance.note(shift, form.keys(), actor=person(request), now=now))
        if noted is not None:
            said = _("%(confirmed)s confirmed, %(missed)s did not come.")
            messages.success(request, said % {"confirmed": noted.confirmed, "missed": noted.missed})
            return redirect("volunteers:shift", pk=pk)
    return people_page(request, shift, rows, form=form)


def people_page(
    request: HttpRequest, shift: Shift, rows: list[SignUp], *, form: Any = None, put_down: Any = None
) -> HttpResponse:
    """The page of who comes; 422 when one of its forms is shown again."""
    now, actor = timezone.now(), person(request)
    context = {
        "shift": shift,
        "service": shift.service,
        "rows": [(row, mask_name(row.volunteer.name), row.volunteer.user_id == actor.pk) for row in rows],
        "taken": sum(row.status != SignUp.Status.WAITING for row in rows),
        "counts": {name: sum(row.status == name for row in rows) for name in SignUp.Status.values},
        "form": form,
        "put_down": put_down or PutDownForm(),
        "over": shift.ends_at <= now,
        "is_open": shift.service.status == ServiceActivity.Status.PLANNED,
        "to_note": any(row.status in ("signed_up", "here", "done") for row in rows),
        "now": now,
    }
    bad = bool((form is not None and form.is_bound) or put_down is not None)
    return render(request, "volunteers/shift.html", context, status=422 if bad else 200)


def _people(shift: Shift) -> list[SignUp]:
    """Those with a slot in its order, then those who wait in theirs."""
    rows = shift.sign_ups.exclude(status=SignUp.Status.WITHDRAWN).select_related("volunteer")
    return sorted(rows, key=lambda row: (row.place is None, row.place or 0, row.signed_at, row.pk))


@require_POST
@signed_in
def put_down(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The organizer puts a volunteer on the list by her number."""
    shift, form = _organized(request, pk), PutDownForm(request.POST)

    def write() -> SignUp:
        return sign_ups.put_down(shift, form.cleaned_data["number"], actor=person(request), now=timezone.now())

    if form.is_valid() and form.attempt(write):
        messages.success(request, _("Added to the list."))
        return redirect("volunteers:shift", pk=pk)
    return people_page(request, shift, _people(shift), put_down=form)


@require_POST
@signed_in
def confirm(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Confirm one who checked in and was left open."""
    row = _find(request, pk)
    attendance.confirm(row, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("volunteers:shift", pk=row.shift_id)


@form_page
@signed_in
def deny(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody who checked in was not there, with the reason that she reads."""
    row = _find(request, pk)
    demand_organizer(row.shift.service, person(request))
    form = WordsForm(request.POST or None, name="text", label=_("Why it is not confirmed"), longest=300)

    def write() -> SignUp:
        return attendance.deny(row, **form.cleaned_data, actor=person(request), now=timezone.now())

    back, text = reverse("volunteers:shift", args=[row.shift_id]), _("She is told, with these words.")
    return one_form(request, form, write, title=_("Was not there"), back=back, danger=True, text=text)


@signed_in
@never_cache
def shift_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a shift (签到表) as an Excel file, names masked; the taking is recorded."""
    shift = _organized(request, pk)
    header = [_("No."), _("Volunteer number"), _("Person"), _("Status"), _("Checked in"), _("Checked out")]
    rows = _people(shift)
    cells = (
        [n, row.volunteer.number, mask_name(row.volunteer.name), row.get_status_display(), row.in_at, row.out_at, ""]
        for n, row in enumerate(rows, 1)
    )
    name = f"{shift.service.title} {timezone.localtime(shift.starts_at):%Y-%m-%d %H%M}"
    export = {"object_type": "volunteer_shift", "object_id": pk, "fields": "names"}
    return table_workbook(request, [*header, _("Signature")], cells, title=_("Attendance list"), name=name, **export)


# --- the times --------------------------------------------------------------------------------------------------------


@form_page
@requires("service.edit")
def shift_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a shift or give it other slots; whoever comes is told of a move."""
    shift = find_shift(request, pk)
    demand(person(request), "service.edit", shift.service.grid_code)
    start = {name: getattr(shift, name) for name in ("starts_at", "ends_at", "slots")}
    form = ShiftForm(request.POST or None, initial=start)
    return one_form(
        request,
        form,
        lambda: shifts.change_shift(shift, **form.cleaned_data, actor=person(request), now=timezone.now()),
        title=_("Change the shift"),
        back=reverse("volunteers:service", args=[shift.service_id]),
    )


@require_POST
@requires("service.edit")
def shift_drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a shift away that nobody signed up for."""
    shift = find_shift(request, pk)
    shifts.drop_shift(shift, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("volunteers:service", pk=shift.service_id)
