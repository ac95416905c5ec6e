"""Pages of services: the list and the calendar for everybody in reach, planning, changing and ending for staff."""

from operator import attrgetter
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.chosen import grids_where
from grid.scope import scope_of
from incidents.forms.words import WordsForm
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.months import given_month, month_context, span_of
from incidents.views.workbooks import list_workbook
from volunteers import services, sign_ups
from volunteers.files import attach, shown_photos
from volunteers.filters.services import ServiceFilter
from volunteers.forms.services import EndForm, ServiceForm, ShiftsForm
from volunteers.models import ServiceActivity, Shift, SignUp
from volunteers.stages import open_to, story
from volunteers.standing import volunteer_of

PAGE_SIZE: Final = 30
COMING: Final = 6
SHOWN_FILTERS: Final = "q status phase kind team from_day to_day mine"


def find_service(request: HttpRequest, pk: int) -> ServiceActivity:
    """The service if the reader sees it or may sign up for it; 404 otherwise."""
    rows = ServiceActivity.objects.offered_to(request.user).select_related("kind", "grid", "team__leader", "by")
    found: ServiceActivity = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


def own_service(request: HttpRequest, pk: int) -> ServiceActivity:
    """The service, when the reader plans services in its grid."""
    service = find_service(request, pk)
    demand(person(request), "service.edit", service.grid_code)
    return service


# --- lists ------------------------------------------------------------------------------------------------------------


@signed_in
@never_cache
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """What comes next near the reader, then all services in reach, newest first."""
    now, rows = timezone.now(), services.in_lists(request.user)
    chosen = narrowed(ServiceFilter(request.GET.copy(), queryset=rows, request=request))
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    services.with_counts(page.rows)
    context = {
        "filter": chosen,
        "only": SHOWN_FILTERS,
        "page": page,
        "count": rows_in_all(page, chosen.qs),
        "gained": _gained(chosen.qs) if request.GET.get("status") == "ended" else None,
        "coming": [] if request.GET else _coming(request, now),
        "figures": _figures(request, now),
        "grids": grid_choices(request),
        "may_edit": scope_of(request.user).can("service.edit"),
        "now": now,
    }
    return render(request, "volunteers/services.html", context)


def _gained(rows: Any) -> int:
    """How many people gained by the services of the list: the number of the overview that opens it."""
    return int(rows.order_by().aggregate(n=Sum("beneficiaries"))["n"] or 0)


def _coming(request: HttpRequest, now: Any) -> list[Shift]:
    offered = ServiceActivity.objects.offered_to(request.user).filter(status="planned")
    rows = Shift.objects.filter(service__in=offered.values("pk"), ends_at__gt=now)
    return list(services.shifts_with_counts(rows.select_related("service__kind"))[:COMING])


def _figures(request: HttpRequest, now: Any) -> dict[str, Any]:
    planned, over = Q(status="planned"), Shift.objects.filter(ends_at__gt=now).values("service")
    unsettled = SignUp.objects.filter(status__in=services.TO_NOTE, shift__ends_at__lte=now).values("shift__service")
    found: dict[str, Any] = ServiceActivity.objects.offered_to(request.user).aggregate(
        open=Count("pk", filter=planned & Q(pk__in=over)),
        to_note=Count("pk", filter=planned & Q(pk__in=unsettled)),
        to_end=Count("pk", filter=planned & ~Q(pk__in=over)),
        ended=Count("pk", filter=Q(status="ended")),
    )
    return found


@requires("service.edit")
@require_safe
def service_list_excel(request: HttpRequest) -> HttpResponse:
    """The services of the filters as an Excel file: numbers, no names; the taking is recorded."""
    rows = services.in_lists(request.user)
    found = narrowed(ServiceFilter(request.GET.copy(), queryset=rows, request=request)).qs.order_by("-pk")
    header = [_("First shift"), _("Title"), _("Kind"), _("Grid"), _("Where"), _("Team"), _("Status"), _("Shifts")]
    header += [_("Slots"), _("Signed up"), _("Hours confirmed for"), _("Hours of service"), _("People who gained")]
    count, title = found.count(), _("Services of volunteers")
    lines = (_cells(row) for row in services.with_counts(found[:20_000]))
    return list_workbook(request, header, lines, count=count, kind="volunteer_service", title=title)


def _cells(row: Any) -> list[Any]:
    named = [row.title, row.kind.name, row.grid.name, row.place, row.team.name if row.team else ""]
    numbers = [row.shift_count, row.slots, row.taken, row.came, round(row.minutes / 60, 2), row.beneficiaries]
    return [row.first, *named, row.get_status_display(), *numbers]


