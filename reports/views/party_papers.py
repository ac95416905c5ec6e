"""Papers of party work as Word files and as sheets for the printer; who sees the thing gets them, members masked."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import form_page, signed_in
from grid.access import requires
from reports.party_papers.card import CARD, LETTER
from reports.party_papers.minutes import MINUTES
from reports.party_papers.project import PROJECT
from reports.views.row_papers import give_word, show_sheet

OF_UNITS = ("party.view", "incident.handle")
"""The people of a unit get what is about it."""


@requires(*OF_UNITS)
@never_cache
@require_safe
def letter_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The yearly evaluation as a letter to the employer."""
    return show_sheet(request, LETTER, pk)


@requires(*OF_UNITS)
@never_cache
@form_page
@transaction.atomic
def letter_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file."""
    return give_word(request, LETTER, pk)


@requires(*OF_UNITS)
@never_cache
@require_safe
def card_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The 登记卡."""
    return show_sheet(request, CARD, pk)


@requires(*OF_UNITS)
@never_cache
@form_page
@transaction.atomic
def card_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file."""
    return give_word(request, CARD, pk)


@signed_in
@never_cache
@require_safe
def minutes_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of a meeting, the agenda of one to come, as a Word file; also for whoever was asked to it."""
    return give_word(request, MINUTES, pk)


@requires(*OF_UNITS)
@never_cache
@require_safe
def project_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a joint project."""
    return show_sheet(request, PROJECT, pk)


@requires(*OF_UNITS)
@never_cache
@require_safe
def project_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file."""
    return give_word(request, PROJECT, pk)
