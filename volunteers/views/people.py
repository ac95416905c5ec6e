"""Volunteers for staff: the list, one volunteer, entering, changing, deciding; search by a whole phone; in clear."""

from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.scope import scope_of
from incidents.forms.small import RevealForm
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from partybuilding.forms.members import PhoneForm
from partybuilding.views.members import offer_grids
from volunteers import hours, people, people_secrets, people_stages, teams
from volunteers.filters.people import VolunteerFilter
from volunteers.forms.people import EmptyForm, RecordForm, VolunteerEditForm, VolunteerForm, WordsForm
from volunteers.models import Volunteer
from volunteers.people_queries import counts_by_status, volunteer_rows
from volunteers.people_sheets import volunteer_lines, volunteers_header
from volunteers.stages import open_to, story
from volunteers.standing import PRESENT, masked

PAGE_SIZE: Final = 50
STEPS: Final[dict[str, Any]] = {
    "approve": gettext_lazy("Take as a volunteer"),
    "refuse": gettext_lazy("Do not take as a volunteer"),
    "pause": gettext_lazy("Pause for a while"),
    "resume": gettext_lazy("Is there again"),
    "leave": gettext_lazy("Is a volunteer no more"),
}
"""The steps of a volunteer by the word of the address, with the title of the page that asks."""

WORDED: Final = ("refuse", "leave")
"""Those that take words along."""


@requires("volunteer.view")
@never_cache
@require_safe
def volunteer_list(request: HttpRequest) -> HttpResponse:
    """Volunteers by the filters of the address, masked, with the numbers by status above."""
    chosen = filtered(request)
    page, here = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE), asked_code(request)
    counts = counts_by_status(request.user, under=here)
    context = {
        "form": offer_grids(chosen.form, request),
        "page": page,
        "count": rows_in_all(page, chosen.qs),
        "rows": [(row, masked(row)) for row in page.rows],
        "counts": [
            (urlencode({"status": value, **({"grid": here} if here else {})}), label, counts.get(value, 0))
            for value, label in Volunteer.Status.choices
        ],
        "may_edit": scope_of(request.user).can("volunteer.edit"),
    }
    return render(request, "volunteers/volunteers.html", context)


def filtered(request: HttpRequest) -> VolunteerFilter:
    """The filter set of the address over what the reader may see; NotValid for a filter that is not one."""
    return narrowed(VolunteerFilter(request.GET, queryset=volunteer_rows(request.user), request=request))


@requires("volunteer.view")
@never_cache
@require_safe
def volunteer_excel(request: HttpRequest) -> HttpResponse:
    """The filtered list as a masked Excel file."""
    rows = filtered(request).qs
    lines, title = volunteer_lines(rows), _("Volunteers")
    return list_workbook(request, volunteers_header(), lines, count=rows.count(), kind="volunteer", title=title)


def find_volunteer(user: Any, pk: int) -> Volunteer:
    """The volunteer if `user` may see her; 404 otherwise."""
    found: Volunteer = get_object_or_404(volunteer_rows(user).select_related("user"), pk=pk)
    return found


@requires("volunteer.view")
@never_cache
@require_safe
def volunteer(request: HttpRequest, pk: int) -> HttpResponse:
    """One volunteer: what is known (masked), teams, the record of order no. 67, who changed what."""
    row, scope = find_volunteer(request.user, pk), scope_of(request.user)
    minutes: int = row.minutes  # type: ignore[attr-defined]
    context = {
        "volunteer": row,
        "shown": masked(row),
        "minutes": minutes,
        "stars": hours.stars(minutes),
        "teams": list(teams.memberships_of(row)),
        "records": list(row.records.select_related("by")[:50]),
        "steps": story(row),
        "stages": open_to(row, request.user),
        "may_edit": scope.can("volunteer.edit", row.grid_code) and row.status in PRESENT,
        "may_reveal": people_secrets.may_reveal(row, request.user),
    }
    return render(request, "volunteers/volunteer.html", context)