@signed_in
@never_cache
@require_safe
def service_calendar(request: HttpRequest) -> HttpResponse:
    """A month of shifts, day by day (query: month)."""
    first = given_month(request)
    since, until = span_of(first)
    offered = ServiceActivity.objects.offered_to(request.user).exclude(status="called_off")
    rows = Shift.objects.filter(service__in=offered.values("pk"), starts_at__gte=since, starts_at__lt=until)
    found = services.shifts_with_counts(rows.select_related("service"))
    return render(request, "volunteers/service_calendar.html", month_context(first, found, attrgetter("starts_at")))


# --- one service ------------------------------------------------------------------------------------------------------


@signed_in
@never_cache
@require_safe
def service_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One service with its shifts; a volunteer signs up here, its organizers go on to who comes."""
    service, now = find_service(request, pk), timezone.now()
    volunteer, organizes = volunteer_of(request.user), services.organizes(service, request.user)
    may_edit = scope_of(request.user).can("service.edit", service.grid_code)
    mine = _mine(service, volunteer)
    shifts = list(services.shifts_with_counts(service.shifts.all()))
    context = {
        "service": service,
        "shifts": [(shift, mine.get(shift.pk)) for shift in shifts],
        "gained": services.with_counts([service])[0],
        "photos": shown_photos(service.files.all()) if may_edit or mine else [],
        "skills": list(service.skills.all()),
        "volunteer": volunteer,
        "organizes": organizes,
        "may_edit": may_edit,
        "stages": [one.name for one in open_to(service, request.user)] if may_edit else [],
        "all_over": all(shift.ends_at <= now for shift in shifts),
        "steps": story(service) if may_edit else [],
        "now": now,
    }
    return render(request, "volunteers/service.html", context)


def _mine(service: ServiceActivity, volunteer: Any) -> dict[int, SignUp]:
    """The reader's own sign-ups by shift."""
    if volunteer is None:
        return {}
    rows = SignUp.objects.filter(shift__service=service, volunteer=volunteer).exclude(status="withdrawn")
    found = sign_ups.with_check_in(rows.select_related("shift"), timezone.now())
    return {row.shift_id: row for row in found}


# --- planning ---------------------------------------------------------------------------------------------------------


@form_page
@requires("service.edit")
def service_new(request: HttpRequest) -> HttpResponse:
    """Plan a service with its shifts; a second send of the same form shows the first."""
    form = ServiceForm(
        request.POST or None,
        user=request.user,
        grids=grids_where(request.user, "service.edit"),
        initial={"grid": request.GET.get("grid", "")},
    )
    return one_form(
        request,
        form,
        lambda: services.plan(form.new(), actor=person(request), now=timezone.now()),
        title=_("Plan a service"),
        back=reverse("volunteers:services"),
        goes_to=lambda made: reverse("volunteers:service", args=[made.pk]),
        draft="service-new",
    )


@form_page
@requires("service.edit")
def service_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is planned; whoever comes is told of another place."""
    service = own_service(request, pk)
    version = shown_version(request, service.version)
    start = {name: getattr(service, name) for name in services.PLAIN} | {"skills": service.skills.all()}
    form = ServiceForm(request.POST or None, user=request.user, grids=None, old=service, initial=start)
    return one_form(
        request,
        form,
        lambda: services.change(service, form.new(), version=version, actor=person(request), now=timezone.now()),
        title=_("Change the service"),
        back=reverse("volunteers:service", args=[pk]),
        version=service.version,
    )


@form_page
@requires("service.edit")
def shifts_new(request: HttpRequest, pk: int) -> HttpResponse:
    """More shifts of a service."""
    service, form = own_service(request, pk), ShiftsForm(request.POST or None)
    return one_form(
        request,
        form,
        lambda: services.add_shifts(service, form.shifts(), actor=person(request), now=timezone.now()),
        title=_("Add shifts"),
        back=reverse("volunteers:service", args=[pk]),
    )


# --- the end ----------------------------------------------------------------------------------------------------------


@form_page
@requires("service.edit")
def service_end(request: HttpRequest, pk: int) -> HttpResponse:
    """How many people gained, what came of it, photos."""
    service = own_service(request, pk)
    form = EndForm(request.POST or None, request.FILES or None)

    def keep() -> ServiceActivity:
        now, data = timezone.now(), form.cleaned_data
        given = {"beneficiaries": data["beneficiaries"], "result": data["result"]}
        ended = services.end(service, **given, actor=person(request), now=now)
        attach(data["photos"], owner=ended, actor=person(request), now=now)
        return ended

    back = reverse("volunteers:service", args=[pk])
    return one_form(request, form, keep, title=_("End the service"), back=back)


@form_page
@requires("service.edit")
def service_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off with a reason."""
    service = own_service(request, pk)
    form = WordsForm(request.POST or None, name="text", label=_("Why it is called off"), longest=500)

    def write() -> ServiceActivity:
        done = services.call_off(service, **form.cleaned_data, actor=person(request), now=timezone.now())
        messages.info(request, _("Called off. Whoever signed up is told."))
        return done

    back = reverse("volunteers:service", args=[pk])
    return one_form(request, form, write, title=_("Call the service off"), back=back, danger=True)
