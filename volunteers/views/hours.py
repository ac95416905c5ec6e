"""Hours of service: the ledger of a grid, the hours of one volunteer, corrections, hours of other systems."""

from typing import Any, Final

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.protect import mask_name
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from volunteers import hours
from volunteers.filters.services import HourFilter
from volunteers.forms.services import CorrectForm, TakeOverForm
from volunteers.models import HourRecord, Volunteer

PAGE_SIZE: Final = 50
SHOWN_FILTERS: Final = "volunteer kind from_day to_day"


def find_volunteer(request: HttpRequest, pk: int) -> Volunteer:
    """The volunteer if the reader sees her, or is her; 404 otherwise."""
    rows = Volunteer.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    found: Volunteer = get_object_or_404(rows, pk=pk)
    return found


def certified(request: HttpRequest, pk: int) -> Volunteer:
    """The volunteer, when the reader keeps hours and certificates in her grid."""
    volunteer = find_volunteer(request, pk)
    demand(person(request), "volunteer.certify", volunteer.grid_code)
    return volunteer


def _lines(request: HttpRequest) -> QuerySet[HourRecord]:
    rows = HourRecord.objects.visible_to(request.user)
    found: QuerySet[HourRecord] = rows.select_related("volunteer__grid", "sign_up__shift__service")
    return found.defer("volunteer__grid__boundary")


@requires("volunteer.view")
@require_safe
def hour_list(request: HttpRequest) -> HttpResponse:
    """The ledger of hours of the reader's grids, newest first; people stand by their numbers, masked."""
    chosen = narrowed(HourFilter(request.GET.copy(), queryset=_lines(request), request=request))
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    sums = chosen.qs.order_by().aggregate(minutes=Sum("minutes"), people=Count("volunteer", distinct=True))
    context = {
        "filter": chosen,
        "only": SHOWN_FILTERS,
        "page": page,
        "count": rows_in_all(page, chosen.qs),
        "rows": [(row, mask_name(row.volunteer.name)) for row in page.rows],
        "sums": sums,
        "grids": grid_choices(request),
        "may_certify": scope_of(request.user).can("volunteer.certify"),
    }
    return render(request, "volunteers/hours.html", context)


@requires("volunteer.certify")
@require_safe
def hour_list_excel(request: HttpRequest) -> HttpResponse:
    """The ledger of the filters as an Excel file for the ministry's system, names masked; the taking is recorded."""
    rows = narrowed(HourFilter(request.GET.copy(), queryset=_lines(request), request=request)).qs.order_by("-pk")
    header = [_("Service day"), _("Volunteer number"), _("Person"), _("Grid"), _("Service"), _("Kind"), _("Minutes")]
    header += [_("Hours of service"), _("Reason")]
    title = _("Hours of service")
    lines = map(_cells, rows[:20_000])
    return list_workbook(request, header, lines, count=rows.count(), kind="volunteer_hours", title=title)


def _cells(row: HourRecord) -> list[Any]:
    who = [row.volunteer.number, mask_name(row.volunteer.name), row.volunteer.grid.name]
    service = row.sign_up.shift.service.title if row.sign_up else ""
    return [row.on, *who, service, row.get_kind_display(), row.minutes, round(row.minutes / 60, 2), row.reason]


@signed_in
@never_cache
@require_safe
def volunteer_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """The hours, stars and certificates of one volunteer: for herself and for whoever sees volunteers there."""
    volunteer = find_volunteer(request, pk)
    is_own = volunteer.user_id == person(request).pk
    may_certify = not is_own and scope_of(request.user).can("volunteer.certify", volunteer.grid_code)
    rows = HourRecord.objects.filter(volunteer=volunteer).select_related("sign_up__shift__service", "corrects", "by")
    page = keyset_page(rows, request.GET, size=PAGE_SIZE)
    minutes = hours.total(volunteer)
    context = {
        "volunteer": volunteer,
        "name": mask_name(volunteer.name),
        "is_own": is_own,
        "page": page,
        "minutes": minutes,
        "stars": hours.standing(minutes),
        "certificates": list(volunteer.certificates.all()[:20]),
        "may_certify": may_certify,
    }
    return render(request, "volunteers/volunteer_hours.html", context)


@form_page
@requires("volunteer.certify")
def hour_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the hours of a record: the old row stays, the difference stands beside it."""
    rows = HourRecord.objects.visible_to(request.user).select_related("volunteer", "sign_up__shift__service")
    record = get_object_or_404(rows.exclude(kind=HourRecord.Kind.CORRECTION), pk=pk)
    demand(person(request), "volunteer.certify", record.volunteer.grid_code)
    form = CorrectForm(request.POST or None, initial={"minutes": hours.counted(record)})
    return one_form(
        request,
        form,
        lambda: hours.correct(record, **form.cleaned_data, actor=person(request), now=timezone.now()),
        title=_("Correct the hours"),
        back=reverse("volunteers:volunteer_hours", args=[record.volunteer_id]),
        text=_("The old record stays; the difference is recorded beside it, and points follow."),
    )


@form_page
@requires("volunteer.certify")
def hours_take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over hours that another system recorded."""
    volunteer, form = certified(request, pk), TakeOverForm(request.POST or None)

    def write() -> HourRecord:
        given = {"on": form.cleaned_data["on"], "source": form.cleaned_data["source"]}
        return hours.take_over(volunteer, form.minutes(), **given, actor=person(request), now=timezone.now())

    back = reverse("volunteers:volunteer_hours", args=[pk])
    return one_form(request, form, write, title=_("Take over hours"), back=back)
