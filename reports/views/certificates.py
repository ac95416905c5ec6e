"""The lists of the honoured as files, the certificates for the printer, and the history of honours."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.exports import attachment, note_export
from accounts.keyset import keyset_page
from accounts.rules import signed_in
from grid.access import requires
from grid.scope import scope_of
from incidents.views.finding import person
from reports.daily_document import EXCEL_TYPE, WORD_TYPE
from reports.honours import documents
from reports.honours.deciding import office_of
from reports.honours.reading import SHOWN, grouped, honours_of, named_in, nominations_for, rounds_for, shown_since
from reports.models import HonourRound, Nomination
from reports.views.honours import PAGE_SIZE, find_round

AWARDED = Nomination.Status.AWARDED


def _shown_round(request: HttpRequest, pk: int) -> HonourRound:
    one = find_round(request, pk)
    if one.status not in SHOWN:
        raise Http404
    return one


def _noted(request: HttpRequest, one: HonourRound, ending: str) -> None:
    """A list of names leaves: who takes it is kept."""
    note_export(
        actor=person(request),
        object_type="honourround",
        object_id=one.pk,
        fields=ending,
        now=timezone.now(),
        request=request,
    )


@requires("report.view")
@require_safe
def honour_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The public list or the list of the honoured as a Word document."""
    one = _shown_round(request, pk)
    _noted(request, one, "docx")
    return attachment(documents.word(one, now=timezone.now()), WORD_TYPE, documents.file_name(one, "docx"))


@requires("report.view")
@require_safe
def honour_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The same list as a workbook, one sheet per heading."""
    one = _shown_round(request, pk)
    _noted(request, one, "xlsx")
    return attachment(documents.excel(one, now=timezone.now()), EXCEL_TYPE, documents.file_name(one, "xlsx"))


@requires("report.view")
@require_safe
def honour_names(request: HttpRequest, pk: int) -> HttpResponse:
    """The list on A4, to be hung out or handed in."""
    one = _shown_round(request, pk)
    groups = list(grouped(named_in(one)))
    context = {
        "round": one,
        "groups": groups,
        "title": documents.title_of(one),
        "office": office_of(one),
        "count": sum(len(own) for _place, own in groups),
        "day": one.decided_on or shown_since(one),
    }
    return render(request, "reports/honours/names.html", context)


@requires("report.view")
@require_safe
def certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """All certificates of a decided round, one A4 page each."""
    one = find_round(request, pk)
    rows = [row for row in named_in(one) if row.status == AWARDED]
    context = {"round": one, "rows": rows, "office": office_of(one)}
    return render(request, "reports/honours/certificates.html", context)


@signed_in
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate: its holder's, or of a round that the reader sees."""
    user = person(request)
    mine = Q(pk__in=honours_of(person=user).values("pk"))
    seen = Q(pk__in=nominations_for(user).filter(status=AWARDED).values("pk"))
    rows = Nomination.objects.filter(mine | seen).select_related("place__round__grid", "place__title")
    row = get_object_or_404(rows.defer("place__round__grid__boundary"), pk=pk)
    one = row.place.round
    context = {"round": one, "rows": [row], "office": office_of(one)}
    return render(request, "reports/honours/certificates.html", context)


@signed_in
@require_safe
def my_honours(request: HttpRequest) -> HttpResponse:
    """What the reader was honoured with, and the lists that are shown to the public in her grids."""
    user = person(request)
    near = Q(pk__in=())
    for prefix in scope_of(user).prefixes("grid.view"):
        near |= Q(grid_code__startswith=prefix) | Q(grid_code__in=[prefix[:n] for n in range(4, len(prefix))])
    public = HonourRound.objects.filter(near, status=HonourRound.Status.PUBLIC)
    context = {
        "honours": honours_of(person=user),
        "lists": [
            (one, list(grouped(named_in(one)))) for one in public.select_related("grid").defer("grid__boundary")[:3]
        ],
    }
    return render(request, "reports/honours/mine.html", context)


@requires("report.view")
@require_safe
def honour_history(request: HttpRequest) -> HttpResponse:
    """All awards in reach, newest first; by name, or by the code of a grid."""
    rows = nominations_for(request.user).filter(status=AWARDED, place__round__in=rounds_for(request.user).values("pk"))
    text = request.GET.get("q", "").strip()[:60].replace("\x00", "")
    if text:
        by_code = Q(grid__code__startswith=text) if text.isascii() and text.isalnum() else Q()
        rows = rows.filter(Q(name__icontains=text) | Q(unit__icontains=text) | by_code)
    context = {"page": keyset_page(rows.order_by("-id"), request.GET, size=PAGE_SIZE), "q": text}
    return render(request, "reports/honours/history.html", context)
