"""The certificate of a volunteer's service on A4 and as a Word file: for herself, and for staff, masked."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import form_page, signed_in
from reports.views.row_papers import give_word, show_sheet
from reports.volunteer_papers import CERTIFICATE


@signed_in
@never_cache
@require_safe
def certificate_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate as it prints; whoever does not see the volunteer finds nothing."""
    return show_sheet(request, CERTIFICATE, pk)


@signed_in
@never_cache
@form_page
@transaction.atomic
def certificate_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file; with a purpose the whole name, which is recorded."""
    return give_word(request, CERTIFICATE, pk)
