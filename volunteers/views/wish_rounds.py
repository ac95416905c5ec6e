"""批次: rounds of wishes round a festival, with what became of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.finding import person
from incidents.views.form_pages import one_form
from volunteers import wish_rounds
from volunteers.forms.wishes import RoundForm
from volunteers.models import Wish, WishRound

PAGE_SIZE = 30


@requires("wish.view")
@never_cache
@require_safe
def round_list(request: HttpRequest) -> HttpResponse:
    """Rounds, the newest first, each with its numbers."""
    rows = WishRound.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    page = keyset_page(rows.order_by("-opens_on", "-id"), request.GET, size=PAGE_SIZE)
    _count(page.rows, request)
    scope = scope_of(request.user)
    context = {
        "page": page,
        "today": timezone.localdate(),
        "may_edit": scope.can(wish_rounds.EDITS),
        "editable": {row.pk for row in page.rows if scope.can(wish_rounds.EDITS, row.grid_code)},
    }
    return render(request, "volunteers/wish_rounds.html", context)


def _count(rows: list[Any], request: HttpRequest) -> None:
    """How many wishes of each round the reader sees, in one query for the page."""
    among = WishRound.objects.filter(pk__in=[row.pk for row in rows]).order_by()
    counted = wish_rounds.with_counts(among, Wish.objects.visible_to(request.user))
    found = {row["pk"]: row for row in counted.values("pk", "collected", "waiting", "granted")}
    for row in rows:
        row.numbers = found[row.pk]


def _find(request: HttpRequest, pk: int) -> WishRound:
    rows = WishRound.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    row: WishRound = get_object_or_404(rows, pk=pk)
    return row


@requires("wish.verify")
@never_cache
@form_page
def round_new(request: HttpRequest) -> HttpResponse:
    """Open a round."""
    form = RoundForm(request.POST or None, user=request.user)
    return one_form(
        request,
        form,
        lambda: wish_rounds.open_round(form.new(), actor=person(request)),
        title=_("Open a round of wishes"),
        back=reverse("volunteers:wish_rounds"),
    )


@requires("wish.verify")
@never_cache
@form_page
def round_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a round, or close it by its last day."""
    row = _find(request, pk)
    demand(request.user, wish_rounds.EDITS, row.grid_code)
    form = RoundForm(request.POST or None, user=request.user, row=row)
    return one_form(
        request,
        form,
        lambda: wish_rounds.edit_round(row, form.new(), actor=person(request)),
        title=_("Correct the round"),
        back=reverse("volunteers:wish_rounds"),
    )
