"""党员联户: who looks after which households, how much is covered, the contacts, the reviews."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.rules import form_page
from grid.access import demand, requires
from grid.chosen import asked_code, chosen_of
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.workbooks import list_workbook
from partybuilding import links, member_figures
from partybuilding.filters.members import LinkFilter
from partybuilding.forms.members import ContactForm, DoorsForm, ReviewForm
from partybuilding.member_queries import link_rows
from partybuilding.member_sheets import link_lines, links_header
from partybuilding.members import masked
from partybuilding.models import HouseholdLink, LinkContact
from partybuilding.views.members import attempt, find_member

PAGE_SIZE: Final = 50
DAYS: Final = (30, 90, 180)
"""Within so many days a household was contacted or not; no paper names an interval, so the reader chooses."""


@requires("party.view")
@never_cache
@require_safe
def link_list(request: HttpRequest) -> HttpResponse:
    """Members who look after households, with how many, the last contact, and what reviews deducted."""
    today, code = timezone.localdate(), _code(request)
    rows = member_figures.linking_members(request.user, code=code, today=today)
    full = rows.select_related("grid", "party__organization").defer("grid__boundary")
    page = keyset_page(full, request.GET, size=PAGE_SIZE)
    context = {
        "page": page,
        "rows": [(row, masked(row), links.unusual(row.doors)) for row in page.rows],  # type: ignore[attr-defined]
        "totals": member_figures.totals_of(rows),
        "grids": grid_choices(request),
        "code": code,
        "usual": links.USUAL,
    }
    return render(request, "partybuilding/links.html", context)


def _code(request: HttpRequest) -> str:
    """The grid of the address when it is one the reader sees; "" otherwise: all that she sees."""
    code = asked_code(request)
    return code if code and scope_of(request.user).can("party.view", code) else ""


@requires("party.view")
@never_cache
@require_safe
def link_excel(request: HttpRequest) -> HttpResponse:
    """党员联户名单 as an Excel file, members masked."""
    chosen = narrowed(LinkFilter(request.GET, queryset=link_rows(request.user), request=request))
    held, title = links.open_links(chosen.qs, timezone.localdate()), _("Linked households")
    header, lines = links_header(), link_lines(held)
    return list_workbook(request, header, lines, count=held.count(), kind="household_link", title=title)


@requires("party.view")
@never_cache
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """How many doors are looked after: per grid below the chosen one, or per building where none is below."""
    seen = member_figures.communities_of(request.user)
    grid, today = chosen_of(request, seen), timezone.localdate()
    days = _days(request)
    lines = member_figures.coverage_below(grid, today=today, days=days)
    deepest = not lines
    if deepest:
        lines = member_figures.coverage_of_buildings(grid, today=today, days=days)
    context = {
        "grid": grid,
        "upper": seen.filter(code__in=[grid.code[:n] for n in range(4, len(grid.code))]).last(),
        "lines": lines,
        "deepest": deepest,
        "sums": _sums(lines),
        "days": days,
        "choices": DAYS,
    }
    return render(request, "partybuilding/link_coverage.html", context)


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    days = strict_int(given, name="days", most=DAYS[-1]) if given else DAYS[0]
    return days if days in DAYS else DAYS[0]


def _sums(lines: list[member_figures.Coverage]) -> member_figures.Coverage:
    total = member_figures.Coverage("", "", sum(line.households or 0 for line in lines) or None)
    total.linked = sum(line.linked for line in lines)
    total.contacted = sum(line.contacted for line in lines)
    return total


@requires("party.edit")
@never_cache
@form_page
def link_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Doors of one building for the member `pk`."""
    member = find_member(request.user, pk)
    demand(request.user, "party.edit", member.grid_code)
    form = DoorsForm(request.POST or None, member=member, user=request.user)
    if form.is_valid():
        given, actor = form.cleaned_data, person(request)
        made = form.attempt(
            lambda: links.give_doors(member, given["building"], given["rooms"], actor=actor, now=timezone.now())
        )
        if made is not None:
            said = {"n": len(made), "doors": member.doors + len(made)}  # type: ignore[attr-defined]
            messages.success(request, _("%(n)s households linked; she looks after %(doors)s now.") % said)
            return redirect("partybuilding:member", member.pk)
    context = {"form": form, "member": member, "shown": masked(member), "title": _("Link households")}
    return render(request, "partybuilding/member_form.html", context, status=422 if form.is_bound else 200)


def find_link(user: Any, pk: int) -> HouseholdLink:
    """The link if `user` may see it; 404 otherwise."""
    found: HouseholdLink = get_object_or_404(link_rows(user), pk=pk)
    return found


@requires("party.view")
@never_cache
@form_page
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """One linked household: the contacts, and a form for the next one where the reader may note it."""
    row = find_link(request.user, pk)
    may_contact = links.may_contact(row, request.user) and row.until is None
    if request.method == "POST" and not links.may_contact(row, request.user):
        demand(request.user, "party.edit", row.grid_code)
    form = ContactForm(request.POST or None)
    status = attempt(request, form, row, lambda who: _contact(row, form.cleaned_data, who))
    if status == 0:
        return redirect("partybuilding:link", row.pk)
    contacts = LinkContact.objects.visible_to(request.user).filter(link=row).select_related("by")
    page = keyset_page(contacts, request.GET, size=PAGE_SIZE, by="at")
    context = {
        "link": row,
        "address": links.door_of(row),
        "shown": masked(row.member),
        "form": form,
        "page": page,
        "may_contact": may_contact,
        "may_edit": scope_of(request.user).can("party.edit", row.grid_code) and row.until is None,
    }
    return render(request, "partybuilding/link.html", context, status=status)


def _contact(row: HouseholdLink, given: dict[str, Any], who: dict[str, Any]) -> Any:
    return links.record_contact(row, given["way"], given["text"], client_id=given["client_id"], **who)


@requires("party.edit")
@require_POST
def link_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The household is not looked after by this member any more."""
    row = find_link(request.user, pk)
    links.end_link(row, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:member", row.member_id)


@requires("party.edit")
@never_cache
@form_page
def link_review(request: HttpRequest, pk: int) -> HttpResponse:
    """How the households found the work of the member `pk`."""
    member = find_member(request.user, pk)
    demand(request.user, "party.edit", member.grid_code)
    form = ReviewForm(request.POST or None)
    status = attempt(request, form, member, lambda who: _review(member, form.cleaned_data, who))
    if status == 0:
        return redirect("partybuilding:member", member.pk)
    context = {"form": form, "member": member, "shown": masked(member), "title": _("Review the linked member")}
    return render(request, "partybuilding/member_form.html", context, status=status)


def _review(member: Any, given: dict[str, Any], who: dict[str, Any]) -> Any:
    return links.review(member, given["period"], given["result"], given["text"], on=given["on"], **who)
