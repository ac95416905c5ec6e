"""Pages of alliances and of the seats of units in grand committees."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from partybuilding import alliances, seats
from partybuilding.filters.units import AllianceFilter
from partybuilding.forms.units import AllianceForm, AllianceMemberForm, LeaveForm, SeatForm
from partybuilding.models import Activity, Alliance, AllianceMember, CommitteeSeat, Project
from partybuilding.units import EDITS, record_of

SHOWN = 20


def find_alliance(request: HttpRequest, pk: int) -> Alliance:
    """The alliance with its figures, if the reader may see it; 404 otherwise."""
    rows = alliances.with_figures(Alliance.objects.visible_to(request.user).select_related("grid"))
    found: Alliance = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


def alliance_address(row: Alliance) -> str:
    """The page of an alliance."""
    return reverse("partybuilding:alliance", args=[row.pk])


@requires("party.view")
@require_safe
def alliance_list(request: HttpRequest) -> HttpResponse:
    """The alliances in reach with what they did."""
    chosen = narrowed(AllianceFilter(request.GET.copy(), queryset=Alliance.objects.visible_to(request.user)))
    rows = alliances.with_figures(chosen.qs.select_related("grid").defer("grid__boundary")).order_by("-is_active", "id")
    context = {"form": chosen.form, "rows": rows[:200], "may_edit": scope_of(request.user).can(EDITS)}
    return render(request, "partybuilding/alliances.html", context)


@requires("party.view")
@require_safe
def alliance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One alliance: members, activities, projects, forums."""
    row = find_alliance(request, pk)
    members = row.memberships.filter(until=None).select_related("unit__organization").order_by("id")
    context = {
        "alliance": row,
        "solved": row.solved_before + row.done + row.decided,  # type: ignore[attr-defined]
        "activities_all": row.activities_before + row.held,  # type: ignore[attr-defined]
        "members": sorted(members, key=lambda one: ("lead", "deputy", "member").index(one.role)),
        "activities": list(
            Activity.objects.visible_to(request.user).filter(alliance=row).order_by("-starts_at")[:SHOWN]
        ),
        "projects": list(Project.objects.visible_to(request.user).filter(alliance=row).order_by("-at")[:SHOWN]),
        "forums": list(row.forums.filter(is_active=True)),
        "record": record_of(row)[:10],
        "may_edit": scope_of(request.user).can(EDITS, row.grid_code),
    }
    return render(request, "partybuilding/alliance.html", context)


@requires("lists.edit")
@form_page
def alliance_new(request: HttpRequest) -> HttpResponse:
    """Found an alliance."""
    form = AllianceForm(request.POST or None, user=request.user)

    def write() -> Alliance:
        return alliances.found(form.facts(), actor=person(request), now=timezone.now())

    back = reverse("partybuilding:alliances")
    return one_form(request, form, write, title=_("Found an alliance"), back=back, goes_to=alliance_address)


@requires("lists.edit")
@form_page
def alliance_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of it."""
    row = find_alliance(request, pk)
    demand(request.user, EDITS, row.grid_code)
    form, version = AllianceForm(request.POST or None, user=request.user, old=row), shown_version(request, row.version)

    def write() -> Alliance:
        return alliances.change(row, form.facts(), version=version, actor=person(request), now=timezone.now())

    return one_form(request, form, write, title=row.name, back=alliance_address(row), version=row.version)


@requires("lists.edit")
@form_page
def alliance_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit joins."""
    row = find_alliance(request, pk)
    demand(request.user, EDITS, row.grid_code)
    form = AllianceMemberForm(request.POST or None, user=request.user)

    def write() -> AllianceMember:
        return alliances.add(row, **form.cleaned_data, actor=person(request), now=timezone.now())

    return one_form(request, form, write, title=_("A unit joins"), back=alliance_address(row))


@requires("lists.edit")
@require_POST
def alliance_drop(request: HttpRequest, pk: int, member: int) -> HttpResponseBase:
    """A unit leaves."""
    row = find_alliance(request, pk)
    gone = get_object_or_404(AllianceMember.objects.select_related("alliance", "unit"), alliance=row, pk=member)
    alliances.drop(gone, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:alliance", pk)


@requires("lists.edit")
@require_POST
def alliance_dissolve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """It exists no more."""
    row = find_alliance(request, pk)
    version = shown_version(request, row.version)
    alliances.dissolve(row, version=version, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:alliance", pk)


# --- seats ------------------------------------------------------------------------------------------------------------


@requires("party.view")
@require_safe
def committees(request: HttpRequest) -> HttpResponse:
    """大党委: each with its part-time members, their duties, the meetings of the year."""
    today = timezone.localdate()
    rows = seats.committees_for(request.user, today.year, today)
    for row in rows:
        for seat in row["seats"]:
            seat.lines = seats.duties_of(seat)
    context = {
        "rows": rows,
        "year": today.year,
        "seats": sum(len(row["seats"]) for row in rows),
        "units": len({seat.unit_id for row in rows for seat in row["seats"]}),
        "meetings": sum(row["meetings"] for row in rows),
        "may_edit": scope_of(request.user).can(seats.EDITS),
    }
    return render(request, "partybuilding/committees.html", context)


def find_seat(request: HttpRequest, pk: int) -> CommitteeSeat:
    """The seat if the reader may see it; 404 otherwise."""
    rows = seats.seats_visible_to(request.user).select_related("party__organization", "unit__organization")
    found: CommitteeSeat = get_object_or_404(rows, pk=pk)
    return found


@requires("party.edit")
@form_page
def seat_new(request: HttpRequest) -> HttpResponse:
    """A unit gets a seat."""
    form = SeatForm(request.POST or None, user=request.user)

    def write() -> CommitteeSeat:
        return seats.give(**form.cleaned_data, actor=person(request), now=timezone.now())

    return one_form(request, form, write, title=_("Give a seat"), back=reverse("partybuilding:committees"))


@requires("party.edit")
@form_page
def seat_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another post, another list of duties."""
    seat = find_seat(request, pk)
    demand(request.user, seats.EDITS, seat.party.grid_code)
    form = SeatForm(request.POST or None, user=request.user, old=seat)

    def write() -> CommitteeSeat:
        return seats.change(seat, **form.cleaned_data, actor=person(request), now=timezone.now())

    title = f"{seat.holder} · {seat.unit}"
    return one_form(request, form, write, title=title, back=reverse("partybuilding:committees"))


@requires("party.edit")
@form_page
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A seat ends."""
    seat = find_seat(request, pk)
    demand(request.user, seats.EDITS, seat.party.grid_code)
    form = LeaveForm(request.POST or None)
    del form.fields["text"]

    def write() -> CommitteeSeat:
        return seats.end(seat, until=form.cleaned_data["on"], actor=person(request), now=timezone.now())

    title = _("%(holder)s leaves the seat") % {"holder": seat.holder}
    back = reverse("partybuilding:committees")
    return one_form(request, form, write, title=title, back=back, danger=True)
