"""Papers of party work as Word files and as sheets for the printer; who sees the thing gets them, members masked."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.exports import attachment, note_export
from accounts.rules import form_page, signed_in
from grid.access import requires
from incidents.forms.small import RevealForm
from incidents.views.finding import person
from partybuilding import members
from reports.daily_document import WORD_TYPE
from reports.party_papers.card import CARD, LETTER
from reports.party_papers.kind import PaperKind, sheet, word
from reports.party_papers.minutes import MINUTES
from reports.party_papers.project import PROJECT

OF_UNITS = ("party.view", "incident.handle")
"""The people of a unit get what is about it."""


def _sheet(request: HttpRequest, kind: PaperKind, pk: int, form: RevealForm | None = None) -> HttpResponse:
    """The paper on A4; a member's name is masked."""
    row = get_object_or_404(kind.rows(request.user), pk=pk)
    member = kind.member(row)
    back, key = kind.back(row)
    with translation.override(settings.LANGUAGE_CODE):
        blocks = sheet(kind, row)
    context = {
        "title": kind.stem(row),
        "sheet": blocks,
        "back_url": reverse(back, args=[key]),
        "word_url": reverse(f"reports:{kind.word}", args=[pk]),
        "form": form or RevealForm(),
        "may_reveal": member is not None and members.may_reveal(member, request.user),
    }
    return render(request, "reports/party_paper.html", context, status=422 if form else 200)


def _word(request: HttpRequest, kind: PaperKind, pk: int) -> HttpResponse:
    """The paper as .docx; that it left is recorded. Sent with a purpose, a member's name stands in it whole."""
    row, name, now = get_object_or_404(kind.rows(request.user), pk=pk), "", timezone.now()
    member, actor = kind.member(row), person(request)
    if request.method == "POST" and member is not None:
        form = RevealForm(request.POST)
        if not form.is_valid():
            return _sheet(request, kind, pk, form)
        purpose = form.cleaned_data["purpose"]
        name = members.reveal_member(member, actor=actor, purpose=purpose, now=now, request=request).name
    note_export(actor=actor, object_type=kind.name, object_id=row.pk, fields="docx", now=now, request=request)
    with translation.override(settings.LANGUAGE_CODE):
        content = word(kind, row, name)
    return attachment(content, WORD_TYPE, f"{kind.stem(row)}.docx")


@requires(*OF_UNITS)
@never_cache
@require_safe
def letter_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The yearly evaluation as a letter to the employer."""
    return _sheet(request, LETTER, pk)


@requires(*OF_UNITS)
@never_cache
@form_page
@transaction.atomic
def letter_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file."""
    return _word(request, LETTER, pk)


@requires(*OF_UNITS)
@never_cache
@require_safe
def card_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The 登记卡."""
    return _sheet(request, CARD, pk)


@requires(*OF_UNITS)
@never_cache
@form_page
@transaction.atomic
def card_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file."""
    return _word(request, CARD, pk)


@signed_in
@never_cache
@require_safe
def minutes_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of a meeting, the agenda of one to come, as a Word file; also for whoever was asked to it."""
    return _word(request, MINUTES, pk)


@requires(*OF_UNITS)
@never_cache
@require_safe
def project_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a joint project."""
    return _sheet(request, PROJECT, pk)


@requires(*OF_UNITS)
@never_cache
@require_safe
def project_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a Word file."""
    return _word(request, PROJECT, pk)
