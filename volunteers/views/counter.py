"""The counter of the shop (积分超市柜台) for staff: a code is typed or scanned, the item goes out; items and stock."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.chosen import asked_code, grids_where
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from volunteers import shop, shop_items
from volunteers.filters.points import ExchangeFilter, ItemFilter
from volunteers.forms.points import CodeForm, CounterForm, ItemForm, NewItemForm, RestockForm, StepForm
from volunteers.models import Exchange, ShopItem, Volunteer
from volunteers.point_figures import figures
from volunteers.stages import open_to, story
from volunteers.standing import shown

PAGE_SIZE: Final = 40
WAITING: Final = 30
RIGHT: Final = "shop.edit"
Status = Exchange.Status


def _mine(request: HttpRequest) -> Any:
    """The exchanges at the reader's counters; her own at another counter is not among them."""
    rows = Exchange.objects.filter(scope_of(request.user).q(RIGHT, "item__grid_code"))
    return rows.select_related("item__grid", "volunteer").defer("item__grid__boundary")


@requires(RIGHT)
@never_cache
@require_safe
def counter(request: HttpRequest) -> HttpResponse:
    """A field for the code, what it belongs to, and what waits; a QR code leads here with `?code=`."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        found = form.attempt(lambda: shop.waiting_under(form.cleaned_data["code"], user=request.user))
    if found is not None:
        return redirect("volunteers:exchange", pk=found.pk)
    now = timezone.now()
    rows = list(_mine(request).filter(status=Status.RESERVED).order_by("pick_up_by", "pk")[:WAITING])
    context = {
        "form": form,
        "rows": [(row, shown(row.volunteer)) for row in rows],
        "figures": figures(request.user, now=now),
        "now": now,
    }
    return render(request, "volunteers/counter.html", context, status=422 if form.is_bound else 200)


@form_page
@requires(RIGHT)
@never_cache
def exchange(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One exchange at the counter: hand it out, or cancel it with a reason."""
    row = get_object_or_404(_mine(request), pk=pk)
    form = StepForm(request.POST or None)
    if form.is_bound and form.is_valid() and form.attempt(lambda: _take(request, row, form.cleaned_data["text"])):
        return redirect("volunteers:counter")
    context = {
        "exchange": row,
        "form": form,
        "who": shown(row.volunteer),
        "stages": {stage.name: stage for stage in open_to(row, request.user)},
        "is_own": row.volunteer.user_id == person(request).pk,
        "steps": story(row),
        "now": timezone.now(),
    }
    return render(request, "volunteers/exchange.html", context, status=422 if form.is_bound else 200)


def _take(request: HttpRequest, row: Exchange, text: str) -> Exchange:
    given: dict[str, Any] = {
        "actor": person(request),
        "now": timezone.now(),
        "version": shown_version(request, row.version),
    }
    step = request.POST.get("step")
    if step == "hand_out":
        done = shop.hand_out(row.code, **given)
        messages.success(request, _("Handed out: %(item)s.") % {"item": row.item.name})
    elif step == "cancel":
        done = shop.cancel(row, text=text, **given)
        messages.success(request, _("Cancelled. Points and stock are back."))
    else:
        raise Http404
    return done


@form_page
@requires(RIGHT)
@never_cache
def counter_for(request: HttpRequest) -> HttpResponseBase:
    """An exchange for a volunteer without an account, who stands at the counter."""
    actor, now = person(request), timezone.now()
    items = ShopItem.objects.filter(scope_of(actor).q(RIGHT, "grid_code"), is_active=True, stock__gt=0)
    people = Volunteer.objects.visible_to(actor)
    form = CounterForm(request.POST or None, volunteers=people, items=items.order_by("price", "name"))

    def write() -> Exchange:
        data = form.cleaned_data
        return shop.exchange(data["item"], data["volunteer"], actor=actor, now=now, client_id=data["client_id"])

    return one_form(
        request,
        form,
        write,
        title=_("Exchange for a volunteer without an account"),
        back=reverse("volunteers:counter"),
        goes_to=lambda made: reverse("volunteers:exchange", args=[made.pk]),
        button=_("Exchange"),
        text=_(
            "Who has an account exchanges on her own phone. Her balance is not shown here: the points suffice or not."
        ),
    )


# --- lists ------------------------------------------------------------------------------------------------------------


def _chosen(request: HttpRequest) -> ExchangeFilter:
    return narrowed(ExchangeFilter(request.GET, queryset=_mine(request), request=request))


