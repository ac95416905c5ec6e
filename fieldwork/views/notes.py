"""随手记: the form, the list with its search, one note with what can be made of it, and the wishes handed on."""

from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotNow, NotValid
from accounts.exports import attachment
from accounts.keyset import KeysetPage, keyset_page
from accounts.narrowing import narrowed
from accounts.offline import kept_offline
from fieldwork import notes
from fieldwork.filters.notes import NoteFilter
from fieldwork.forms.notes import NoteForm
from fieldwork.models import FieldStep, QuickNote
from fieldwork.note_lists import filled
from fieldwork.note_queries import NoteQuerySet
from fieldwork.note_sheets import notes_xlsx
from fieldwork.views.answers import conflicting, refused, sent, wants_json
from fieldwork.views.photos import shown
from grid.access import requires
from grid.once import Conflict
from grid.scope import scope_of
from grid.sheets import XLSX
from incidents.views.cases import grid_choices
from incidents.views.finding import person

PAGE_SIZE: Final = 50
FORM: Final = "fieldwork/note_new.html"
SEQUELS: Final = {
    # kind: what the button says, its picture, what was done
    "incident": (gettext_lazy("Make it an incident"), "report", gettext_lazy("Incident %(what)s was reported.")),
    "visit": (gettext_lazy("Count it as a visit"), "walk", gettext_lazy("Kept as a visit.")),
    "wish": (gettext_lazy("Hand it on as a wish"), "heart-handshake", gettext_lazy("Handed on as a wish.")),
}


@requires("field.write")
@kept_offline
@never_cache
@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest) -> HttpResponse:
    """One text box, photos if wanted, the grid filled in. A repeated send shows the first note again."""
    if request.method == "GET":
        return render(request, FORM, {"form": NoteForm(user=request.user)})
    form = NoteForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return refused(request, form, FORM, {})
    try:
        note, created = notes.write_note(form.note(), actor=person(request), now=timezone.now())
    except Conflict as error:
        return _conflict(request, form, error)
    except (NotValid, NotNow) as error:
        form.add_domain_error(error)
        return refused(request, form, FORM, {})
    return sent(request, _address(request, note), created=created, said=_("The note is kept."))


def _address(request: HttpRequest, note: QuickNote) -> str:
    """The page that follows; whoever only writes (小牛哥) goes home."""
    if scope_of(request.user).can("field.view", note.grid_code):
        return f"{reverse('fieldwork:note', args=[note.pk])}?kept=1"
    return f"{reverse('fieldwork:home')}?kept=note"


def _conflict(request: HttpRequest, form: NoteForm, error: Conflict) -> HttpResponse:
    """The id was used: the queue shows both to a person; on the page the next send makes a note of its own."""
    if wants_json(request):
        return conflicting(request, error, _address(request, error.first), error.first.text)
    form.renew("client_id", str(uuid4()))
    form.add_error(None, _("A note was sent from this page before. Send again to keep this one as well."))
    return refused(request, form, FORM, {})


# --- reading ----------------------------------------------------------------------------------------------------------


def filtered(request: HttpRequest) -> NoteFilter:
    """The filters of the address over what the reader may see; NotValid for one that is not a filter's value."""
    return narrowed(NoteFilter(request.GET, queryset=QuickNote.objects.visible_to(request.user), request=request))


@requires("field.view")
@require_safe
def note_list(request: HttpRequest) -> HttpResponse:
    """The notes of the filters, the latest first."""
    chosen, scope = filtered(request), scope_of(request.user)
    context = {
        "form": chosen.form,
        "page": _page(request, chosen.qs),
        "grids": grid_choices(request),
        "is_narrowed": any(value for name, value in request.GET.items() if name not in ("after", "before")),
        "may_write": scope.can("field.write"),
        "can_export": scope.can("incident.export"),
    }
    return render(request, "fieldwork/notes.html", context)


def _page(request: HttpRequest, rows: NoteQuerySet) -> KeysetPage[QuickNote]:
    page = keyset_page(rows.only("pk"), request.GET, size=PAGE_SIZE, by="at")
    return replace(page, rows=filled(page.rows))


@requires("incident.export")
@require_safe
def note_excel(request: HttpRequest) -> HttpResponse:
    """The notes of the filters as an Excel file."""
    now = timezone.now()
    content = notes_xlsx(filtered(request).qs, actor=person(request), now=now, request=request)
    return attachment(content, XLSX, _("Quick notes {day}.xlsx").format(day=f"{timezone.localdate(now):%Y%m%d}"))


@requires("field.view")
@never_cache
@require_safe
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """One note, what became of it, and the taps that make something of it."""
    row = find_note(request.user, pk)
    may = scope_of(request.user).can("field.write", row.grid_code)
    context = {
        "note": row,
        "photos": shown(row.photos.all()),
        "steps": FieldStep.objects.filter(subject="quicknote", subject_id=row.pk).select_related("by"),
        "sequels": [(kind, label, symbol) for kind, (label, symbol, _done) in SEQUELS.items()]
        if may and not row.became
        else [],
        "may_take_back": may and row.became == QuickNote.Became.WISH,
        "visit_url": _visit_url(row),
        "kept": request.GET.get("kept"),
    }
    return render(request, "fieldwork/note.html", context)


def find_note(user: Any, pk: int) -> QuickNote:
    """The note if `user` may see it; 404 otherwise."""
    found: QuickNote = get_object_or_404(QuickNote.objects.visible_to(user).for_lists(), pk=pk)
    return found


def _visit_url(row: QuickNote) -> str:
    if not row.visit_id:
        return ""
    try:
        return reverse("fieldwork:visit", args=[row.visit_id])
    except NoReverseMatch:
        return ""


# --- one tap ----------------------------------------------------------------------------------------------------------


@requires("field.write")
@require_POST
def note_become(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Make an incident, a visit or a wish of a note; a second tap changes nothing."""
    if kind not in SEQUELS:
        raise Http404
    find_note(request.user, pk)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    what = ""
    if kind == "incident":
        _note, incident = notes.become_incident(pk, **given)
        what = incident.number
    elif kind == "visit":
        notes.become_visit(pk, **given)
    else:
        notes.become_wish(pk, **given)
    messages.success(request, str(SEQUELS[kind][2]) % {"what": what})
    return redirect("fieldwork:note", pk)


@requires("field.write")
@require_POST
def note_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """It was no wish."""
    find_note(request.user, pk)
    notes.take_back_wish(pk, actor=person(request), now=timezone.now())
    messages.success(request, _("Only a note again."))
    return redirect("fieldwork:note", pk)


@requires("field.view")
@require_safe
def wish_list(request: HttpRequest) -> HttpResponse:
    """What residents wish, as workers wrote it down and handed it on."""
    page = _page(request, QuickNote.objects.visible_to(request.user).wishes())
    context = {"page": page, "may_write": scope_of(request.user).can("field.write")}
    return render(request, "fieldwork/wishes.html", context)