@requires("volunteer.edit")
@never_cache
@form_page
def volunteer_new(request: HttpRequest) -> HttpResponse:
    """Somebody who comes to the desk."""
    form = VolunteerForm(request.POST or None, user=request.user)
    return one_form(
        request,
        form,
        lambda: people.enter(
            form.cleaned_data["grid"],
            form.given(),
            actor=person(request),
            now=timezone.now(),
            client_id=form.cleaned_data["client_id"],
        ),
        title=_("Enter a volunteer"),
        back=reverse("volunteers:volunteers"),
        goes_to=_page,
    )


def _page(row: Volunteer) -> str:
    return reverse("volunteers:volunteer", args=[row.pk])


def _editable(request: HttpRequest, pk: int) -> Volunteer:
    row = find_volunteer(request.user, pk)
    demand(request.user, "volunteer.edit", row.grid_code)
    return row


@requires("volunteer.edit")
@never_cache
@form_page
def volunteer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a volunteer; what is sealed is not shown, an empty field leaves it."""
    row = _editable(request, pk)
    form = VolunteerEditForm(request.POST or None, volunteer=row, user=request.user)
    version = shown_version(request, row.version)
    return one_form(
        request,
        form,
        lambda: people.change(row, form.given(), actor=person(request), now=timezone.now(), version=version),
        title=_("Change the volunteer"),
        back=_page(row),
        version=row.version,
    )


@requires("volunteer.edit")
@never_cache
@form_page
def volunteer_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Taken, not taken, paused, there again, left."""
    row = _editable(request, pk)
    form_class = WordsForm if name in WORDED else EmptyForm
    form = form_class(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {"actor": person(request), "version": shown_version(request, row.version)}
    return one_form(
        request,
        form,
        lambda: getattr(people_stages, name)(row, now=timezone.now(), **form.cleaned_data, **given),
        title=STEPS[name],
        text=_explained(name),
        back=_page(row),
        version=row.version,
        button=_("Yes"),
        danger=name in WORDED,
    )


def _explained(name: str) -> str:
    said = {
        "approve": _("She is told, and may sign up for services and claim wishes."),
        "refuse": _("She is told why; her contacts are erased, and she may apply again."),
        "pause": _("Nothing is asked of her until she is there again."),
        "leave": _("Her contacts are erased and she leaves her teams; hours and honours stay on record."),
    }
    return said.get(name, "")


@requires("volunteer.edit")
@never_cache
@form_page
def record_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Training, an honour, an evaluation."""
    row, form = _editable(request, pk), RecordForm(request.POST or None)
    return one_form(
        request,
        form,
        lambda: people.add_record(row, **form.cleaned_data, actor=person(request), now=timezone.now()),
        title=_("Add to the record"),
        back=_page(row),
    )


@signed_in
@never_cache
@form_page
@transaction.atomic
def volunteer_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Name and phone in clear, for a purpose that is kept: for those who approve, and the leader of a team of hers."""
    row = get_object_or_404(people_secrets.revealable(request.user), pk=pk)
    form, clear = RevealForm(request.POST or None), None
    if form.is_valid():
        purpose, now = form.cleaned_data["purpose"], timezone.now()
        clear = people_secrets.reveal_volunteer(row, actor=person(request), purpose=purpose, now=now, request=request)
    context = {"volunteer": row, "shown": masked(row), "form": form, "clear": clear}
    part = "parts/volunteer_reveal.html" if getattr(request, "htmx", False) else "volunteer_reveal.html"
    status = 422 if form.is_bound and clear is None else 200
    return render(request, f"volunteers/{part}", context, status=status)


@requires("volunteer.view")
@never_cache
@form_page
@transaction.atomic
def volunteer_search(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: who has exactly this phone; it stands in no address and is not shown again."""
    form, found = PhoneForm(request.POST or None), None
    if form.is_valid():
        number, now = form.cleaned_data["number"], timezone.now()
        found = form.attempt(
            lambda: people_secrets.find_volunteers(number, actor=person(request), now=now, request=request)
        )
    rows = [(one, masked(one)) for one in found or []]
    context = {"form": PhoneForm() if found is not None else form, "rows": rows, "asked": found is not None}
    status = 422 if form.is_bound and found is None else 200
    return render(request, "volunteers/volunteer_search.html", context, status=status)
