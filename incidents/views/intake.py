"""How cases come in by hand: the phone form, the desk form, and the page that follows."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.answers import kept_otherwise, refused, wants_json
from accounts.answers import sent as accepted
from accounts.errors import NotValid
from accounts.offline import kept_offline
from accounts.rules import signed_in
from accounts.shell import is_phone
from grid.access import requires
from grid.leaders import LeaderStep, leader_chain
from grid.locate import locate
from grid.models import Compound
from grid.scope import scope_of
from incidents.duplicates import suggest_duplicates
from incidents.forms import DeskReportForm, FieldReportForm
from incidents.forms.fields import DegreesField
from incidents.forms.reports import ReportForm
from incidents.intake import report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.views.finding import find_incident, person

NEAR_DEGREES: Final = 0.0015
"""About 150 m: a compound farther away is not meant."""


@requires("incident.report")
@never_cache
@require_http_methods(["GET", "POST"])
@kept_offline
def report(request: HttpRequest) -> HttpResponse:
    """上报: photos, place, words. A repeated send (same client_uuid) shows the first case again."""
    if request.method == "POST":
        sent_form = FieldReportForm(request.POST, request.FILES, user=request.user)
        return _receive(request, sent_form, "incidents/report.html")
    form = FieldReportForm(user=request.user, initial={"client_uuid": uuid4()})
    return render(request, "incidents/report.html", {**_context(form), "is_phone": is_phone(request)})


@requires("incident.accept", "incident.dispatch", "contact.reveal")
@never_cache
@require_http_methods(["GET", "POST"])
def intake_desk(request: HttpRequest) -> HttpResponse:
    """登记: the desk enters a call, a visitor or a 12345 work order."""
    if request.method == "POST":
        sent_form = DeskReportForm(request.POST, request.FILES, user=request.user)
        return _receive(request, sent_form, "incidents/intake_desk.html")
    form = DeskReportForm(user=request.user, initial={"client_uuid": uuid4(), "source": Source.DESK})
    return render(request, "incidents/intake_desk.html", _context(form))


def _context(form: ReportForm) -> dict[str, Any]:
    home = scope_of(form.user).home
    return {"form": form, "grids_url": f"{reverse('incidents:loads')}?level=5&under={home[:9]}"}


def _receive(request: HttpRequest, form: ReportForm, template: str) -> HttpResponse:
    """Take a filled form in; a refusal shows it again with everything typed."""
    other: list[Incident] = []
    incident = _report(request, form, other) if form.is_valid() else None
    if incident is None:
        if other and wants_json(request):
            return kept_otherwise(
                form.non_field_errors()[0], reverse("incidents:sent", args=[other[0].number]), other[0].text
            )
        if getattr(request, "htmx", False):
            # the form stays on the page as it is, with its photos; only the answer is put above it, and a renewed id
            return render(request, "incidents/parts/refused.html", {"form": form}, status=422)
        return refused(request, form, template, _context(form))
    return accepted(request, reverse("incidents:sent", args=[incident.number]), said=incident.number)


def _report(request: HttpRequest, form: ReportForm, other: list[Incident]) -> Incident | None:
    """The new case, or the first one of the same send; None with messages on the form when it was refused.

    When the id belongs to a case with other words, that case is put into `other`.
    """
    new = form.new_incident()
    try:
        incident = report_incident(new, actor=person(request), now=timezone.now())
    except NotValid as error:
        _take_messages(form, error.fields or {"": [str(error)]})
        return None
    if incident.client_uuid == new.client_uuid and _same_words(incident.text, new.text):
        return incident
    if new.external_id and incident.external_id == new.external_id:
        messages.info(request, _("This work order was registered before: %(number)s.") % {"number": incident.number})
        return incident
    # the browser brought an old page back: the id was used, the words are new
    other.append(incident)
    form.renew("client_uuid", str(uuid4()))
    said = _("%(number)s was sent from this page before. Send again to report this as a new case.")
    form.add_error(None, said % {"number": incident.number})
    return None


def _same_words(kept: str, sent: str) -> bool:
    return "".join(kept.split()) == "".join(sent.split())


def _take_messages(form: ReportForm, fields: Mapping[str, list[str]]) -> None:
    for name, said in fields.items():
        for message in said:
            form.add_error(name if name in form.fields else None, message)


@signed_in
@never_cache
@require_safe
def sent(request: HttpRequest, number: str) -> HttpResponse:
    """After the report: its number, its grid, who is in charge, and what may be the same matter."""
    incident = find_incident(request.user, number)
    now = timezone.now()
    alike = suggest_duplicates(
        point=incident.point, text=incident.text, category=incident.category, actor=person(request), now=now, limit=4
    )
    context = {
        "incident": incident,
        "leader": leader_of(incident.grid_code),
        "alike": [other for other in alike if other.pk != incident.pk][:3],
        "now": now,
    }
    return render(request, "incidents/sent.html", context)


def leader_of(grid_code: str) -> LeaderStep | None:
    """The first leader on the way up from a grid who is there."""
    chain = leader_chain(grid_code, now=timezone.now())
    return next((step for step in chain if step.available), None)


@requires("incident.report")
@require_safe
def place(request: HttpRequest) -> HttpResponse:
    """What is known of a position: its grid, the leader, the nearest compound. A fragment for the report form."""
    try:
        lon = DegreesField(limit=180).clean(request.GET.get("lon", ""))
        lat = DegreesField(limit=90).clean(request.GET.get("lat", ""))
    except ValidationError as error:
        raise NotValid(_("Not a position."), {"lon": error.messages}) from error
    if lon is None or lat is None:
        return HttpResponse(status=204)
    point = Point(lon, lat, srid=4326)
    located = locate(point)
    context = {
        "located": located,
        "leader": leader_of(located.grid.code) if located else None,
        "compound": nearest_compound(request.user, point),
    }
    return render(request, "incidents/parts/place_found.html", context)


def nearest_compound(user: Any, point: Point) -> Compound | None:
    """The compound nearest to a point, within about 150 m."""
    near = Compound.objects.visible_to(user).filter(point__dwithin=(point, NEAR_DEGREES))
    found: Compound | None = near.annotate(away=Distance("point", point)).order_by("away", "pk").first()
    return found
