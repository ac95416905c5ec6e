"""Who comes to an activity, who was there, and what came of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.rules import form_page, signed_in
from grid.access import requires
from incidents.forms.words import WordsForm
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import table_workbook
from partybuilding import activities, signups
from partybuilding.activity_office import demand_office
from partybuilding.files import attach
from partybuilding.forms.activities import FilesForm, OutcomeForm, PutDownForm, presence_forms
from partybuilding.members import find_members
from partybuilding.models import Activity, PartyMember
from partybuilding.views.activities import activity_page, find_activity


@require_POST
@signed_in
def sign_up(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader signs up, or waits."""
    row = signups.sign_up(find_activity(request, pk), actor=person(request), now=timezone.now())
    if row.presence == "waiting":
        messages.info(request, _("All places are taken: you are on the waiting list and are told when one gets free."))
    else:
        messages.success(request, _("You are signed up."))
    return redirect("partybuilding:activity", pk=pk)


@require_POST
@signed_in
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader takes it back."""
    signups.withdraw(find_activity(request, pk), actor=person(request), now=timezone.now())
    messages.success(request, _("You are no longer signed up."))
    return redirect("partybuilding:activity", pk=pk)


def _mine(request: HttpRequest, pk: int) -> Activity:
    """The activity, when the reader's office holds it."""
    activity = find_activity(request, pk)
    demand_office(activity, person(request))
    return activity


@require_POST
@requires("activity.edit")
def put_down(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put somebody on the list."""
    activity, form = _mine(request, pk), PutDownForm(request.POST)

    def write() -> Any:
        data, now = form.cleaned_data, timezone.now()
        member = _member(request, data["phone"]) if data["phone"] else None
        given: dict[str, Any] = {"user": data["person"], "member": member, "name": data["name"]}
        return signups.put_down(activity, **given, actor=person(request), now=now)

    if form.is_valid() and form.attempt(write):
        messages.success(request, _("Added to the participants."))
        return redirect("partybuilding:activity", pk=pk)
    return activity_page(request, activity, put_down=form)


def _member(request: HttpRequest, phone: str) -> PartyMember:
    """The member in reach with exactly this phone; the search is recorded. NotValid when there is none."""
    found = find_members(phone, actor=person(request), now=timezone.now(), request=request)
    for member in found:
        if member.left_on is None:
            return member
    message = _("No member in your grids has this phone.")
    raise NotValid(message, {"phone": [message]})


@require_POST
@requires("activity.edit")
def strike(request: HttpRequest, pk: int, row: int) -> HttpResponseBase:
    """Take somebody off the list."""
    signups.strike(_mine(request, pk), row, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:activity", pk=pk)


@require_POST
@requires("activity.edit")
def attendance(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Note who was there, all at once."""
    activity = _mine(request, pk)
    rows = presence_forms(activity.people.order_by("pk"), request.POST)
    sent = [(row, form) for row, form in rows if form.add_prefix("presence") in request.POST]
    if not all([form.is_valid() for _row, form in sent]):  # noqa: C419  # every line says what is wrong with it
        return activity_page(request, activity, typed=request.POST)
    given = {row.pk: form.cleaned_data["presence"] for row, form in sent}
    signups.note(activity, given, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:activity", pk=pk)


@requires("activity.edit")
@require_safe
def attendance_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of an activity (签到表) as an Excel file, members and residents masked; the taking is recorded."""
    activity = _mine(request, pk)
    header = [_("No."), _("Person"), _("Attendance at the activity"), _("Signature")]
    rows = activity.people.select_related("user", "member").order_by("pk")
    cells = ([n, signups.shown_name(row), str(signups.WORDS[row.presence]), ""] for n, row in enumerate(rows, 1))
    name = f"{activity.title} {timezone.localtime(activity.starts_at):%Y-%m-%d}"
    export = {"object_type": "activity", "object_id": pk, "fields": "names"}
    return table_workbook(request, header, cells, title=_("Attendance list"), name=name, **export)


# --- what came of it --------------------------------------------------------------------------------------------------


@form_page
@requires("activity.edit")
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """It was held: numbers and photos; afterwards the numbers are corrected here."""
    activity: Any = _mine(request, pk)
    if activity.status == "called_off":
        raise Http404
    version, write = shown_version(request, activity.version), _outcome_of(activity)
    start = {name: getattr(activity, name) for name in (*activities.COUNTS, "result")}
    start["attended"] = activity.attended or activity.came or None
    form = OutcomeForm(request.POST or None, request.FILES or None, initial=start)

    def keep() -> Activity:
        now, actor = timezone.now(), person(request)
        kept = write(activity, form.outcome(), version=version, actor=actor, now=now)
        attach(form.cleaned_data["photos"], owner=activity, actor=actor, now=now)
        return kept

    if form.is_bound and form.is_valid() and form.attempt(keep):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:activity", pk=pk)
    return shown_page(request, "partybuilding/activity_outcome.html", {"activity": activity, "version": version}, form)


def _outcome_of(activity: Activity) -> Any:
    return activities.amend if activity.status == "held" else activities.hold


@form_page
@requires("activity.edit")
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off with a reason."""
    activity = _mine(request, pk)
    version = shown_version(request, activity.version)
    form = WordsForm(request.POST or None, name="text", label=_("Why it is called off"), longest=500)
    given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
    if (
        form.is_bound
        and form.is_valid()
        and form.attempt(lambda: activities.call_off(activity, **form.cleaned_data, **given))
    ):
        messages.success(request, _("Called off. Whoever signed up is told."))
        return redirect("partybuilding:activity", pk=pk)
    return shown_page(request, "partybuilding/activity_call_off.html", {"activity": activity, "version": version}, form)


@require_POST
@requires("activity.edit")
def add_files(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Photos and papers of an activity."""
    activity, form = _mine(request, pk), FilesForm(request.POST, request.FILES)

    def keep() -> bool:
        attach(form.cleaned_data["papers"], owner=activity, actor=person(request), now=timezone.now())
        return True

    if form.is_valid() and form.attempt(keep):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:activity", pk=pk)
    return activity_page(request, activity, upload=form)
