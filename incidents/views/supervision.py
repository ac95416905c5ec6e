"""督办: the red list, urging, a notice with its reply and lifting, and the paper that is printed."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotAllowed, NotNow
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from grid.access import requires
from grid.scope import scope_of
from incidents import redlist, supervision
from incidents.forms.supervision import LiftForm, NoticeForm, PlaceForm, ReplyForm
from incidents.models import Incident, Supervision
from incidents.supervision_rights import (
    addressee,
    check_addressed,
    holds_supervising,
    holds_urging,
    may_lift,
    may_reply,
    why_no_notice,
)
from incidents.views.cases import LIST_RELATED, grid_choices
from incidents.views.finding import detail_address, find_incident, next_address, person

SEES: Final = ("incident.supervise", "incident.dispatch", "incident.approve", "incident.handle")
READS: Final = ("incident.view", "incident.handle", "incident.supervise")
PAGE_SIZE: Final = 30
CASE_RELATED: Final = (*LIST_RELATED, "responsible_organization", "responsible_user")
NOTICE_RELATED: Final = ("incident__grid", "organization", "user", "issued_by", "replied_by", "lifted_by")
UNREAD: Final = ("incident__contact_name", "incident__contact_phone", "incident__grid__boundary")


@requires(*SEES)
@never_cache
@require_safe
def red_list(request: HttpRequest) -> HttpResponse:
    """What needs somebody's eye, by tab, of one grid or of all that the reader sees."""
    now, code = timezone.now(), _place(request)
    tab = redlist.TAB_BY_NAME.get(request.GET.get("tab", ""), _first_tab(request))
    page = keyset_page(_rows(tab, request.user, code), request.GET, size=PAGE_SIZE)
    numbers = redlist.counts(request.user, code, now)
    context = {
        "now": now,
        "tab": tab,
        "tabs": [(one, numbers.get(one.name)) for one in _tabs_of(request)],
        "numbers": numbers,
        "page": page,
        "lines": redlist.lines(page.rows, request.user, now - supervision.URGE_AGAIN) if tab.cases else (),
        "grids": grid_choices(request),
        "may_arbitrate": scope_of(request.user).can("incident.approve"),
    }
    return render(request, "incidents/supervision/red_list.html", context)


def _rows(tab: redlist.Tab, user: Any, code: str) -> Any:
    now = timezone.now()
    if tab.cases:
        rows = redlist.cases(tab, user, code, now).select_related(*CASE_RELATED)
        return rows.defer("text", "contact_name", "contact_phone", "point", "grid__boundary")
    return redlist.notices(tab, user, code, now).select_related(*NOTICE_RELATED).defer("incident__text", *UNREAD)


def _place(request: HttpRequest) -> str:
    form = PlaceForm(request.GET)
    demand_filters(form)
    return str(form.cleaned_data["grid"])


def _watches(request: HttpRequest) -> bool:
    return any(scope_of(request.user).can(capability) for capability in SEES[:3])


def _tabs_of(request: HttpRequest) -> list[redlist.Tab]:
    """Whoever only handles sees her own notices first."""
    own = redlist.TAB_BY_NAME["mine"]
    others = [tab for tab in redlist.TABS if tab is not own]
    return [*others, own] if _watches(request) else [own, *others]


def _first_tab(request: HttpRequest) -> redlist.Tab:
    return _tabs_of(request)[0]


@requires("incident.supervise", "incident.dispatch")
@require_POST
def urge(request: HttpRequest, number: str) -> HttpResponse:
    """Urge whoever has the case, by one press."""
    incident = find_incident(request.user, number)
    if not holds_urging(incident, request.user):
        raise NotAllowed(_("Only supervisors and dispatchers urge."))
    words = request.POST.get("text", "")
    try:
        supervision.urge(incident.pk, actor=person(request), now=timezone.now(), text=words)
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("%(number)s: urged.") % {"number": incident.number})
    return redirect(next_address(request, detail_address(incident)))


