"""Certificates of service (志愿服务记录证明): written, publicised, objected to, revoked, printed with a QR code."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.exports import note_export
from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.protect import mask_name
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.words import WordsForm
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from volunteers import certificates, hours
from volunteers.filters.services import CertificateFilter
from volunteers.forms.services import CertificateForm
from volunteers.models import Certificate, HourRecord
from volunteers.qr import qr_svg
from volunteers.stages import open_to, story
from volunteers.views.hours import certified

PAGE_SIZE: Final = 50
SHOWN_FILTERS: Final = "q status"
COMMUNITY: Final = 12
"""The length of a community's code: the body that usually issues (谁记录谁证明)."""
STEPS: Final[dict[str, Callable[..., Certificate]]] = {
    "publicise": certificates.publicise,
    "again": certificates.again,
    "dismiss": certificates.dismiss,
    "revoke": certificates.revoke,
}


def find_certificate(request: HttpRequest, pk: int) -> Certificate:
    """The certificate if the reader sees it, or it is her own; 404 otherwise."""
    rows = Certificate.objects.visible_to(request.user).select_related("volunteer", "grid", "by")
    found: Certificate = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


@requires("volunteer.view")
@require_safe
def certificate_list(request: HttpRequest) -> HttpResponse:
    """The certificates of the reader's grids, newest first."""
    rows = Certificate.objects.visible_to(request.user).select_related("volunteer", "grid").defer("grid__boundary")
    chosen = narrowed(CertificateFilter(request.GET.copy(), queryset=rows, request=request))
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    context = {
        "filter": chosen,
        "only": SHOWN_FILTERS,
        "page": page,
        "count": rows_in_all(page, chosen.qs),
        "rows": [(row, mask_name(row.volunteer.name)) for row in page.rows],
        "grids": grid_choices(request),
        "may_certify": scope_of(request.user).can("volunteer.certify"),
        "today": timezone.localdate(),
    }
    return render(request, "volunteers/certificates.html", context)


@requires("volunteer.certify")
@require_safe
def certificate_list_excel(request: HttpRequest) -> HttpResponse:
    """The certificates of the filters as an Excel file, names masked; the taking is recorded."""
    rows = Certificate.objects.visible_to(request.user).select_related("volunteer", "grid").defer("grid__boundary")
    found = narrowed(CertificateFilter(request.GET.copy(), queryset=rows, request=request)).qs.order_by("-pk")
    header = [_("Number"), _("Volunteer number"), _("Person"), _("Grid"), _("From"), _("Until"), _("Hours of service")]
    header += [_("Issuing body"), _("Status"), _("Publicised until"), _("Valid since")]
    title = _("Certificates of service")
    return list_workbook(
        request, header, map(_cells, found[:20_000]), count=found.count(), kind="certificate", title=title
    )


def _cells(row: Certificate) -> list[Any]:
    who = [row.volunteer.number, mask_name(row.volunteer.name), row.grid.name]
    about = [row.starts_on, row.ends_on, round(row.minutes / 60, 2), row.issuer, row.get_status_display()]
    return [row.number, *who, *about, row.public_until, row.issued_at]


@signed_in
@never_cache
@require_safe
def publicity(request: HttpRequest) -> HttpResponse:
    """What is publicised around the reader: masked name, days, hours; she may object to it."""
    rows = Certificate.objects.in_publicity(request.user).select_related("volunteer", "grid")
    page = keyset_page(rows.defer("grid__boundary"), request.GET, size=PAGE_SIZE)
    own = person(request).pk
    shown = [(row, mask_name(row.volunteer.name), row.volunteer.user_id == own) for row in page.rows]
    return render(request, "volunteers/publicity.html", {"page": page, "rows": shown})


