"""走访: who is due, the form, the list, one visit."""

from typing import Any, Final
from uuid import uuid4, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError, NotAllowed, NotNow
from accounts.exports import attachment
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.offline import HEADER as KEEP
from fieldwork import visits
from fieldwork.duties import begun_rounds
from fieldwork.filters.visits import DutyFilter, VisitFilter
from fieldwork.forms.visits import VisitForm
from fieldwork.models import Visit, VisitDuty
from fieldwork.people import masked
from fieldwork.views.answers import conflicting, refused, sent, wants_json
from fieldwork.views.photos import shown
from fieldwork.visit_lists import (
    count_due,
    door_of,
    due_rows,
    for_lists,
    home_of,
    near,
    place_of,
    visits_xlsx,
)
from grid.access import demand, requires
from grid.once import Conflict
from grid.scope import scope_of
from grid.sheets import XLSX
from incidents.intake import NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.views.cases import grid_choices
from incidents.views.finding import next_address, person

PAGE_SIZE: Final = 50
DUE_SIZE: Final = 30
"""Rounds on one page: each has its own buttons, and the page stays below 30 kB."""
FORM: Final = "fieldwork/visit_new.html"
TARGETS: Final = ("duty", "subject", "household", "place", "building", "grid")


# --- due --------------------------------------------------------------------------------------------------------------


@requires("field.view")
@never_cache
@require_safe
def duty_list(request: HttpRequest) -> HttpResponse:
    """待走访: whose round is due, the first due first; the outcome is one tap."""
    today, scope = timezone.localdate(), scope_of(request.user)
    waiting = due_rows(request.user)
    chosen = narrowed(DutyFilter(request.GET, queryset=waiting, request=request))
    found = list(_after(request, chosen.qs)[: DUE_SIZE + 1])
    rows = found[:DUE_SIZE]
    may = {code: scope.can("field.write", code) for code in {duty.grid_code for duty in rows}}
    context = {
        "form": chosen.form,
        "lines": [
            {
                "duty": duty,
                "home": home_of(duty),
                "door": door_of(home_of(duty), scope),
                "may": may[duty.grid_code],
                "id": uuid4(),
            }
            for duty in rows
        ],
        "next": rows[-1].pk if len(found) > DUE_SIZE else None,
        "counts": count_due(waiting, today),
        "buildings": near(chosen.qs),
        "grids": grid_choices(request),
        "today": today,
        "now": timezone.now(),
        "is_narrowed": bool(request.GET),
        "may_plan": scope.can("field.plan"),
    }
    return render(request, "fieldwork/duties.html", context)


def _after(request: HttpRequest, rows: Any) -> Any:
    """The rows behind the last one of the page before, by due day and id."""
    given = request.GET.get("after", "")
    if not given:
        return rows
    last = get_object_or_404(VisitDuty.objects.visible_to(request.user), pk=strict_int(given, name="after"))
    return rows.filter(due_on__gte=last.due_on).exclude(due_on=last.due_on, pk__lte=last.pk)


# --- writing ----------------------------------------------------------------------------------------------------------


@requires("field.write")
@never_cache
@require_http_methods(["GET", "POST"])
def visit_new(request: HttpRequest) -> HttpResponse:
    """One tap from a round, or the whole form; a repeated send shows the first visit again."""
    if request.method == "GET":
        return _ask(request)
    form = VisitForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _refused(request, form)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    try:
        visit, created = visits.record_visit(form.visit(), client_id=form.cleaned_data["client_id"], **given)
    except Conflict as error:
        return _conflict(request, form, error)
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_domain_error(error)
        return _refused(request, form)
    said = _("The visit is kept.")
    if not wants_json(request):
        messages.success(request, said)
    return sent(request, _after_visit(request, visit), created=created, said=said)


def _ask(request: HttpRequest) -> HttpResponse:
    """The form about what the address names; only the form about nobody is kept on the phone (law 11)."""
    form = VisitForm(user=request.user)
    named = _named(request, form)
    home = _home(named)
    initial: dict[str, Any] = {"client_id": uuid4(), **{name: row.pk for name, row in named.items()}}
    form = VisitForm(user=request.user, initial=initial, others=_others(request, home, named.get("duty")))
    context = {"form": form, "named": named, **_whom(request, home, named)}
    context["few_buildings"] = bool(named) or form.offer_buildings()
    response = render(request, FORM, context)
    if not named:
        response[KEEP] = "1"
    return response


def _named(request: HttpRequest, form: VisitForm) -> dict[str, Any]:
    """The rows that the address names, a grid by its code; 404 for one that the reader may not write about."""
    named: dict[str, Any] = {}
    for name in TARGETS:
        given = request.GET.get(name, "")
        queryset: Any = form.fields[name].queryset  # type: ignore[attr-defined]
        if given and name == "grid":
            named[name] = get_object_or_404(queryset, code=given[:24].replace("\x00", ""))
        elif given:
            named[name] = get_object_or_404(queryset, pk=strict_int(given, name=name))
    return named


def _home(named: dict[str, Any]) -> Any:
    """The household that is meant, by itself, by a round or by a person in care; None without one."""
    if named.get("household"):
        return named["household"]
    if named.get("duty"):
        return home_of(named["duty"])
    return named["subject"].household if named.get("subject") else None


def _others(request: HttpRequest, home: Any, duty: VisitDuty | None) -> list[VisitDuty]:
    """Rounds of other people in care at this door, as far as the reader may see them."""
    if home is None:
        return []
    rows = VisitDuty.objects.waiting().visible_to(request.user).filter(subject__household=home)
    return list(rows.exclude(pk=duty.pk if duty else None).select_related("plan"))


