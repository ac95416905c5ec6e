"""Documents and photos of the apps above: how one of them leaves, once its own scope has let it."""

from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase

from incidents.views.photos import KEEP, marked


def served(request: HttpRequest, found: Any) -> HttpResponseBase:
    """A photo to look at (`served_photo`), anything else to keep; 404 when it lies there no longer."""
    if found.is_photo:
        return served_photo(request, found)
    mark = f'"{found.sha256}"'
    return _unchanged(request, mark) or _document(
        FileResponse(_opened(found.file), as_attachment=True, filename=found.name), found, mark
    )


def served_photo(request: HttpRequest, found: Any) -> HttpResponseBase:
    """A photo, or its thumbnail with ?size=thumb; 404 when it lies there no longer."""
    small = request.GET.get("size") == "thumb"
    mark = f'"{found.sha256}{"-t" if small else ""}"'
    return _unchanged(request, mark) or marked(
        FileResponse(_opened(found.thumbnail if small else found.file), content_type="image/jpeg"), mark
    )


def _unchanged(request: HttpRequest, mark: str) -> HttpResponseBase | None:
    """The short answer when the reader's browser has it already."""
    return marked(HttpResponse(status=304), mark) if request.headers.get("If-None-Match") == mark else None


def _opened(name: str) -> BinaryIO:
    try:
        return Path(settings.MEDIA_ROOT, name).open("rb")
    except OSError as error:
        raise Http404 from error


def _document(response: HttpResponseBase, found: Any, mark: str) -> HttpResponseBase:
    """Never shown inside the platform's own pages: whatever is in it cannot act in the reader's name."""
    response["Content-Type"] = found.content_type
    response["ETag"], response["Cache-Control"] = mark, KEEP
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
