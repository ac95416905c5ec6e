"""微心愿 for the staff: the list, one wish with its next step, collecting, the wall, notes that wait."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import DomainError
from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.rules import form_page
from fieldwork.models import Household, QuickNote, Visit
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.scope import scope_of
from incidents.forms import RevealForm
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from volunteers import claims, files, wish_secrets, wish_sheets, wishes
from volunteers.claims import LIVING
from volunteers.filters.wishes import WishFilter
from volunteers.forms.wishes import ConfirmForm, StepForm, WishEditForm, WishForm
from volunteers.models import VolunteerFile, Wish, WishClaim, WishRound
from volunteers.stages import open_to, story

PAGE_SIZE: Final = 50
WALL: Final = 60
"""Cards on the wall: what one sheet and one glance hold."""
EDITS: Final = "wish.verify"
SEALED: Final = ("name", "phone", "door", "remark")
WORDS: Final[dict[str, Any]] = {
    "verify": gettext_lazy("How was it verified? By phone or at the door; what she needs exactly."),
    "refuse": gettext_lazy("Why not?"),
    "not_yet": gettext_lazy("What is missing?"),
    "withdraw": gettext_lazy("Why?"),
    "call_back": gettext_lazy("What did she say?"),
}
"""Steps that are asked for words."""
STEPS: Final = ("verify", "publish", "enough", "refuse", "not_yet", "withdraw", "archive", "call_back")


def filtered(request: HttpRequest) -> WishFilter:
    """The filters of the address over what the reader may see."""
    return narrowed(WishFilter(request.GET, queryset=Wish.objects.visible_to(request.user), request=request))


def listed(rows: Any) -> Any:
    """With what a list shows: public words, how many help; nothing sealed is read."""
    helping = WishClaim.objects.filter(wish=OuterRef("pk"), status__in=LIVING).order_by()
    count = helping.values("wish").annotate(n=Count("pk")).values("n")
    found = rows.select_related("kind", "grid", "round").defer("grid__boundary", *SEALED)
    return found.annotate(helping=Coalesce(Subquery(count), 0))


@requires("wish.view")
@never_cache
@require_safe
def wish_list(request: HttpRequest) -> HttpResponse:
    """Wishes, newest first."""
    chosen = filtered(request)
    page = keyset_page(listed(chosen.qs), request.GET, size=PAGE_SIZE, by="at")
    context = {
        "form": chosen.form,
        "page": page,
        "rows": page.rows,
        "count": rows_in_all(page, chosen.qs),
        "round": _round_of(request),
        "grid_names": grid_choices(request),
        "may_edit": scope_of(request.user).can(EDITS),
        "publishing": request.GET.get("status") == Wish.Status.VERIFIED and scope_of(request.user).can(EDITS),
    }
    return render(request, "volunteers/wishes.html", context)


def _round_of(request: HttpRequest) -> WishRound | None:
    """The round that the list is narrowed to, for its name above the list."""
    asked = request.GET.get("round")
    rows = WishRound.objects.visible_to(request.user)
    return rows.filter(pk=strict_int(asked, name="round")).first() if asked else None


@requires("wish.view")
@require_safe
def wish_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, public words only."""
    rows = filtered(request).qs
    header, lines = wish_sheets.wishes_header(), wish_sheets.wish_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="wish", title=_("Micro-wishes"))


def find_wish(request: HttpRequest, pk: int) -> Wish:
    """The wish if the reader may see it; 404 otherwise."""
    related = ("kind", "grid", "round", "building__compound", "note", "by", "verified_by")
    rows = Wish.objects.visible_to(request.user).select_related(*related)
    found: Wish = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


@requires("wish.view")
@never_cache
@require_safe
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """One wish: what others read, who helps, the next step; who wished is masked."""
    return shown(request, find_wish(request, pk))


def shown(request: HttpRequest, row: Wish, form: Any = None, step: str = "") -> HttpResponse:
    """The page of a wish; with `form`, a step that was refused."""
    edits = scope_of(request.user).can(EDITS, row.grid_code)
    context = {
        "wish": row,
        "wisher": wish_secrets.masked(row),
        "claims": _claims(row, edits=edits),
        "steps": story(row),
        "ways": _ways(row, request, form, step) if edits else [],
        "may_edit": edits and row.status in wishes.BEFORE_BOARD,
        "may_reveal": wish_secrets.may_reveal(row, request.user),
        "on_board": row.published_at is not None and row.status != Wish.Status.WITHDRAWN,
        "now": timezone.now(),
    }
    return render(request, "volunteers/wish.html", context, status=422 if form is not None else 200)