def _whom(request: HttpRequest, home: Any, named: dict[str, Any]) -> dict[str, Any]:
    """Where it goes, in words: address, masked name of the head, tag; and the last visit there."""
    if home is None:
        thing = named.get("place") or named.get("building") or named.get("grid")
        return {"where": str(thing) if thing else ""}
    scope = scope_of(request.user)
    sees = scope.can("household.view", home.grid_code)
    head = home.residents.filter(is_head=True, moved_out_on=None).first() if sees else None
    last = Visit.objects.visible_to(request.user).filter(household=home).order_by("-at").select_related("by").first()
    rounds = begun_rounds(day=timezone.localdate(), household=home)
    return {
        "where": f"{home.building} {door_of(home, scope)}".strip(),
        "head": masked(head) if head else None,
        "last": last,
        "rounds": rounds,
    }


def _refused(request: HttpRequest, form: VisitForm) -> HttpResponse:
    form.offer_buildings()
    data = getattr(form, "cleaned_data", {})
    named = {name: data[name] for name in TARGETS if data.get(name)}
    context = {"named": named, "few_buildings": True, **_whom(request, _home(named), named)}
    return refused(request, form, FORM, context)


def _conflict(request: HttpRequest, form: VisitForm, error: Conflict) -> HttpResponse:
    """The id was used: the queue shows both to a person; on the page the next send makes a visit of its own."""
    if wants_json(request):
        words = f"{error.first.get_outcome_display()} {error.first.text}".strip()
        return conflicting(request, error, _after_visit(request, error.first), words)
    form.renew("client_id", str(uuid4()))
    form.add_error(None, _("A visit was sent from this page before. Send again to keep this one as well."))
    return _refused(request, form)


def _after_visit(request: HttpRequest, visit: Visit) -> str:
    """Back to the list of what is due, where most visits begin; whoever only writes goes home."""
    sees = scope_of(request.user).can("field.view", visit.grid_code)
    return next_address(request, reverse("fieldwork:duties" if sees else "fieldwork:home"))


# --- reading ----------------------------------------------------------------------------------------------------------


def _filtered(request: HttpRequest) -> VisitFilter:
    rows = Visit.objects.visible_to(request.user)
    return narrowed(VisitFilter(request.GET, queryset=rows, request=request))


@requires("field.view")
@require_safe
def visit_list(request: HttpRequest) -> HttpResponse:
    """The visits of the filters, the latest first."""
    chosen, scope = _filtered(request), scope_of(request.user)
    page = keyset_page(for_lists(chosen.qs), request.GET, size=PAGE_SIZE, by="at")
    context = {
        "form": chosen.form,
        "page": page,
        "lines": [{"visit": visit, "place": place_of(visit, scope)} for visit in page.rows],
        "grids": grid_choices(request),
        "is_narrowed": any(value for name, value in request.GET.items() if name not in ("after", "before")),
        "may_write": scope.can("field.write"),
        "can_export": scope.can("incident.export"),
    }
    return render(request, "fieldwork/visits.html", context)


@requires("incident.export")
@require_safe
def visit_excel(request: HttpRequest) -> HttpResponse:
    """The visits of the filters as an Excel file, addresses down to the building."""
    now = timezone.now()
    content = visits_xlsx(_filtered(request).qs, actor=person(request), now=now, request=request)
    return attachment(content, XLSX, _("Visits {day}.xlsx").format(day=f"{timezone.localdate(now):%Y%m%d}"))


def find_visit(user: Any, pk: int) -> Visit:
    """The visit if `user` may see it; 404 otherwise."""
    found: Visit = get_object_or_404(for_lists(Visit.objects.visible_to(user)), pk=pk)
    return found


@requires("field.view")
@never_cache
@require_safe
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: where, what was found, which rounds it ended, what came of it."""
    visit = find_visit(request.user, pk)
    scope = scope_of(request.user)
    seen = VisitDuty.objects.visible_to(request.user)
    context = {
        "visit": visit,
        "place": place_of(visit, scope),
        "photos": shown(visit.photos.all()),
        "musts": visit.musts.all(),
        "rounds": seen.filter(visit=visit).select_related("plan"),
        "sees_incident": visit.incident is not None and scope.can("incident.view", visit.incident.grid_code),
        "may_report": visit.incident is None
        and visit.text
        and not _is_sealed(visit)
        and scope.can("field.write", visit.grid_code),
        "sees_home": visit.household is not None and scope.can("household.view", visit.household.grid_code),
    }
    return render(request, "fieldwork/visit.html", context)


@requires("field.write")
@require_POST
def visit_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an incident of what was found; a second tap gives the same one."""
    visit = find_visit(request.user, pk)
    demand(request.user, "field.write", visit.grid_code)
    incident = visit.incident or _reported(request, visit)
    messages.success(request, _("Incident %(number)s was reported.") % {"number": incident.number})
    return redirect("fieldwork:visit", pk)


def _is_sealed(visit: Visit) -> bool:
    """Whether few may read the visit: an incident with its words is read by everybody in the grid."""
    return visit.subject is not None and visit.subject.tag.is_sensitive


def _reported(request: HttpRequest, visit: Visit) -> Incident:
    if _is_sealed(visit):
        raise NotNow(_("Few may read this visit, but all read an incident: report it in words of its own."))
    new = NewIncident(
        text=visit.text,
        source=Source.PATROL,
        grid=visit.grid,
        compound=visit.building.compound if visit.building else None,
        address=str(visit.building or visit.place or ""),
        client_uuid=uuid5(visit.client_id, "incident"),
        happened_at=visit.at,
    )
    incident = report_incident(new, actor=person(request), now=timezone.now())
    visits.link_incident(visit, incident)
    return incident