@requires("incident.supervise")
@never_cache
@require_http_methods(["GET", "POST"])
def supervise(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a notice about a case; what was typed is kept with every refusal."""
    incident = find_incident(request.user, number)
    if not holds_supervising(incident, request.user):
        raise NotAllowed(_("Only supervisors write notices."))
    form, said = NoticeForm(request.POST or None), str(why_no_notice(incident) or "")
    status = 422 if form.is_bound else 200
    if form.is_valid():
        given = {"text": form.cleaned_data["text"], "within": form.limit()}
        try:
            notice = supervision.supervise(incident.pk, actor=person(request), now=timezone.now(), **given)
        except NotNow as error:
            said, status = str(error), 409
        else:
            messages.success(request, _("Notice %(number)s is written and sent.") % {"number": notice.number})
            return redirect("incidents:supervision_paper", notice.number)
    context = {
        "incident": incident,
        "form": form,
        "said": said,
        "to": _addressee_words(incident),
        "now": timezone.now(),
    }
    return render(request, "incidents/supervision/new.html", context, status=status)


def _addressee_words(incident: Incident) -> str:
    """Who gets the notice, for the head of the form."""
    unit, user = addressee(incident)
    if unit:
        return str(incident.responsible_organization or incident.handler_organization)
    return str(incident.responsible_user or incident.handler_user or "") if user else ""


@requires(*READS)
@never_cache
@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One notice as a paper that prints well, with what the reader may do beside it."""
    return _show(request, find_notice(request.user, number))


def find_notice(user: Any, number: str) -> Supervision:
    """The notice with this number if `user` may see it; 404 otherwise."""
    rows = Supervision.objects.visible_to(user).select_related(
        *NOTICE_RELATED, "incident__category", "incident__handler_organization", "incident__handler_user"
    )
    found: Supervision = get_object_or_404(rows.defer(*UNREAD), number=number)
    return found


@requires(*READS)
@require_POST
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """The answer of the unit or person."""
    found, form = find_notice(request.user, number), ReplyForm(request.POST)
    check_addressed(found, request.user)
    return _act(
        request, found, form, "reply", lambda given: supervision.reply(found.pk, text=given["text"], **_by(request))
    )


@requires("incident.supervise")
@require_POST
def lift(request: HttpRequest, number: str) -> HttpResponse:
    """Lift the notice with a reason."""
    found, form = find_notice(request.user, number), LiftForm(request.POST)
    return _act(
        request, found, form, "lift", lambda given: supervision.lift(found.pk, reason=given["reason"], **_by(request))
    )


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": person(request), "now": timezone.now()}


def _act(request: HttpRequest, found: Supervision, form: Any, name: str, act: Any) -> HttpResponse:
    """Do it, or show the page again with what was typed."""
    if not form.is_valid():
        return _show(request, found, **{name: form}, status=422)
    try:
        act(form.cleaned_data)
    except NotNow as error:
        fresh = find_notice(request.user, found.number)
        return _show(request, fresh, **{name: form}, said=str(error), status=409)
    messages.success(request, _("Kept: your reply.") if name == "reply" else _("The notice is lifted."))
    return redirect("incidents:supervision_paper", found.number)


def _show(
    request: HttpRequest,
    found: Supervision,
    *,
    reply: ReplyForm | None = None,
    lift: LiftForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    sent = reply or lift
    seen = Incident.objects.visible_to(request.user).filter(pk=found.incident_id).exists()
    context = {
        "notice": found,
        "case": found.incident,
        "sees_case": seen,
        "now": timezone.now(),
        "reply_form": (reply or ReplyForm()) if may_reply(found, request.user) else None,
        "lift_form": (lift or LiftForm()) if may_lift(found, request.user) else None,
        "said": said,
        "typed": [value for value in (sent.data.get("text"), sent.data.get("reason")) if value]
        if sent and said
        else [],
    }
    return render(request, "incidents/supervision/notice.html", context, status=status)
