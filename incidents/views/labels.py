"""Labels of a case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.numbers import strict_int
from accounts.rules import signed_in
from incidents import labels
from incidents.views.finding import detail_address, find_incident, next_address, person


@signed_in
@require_POST
def set_labels(request: HttpRequest, number: str) -> HttpResponse:
    """Make the ticked ones the labels of the case."""
    incident = find_incident(request.user, number)
    ticked = [strict_int(value, name="labels") for value in request.POST.getlist("labels")]
    labels.set_labels(incident.pk, ticked, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(next_address(request, detail_address(incident)))
