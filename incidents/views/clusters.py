"""The cluster of a case: what may be the same, with the parts of each score; joined and parted with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError, NotAllowed
from grid.access import requires
from incidents import clusters, duplicates
from incidents.clusters import RIGHTS
from incidents.forms import ClusterForm
from incidents.models import Incident
from incidents.views.finding import detail_address, find_incident, next_address, person


@requires(*RIGHTS)
@never_cache
@require_http_methods(["GET", "POST"])
def cluster(request: HttpRequest, number: str) -> HttpResponse:
    """GET: members and candidates. POST: one step of the cluster; a refusal is shown above what was typed."""
    incident = find_incident(request.user, number)
    if not clusters.may_cluster(incident, request.user):
        raise NotAllowed(_("You may not join or part cases here."))
    form = ClusterForm(request.POST or None)
    said = ""
    if request.method == "POST":
        if form.is_valid():
            try:
                return _onward(request, incident, _act(request, incident, form.cleaned_data))
            except DomainError as error:
                said = str(error)
        else:
            said = " ".join(str(message) for errors in form.errors.values() for message in errors)
    return render(request, "incidents/cluster.html", _context(request, number, form, said), status=422 if said else 200)


def _context(request: HttpRequest, number: str, form: ClusterForm, said: str) -> dict[str, Any]:
    incident = find_incident(request.user, number)  # as it is now, after a refusal too
    now = timezone.now()
    return {
        "incident": incident,
        "cluster": clusters.for_case(incident, request.user),
        "candidates": duplicates.open_and_ended(
            duplicates.candidates(incident, user=request.user, now=now, limit=duplicates.LOOKED_AT), shown=10
        ),
        "may_cluster": True,
        "typed": form.data.get("reason", "") if form.is_bound else "",
        "said": said,
        "next": next_address(request, ""),
        "now": now,
    }


def _act(request: HttpRequest, incident: Incident, given: dict[str, Any]) -> str:
    """Do what was asked; the words that tell of it."""
    common = {"actor": person(request), "now": timezone.now(), "reason": given["reason"]}
    if given["action"] in ("join", "take"):
        return _join(request, incident, given, common)
    member = find_incident(request.user, given["other"]) if given["other"] else incident
    version = given["other_version"] if given["other"] else given["version"]
    if given["action"] == "part":
        clusters.part(member.pk, version=version, **common)
        return _("%(number)s goes its own way again.") % {"number": member.number}
    clusters.lead_on(member.pk, version=version, **common)
    return _("%(number)s leads the cluster from now on.") % {"number": member.number}


def _join(request: HttpRequest, incident: Incident, given: dict[str, Any], common: dict[str, Any]) -> str:
    """ "join": this case to the other or its lead; "take": the other into the cluster of this one."""
    other = find_incident(request.user, given["other"])
    versions = {incident.pk: given["version"], other.pk: given["other_version"]}
    known = {pk: version for pk, version in versions.items() if version}
    scored = {
        found.incident.pk: found.as_data()
        for found in duplicates.candidates(incident, user=request.user, now=common["now"], limit=duplicates.LOOKED_AT)
    }
    if given["action"] == "join":
        lead_pk, member = other.duplicate_of_id or other.pk, incident
        scores = {incident.pk: scored.get(other.pk, {})}
    else:
        lead_pk, member = incident.duplicate_of_id or incident.pk, other
        scores = {other.pk: scored.get(other.pk, {})}
    lead = clusters.join(lead_pk, [member.pk], versions=known, scores=scores, **common)
    return _("%(number)s was joined to %(lead)s; both reporters hear the result.") % {
        "number": member.number,
        "lead": lead.number,
    }


def _onward(request: HttpRequest, incident: Incident, words: str) -> HttpResponse:
    messages.success(request, words)
    target = next_address(request, detail_address(incident))
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return redirect(target)
