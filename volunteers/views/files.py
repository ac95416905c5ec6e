"""Files of volunteers' work: each one leaves through the scope of what it belongs to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.rules import signed_in
from incidents.views.kept_files import served
from volunteers import files


@signed_in
@require_safe
def file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A photo (its thumbnail with ?size=thumb) to look at, anything else to keep; 404 outside the reader's scope."""
    return served(request, get_object_or_404(files.files_visible_to(request.user), public_id=public_id))
