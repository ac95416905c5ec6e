"""Files of party work: each one leaves through the scope of what it belongs to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import signed_in
from grid.access import requires
from incidents.views.finding import next_address, person
from incidents.views.kept_files import served
from partybuilding import files


@signed_in
@require_safe
def file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A photo (its thumbnail with ?size=thumb) to look at, anything else to keep; 404 outside the reader's scope."""
    found = get_object_or_404(files.files_visible_to(request.user), public_id=public_id)
    return served(request, found)


@require_POST
@requires("lists.edit", "activity.edit", "council.edit")
def remove(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Take a file away that was put there by mistake."""
    found = get_object_or_404(files.files_visible_to(request.user), public_id=public_id)
    files.detach(found, actor=person(request), now=timezone.now())
    messages.success(request, _("Taken away."))
    return redirect(next_address(request, reverse("partybuilding:overview")))