def _claims(row: Wish, *, edits: bool) -> list[dict[str, Any]]:
    """Who helps or did, the living first, with receipts, pictures and papers; `edits`: the reader may end a claim."""
    related = ("volunteer", "member", "team", "unit__organization", "user")
    kept = Prefetch("files", VolunteerFile.objects.order_by("pk"))
    rows = row.claims.select_related(*related).prefetch_related(kept, Prefetch("receipts__files"))
    found = []
    for claim in rows.order_by("slot", "pk"):
        receipts = list(claim.receipts.all())
        papers = [*claim.files.all(), *(file for receipt in receipts for file in receipt.files.all())]
        found.append(
            {
                "row": claim,
                "receipts": receipts,
                "photos": files.shown_photos(papers),
                "documents": files.shown_documents(papers),
                "may_end": edits and claim.status in claims.AT_WORK,
            }
        )
    return sorted(found, key=lambda one: one["row"].status not in LIVING)


def _ways(row: Wish, request: HttpRequest, form: Any, step: str) -> list[dict[str, Any]]:
    """The steps that a person takes now, each with its form; the machine's own (filled, free, delivered) are none."""
    named = {stage.name: stage for stage in open_to(row, request.user)}
    if "fill" in named and row.claims.filter(status__in=LIVING).exists():
        named["enough"] = named["fill"]
    if row.status == Wish.Status.CONFIRMED:
        named.pop("archive" if row.called_back_at is None else "call_back", None)
    names = [name for name in (*STEPS, "confirm") if name in named]
    if row.status == Wish.Status.CONFIRMED and row.called_back_at is None:
        names.insert(0, "call_back")
    return [
        {
            "name": name,
            "form": form if name == step else step_form(row, name),
            "url": reverse("volunteers:wish_confirm", args=[row.pk])
            if name == "confirm"
            else reverse("volunteers:wish_step", args=[row.pk, name]),
            "danger": name in named and named[name].danger,
        }
        for name in sorted(names, key=lambda one: one in ("refuse", "withdraw", "not_yet"))
    ]


def step_form(row: Wish, name: str, data: Any = None) -> Any:
    """The form of a step."""
    if name == "confirm":
        return ConfirmForm(data, initial={"version": row.version}, auto_id="id_confirm_%s")
    return StepForm(data, version=row.version, label=WORDS.get(name), auto_id=f"id_{name}_%s")


@requires(EDITS)
@never_cache
@form_page
def wish_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Verify, publish, "these helpers are enough", refuse, withdraw, "not yet", called back, archive."""
    row = find_wish(request, pk)
    if name not in STEPS:
        raise Http404
    demand(request.user, EDITS, row.grid_code)
    return _taken(request, row, name, step_form(row, name, request.POST or None), _step_of(row, name))


def _step_of(row: Wish, name: str) -> Any:
    own: dict[str, Any] = {
        "verify": wishes.verify,
        "publish": wishes.publish,
        "enough": claims.enough,
        "not_yet": wishes.not_yet,
        "call_back": wishes.call_back,
    }
    if name in own:
        return lambda **given: own[name](row, **given)
    return lambda **given: wishes.step(row, name, **given)


@requires(EDITS)
@never_cache
@form_page
def wish_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The one who wished was asked and says that it was granted."""
    row = find_wish(request, pk)
    demand(request.user, EDITS, row.grid_code)
    form = step_form(row, "confirm", request.POST or None)
    return _taken(request, row, "confirm", form, lambda **given: wishes.confirm(row, **given))


def _taken(request: HttpRequest, row: Wish, name: str, form: Any, take: Any) -> HttpResponse:
    """Take the step when the form is right; back to the page, which says what was wrong otherwise."""
    if form.is_bound and form.is_valid():
        given = form.given() if name == "confirm" else form.cleaned_data
        if form.attempt(lambda: take(actor=person(request), now=timezone.now(), **given)) is not None:
            messages.success(request, _("%(number)s: done.") % {"number": row.number})
            return redirect("volunteers:wish", row.pk)
    if not form.is_bound:
        return redirect("volunteers:wish", row.pk)
    fresh = find_wish(request, row.pk)
    if not any(way["name"] == name for way in _ways(fresh, request, None, "")):
        messages.error(request, " ".join(str(one) for said in form.errors.values() for one in said))
        return redirect("volunteers:wish", row.pk)
    return shown(request, fresh, form, name)


@requires(EDITS)
@never_cache
@require_POST
def wish_publish(request: HttpRequest) -> HttpResponse:
    """Publish all wishes that were ticked; what is not possible is said, the rest is done."""
    asked = [strict_int(one, name="pick") for one in request.POST.getlist("pick")[:PAGE_SIZE]]
    rows = Wish.objects.visible_to(request.user).filter(pk__in=asked).order_by("pk")
    done = 0
    for row in rows:
        try:
            wishes.publish(row, actor=person(request), now=timezone.now())
            done += 1
        except DomainError as error:
            messages.error(request, f"{row.number}: {error}")
    if done:
        messages.success(request, _("%(n)d wishes stand on the board.") % {"n": done})
    return redirect(f"{reverse('volunteers:wishes')}?status=verified")


# --- collect, correct -------------------------------------------------------------------------------------------------


