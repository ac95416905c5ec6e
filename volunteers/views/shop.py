"""积分超市 for volunteers: what there is, exchange it, the pick-up code."""

from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.numbers import strict_int
from accounts.rules import form_page, signed_in
from grid.forms import OnceForm
from incidents.views.finding import person, shown_version
from volunteers import points, shop
from volunteers.models import Exchange, ShopItem, Volunteer
from volunteers.point_rules import HUNDREDTHS
from volunteers.qr import qr_svg
from volunteers.stages import open_to, story
from volunteers.standing import volunteer_of

MOST_ITEMS: Final = 200
"""A shop has about thirty (domain.md 5.2)."""


@signed_in
@never_cache
@require_safe
def shop_front(request: HttpRequest) -> HttpResponse:
    """What the grids of the volunteer offer; `?mine=true` only what her points suffice for."""
    volunteer = volunteer_of(request.user)
    if volunteer is None:
        return render(request, "volunteers/me_nobody.html")
    balance = points.own_account(volunteer).balance
    whole = balance // HUNDREDTHS
    rows = shop.on_offer(volunteer)
    if request.GET.get("mine") == "true":
        rows = rows.filter(stock__gt=0, price__lte=whole)
    context = {
        "volunteer": volunteer,
        "balance": balance,
        "whole": whole,
        "items": rows[:MOST_ITEMS],
        "waiting": shop.waiting(volunteer),
    }
    return render(request, "volunteers/shop.html", context)


def _offered(volunteer: Volunteer | None) -> QuerySet[ShopItem]:
    return shop.on_offer(volunteer) if volunteer is not None else ShopItem.objects.none()


@form_page
@signed_in
@never_cache
def shop_item(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One item, and the button that exchanges it: once, however often it is tapped, at the price shown."""
    volunteer, now = volunteer_of(request.user), timezone.now()
    item = get_object_or_404(_offered(volunteer).select_related("grid").defer("grid__boundary"), pk=pk)
    assert volunteer is not None  # nobody else is offered anything
    form = OnceForm(request.POST or None)

    def write() -> Exchange:
        given, price = request.POST.get("price", ""), item.price
        shown = strict_int(given, name="price") if given else price
        once = form.cleaned_data["client_id"]
        return shop.exchange(item, volunteer, actor=person(request), now=now, client_id=once, price=shown)

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Reserved. Show the code at the counter."))
        return redirect("volunteers:my_exchange", pk=made.pk)
    balance = points.own_account(volunteer).balance
    context = {
        "item": item,
        "form": form,
        "volunteer": volunteer,
        "balance": balance,
        "rest": balance - item.price * HUNDREDTHS,
        "days": shop.PICK_UP_DAYS,
    }
    return render(request, "volunteers/shop_item.html", context, status=422 if form.is_bound else 200)


@form_page
@signed_in
@never_cache
def my_exchange(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Her own exchange: the code to show at the counter, or how it ended; she may cancel it."""
    rows = Exchange.objects.filter(volunteer__user=person(request)).select_related("item__grid", "volunteer")
    row = get_object_or_404(rows.defer("item__grid__boundary"), pk=pk)
    if request.method == "POST":
        version = shown_version(request, row.version)
        shop.cancel(row, actor=person(request), now=timezone.now(), version=version)
        messages.success(request, _("Cancelled. Your points are back."))
        return redirect("volunteers:my_exchange", pk=pk)
    context = {
        "exchange": row,
        "qr": _qr(request, row) if row.status == Exchange.Status.RESERVED else "",
        "may_cancel": any(stage.name == "cancel" for stage in open_to(row, request.user)),
        "steps": story(row),
        "now": timezone.now(),
    }
    return render(request, "volunteers/my_exchange.html", context)


def _qr(request: HttpRequest, row: Exchange) -> str:
    """The way to the counter page with the code: a scanner types it, a phone opens it; it opens to staff only."""
    address = request.build_absolute_uri(reverse("volunteers:counter"))
    return qr_svg(f"{address}?code={row.code}", title=_("QR code of the pick-up code"))
