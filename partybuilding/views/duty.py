"""Pages of duty posts and shifts: the calendar, posts, a day's attendance, one shift."""

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from partybuilding import calendar, rosters, shifts
from partybuilding.filters.duty import PostFilter, ShiftFilter
from partybuilding.forms.choices import grids_where
from partybuilding.forms.duty import MemberForm, PostForm, RosterForm, ShiftForm, roster_forms
from partybuilding.forms.orders import WhyForm
from partybuilding.models import DutyPost, DutyShift
from partybuilding.standing import community_of, living_in, shown
from partybuilding.views.asking import known, stages_of, taking

POSTS: Final = 40
"""Posts of one page of the calendar."""
ROSTER: Final = 200
SWAPS: Final = 6
"""Swaps shown above the calendar."""
DAY: Final = timedelta(days=1)
MADE: Final = ("attend", "miss", "excuse", "call_off")


def _day(request: HttpRequest, name: str = "on") -> date:
    """The day of the address; today without one."""
    given = request.GET.get(name, "")
    try:
        found = parse_date(given) if given else timezone.localdate()
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise NotValid(_("A filter is not valid."), {name: [_("Give a day like 2026-11-20.")]})
    return found


def _posts(request: HttpRequest) -> PostFilter:
    rows = DutyPost.objects.visible_to(request.user).select_related("grid", "skill").defer("grid__boundary")
    return narrowed(PostFilter(request.GET, queryset=rows, request=request))


# --- the calendar -----------------------------------------------------------------------------------------------------


@requires("party.view")
@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """The calendar: a week of every post, or a month of all posts together. Also made to be printed."""
    today, on, monthly = timezone.localdate(), _day(request), request.GET.get("view") == "month"
    chosen = _posts(request)
    page = keyset_page(chosen.qs.filter(is_active=True), request.GET, size=POSTS)
    window = calendar.month_of(on) if monthly else calendar.week_of(on)
    seen: Any = DutyShift.objects.visible_to(request.user)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "window": window,
        "monthly": monthly,
        "lines": [] if monthly else calendar.by_post(page.rows, window, today),
        "weeks": calendar.by_day(page.rows, window, today) if monthly else [],
        "before": (on.replace(day=1) if monthly else window.first) - DAY,
        "after": (on.replace(day=28) + 4 * DAY).replace(day=1) if monthly else window.last + DAY,
        "on": on,
        "today": today,
        "figures": calendar.figures(seen, today),
        "swaps": _swaps(seen, today),
        "may_edit": scope_of(request.user).can("party.edit"),
    }
    return render(request, "partybuilding/duty.html", context)


def _swaps(seen: Any, today: date) -> Any:
    """The next swaps that nobody has answered, with their posts."""
    rows = seen.filter(asked__isnull=False, on__gte=today).select_related("post__grid").defer("post__grid__boundary")
    return rows.order_by("on", "pk")[:SWAPS]


@requires("party.view")
@require_safe
def duty_excel(request: HttpRequest) -> HttpResponse:
    """Shifts as a workbook, names masked; who takes it is recorded."""
    seen: Any = DutyShift.objects.visible_to(request.user)
    rows = narrowed(ShiftFilter(request.GET, queryset=seen, request=request)).qs
    header = [_("Day"), _("From"), _("Until"), _("Duty post"), _("Where"), _("Grid"), _("Member"), _("Status")]
    header.append(_("Remark"))
    found = rows.select_related("post__grid", "member").defer("post__grid__boundary", "member__phone")
    lines = map(_cells, found.order_by("on", "post", "pk").iterator(chunk_size=1000))
    return list_workbook(request, header, lines, count=rows.count(), kind="duty_shift", title=_("Roster of duty"))


def _cells(row: DutyShift) -> list[Any]:
    return [
        *(row.on, f"{row.post.starts:%H:%M}", f"{row.post.ends:%H:%M}", row.post.name, row.post.place),
        *(row.post.grid.name, shown(row.member), row.get_status_display(), row.remark),
    ]


@require_POST
@requires("party.edit")
def duty_open(request: HttpRequest) -> HttpResponseBase:
    """Fill the rosters of the coming four weeks now, in the reader's grids (or the one of the address)."""
    codes = [code] if (code := asked_code(request)) else list(scope_of(request.user).prefixes("party.edit"))
    for code in codes:
        demand(request.user, "party.edit", code)
    made = sum(rosters.open_shifts(now=timezone.now(), under=code) for code in codes)
    said = ngettext("%(n)s shift was opened.", "%(n)s shifts were opened.", made) % {"n": made}
    messages.success(request, said if made else _("Every shift of the coming four weeks is staffed already."))
    return redirect("partybuilding:duty")


# --- posts ------------------------------------------------------------------------------------------------------------


@requires("party.view")
@require_safe
def duty_posts(request: HttpRequest) -> HttpResponse:
    """The duty posts."""
    chosen = _posts(request)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(chosen.qs, request.GET, size=POSTS),
        "may_edit": scope_of(request.user).can("party.edit"),
    }
    return render(request, "partybuilding/duty_posts.html", context)


@form_page
@requires("party.edit")
def duty_post_new(request: HttpRequest) -> HttpResponse:
    """A new duty post."""
    form = PostForm(request.POST or None, grids=grids_where(request.user, "party.edit"))
    actor = person(request)
    if form.is_bound and form.is_valid():
        grid = form.cleaned_data["grid"]
        if form.attempt(lambda: rosters.create_post(form.new(), grid=grid, actor=actor)):
            messages.success(request, _("Saved. Open the shifts when all posts are there."))
            return redirect("partybuilding:duty_posts")
    return shown_page(request, "partybuilding/duty_post_form.html", {"post": None}, form)


