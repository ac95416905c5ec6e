"""The board of wishes, its map, one wish with the way to claim it, and what fits the reader."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.chosen import choices_of
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.finding import person
from volunteers import board, claims, match_queries
from volunteers.board import Reader
from volunteers.claims import LIVING
from volunteers.filters.board import BoardFilter
from volunteers.forms.board import ClaimForm
from volunteers.models import Wish, WishClaim, WishRound

PAGE_SIZE: Final = 24
FITTING: Final = 3


def _filtered(request: HttpRequest, reader: Reader) -> BoardFilter:
    today = timezone.localdate()
    rounds = WishRound.objects.filter(reader.q(), opens_on__lte=today, closes_on__gte=today)
    return narrowed(BoardFilter(request.GET, queryset=board.open_to(reader), request=request, rounds=rounds))


@signed_in
@never_cache
@require_safe
def wish_board(request: HttpRequest) -> HttpResponse:
    """Open wishes of the reader's streets: those that came back first, then the oldest; what fits her above them."""
    reader, now = board.reader_of(request.user), timezone.now()
    if not reader.streets:
        return render(request, "volunteers/board_nobody.html")
    chosen = _filtered(request, reader)
    page = board.board_page(board.public(chosen.qs), request.GET.dict(), size=PAGE_SIZE)
    left = board.places_left(page.rows)
    context = {
        "form": chosen.form,
        "grid_names": _grid_names(reader),
        "page": page,
        "rows": [(row, left.get(row.pk)) for row in page.rows],
        "fitting": [] if request.GET else match_queries.wishes_for(reader, request.user, now=now, most=FITTING),
        "reader": reader,
        "now": now,
    }
    return render(request, "volunteers/board.html", context)


def _grid_names(reader: Reader) -> list[tuple[str, str]]:
    """The streets and communities of the reader, to choose from."""
    rows = Grid.objects.current(timezone.localdate()).filter(reader.q("code"), level__gte=Grid.Level.STREET)
    return choices_of(rows.order_by("code"))


@signed_in
@require_safe
def board_map(request: HttpRequest) -> HttpResponse:
    """Where wishes wait, by grid."""
    reader = board.reader_of(request.user)
    if not reader.streets:
        return render(request, "volunteers/board_nobody.html")
    chosen = _filtered(request, reader)
    return render(request, "volunteers/board_map.html", {"form": chosen.form, "reader": reader})


@signed_in
@require_safe
def board_points(request: HttpRequest) -> JsonResponse:
    """The same as GeoJSON: counts at the middle of each grid."""
    reader = board.reader_of(request.user)
    rows = _filtered(request, reader).qs
    return JsonResponse(board.map_of(rows, reverse("volunteers:board")))


@signed_in
@require_safe
def board_areas(request: HttpRequest) -> JsonResponse:
    """The communities of the reader's streets, to know where the counts stand."""
    reader = board.reader_of(request.user)
    return JsonResponse(board.areas_of(reader, reverse("volunteers:board"), today=timezone.localdate()))


@form_page
@signed_in
@never_cache
def board_wish(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One wish as everybody who may help sees it, and the form to claim it. Her own claim has a page of its own."""
    reader = board.reader_of(request.user)
    wish: Wish = get_object_or_404(board.shown_to(reader, request.user), pk=pk)
    own = WishClaim.objects.filter(wish=wish, user=request.user.pk, status__in=LIVING).first()
    form = None
    if own is None and wish.status == Wish.Status.PUBLISHED and reader.may_claim:
        form = ClaimForm(request.POST or None, claimers=claims.claimers_of(request.user))
    if request.method == "POST" and own is not None:
        # the second tab, or the back button: what she asks for is hers already
        messages.info(request, _("You have claimed this wish."))
        return redirect("volunteers:my_claim", pk=own.pk)
    if request.method == "POST":
        answer = _claimed(request, wish, form)
        if answer is not None:
            return answer
    context = {
        "wish": wish,
        "own": own,
        "form": form,
        "left": board.places_left([wish]).get(wish.pk),
        "reader": reader,
        "follows": scope_of(request.user).can("wish.view", wish.grid_code),
        "contact_days": claims.CONTACT_DAYS,
        "now": timezone.now(),
    }
    return render(request, "volunteers/board_wish.html", context, status=422 if form and form.is_bound else 200)


def _claimed(request: HttpRequest, wish: Wish, form: ClaimForm | None) -> HttpResponseBase | None:
    """The claim was written, or was refused in words; None when the form is shown again."""
    if form is None:
        # taken, claimed before, or nobody who may: the business says which
        claimer = next(iter(claims.claimers_of(request.user)), claims.Claimer())
        claims.claim(wish, claimer, actor=person(request), now=timezone.now())
        return redirect("volunteers:my_claims")
    if not form.is_valid():
        return None
    data = form.cleaned_data
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "client_id": data["client_id"]}
    made = form.attempt(lambda: claims.claim(wish, data["as_who"], pledge=data["pledge"], **given))
    if made is None:
        return None
    messages.success(request, _("The wish is yours. Please contact the one who wished within seven days."))
    return redirect("volunteers:my_claim", pk=made.pk)


@signed_in
@never_cache
@require_safe
def fitting(request: HttpRequest) -> HttpResponse:
    """Wishes and shifts that fit the reader, each with its reasons."""
    reader, now = board.reader_of(request.user), timezone.now()
    if not reader.home:
        return render(request, "volunteers/board_nobody.html")
    volunteer = reader.volunteer if reader.volunteer and reader.volunteer.status == "active" else None
    context = {
        "reader": reader,
        "wishes": match_queries.wishes_for(reader, request.user, now=now, most=12),
        "shifts": match_queries.shifts_for(volunteer, now=now, most=12) if volunteer else [],
        "now": now,
    }
    return render(request, "volunteers/fitting.html", context)