@form_page
@signed_in
def certificate_object(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to a certificate that is publicised."""
    rows = Certificate.objects.in_publicity(request.user).select_related("volunteer")
    row = get_object_or_404(rows, pk=pk)
    form = WordsForm(request.POST or None, name="text", label=_("What is not right"), longest=500)

    def write() -> Certificate:
        return certificates.object_to(row, **form.cleaned_data, actor=person(request), now=timezone.now())

    text = _("Whoever keeps the certificates reads your name and your words; the volunteer does not.")
    back = reverse("volunteers:publicity")
    return one_form(
        request, form, write, title=_("Raise an objection"), back=back, text=text, button=_("Send the objection")
    )


@form_page
@requires("volunteer.certify")
def certificate_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a certificate for a volunteer."""
    volunteer = certified(request, pk)
    first = HourRecord.objects.filter(volunteer=volunteer).order_by("on").values_list("on", flat=True).first()
    body = Grid.objects.filter(code=volunteer.grid_code[:COMMUNITY]).values_list("name", flat=True).first()
    start = {"starts_on": first, "handler": person(request).real_name, "issuer": body or volunteer.grid.name}
    known = Certificate.objects.filter(by=person(request), issuer=start["issuer"]).order_by("-pk")
    start |= known.values("head", "contact").first() or {}
    form = CertificateForm(request.POST or None, initial=start)
    return one_form(
        request,
        form,
        lambda: certificates.draft(form.new(volunteer), actor=person(request), now=timezone.now()),
        title=_("Write a certificate"),
        back=reverse("volunteers:volunteer_hours", args=[pk]),
        text=_("%(name)s %(number)s: %(hours)s hours are recorded; the certificate counts those of its days.")
        % {
            "name": mask_name(volunteer.name),
            "number": volunteer.number,
            "hours": round(hours.total(volunteer) / 60, 2),
        },
        goes_to=lambda made: reverse("volunteers:certificate", args=[made.pk]),
    )


@signed_in
@never_cache
@require_safe
def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate: for its volunteer, and for whoever sees volunteers there."""
    row = find_certificate(request, pk)
    is_own = row.volunteer.user_id == person(request).pk
    may_certify = not is_own and scope_of(request.user).can("volunteer.certify", row.grid_code)
    present = hours.total(row.volunteer, since=row.starts_on, until=row.ends_on)
    context = {
        "row": row,
        "name": row.volunteer.name if is_own else mask_name(row.volunteer.name),
        "is_own": is_own,
        "may_certify": may_certify,
        "may_print": (may_certify or is_own) and row.status == Certificate.Status.VALID,
        "present": present,
        "differs": present != row.minutes,
        "stages": _offered(row, request.user, differs=present != row.minutes) if may_certify else [],
        "steps": story(row) if may_certify else [],
        "address": page_address(request, row.code),
        "today": timezone.localdate(),
    }
    return render(request, "volunteers/certificate.html", context)


def _offered(row: Certificate, user: Any, *, differs: bool) -> list[Any]:
    return [one for one in open_to(row, user) if one.name in STEPS and (one.name != "again" or differs)]


@form_page
@requires("volunteer.certify")
def certificate_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publicise, publicise anew, do not uphold an objection, revoke: with words where they are needed."""
    row = find_certificate(request, pk)
    if name not in STEPS:
        raise Http404
    demand(person(request), "volunteer.certify", row.grid_code)
    back = reverse("volunteers:certificate", args=[pk])
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    given["version"] = shown_version(request, row.version)
    if name in ("publicise", "again"):
        if request.method != "POST":
            return redirect(back)
        STEPS[name](row, **given)
        messages.success(request, _("It is publicised for seven days."))
        return redirect(back)
    form = WordsForm(request.POST or None, name="text", label=_("reason"), longest=500)
    title = _("Objection not upheld") if name == "dismiss" else _("Revoke the certificate")
    return one_form(
        request,
        form,
        lambda: STEPS[name](row, **form.cleaned_data, **given),
        title=title,
        back=back,
        version=row.version,
        danger=name == "revoke",
    )


@signed_in
@never_cache
@require_safe
def certificate_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet to print, with the full name and the QR code; when staff open it, that is recorded."""
    row = find_certificate(request, pk)
    actor, now = person(request), timezone.now()
    if row.status != Certificate.Status.VALID:
        raise Http404
    if row.volunteer.user_id != actor.pk:
        demand(actor, "volunteer.certify", row.grid_code)
        note_export(
            actor=actor, object_type="certificate", object_id=pk, fields="name", now=now, request=request, at_once=60
        )
    address = page_address(request, row.code)
    context = {"row": row, "volunteer": row.volunteer, "address": address, "now": now}
    context["qr"] = qr_svg(address, title=_("QR code of the page of verification"))
    return render(request, "volunteers/certificate_print.html", context)


def page_address(request: HttpRequest, code: str) -> str:
    """The whole address of the page that verifies `code`: that of the platform outside, where it is set."""
    path = reverse("volunteers:verify", args=[code])
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)
