"""A paper of a row on A4 and as a Word file: who sees the row gets it, the person on it masked."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation

from accounts.exports import attachment, note_export
from incidents.forms.small import RevealForm
from incidents.views.finding import person
from reports.daily_document import WORD_TYPE
from reports.party_papers.kind import PaperKind, sheet, word


def show_sheet(request: HttpRequest, kind: PaperKind, pk: int, form: RevealForm | None = None) -> HttpResponse:
    """The paper on A4; a name is masked but for the person herself."""
    row = get_object_or_404(kind.rows(request.user), pk=pk)
    somebody, own = kind.person(row), kind.own_name(row, request.user)
    back, key = kind.back(row)
    with translation.override(settings.LANGUAGE_CODE):
        blocks = sheet(kind, row, own)
    may = kind.named is not None and somebody is not None and not own and kind.named.may_reveal(somebody, request.user)
    context = {
        "title": kind.stem(row),
        "sheet": blocks,
        "back_url": reverse(back, args=[key]),
        "word_url": reverse(f"reports:{kind.word}", args=[pk]),
        "form": form or RevealForm(),
        "may_reveal": may,
    }
    return render(request, "reports/party_paper.html", context, status=422 if form else 200)


def give_word(request: HttpRequest, kind: PaperKind, pk: int) -> HttpResponse:
    """The paper as .docx; that it left is recorded. Sent with a purpose, the name stands in it whole."""
    row, now = get_object_or_404(kind.rows(request.user), pk=pk), timezone.now()
    actor, somebody, name = person(request), kind.person(row), kind.own_name(row, request.user)
    if request.method == "POST" and kind.named is not None and somebody is not None:
        form = RevealForm(request.POST)
        if not form.is_valid():
            return show_sheet(request, kind, pk, form)
        purpose = form.cleaned_data["purpose"]
        kind.named.reveal(somebody, actor=actor, purpose=purpose, now=now, request=request)
        name = somebody.name
    note_export(actor=actor, object_type=kind.name, object_id=row.pk, fields="docx", now=now, request=request)
    with translation.override(settings.LANGUAGE_CODE):
        content = word(kind, row, name)
    return attachment(content, WORD_TYPE, f"{kind.stem(row)}.docx")
