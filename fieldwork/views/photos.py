"""Photos of field work: each one leaves through the scope of its record."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fieldwork.models import FieldPhoto
from fieldwork.pictures import photos_visible_to
from grid.access import requires
from incidents.views.photos import marked


@requires("field.view")
@require_safe
def photo(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The photo, or its thumbnail with ?size=thumb; 404 outside the scope of the reader."""
    found = get_object_or_404(photos_visible_to(request.user), public_id=public_id)
    small = request.GET.get("size") == "thumb"
    mark = f'"{found.sha256}{"-t" if small else ""}"'
    if request.headers.get("If-None-Match") == mark:
        return marked(HttpResponse(status=304), mark)
    try:
        path = Path(settings.MEDIA_ROOT, found.thumbnail if small else found.file)
        opened = path.open("rb")
    except OSError as error:
        raise Http404 from error
    return marked(FileResponse(opened, content_type="image/jpeg"), mark)


def shown(photos: Iterable[FieldPhoto]) -> list[dict[str, Any]]:
    """Photos for `parts/photos.html`."""
    return [
        {"url": url, "thumb": f"{url}?size=thumb", "label": _("after the fix") if one.is_after else ""}
        for one in photos
        for url in [reverse("fieldwork:photo", args=[one.public_id])]
    ]
