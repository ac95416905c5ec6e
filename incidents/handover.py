"""Hand-over (交接): all open work that is with a person goes to another in one act, or none of it.

Work is with a person as the handler of a case, as who was asked to look on site, as the mediator of a dispute, or as
who makes a call-back. Tasks of a unit stay with the unit; an application stays with whoever applied.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.scope import scope_of
from incidents import lifecycle
from incidents.callbacks import check_asker
from incidents.disputes import possible_mediators
from incidents.models import CallBack, Dispute, DisputeEvent, HandOver, Incident
from incidents.people import name_with_post, possible_handlers
from incidents.rights import handled_by
from incidents.states import INSPECTED
from notices.models import Notice
from notices.writing import notify

HANDLE, INSPECT, DISPUTE, CALL_BACK = "handle", "inspect", "dispute", "call_back"
OPEN_DISPUTE: Final = ~Q(state__in=("settled", "failed")) | Q(next_visit_on__isnull=False)
"""Not ended, or ended with a follow-up visit to come."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of open work that is with a person by name."""

    kind: str
    pk: int
    number: str
    title: str
    state: str
    grid_code: str
    due_at: datetime | None
    url: str
    row: Any = field(compare=False, repr=False)

    @property
    def key(self) -> str:
        """How forms name it."""
        return f"{self.kind}:{self.pk}"

    @property
    def label(self) -> str:
        """What it is."""
        return str(_LABELS[self.kind]())

    def as_data(self) -> dict[str, Any]:
        """What the act keeps of it; no title, because a dispute's may speak of people."""
        return {"kind": self.kind, "id": self.pk, "number": self.number, "grid": self.grid_code, "url": self.url}


_LABELS: Final[dict[str, Callable[[], str]]] = {
    HANDLE: lambda: _("To handle"),
    INSPECT: lambda: _("To look at on site"),
    DISPUTE: lambda: _("To mediate"),
    CALL_BACK: lambda: _("To call back"),
}


# --- what is open -----------------------------------------------------------------------------------------------------


def open_work(user: User) -> list[Item]:
    """Everything open that is with `user` by name, in the order in which it is locked; three queries."""
    return _items(user, lock=False)


def _items(user: User, *, lock: bool) -> list[Item]:
    """Disputes and call-backs before incidents: their own steps lock them before the incident too."""
    disputes = Dispute.objects.filter(OPEN_DISPUTE, mediator=user)
    calls = CallBack.objects.waiting().filter(checker=user).select_related("incident")
    cases = Incident.objects.open().filter(Q(handler_user=user) | Q(inspector=user, state__in=INSPECTED))
    cases = cases.select_related("category").defer("contact_name", "contact_phone")
    return [
        *(_of_dispute(row) for row in _rows(disputes, lock)),
        *(_of_call(row) for row in _rows(calls, lock)),
        *(item for row in _rows(cases, lock) for item in _of_case(row, user)),
    ]


def _rows(rows: Any, lock: bool) -> Any:
    found = rows.order_by("pk")
    return found.select_for_update(of=("self",), no_key=True) if lock else found


def _of_case(row: Incident, user: User) -> Iterable[Item]:
    url = reverse("incidents:detail", args=[row.number])
    known = (row.number, row.title, str(row.get_state_display()), row.grid_code, row.due_at, url, row)
    if row.inspector_id == user.pk and row.state in INSPECTED:
        yield Item(INSPECT, row.pk, *known)
    if row.handler_user_id == user.pk:
        yield Item(HANDLE, row.pk, *known)


def _of_dispute(row: Dispute) -> Item:
    url, state = reverse("incidents:dispute", args=[row.number]), str(row.get_state_display())
    return Item(DISPUTE, row.pk, row.number, row.get_kind_display(), state, row.grid_code, None, url, row)


def _of_call(row: CallBack) -> Item:
    case, url = row.incident, reverse("incidents:call_back", args=[row.pk])
    return Item(CALL_BACK, row.pk, case.number, case.title, "", case.grid_code, row.due_at, url, row)


# --- who can take it --------------------------------------------------------------------------------------------------


def refusals(items: Iterable[Item], taker: User, *, now: datetime) -> list[tuple[Item, str]]:
    """The items that `taker` cannot take, each with the reason; empty when all can go."""
    return [(item, why) for item in items if (why := _CHECKS[item.kind](item, taker, now))]


def _cannot_handle(item: Item, taker: User, now: datetime) -> str:
    case: Incident = item.row
    if case.handler_organization_id:
        acts = case.handler_organization_id in scope_of(taker).organizations
        return "" if acts else _("does not act for the unit that has it")
    serves = possible_handlers(case, now=now).filter(pk=taker.pk).exists()
    return "" if serves else _("holds no post there that handles cases")


