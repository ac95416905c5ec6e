"""整改通知书 as a Word file and as a sheet for the printer; who sees the notice gets them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.exports import attachment, note_export
from fieldwork.models import RectificationNotice
from grid.access import requires
from incidents.views.finding import person
from reports import rectification
from reports.daily_document import WORD_TYPE


def _found(request: HttpRequest, pk: int) -> RectificationNotice:
    rows = RectificationNotice.objects.visible_to(request.user)
    rows = rows.select_related("place__kind", "grid", "inspection__by", "inspection__checklist", "organization")
    found: RectificationNotice = get_object_or_404(rows.defer("grid__boundary", "place__phone"), pk=pk)
    return found


@requires("field.view")
@require_safe
def rectification_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as .docx; that it left is recorded."""
    notice, now = _found(request, pk), timezone.now()
    kind = "rectificationnotice"
    note_export(actor=person(request), object_type=kind, object_id=notice.pk, fields="docx", now=now, request=request)
    with translation.override(settings.LANGUAGE_CODE):
        content = rectification.word(notice)
    return attachment(content, WORD_TYPE, f"{rectification.file_stem(notice)}.docx")


@requires("field.view")
@require_safe
def rectification_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on A4, to be handed over and signed for."""
    notice = _found(request, pk)
    with translation.override(settings.LANGUAGE_CODE):
        sheet = rectification.sheet(notice)
    return render(request, "reports/rectification.html", {"notice": notice, "sheet": sheet})
