"""Party members: the list, one member, entering, changing, leaving; search by a whole phone; in clear for a purpose."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotNow, NotValid
from accounts.keyset import keyset_page
from accounts.models import User
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.forms.small import RevealForm
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.workbooks import list_workbook
from partybuilding import links, member_figures, members
from partybuilding.filters.members import MemberFilter
from partybuilding.forms.members import BringInForm, LeaveForm, MemberEditForm, MemberForm, MoveForm, PhoneForm
from partybuilding.member_queries import member_rows, report_in_rows
from partybuilding.member_sheets import member_lines, members_header
from partybuilding.models import LinkReview, PartyMember

PAGE_SIZE: Final = 50
STEPS: Final[dict[str, tuple[Any, Any]]] = {
    "move": (MoveForm, gettext_lazy("Lives elsewhere now")),
    "bring-in": (BringInForm, gettext_lazy("Bring into an organization")),
    "leave": (LeaveForm, gettext_lazy("Is not a member here any more")),
}
"""The small forms on a member: the word of the address, the form, the title."""


def offer_grids(form: Any, request: HttpRequest) -> Any:
    """The filter form with the grids of the reader to choose from, instead of a code to type."""
    form.fields["grid"].widget = forms.Select(choices=[("", _("All")), *grid_choices(request)])
    return form


@requires("party.view")
@never_cache
@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """Members by the filters of the address, masked, with the four ways of management above."""
    chosen = filtered(request)
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    context = {
        "form": offer_grids(chosen.form, request),
        "page": page,
        "rows": [(row, members.masked(row)) for row in page.rows],
        "counts": _counts(request),
        "may_edit": scope_of(request.user).can("party.edit"),
    }
    return render(request, "partybuilding/members.html", context)


def _counts(request: HttpRequest) -> list[tuple[str, Any, int]]:
    """(value, label, number) of each way of management among those present that the reader sees."""
    lines = member_figures.by_management(PartyMember.objects.visible_to(request.user))
    sums = member_figures.total_of(lines)
    return [(value, label, sums.get(value, 0)) for value, label in PartyMember.Management.choices]


def filtered(request: HttpRequest) -> MemberFilter:
    """The filter set of the address over what the reader may see; NotValid for a filter that is not one."""
    return narrowed(MemberFilter(request.GET, queryset=member_rows(request.user), request=request))


@requires("party.view")
@never_cache
@require_safe
def member_excel(request: HttpRequest) -> HttpResponse:
    """The filtered list as a masked Excel file."""
    rows, title = filtered(request).qs, _("Party members")
    header, lines = members_header(), member_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="party_member", title=title)


@requires("party.view")
@never_cache
@require_safe
def management(request: HttpRequest) -> HttpResponse:
    """直管, 兼管, 接管, 参管 per community, and who looks after households there."""
    lines = member_figures.by_management(PartyMember.objects.visible_to(request.user))
    context = {
        "lines": lines,
        "sums": member_figures.total_of(lines),
        "ways": PartyMember.Management.choices,
        "today": timezone.localdate(),
    }
    return render(request, "partybuilding/member_management.html", context)


@requires("party.view")
@never_cache
@require_safe
def cleanup(request: HttpRequest) -> HttpResponse:
    """隐形党员, 口袋党员: found, brought in, still outside; per community, with the members who wait."""
    seen = PartyMember.objects.visible_to(request.user)
    lines = member_figures.cleanup(seen)
    waiting = member_rows(request.user).exclude(found="").filter(brought_in_on=None, left_on=None)
    page = keyset_page(waiting, request.GET, size=PAGE_SIZE)
    context = {
        "lines": lines,
        "sums": member_figures.total_of(lines),
        "page": page,
        "rows": [(row, members.masked(row)) for row in page.rows],
        "may_edit": scope_of(request.user).can("party.edit"),
        "today": timezone.localdate(),
    }
    return render(request, "partybuilding/member_cleanup.html", context)


def find_member(user: Any, pk: int) -> PartyMember:
    """The member if `user` may see her; 404 otherwise."""
    found: PartyMember = get_object_or_404(member_rows(user), pk=pk)
    return found


@requires("party.view")
@never_cache
@require_safe
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: what is known (masked), her households, reviews, reports to communities, who changed what."""
    row, scope, today = find_member(request.user, pk), scope_of(request.user), timezone.localdate()
    reviews = list(LinkReview.objects.visible_to(request.user).filter(member=row).select_related("by")[:20])
    doors = links.links_of(row, today)
    context = {
        "member": row,
        "shown": members.masked(row),
        "doors": [(one, links.door_of(one)) for one in doors],
        "strange": links.unusual(len(doors)) if doors else "",
        "reviews": reviews,
        "deducting": sum(one.result in links.DEDUCTING and one.on.year == today.year for one in reviews),
        "reports_in": list(report_in_rows(request.user).filter(member=row)),
        "history": members.history(row),
        "may_edit": scope.can("party.edit", row.grid_code) and row.left_on is None,
        "may_reveal": members.may_reveal(row, request.user),
        "today": today,
    }
    return render(request, "partybuilding/member.html", context)