def _cannot_inspect(item: Item, taker: User, now: datetime) -> str:
    if not scope_of(taker).can("incident.check", item.grid_code):
        return _("may not check on site there")
    return _("handled it: somebody else must check it") if handled_by(item.row) == taker.pk else ""


def _cannot_mediate(item: Item, taker: User, now: datetime) -> str:
    serves = possible_mediators(item.row, now=now).filter(pk=taker.pk).exists()
    return "" if serves else _("does not mediate there")


def _cannot_call(item: Item, taker: User, now: datetime) -> str:
    try:
        check_asker(item.row.incident, taker)
    except NotAllowed as error:
        return str(error)
    return ""


_CHECKS: Final[dict[str, Callable[[Item, User, datetime], str]]] = {
    HANDLE: _cannot_handle,
    INSPECT: _cannot_inspect,
    DISPUTE: _cannot_mediate,
    CALL_BACK: _cannot_call,
}


# --- the act ----------------------------------------------------------------------------------------------------------


def hand_over(
    *,
    giver: User,
    taker: User,
    reason: str,
    actor: User,
    now: datetime,
    only: Collection[str] | None = None,
) -> HandOver:
    """Move the open work of `giver` (all of it, or the items whose keys are in `only`) to `taker` in one transaction.

    The actor needs grid.edit at every item. NotValid (field "taker") names each item that the taker cannot have,
    before anything is moved; NotNow when nothing is open.
    """
    _check_people(giver, taker, reason)
    with transaction.atomic():
        items = [item for item in _items(giver, lock=True) if only is None or item.key in only]
        if not items:
            raise NotNow(_("%(name)s has no open work that could be handed over.") % {"name": giver})
        for item in items:
            demand(actor, "grid.edit", item.grid_code)
        _check_taker(items, taker, now)
        for item in items:
            _MOVES[item.kind](item, giver, taker, reason.strip(), actor, now)
        return _kept(giver, taker, reason.strip(), actor, now, items)


def _check_people(giver: User, taker: User, reason: str) -> None:
    wrong: dict[str, list[str]] = {}
    if giver == taker:
        wrong["taker"] = [_("Choose another person.")]
    elif not taker.is_active or taker.is_service or not scope_of(taker).grants:
        wrong["taker"] = [_("%(name)s holds no post at present.") % {"name": taker}]
    if not reason.strip():
        wrong["reason"] = [_("A reason is needed.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _check_taker(items: Sequence[Item], taker: User, now: datetime) -> None:
    refused = refusals(items, taker, now=now)
    if refused:
        lines = [f"{item.label} {item.number}: {taker} {why}" for item, why in refused]
        message = _("%(name)s cannot take %(count)s of these. Nothing was moved: untick them or choose another person.")
        raise NotValid(message % {"name": taker, "count": len(refused)}, {"taker": lines})


def _kept(giver: User, taker: User, reason: str, actor: User, now: datetime, items: Sequence[Item]) -> HandOver:
    act = HandOver.objects.create(
        giver=giver, taker=taker, reason=reason, items=[item.as_data() for item in items], made_by=actor, made_at=now
    )
    notify(
        recipients=[taker],
        kind="hand_over",
        level=Notice.Level.TASK,
        title=_("%(count)s open tasks of %(name)s are yours now") % {"count": len(items), "name": giver},
        body=reason,
        url=reverse("incidents:tasks"),
        dedupe_key=f"hand_over:{act.pk}",
        now=now,
    )
    return act


def _move_case(item: Item, giver: User, taker: User, reason: str, actor: User, now: datetime) -> None:
    lifecycle.reassign(item.pk, user=taker, giver=giver, actor=actor, now=now, reason=reason)


def _move_dispute(item: Item, giver: User, taker: User, reason: str, actor: User, now: datetime) -> None:
    dispute: Dispute = item.row
    dispute.mediator, dispute.version = taker, dispute.version + 1
    dispute.save(update_fields=["mediator", "version"])
    DisputeEvent.objects.create(
        dispute=dispute,
        kind=DisputeEvent.Kind.ACCEPTED,
        from_state=dispute.state,
        to_state=dispute.state,
        actor=actor,
        actor_name=name_with_post(actor, dispute.grid_code, now=now),
        happened_at=now,
        text=_("Handed over from %(giver)s to %(taker)s: %(reason)s")
        % {"giver": giver, "taker": taker, "reason": reason},
        at=now,
    )


def _move_call(item: Item, giver: User, taker: User, reason: str, actor: User, now: datetime) -> None:
    CallBack.objects.filter(pk=item.pk).update(checker=taker)


_MOVES: Final[dict[str, Callable[[Item, User, User, str, User, datetime], None]]] = {
    HANDLE: _move_case,
    INSPECT: _move_case,
    DISPUTE: _move_dispute,
    CALL_BACK: _move_call,
}
