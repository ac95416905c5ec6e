"""改正位置: the form that puts the place of a case right."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError, NotAllowed, NotNow
from grid.access import requires
from incidents import relocating
from incidents.forms import RelocateForm
from incidents.models import Incident
from incidents.relocating import MOVABLE, RIGHTS
from incidents.views.cases import grid_address
from incidents.views.finding import detail_address, find_incident, next_address, person


@requires(*RIGHTS)
@never_cache
@require_http_methods(["GET", "POST"])
def relocate(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the form, filled with the place as it is. POST: put it right; what was typed is kept with a refusal."""
    incident = find_incident(request.user, number)
    if not relocating.may_relocate(incident, request.user):
        if incident.state in MOVABLE:
            raise NotAllowed(_("You may not correct the place of this case."))
        raise NotNow(_("It has been dispatched for its place: recall it first, then correct the place."))
    form = RelocateForm(request.POST or None, incident=incident, user=request.user)
    if request.method == "POST" and form.is_valid() and (moved := _relocate(request, incident, form)) is not None:
        return _onward(request, moved)
    context = {
        "incident": incident,
        "form": form,
        "grids_url": grid_address(incident),
        "next": next_address(request, ""),
        "now": timezone.now(),
    }
    return render(request, "incidents/relocate.html", context, status=422 if form.is_bound else 200)


def _relocate(request: HttpRequest, incident: Incident, form: RelocateForm) -> Incident | None:
    """The case at its new place; None with messages on the form when it was refused."""
    data = form.cleaned_data
    try:
        return relocating.relocate(
            incident.pk,
            form.new_place(),
            actor=person(request),
            now=timezone.now(),
            reason=data["reason"],
            version=data["version"],
        )
    except DomainError as error:
        fields = getattr(error, "fields", None) or {"": [str(error)]}
        for name, said in fields.items():
            for message in said:
                form.add_error(name if name in form.fields else None, message)
        return None


def _onward(request: HttpRequest, incident: Incident) -> HttpResponse:
    said = {"number": incident.number, "grid": incident.grid.name}
    messages.success(request, _("%(number)s lies in %(grid)s now.") % said)
    if not Incident.objects.visible_to(request.user).filter(pk=incident.pk).exists():
        return redirect("incidents:list")
    return redirect(next_address(request, detail_address(incident)))