@requires("party.edit")
@never_cache
@form_page
def member_new(request: HttpRequest) -> HttpResponse:
    """A new member."""
    form = MemberForm(request.POST or None, user=request.user)
    if form.is_valid():
        now, actor = timezone.now(), person(request)
        grid = form.cleaned_data["grid"]
        made = form.attempt(lambda: members.enter(grid, form.given(), actor=actor, now=now))
        if made is not None:
            messages.success(request, _("Saved."))
            return redirect("partybuilding:member", made.pk)
    context = {"form": form, "title": _("Enter a member")}
    return render(request, "partybuilding/member_form.html", context, status=422 if form.is_bound else 200)


@requires("party.edit")
@never_cache
@form_page
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a member; what is sealed is not shown, an empty field leaves it."""
    row = _editable(request, pk)
    names = ("version", "management", "party", "unit", "joined_year", "found", "found_on")
    first: dict[str, Any] = {name: getattr(row, name) for name in names}
    first |= {name: list(getattr(row, name).all()) for name in members.MANY}
    form = MemberEditForm(request.POST or None, member=row, user=request.user, initial=first)
    status = attempt(request, form, row, lambda who: members.edit(row, form.given(), **who))
    return _form_answer(request, row, form, status, _("Change what is known"))


@requires("party.edit")
@never_cache
@form_page
def member_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Moved, brought into an organization, left."""
    row, (form_class, title) = _editable(request, pk), STEPS[step]
    extra = {} if step == "leave" else {"user": request.user}
    form = form_class(request.POST or None, initial={"version": row.version}, **extra)
    status = attempt(request, form, row, lambda who: _take_step(row, step, form.cleaned_data, who))
    return _form_answer(request, row, form, status, str(title))


def _take_step(row: PartyMember, step: str, given: dict[str, Any], who: dict[str, Any]) -> Any:
    if step == "move":
        return members.move(row, given["grid"], **who)
    if step == "leave":
        return members.leave(row, given["why"], on=given["on"], **who)
    return members.bring_in(row, given["party"], **who)


def _editable(request: HttpRequest, pk: int) -> PartyMember:
    row = find_member(request.user, pk)
    demand(request.user, "party.edit", row.grid_code)
    return row


def attempt(request: HttpRequest, form: Any, row: Any, write: Callable[[dict[str, Any]], Any]) -> int:
    """0 when `write` was done, else the status of the page that shows the form again (200 before it was sent).

    After a stale version the form carries the present one: what was typed can be sent again by whoever has looked.
    """
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return 422
    who: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if "version" in form.fields:
        who["version"] = form.cleaned_data["version"]
    try:
        write(who)
    except NotValid as error:
        form.add_domain_error(error)
        return 422
    except NotNow as error:
        form.add_error(None, str(error))
        if "version" in form.fields:
            form.data = form.data.copy()
            form.data["version"] = str(type(row).objects.values_list("version", flat=True).get(pk=row.pk))
        return 409
    messages.success(request, _("Saved."))
    return 0


def _form_answer(request: HttpRequest, row: PartyMember, form: Any, status: int, title: str) -> HttpResponse:
    if status == 0:
        return redirect("partybuilding:member", row.pk)
    context = {"form": form, "member": row, "shown": members.masked(row), "title": title}
    return render(request, "partybuilding/member_form.html", context, status=status)


@requires("party.reveal")
@never_cache
@form_page
@transaction.atomic
def member_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Name and phone in clear, for a purpose that is kept in the record of access."""
    row = find_member(request.user, pk)
    demand(request.user, "party.reveal", row.grid_code)
    form, clear = RevealForm(request.POST or None), None
    if form.is_valid():
        clear = members.reveal_member(
            row, actor=person(request), purpose=form.cleaned_data["purpose"], now=timezone.now(), request=request
        )
    context = {"member": row, "shown": members.masked(row), "form": form, "clear": clear}
    part = "parts/member_reveal.html" if getattr(request, "htmx", False) else "member_reveal.html"
    status = 422 if form.is_bound and clear is None else 200
    return render(request, f"partybuilding/{part}", context, status=status)


@requires("party.view")
@never_cache
@form_page
@transaction.atomic
def member_search(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: who has exactly this phone; it stands in no address and is not shown again."""
    form, found = PhoneForm(request.POST or None), None
    if form.is_valid():
        found = form.attempt(lambda: _found(form.cleaned_data["number"], person(request), request))
    rows = [(one, members.masked(one)) for one in found or []]
    context = {"form": PhoneForm() if found is not None else form, "rows": rows, "asked": found is not None}
    status = 422 if form.is_bound and found is None else 200
    return render(request, "partybuilding/member_search.html", context, status=status)


def _found(number: str, actor: User, request: HttpRequest) -> list[PartyMember]:
    return members.find_members(number, actor=actor, now=timezone.now(), request=request)
