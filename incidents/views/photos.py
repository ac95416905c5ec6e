"""Photos: media has no address of its own, each one leaves through the scope of its case."""

from typing import Final
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.rules import signed_in
from incidents.models import Attachment, Incident

KEEP: Final = "private, max-age=86400, immutable"


@signed_in
@require_safe
def photo(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The photo, or its thumbnail with ?size=thumb; 404 outside the scope of the reader.

    The file never changes (it is named by its hash), so the browser may keep it; no shared cache may.
    """
    visible = Incident.objects.visible_to(request.user).values("pk")
    attachment = get_object_or_404(Attachment.objects.filter(incident__in=visible), public_id=public_id)
    small = request.GET.get("size") == "thumb" and attachment.thumbnail
    mark = f'"{attachment.sha256}{"-t" if small else ""}"'
    if request.headers.get("If-None-Match") == mark:
        return marked(HttpResponse(status=304), mark)
    try:
        opened = (attachment.thumbnail if small else attachment.file).open("rb")
    except OSError as error:
        raise Http404 from error
    return marked(FileResponse(opened, content_type="image/jpeg"), mark)


def marked(response: HttpResponseBase, mark: str) -> HttpResponseBase:
    """The answer with the headers of a photo: its reader's browser may keep it, nobody else."""
    response["ETag"] = mark
    response["Cache-Control"] = KEEP
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response
