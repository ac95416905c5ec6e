"""Documents and photos of the apps above: how one of them leaves, once its own scope has let it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase

from incidents.views.photos import KEEP, marked


def served(request: HttpRequest, found: Any) -> HttpResponseBase:
    """A photo (its thumbnail with ?size=thumb) to look at, anything else to keep; 404 when it lies there no longer."""
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


def _document(response: HttpResponseBase, found: Any, mark: str) -> HttpResponseBase:
    """Never shown inside the platform's own pages: whatever is in it cannot act in the reader's name."""
    response["Content-Type"] = found.content_type
    response["ETag"], response["Cache-Control"] = mark, KEEP
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
