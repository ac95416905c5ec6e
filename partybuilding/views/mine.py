"""我的党员: the phone page of a party member: her shifts, calls, orders near her, her households, what she gives."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.numbers import strict_int
from accounts.rules import form_page, signed_in
from incidents.views.finding import person
from partybuilding import calls, claims, links, orders, shifts
from partybuilding.forms.duty import ClaimForm, MemberForm
from partybuilding.forms.orders import ReportForm, TakeForm, WhyForm
from partybuilding.models import (
    CallAnswer,
    DutyShift,
    HouseholdLink,
    LinkContact,
    MemberCall,
    PartyMember,
    ServiceClaim,
    ServiceOrder,
)
from partybuilding.standing import is_near, member_of, near, shown
from partybuilding.views.asking import taking

SHIFTS: Final = 6
CALLS: Final = 5
POOL: Final = 8
HOUSEHOLDS: Final = 40
Status = ServiceOrder.Status


@signed_in
@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """What waits for the member today; for everybody else how to become one here."""
    member, now = member_of(request.user), timezone.now()
    if member is None:
        return render(request, "partybuilding/me_nobody.html")
    today = timezone.localdate(now)
    context = {
        "member": member,
        "now": now,
        "today": today,
        "shifts": _shifts(member, today)[:SHIFTS],
        "asked": [(row, shown(row.member)) for row in _asked(member, today)],
        "calls": _calls(member, now)[:CALLS],
        "serving": _own_orders(member).filter(status=Status.TAKEN).order_by("lapses_at", "pk"),
        "pool": orders.pool_of(member)[:POOL],
        "links": _links(member),
        "ways": LinkContact.Way.choices,
        "claims": member.claims.filter(until=None).select_related("kind"),
    }
    return render(request, "partybuilding/me.html", context)


def _own(request: HttpRequest) -> PartyMember:
    """The member behind the account; what is asked for is nobody's here without one: 404."""
    member = member_of(request.user)
    if member is None:
        raise Http404
    return member


def _shifts(member: PartyMember, today: Any) -> Any:
    rows = member.shifts.filter(on__gte=today, status=DutyShift.Status.PLANNED)
    return rows.select_related("post", "asked").order_by("on", "post__starts", "pk")


def _asked(member: PartyMember, today: Any) -> Any:
    rows = member.asked_shifts.filter(on__gte=today, status=DutyShift.Status.PLANNED)
    return rows.select_related("post", "member").order_by("on", "pk")


def _calls(member: PartyMember, now: Any) -> list[tuple[MemberCall, str]]:
    """Open calls near the member with her own answer."""
    rows = calls.calls_for(MemberCall.objects.filter(near(member), status=MemberCall.Status.BLOWN))
    found = list(rows.order_by("starts_at", "pk")[:CALLS])
    own = dict(CallAnswer.objects.filter(call__in=found, member=member).values_list("call", "answer"))
    return [(row, own.get(row.pk, "")) for row in found]


def _own_orders(member: PartyMember) -> Any:
    return member.orders.select_related("kind", "grid", "building__compound").defer("grid__boundary")


def _links(member: PartyMember) -> Any:
    """The doors that she looks after, longest without a contact first, each with the id of a contact of today."""
    rows = member.links.filter(until=None).select_related("building__compound").defer("building__point")
    last = LinkContact.objects.filter(link__in=rows).order_by("link", "-at").distinct("link").values_list("link", "at")
    at = dict(last)
    found = [(row, at.get(row.pk), uuid.uuid4()) for row in rows[:HOUSEHOLDS]]
    return sorted(found, key=lambda line: (line[1] is not None, line[1] or 0, line[0].pk))


# --- shifts -----------------------------------------------------------------------------------------------------------


