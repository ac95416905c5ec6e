"""Pages of claimed services (党员认领公益服务清单): how many members give what, and who."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from partybuilding import claims
from partybuilding.filters.duty import ClaimFilter
from partybuilding.forms.duty import ClaimForm
from partybuilding.models import PartyMember, ServiceClaim
from partybuilding.standing import shown

PAGE_SIZE: Final = 50


@requires("party.view")
@require_safe
def claim_list(request: HttpRequest) -> HttpResponse:
    """The public list with its numbers, and who claimed what."""
    today, seen = timezone.localdate(), ServiceClaim.objects.visible_to(request.user)
    chosen = narrowed(ClaimFilter(request.GET, queryset=seen, request=request))
    rows = chosen.qs.select_related("kind", "grid", "member").defer("grid__boundary", "member__phone")
    page = keyset_page(rows, request.GET, size=PAGE_SIZE)
    held: Any = seen.on(today)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "rows": [(row, shown(row.member)) for row in page.rows],
        "services": claims.counted(seen, today),
        "members": held.aggregate(n=Count("member", distinct=True))["n"],
        "may_edit": scope_of(request.user).can("party.edit"),
    }
    return render(request, "partybuilding/claims.html", context)


@form_page
@requires("party.edit")
def claim_new(request: HttpRequest) -> HttpResponse:
    """A member told what she gives."""
    members = PartyMember.objects.filter(scope_of(request.user).q("party.edit", "grid_code"), left_on=None)
    form = ClaimForm(request.POST or None, members=members, kinds=claims.service_list())

    def write() -> ServiceClaim:
        return claims.claim(**form.cleaned_data, actor=person(request), now=timezone.now())

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Claimed."))
        return redirect("partybuilding:service_claims")
    return shown_page(request, "partybuilding/claim_new.html", {}, form)


@require_POST
@requires("party.edit")
def claim_release(request: HttpRequest, pk: int) -> HttpResponseBase:
    """She does not give it any more."""
    rows: Any = ServiceClaim.objects.visible_to(request.user)
    row = get_object_or_404(rows, pk=pk)
    demand(request.user, "party.edit", row.grid_code)
    claims.release(row, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:service_claims")
