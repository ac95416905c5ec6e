"""Claims as those see them who follow the wishes of their grids: who is at it, since when, who is late."""

from typing import Any, Final

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page, rows_in_all
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from partybuilding.standing import shown as shown_member
from volunteers import claims
from volunteers.claims import AT_WORK
from volunteers.filters.board import ClaimFilter
from volunteers.forms.board import GiveUpForm
from volunteers.models import WishClaim
from volunteers.standing import shown

PAGE_SIZE: Final = 40
EDITS: Final = "wish.verify"
_HIDDEN: Final = ("wish__name", "wish__phone", "wish__door", "wish__remark", "wish__text", "wish__grid__boundary")


def listed(rows: Any) -> Any:
    """With what a line shows; nothing of who wished is read."""
    found = rows.select_related("wish__kind", "wish__grid", "volunteer", "member", "team", "unit__organization")
    return found.defer(*_HIDDEN, "volunteer__phone", "member__phone")


def claimed_by(row: WishClaim) -> str:
    """Unit and team by name, persons masked."""
    if row.unit:
        return str(row.unit)
    if row.team:
        return str(row.team)
    return shown(row.volunteer) if row.volunteer else shown_member(row.member)


def _filtered(request: HttpRequest) -> ClaimFilter:
    return narrowed(ClaimFilter(request.GET, queryset=WishClaim.objects.visible_to(request.user), request=request))


@requires("wish.view")
@require_safe
def claim_list(request: HttpRequest) -> HttpResponse:
    """Claims of the reader's grids, newest first, with what is late."""
    chosen, now = _filtered(request), timezone.now()
    page = keyset_page(listed(chosen.qs), request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "count": rows_in_all(page, chosen.qs),
        "rows": [(row, claimed_by(row)) for row in page.rows],
        "figures": _figures(request, now),
        "now": now,
    }
    return render(request, "volunteers/claims.html", context)


def _figures(request: HttpRequest, now: Any) -> dict[str, int]:
    rows = WishClaim.objects.visible_to(request.user).filter(status__in=(*AT_WORK, "delivered"))
    found: dict[str, int] = rows.aggregate(
        waiting=Count("pk", filter=Q(status="active")),
        late=Count("pk", filter=Q(status="active", contact_by__lt=now)),
        contacted=Count("pk", filter=Q(status="contacted")),
        delivered=Count("pk", filter=Q(status="delivered")),
    )
    return found


@requires(EDITS)
@never_cache
@form_page
def claim_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A helper is not heard of any more: whoever follows the wish ends her claim, and the wish is free again."""
    rows = WishClaim.objects.visible_to(request.user).select_related("wish")
    row = get_object_or_404(rows.defer("wish__name", "wish__phone", "wish__door", "wish__remark"), pk=pk)
    demand(request.user, EDITS, row.grid_code)
    form, now = GiveUpForm(request.POST or None), timezone.now()
    version = shown_version(request, row.version)

    def write() -> WishClaim:
        return claims.give_up(row, text=form.cleaned_data["text"], actor=person(request), now=now, version=version)

    back = reverse("volunteers:wish", args=[row.wish_id])
    return one_form(request, form, write, title=_("End this claim"), back=back, version=row.version, danger=True)


@requires("wish.view")
@require_safe
def claim_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, persons masked; who takes it is recorded."""
    rows = _filtered(request).qs
    header = [
        *(_("Number"), _("Wish"), _("Shown as"), _("Kind"), _("Grid"), _("Claimed by"), _("Status"), _("Claimed on")),
        *(_("Contact until"), _("Contacted on"), _("Delivered on"), _("How it was granted")),
    ]
    lines = map(_cells, listed(rows).order_by("-pk").iterator(chunk_size=1000))
    title = _("Claims of wishes")
    return list_workbook(request, header, lines, count=rows.count(), kind="wishclaim", title=title)


def _cells(row: WishClaim) -> list[Any]:
    wish = row.wish
    return [
        *(wish.number, wish.title, wish.display_name, wish.kind.name, wish.grid.name, claimed_by(row)),
        *(row.get_status_display(), _day(row.claimed_at), _day(row.contact_by)),
        *(_day(row.contacted_at), _day(row.delivered_at), row.text),
    ]


def _day(moment: Any) -> Any:
    return timezone.localdate(moment) if moment else ""