def find_post(request: HttpRequest, pk: int) -> DutyPost:
    """The post if the reader sees it; 404 otherwise."""
    rows: Any = DutyPost.objects.visible_to(request.user)
    found: DutyPost = get_object_or_404(rows.select_related("grid").defer("grid__boundary"), pk=pk)
    return found


@form_page
@requires("party.edit")
def duty_post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post; what no longer fits is called off."""
    post = find_post(request, pk)
    demand(request.user, "party.edit", post.grid_code)
    version = shown_version(request, post.version)
    names = ("name", "skill", "place", "weekdays", "starts", "ends", "people", "is_active")
    start = {name: getattr(post, name) for name in names}
    form = PostForm(request.POST or None, grids=None, old=post, initial=start)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "version": version}
    if form.is_bound and form.is_valid() and form.attempt(lambda: rosters.change_post(post, form.new(), **given)):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:duty_posts")
    return shown_page(request, "partybuilding/duty_post_form.html", {"post": post, "version": version}, form)


@form_page
@requires("party.edit")
def shift_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a member on the roster of a post by hand."""
    post = find_post(request, pk)
    demand(request.user, "party.edit", post.grid_code)
    members = living_in(community_of(post.grid_code))
    start = {"on": _day(request)}
    form = ShiftForm(request.POST or None, members=members, initial=start)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}

    def write() -> DutyShift:
        return rosters.plan_shift(post, form.cleaned_data["member"], form.cleaned_data["on"], **given)

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("She stands on the roster."))
        return redirect("partybuilding:shift", pk=made.pk)
    return shown_page(request, "partybuilding/shift_new.html", {"post": post}, form)


# --- shifts -----------------------------------------------------------------------------------------------------------


@form_page
@requires("party.edit")
def duty_attendance(request: HttpRequest) -> HttpResponse:
    """A day's roster: who was there, all at once."""
    on, today, code = _day(request), timezone.localdate(), asked_code(request)
    rows: Any = DutyShift.objects.filter(scope_of(request.user).q("party.edit", "post__grid_code"), on=on)
    rows = rows.exclude(status="called_off").filter(post__grid_code__startswith=code)
    found = rows.select_related("post__grid", "member").defer("post__grid__boundary", "member__phone")
    pairs = roster_forms(found.order_by("post__grid_code", "post", "pk")[:ROSTER], request.POST or None)
    if request.method == "POST" and all(_valid(form) for _row, form in pairs):
        sent = [(row.pk, form.cleaned_data) for row, form in pairs if form.was_sent]
        marks = {pk: (given["status"], given["remark"]) for pk, given in sent}
        shifts.note_many(marks, rows.select_related("post"), actor=person(request), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect(f"{request.path}?on={on:%Y-%m-%d}&grid={code}")
    lines = [(row, shown(row.member), form) for row, form in pairs]
    context = {"lines": lines, "on": on, "today": today, "code": code, "before": on - DAY}
    context["after"] = on + DAY
    return render(
        request, "partybuilding/duty_attendance.html", context, status=422 if request.method == "POST" else 200
    )


def _valid(form: RosterForm) -> bool:
    """A line that was not sent (added meanwhile by somebody else) is left alone."""
    return not form.was_sent or form.is_valid()


def find_shift(request: HttpRequest, pk: int) -> DutyShift:
    """The shift if the reader sees it; 404 otherwise."""
    rows: Any = DutyShift.objects.visible_to(request.user)
    rows = rows.select_related("post__grid", "member", "asked").defer("post__grid__boundary")
    found: DutyShift = get_object_or_404(rows, pk=pk)
    return found


@requires("party.view")
@require_safe
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """One shift: who stands, what can be done, what was done."""
    return _shift_page(request, find_shift(request, pk))


def _shift_page(request: HttpRequest, row: DutyShift, **forms: Any) -> HttpResponse:
    today = timezone.localdate()
    may_edit = scope_of(request.user).can("party.edit", row.grid_code)
    to_come = row.status == DutyShift.Status.PLANNED and row.on >= today
    swap = forms.get("swap") or (MemberForm(members=shifts.colleagues(row)) if may_edit and to_come else None)
    context = {
        "shift": row,
        "name": shown(row.member),
        "asked": shown(row.asked),
        "today": today,
        "may_edit": may_edit,
        "swap": swap,
        "why": WhyForm(),
        **stages_of(request, row),
    }
    return render(request, "partybuilding/shift.html", context, status=422 if forms else 200)


@require_POST
@requires("party.edit")
def shift_step(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """Attended, missed, excused, called off."""
    row, text, given = find_shift(request, pk), request.POST.get("text", ""), taking(request)
    known(name, MADE)
    if name == "excuse":
        shifts.excuse(row, text=text, **given)
    elif name == "call_off":
        shifts.call_off(row, text=text, **given)
    else:
        shifts.note(row, {"attend": "attended", "miss": "absent"}[name], text=text, **given)
    messages.success(request, _("Saved."))
    return redirect("partybuilding:shift", pk=pk)


@require_POST
@requires("party.edit")
def shift_swap(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask a colleague for the member, or ask no more."""
    row = find_shift(request, pk)
    demand(request.user, "party.edit", row.grid_code)
    if "take_back" in request.POST:
        shifts.take_back(row, actor=person(request))
        return redirect("partybuilding:shift", pk=pk)
    form = MemberForm(request.POST, members=shifts.colleagues(row))
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.is_valid() and form.attempt(lambda: shifts.ask(row, form.cleaned_data["member"], **given)):
        messages.success(request, _("She was asked. The shift changes hands when she agrees."))
        return redirect("partybuilding:shift", pk=pk)
    return _shift_page(request, row, swap=form)