@form_page
@signed_in
@never_cache
def my_shift(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Her own shift, or one that she is asked to take over: swap, agree, decline, say that she cannot."""
    member = _own(request)
    rows = DutyShift.objects.filter(Q(member=member) | Q(asked=member)).select_related("post__grid", "member", "asked")
    row = get_object_or_404(rows.defer("post__grid__boundary"), pk=pk)
    forms: dict[str, Any] = {"swap": MemberForm(members=shifts.colleagues(row)), "why": WhyForm()}
    if request.method == "POST":
        answer = _take_shift(request, row, forms)
        if answer is not None:
            return answer
    bad = any(form.is_bound for form in forms.values())
    context = {
        "shift": row,
        "is_hers": row.member_id == member.pk,
        "owner": shown(row.member),
        "asked": shown(row.asked),
        "open": row.status == DutyShift.Status.PLANNED and row.on >= timezone.localdate(),
        **forms,
    }
    return render(request, "partybuilding/my_shift.html", context, status=422 if bad else 200)


def _take_shift(request: HttpRequest, row: DutyShift, forms: dict[str, Any]) -> HttpResponseBase | None:
    """The step of the button that was pressed; None when its form is shown again."""
    step, now, actor = request.POST.get("step", ""), timezone.now(), person(request)
    done: Any = None
    if step == "ask":
        form = forms["swap"] = MemberForm(request.POST, members=shifts.colleagues(row))
        done = form.is_valid() and form.attempt(
            lambda: shifts.ask(row, form.cleaned_data["member"], actor=actor, now=now)
        )
    elif step == "excuse":
        why = forms["why"] = WhyForm(request.POST)
        done = why.is_valid() and why.attempt(lambda: shifts.excuse(row, **why.cleaned_data, actor=actor, now=now))
    elif step == "take_back":
        done = shifts.take_back(row, actor=actor)
    else:
        answers = {"agree": shifts.agree, "decline": shifts.decline}
        done = _step(answers, step)(row, actor=actor, now=now)
    if not done:
        return None
    messages.success(request, _("Saved."))
    return redirect("partybuilding:me")


def _step(steps: dict[str, Any], name: str) -> Any:
    if name not in steps:
        raise NotValid(_("There is no such step."), {"step": [_("Choose one of the steps shown.")]})
    return steps[name]


# --- calls ------------------------------------------------------------------------------------------------------------


@form_page
@signed_in
def my_call(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A call near her, and her answer."""
    member = _own(request)
    row = get_object_or_404(calls.calls_for(MemberCall.objects.filter(near(member))), pk=pk)
    if request.method == "POST":
        calls.answer(row, request.POST.get("answer", ""), actor=person(request), now=timezone.now())
        messages.success(request, _("The community knows your answer."))
        return redirect("partybuilding:my_call", pk=pk)
    own = row.answers.filter(member=member).first()
    context = {"call": row, "own": own, "open": row.status == MemberCall.Status.BLOWN, "now": timezone.now()}
    return render(request, "partybuilding/my_call.html", context)


# --- orders -----------------------------------------------------------------------------------------------------------


def _near_order(request: HttpRequest, pk: int) -> tuple[PartyMember, ServiceOrder]:
    """Her own order, or one that waits near her; 404 for others."""
    member = _own(request)
    rows: Any = ServiceOrder.objects.filter(Q(member=member) | Q(near(member), status=Status.POOL))
    rows = rows.select_related("kind", "grid", "member", "building__compound").defer("grid__boundary")
    return member, get_object_or_404(rows, pk=pk)


@form_page
@signed_in
@never_cache
def my_order(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An order that she serves or may take."""
    taken = _gone(request, pk)
    if taken is not None:
        return taken
    member, row = _near_order(request, pk)
    today = timezone.localdate()
    forms: dict[str, Any] = {
        "take": TakeForm(initial={"until": orders.usual_day(row, today)}),
        "report": ReportForm(),
        "why": WhyForm(),
    }
    clear = None
    if request.method == "POST":
        if request.POST.get("step") == "contact":
            clear = orders.contact(row, actor=person(request), now=timezone.now(), request=request)
        elif (answer := _take_order(request, row, forms)) is not None:
            return answer
    bad = any(form.is_bound for form in forms.values())
    context = {
        "order": row,
        "is_hers": row.member_id == member.pk,
        "contact": clear or orders.masked(row),
        "is_clear": clear is not None,
        "now": timezone.now(),
        **forms,
    }
    return render(request, "partybuilding/my_order.html", context, status=422 if bad else 200)


def _gone(request: HttpRequest, pk: int) -> HttpResponseBase | None:
    """Who presses 接单 a moment too late is told so, on her page, instead of finding nothing."""
    member = _own(request)
    if request.method != "POST" or request.POST.get("step") != "take":
        return None
    row = ServiceOrder.objects.filter(pk=pk).exclude(member=member).exclude(status=Status.POOL).first()
    if row is None or not is_near(member, row.grid_code):
        return None
    messages.warning(request, _("Another member took it a moment ago. Choose another order."))
    return redirect("partybuilding:me")


def _take_order(request: HttpRequest, row: ServiceOrder, forms: dict[str, Any]) -> HttpResponseBase | None:
    """The step of the button that was pressed; None when its form is shown again."""
    step, given = request.POST.get("step", ""), taking(request)
    slots: dict[str, Any] = {
        "take": ("take", TakeForm, orders.take),
        "finish": ("report", ReportForm, orders.finish),
        "give_back": ("why", WhyForm, orders.give_back),
    }
    slot, made, write = _step(slots, step)
    form = forms[slot] = made(request.POST)
    if not (form.is_valid() and form.attempt(lambda: write(row, **form.cleaned_data, **given))):
        return None
    messages.success(request, _("Saved."))
    return redirect("partybuilding:me") if step == "give_back" else redirect("partybuilding:my_order", pk=row.pk)


# --- what she gives, whom she looks after -----------------------------------------------------------------------------


@form_page
@signed_in
def my_claims(request: HttpRequest) -> HttpResponseBase:
    """The public list: claim a service, or give it up."""
    member, now = member_of(request.user), timezone.now()
    if member is None:
        return render(request, "partybuilding/me_nobody.html")
    if "release" in request.POST:
        key = strict_int(request.POST["release"], name="release")
        claims.release(get_object_or_404(ServiceClaim, pk=key, member=member), actor=person(request), now=now)
        return redirect("partybuilding:my_claims")
    form = ClaimForm(request.POST or None, members=None, kinds=claims.service_list())
    given: dict[str, Any] = {"actor": person(request), "now": now}
    if form.is_bound and form.is_valid() and form.attempt(lambda: claims.claim(member, **form.cleaned_data, **given)):
        messages.success(request, _("Claimed. You are told when a resident orders it."))
        return redirect("partybuilding:my_claims")
    held = member.claims.filter(until=None).select_related("kind")
    context = {"form": form, "claims": held, "member": member}
    return render(request, "partybuilding/my_claims.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def my_contact(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One tap: she was there, called, or wrote."""
    link = get_object_or_404(HouseholdLink.objects.select_related("member"), pk=pk, member=_own(request), until=None)
    given = request.POST
    try:
        client_id = uuid.UUID(given.get("client_id", ""))
    except ValueError:
        client_id = uuid.uuid4()
    way, text = given.get("way", ""), given.get("text", "")
    links.record_contact(link, way, text, actor=person(request), now=timezone.now(), client_id=client_id)
    messages.success(request, _("The contact is noted."))
    return redirect("partybuilding:me")
