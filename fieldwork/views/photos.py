"""Photos of field work: each one leaves through the scope of its record."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fieldwork.models import FieldPhoto
from fieldwork.pictures import photos_visible_to
from grid.access import requires
from incidents.views.kept_files import served_photo


@requires("field.view")
@require_safe
def photo(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The photo, or its thumbnail with ?size=thumb; 404 outside the scope of the reader."""
    found = get_object_or_404(photos_visible_to(request.user), public_id=public_id)
    return served_photo(request, found)


def shown(photos: Iterable[FieldPhoto]) -> list[dict[str, Any]]:
    """Photos for `parts/photos.html`."""
    return [
        {"url": url, "thumb": f"{url}?size=thumb", "label": _("after the fix") if one.is_after else ""}
        for one in photos
        for url in [reverse("fieldwork:photo", args=[one.public_id])]
    ]