@requires(RIGHT)
@never_cache
@require_safe
def exchanges(request: HttpRequest) -> HttpResponse:
    """All exchanges at the reader's counters, newest first; volunteers masked."""
    chosen = _chosen(request)
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "count": rows_in_all(page, chosen.qs),
        "rows": [(row, shown(row.volunteer)) for row in page.rows],
        "now": timezone.now(),
    }
    return render(request, "volunteers/exchanges.html", context)


@requires(RIGHT)
@require_safe
def exchanges_excel(request: HttpRequest) -> HttpResponse:
    """The list for the settlement with whoever gives the items: volunteers by their number only."""
    rows = _chosen(request).qs
    header = [
        *(_("Item"), _("Grid"), _("Points"), _("Status"), _("Volunteer number"), _("Exchanged at")),
        *(_("Ended at"), _("Handed out by")),
    ]
    lines = map(_cells, rows.select_related("handed_out_by").order_by("-pk").iterator(chunk_size=1000))
    title = _("Exchanges of points")
    return list_workbook(request, header, lines, count=rows.count(), kind="exchange", title=title)


def _cells(row: Exchange) -> list[Any]:
    ended, by = row.ended_at, row.handed_out_by
    return [
        *(row.item.name, row.item.grid.name, row.points, row.get_status_display(), row.volunteer.number),
        *(timezone.localtime(row.at), timezone.localtime(ended) if ended else "", by.real_name if by else ""),
    ]


@requires(RIGHT)
@never_cache
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """What the shop offers, with stock, what waits and what went out."""
    seen = ShopItem.objects.filter(scope_of(request.user).q(RIGHT, "grid_code"))
    chosen = narrowed(ItemFilter(request.GET, queryset=seen, request=request))
    rows = shop_items.with_exchanges(chosen.qs).select_related("grid").defer("grid__boundary")
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
    }
    return render(request, "volunteers/items.html", context)


def _item(request: HttpRequest, pk: int) -> ShopItem:
    """The item if the reader keeps it; 404 otherwise."""
    rows: Any = ShopItem.objects.filter(scope_of(request.user).q(RIGHT, "grid_code"))
    found: ShopItem = get_object_or_404(
        shop_items.with_exchanges(rows).select_related("grid").defer("grid__boundary"), pk=pk
    )
    return found


@requires(RIGHT)
@never_cache
@require_safe
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item with its stock and the changes of it."""
    return _item_page(request, _item(request, pk), RestockForm())


def _item_page(request: HttpRequest, row: ShopItem, form: RestockForm) -> HttpResponse:
    context = {"item": row, "form": form, "steps": shop_items.story_of(row)}
    return render(request, "volunteers/item.html", context, status=422 if form.is_bound else 200)


@form_page
@requires(RIGHT)
def item_new(request: HttpRequest) -> HttpResponseBase:
    """Put something on offer."""
    grids = grids_where(request.user, RIGHT)
    form = NewItemForm(request.POST or None, grids=grids, initial={"grid": asked_code(request)})
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    return one_form(
        request,
        form,
        lambda: shop_items.put_on_offer(form.new(), grid=form.cleaned_data["grid"], **given),
        title=_("Put an item on offer"),
        back=reverse("volunteers:items"),
        goes_to=lambda made: reverse("volunteers:item", args=[made.pk]),
    )


@form_page
@requires(RIGHT)
def item_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Other words, another price, off or on offer again."""
    row = _item(request, pk)
    demand(request.user, RIGHT, row.grid_code)
    start = {name: getattr(row, name) for name in ("name", "price", "text", "place", "is_active")}
    form, version = ItemForm(request.POST or None, initial=start), shown_version(request, row.version)
    return one_form(
        request,
        form,
        lambda: shop_items.change(row, form.new(), actor=person(request), version=version),
        title=row.name,
        back=reverse("volunteers:item", args=[pk]),
        version=row.version,
        text=_("Who reserved it already keeps it at the old price."),
    )


@form_page
@requires(RIGHT)
@never_cache
def item_restock(request: HttpRequest, pk: int) -> HttpResponseBase:
    """More or fewer in stock, with the reason."""
    row, form = _item(request, pk), RestockForm(request.POST or None)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if (
        form.is_bound
        and form.is_valid()
        and form.attempt(lambda: shop_items.restock(row, **form.cleaned_data, **given))
    ):
        messages.success(request, _("Saved."))
        return redirect("volunteers:item", pk=pk)
    return _item_page(request, row, form)
