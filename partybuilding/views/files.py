"""Files of party work: each one leaves through the scope of what it belongs to."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import signed_in
from grid.access import requires
from incidents.views.finding import next_address, person
from incidents.views.photos import KEEP, marked
from partybuilding import files
from partybuilding.models import PartyFile


@signed_in
@require_safe
def file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A photo (its thumbnail with ?size=thumb) to look at, anything else to keep; 404 outside the reader's scope."""
    found = get_object_or_404(files.files_visible_to(request.user), public_id=public_id)
    small = found.is_photo and request.GET.get("size") == "thumb"
    mark = f'"{found.sha256}{"-t" if small else ""}"'
    if request.headers.get("If-None-Match") == mark:
        return marked(HttpResponse(status=304), mark)
    try:
        path = Path(settings.MEDIA_ROOT, found.thumbnail if small else found.file)
        opened = path.open("rb")
    except OSError as error:
        raise Http404 from error
    if found.is_photo:
        return marked(FileResponse(opened, content_type="image/jpeg"), mark)
    return _document(FileResponse(opened, as_attachment=True, filename=found.name), found, mark)


def _document(response: HttpResponseBase, found: PartyFile, mark: str) -> HttpResponseBase:
    """Never shown inside the platform's own pages: whatever is in it cannot act in the reader's name."""
    response["Content-Type"] = found.content_type
    response["ETag"], response["Cache-Control"] = mark, KEEP
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
@requires("lists.edit", "activity.edit", "council.edit")
def remove(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Take a file away that was put there by mistake."""
    found = get_object_or_404(files.files_visible_to(request.user), public_id=public_id)
    files.detach(found, actor=person(request), now=timezone.now())
    messages.success(request, _("Taken away."))
    return redirect(next_address(request, reverse("partybuilding:overview")))