@requires(EDITS)
@never_cache
@form_page
def wish_new(request: HttpRequest) -> HttpResponse:
    """Collect a wish (query: note, visit or household where it comes from)."""
    note, household, visited = _origin(request)
    first = Wish.objects.filter(note=note).first() if note else None
    if first is not None:
        messages.info(request, _("This note became a wish already."))
        return redirect("volunteers:wish", first.pk)
    form = WishForm(request.POST or None, user=request.user, note=note, household=household, visited=visited)
    if form.is_valid():
        made = form.attempt(lambda: _collected(form, request))
        if made is not None:
            messages.success(request, _("%(number)s is taken in.") % {"number": made.number})
            return redirect("volunteers:wish", made.pk)
    context = {"form": form, "note": note, "household": household}
    return render(request, "volunteers/wish_new.html", context, status=422 if form.is_bound else 200)


def _origin(request: HttpRequest) -> tuple[QuickNote | None, Household | None, bool]:
    """The note, the household and whether it was visited, each in the reader's scope; 404 otherwise."""
    user, asked = request.user, request.GET
    if note := asked.get("note"):
        rows = QuickNote.objects.visible_to(user).wishes().select_related("grid").defer("grid__boundary")
        return get_object_or_404(rows, pk=strict_int(note, name="note")), None, False
    visited = asked.get("visit")
    pk = strict_int(asked.get("household", "0"), name="household")
    if visited:
        visit = get_object_or_404(Visit.objects.visible_to(user), pk=strict_int(visited, name="visit"))
        pk = visit.household_id or 0
    if not pk:
        return None, None, False
    homes = Household.objects.visible_to(user).select_related("grid", "building__compound").defer("grid__boundary")
    return None, get_object_or_404(homes, pk=pk), bool(visited)


@transaction.atomic
def _collected(form: WishForm, request: HttpRequest) -> Wish:
    """Taken in, and verified at once where the collector stood at the door."""
    actor, now = person(request), timezone.now()
    row = wishes.collect(form.new(), actor=actor, now=now, client_id=form.cleaned_data["client_id"])
    if form.cleaned_data["at_door"] and row.status == Wish.Status.COLLECTED:
        row = wishes.verify(row, actor=actor, now=now, text=_("Asked at the door when it was collected."))
    return row


@requires(EDITS)
@never_cache
@form_page
def wish_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a wish before others read it."""
    row = find_wish(request, pk)
    demand(request.user, EDITS, row.grid_code)
    form = WishEditForm(request.POST or None, wish=row, user=request.user)
    back = reverse("volunteers:wish", args=[row.pk])

    def write() -> Wish:
        version = form.cleaned_data["version"]
        return wishes.edit(row, form.new(), actor=person(request), now=timezone.now(), version=version)

    return one_form(request, form, write, title=_("Correct the wish"), back=back)


@requires("wish.reveal")
@never_cache
@form_page
@transaction.atomic
def wish_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Who wished and where, in clear, for a purpose that is kept in the record of access."""
    row = find_wish(request, pk)
    demand(request.user, wish_secrets.REVEALS, row.grid_code)
    form, clear = RevealForm(request.POST or None), None
    if form.is_valid():
        purpose, now = form.cleaned_data["purpose"], timezone.now()
        clear = wish_secrets.reveal_wish(row, actor=person(request), purpose=purpose, now=now, request=request)
    context = {"wish": row, "wisher": wish_secrets.masked(row), "form": form, "clear": clear}
    part = "parts/wish_reveal.html" if getattr(request, "htmx", False) else "wish_reveal.html"
    status = 422 if form.is_bound and clear is None else 200
    return render(request, f"volunteers/{part}", context, status=status)


# --- notes, the wall --------------------------------------------------------------------------------------------------


@requires(EDITS)
@never_cache
@require_safe
def wish_notes(request: HttpRequest) -> HttpResponse:
    """Quick notes that were handed on as wishes and wait for somebody to take them in (query: grid)."""
    notes = QuickNote.objects.visible_to(request.user).wishes().filter(wish=None)
    notes = notes.filter(grid_code__startswith=asked_code(request))
    page = keyset_page(notes.select_related("grid", "by").defer("grid__boundary"), request.GET, size=PAGE_SIZE, by="at")
    return render(request, "volunteers/wish_notes.html", {"page": page})


@requires("wish.view")
@never_cache
@require_safe
def wish_wall(request: HttpRequest) -> HttpResponse:
    """心愿墙: cards with the public words, to print and hang up or to show (query: grid, round)."""
    chosen = narrowed(WishFilter(request.GET, queryset=Wish.objects.visible_to(request.user), request=request))
    on_wall = Q(status="published") | Q(status__in=("claimed", "delivered"))
    rows = listed(chosen.qs.filter(on_wall)).order_by("-returns", "published_at", "id")
    today = timezone.localdate()
    context = {
        "rows": list(rows[: WALL + 1])[:WALL],
        "total": chosen.qs.filter(on_wall).count(),
        "granted": chosen.qs.filter(confirmed_at__year=today.year).count(),
        "grid_names": grid_choices(request),
        "rounds": WishRound.objects.visible_to(request.user).filter(closes_on__gte=today),
        "today": today,
    }
    return render(request, "volunteers/wish_wall.html", context)
