"""Clusters of duplicates: a lead case and its members, joined and parted again without loss (peers.md 4.9).

A member keeps its reporter, its number, its state and its clock; only `duplicate_of` says whom it follows. It ends with
its lead (`incidents.lifecycle`), each with its own history, and each reporter is told. There are no chains.

Rows are locked leads first, then members, each in the order of their ids: that is the order in which a lead that closes
takes its members along, so the two never wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.scope import Scope, scope_of
from incidents import lifecycle
from incidents.models import DispatchDecision, DispatchWork, Incident, IncidentEvent
from incidents.states import MOVE_BY_NAME, OPEN_STATES, State

RIGHTS: Final = ("incident.accept", "incident.dispatch")
FOLLOWS: Final = MOVE_BY_NAME["close_with_lead"].sources
"""States in which a member ends with its lead; one that was worked on to the end by itself ends by itself."""
MOST_MEMBERS: Final = 50
Versions = Mapping[int, int]


def may_cluster(incident: Incident, user: Any) -> bool:
    """Whether `user` may join this incident to another or part it."""
    return _may(scope_of(user), incident)


def _may(scope: Scope, incident: Incident) -> bool:
    return any(scope.can(right, incident.grid_code) for right in RIGHTS)


@transaction.atomic
def join(
    lead_pk: int,
    member_pks: Collection[int],
    *,
    actor: User,
    now: datetime,
    reason: str,
    versions: Versions | None = None,
    scores: Mapping[int, Mapping[str, float]] | None = None,
) -> Incident:
    """Make incidents members of the lead's cluster and give back the lead.

    Whoever leads a cluster of its own brings its members along. `versions`: what the actor saw, by primary key;
    `scores`: the parts of the likeness, kept in the history. Raises NotValid (no reason, a case to itself), NotAllowed,
    NotNow (the lead is ended or a member itself, a case has changed) and Incident.DoesNotExist outside the scope.
    """
    reason = _checked_reason(reason)
    asked = set(member_pks) - {lead_pk}
    if not asked or len(asked) > MOST_MEMBERS:
        message = _("Choose between 1 and %(n)s cases to join.") % {"n": MOST_MEMBERS}
        raise NotValid(message, {"members": [message]})
    rows = _locked({lead_pk, *asked}, actor)
    lead = rows[lead_pk]
    _check_lead(lead)
    _check_members([rows[pk] for pk in asked], lead)
    _check(rows.values(), actor, versions)
    moved = sorted({*asked, *_members_of(asked)})
    for pk in moved:
        facts = {"lead": lead.number} | dict((scores or {}).get(pk, {}))
        kind = IncidentEvent.Kind.JOINED
        words = _("Joined to the lead case %(number)s: %(reason)s") % {"number": lead.number, "reason": reason}
        lifecycle.change(pk, kind, actor=actor, now=now, text=words, data=facts, duplicate_of_id=lead_pk)
    _remark(lead, moved, _("Leads these cases from now on: %(numbers)s"), actor, now)
    return Incident.objects.get(pk=lead_pk)


@transaction.atomic
def part(member_pk: int, *, actor: User, now: datetime, reason: str, version: int | None = None) -> Incident:
    """Take a member out of its cluster: from then on it goes its own way again, from where it stood.

    What the dispatcher passed over meanwhile is put before it again. NotNow when it is no member (any more).
    """
    reason = _checked_reason(reason)
    lead_pk = _lead_of(member_pk, actor)
    rows = _locked({member_pk, lead_pk}, actor, seen={member_pk})
    member = _still_member(rows[member_pk], lead_pk)
    _check([member], actor, None if version is None else {member_pk: version})
    parted = _let_go(member, rows[lead_pk], reason, actor, now)
    if rows[lead_pk].state in OPEN_STATES:
        _remark(rows[lead_pk], [member_pk], _("Does not lead these cases any more: %(numbers)s"), actor, now)
    return parted


@transaction.atomic
def lead_on(member_pk: int, *, actor: User, now: datetime, reason: str, version: int | None = None) -> Incident:
    """Make a member the lead of its cluster: the old lead and the other members follow it from then on."""
    reason = _checked_reason(reason)
    old_pk = _lead_of(member_pk, actor)
    rows = _locked({old_pk, member_pk}, actor)
    member, old = _still_member(rows[member_pk], old_pk), rows[old_pk]
    _check(rows.values(), actor, None if version is None else {member_pk: version})
    if member.state not in OPEN_STATES:
        raise NotNow(_("Only an open case leads others."))
    _let_go(member, old, reason, actor, now)
    if old.state not in OPEN_STATES:
        return Incident.objects.get(pk=member_pk)
    return join(member_pk, [old_pk], actor=actor, now=now, reason=reason)


def _lead_of(member_pk: int, actor: User) -> int:
    """The lead of a member that the actor sees; Incident.DoesNotExist outside the scope."""
    rows = Incident.objects.visible_to(actor).values_list("duplicate_of", flat=True)
    lead_pk: int | None = rows.get(pk=member_pk)
    if lead_pk is None:
        raise NotNow(_("It is no member of a cluster any more."))
    return lead_pk


def _still_member(member: Incident, lead_pk: int) -> Incident:
    if member.duplicate_of_id != lead_pk:
        raise NotNow(_("It is no member of a cluster any more."))
    return member


def _let_go(member: Incident, lead: Incident, reason: str, actor: User, now: datetime) -> Incident:
    words = _("Parted from the lead case %(number)s: %(reason)s") % {"number": lead.number, "reason": reason}
    facts = {"lead": lead.number}
    kind = IncidentEvent.Kind.PARTED
    parted = lifecycle.change(member.pk, kind, actor=actor, now=now, text=words, data=facts, duplicate_of_id=None)
    _put_before_dispatcher(parted, now)
    return parted


def _put_before_dispatcher(incident: Incident, now: datetime) -> None:
    """The worker passes over members: what it would have decided meanwhile it is asked again."""
    if incident.state != State.REPORTED or DispatchDecision.objects.filter(incident=incident).exists():
        return
    works = DispatchWork.objects.filter(incident=incident).order_by("-round")
    last = works.first()
    if last is None or last.done_at is not None:
        DispatchWork.objects.create(incident=incident, round=last.round + 1 if last else 1, run_at=now)


def _remark(lead: Incident, pks: Iterable[int], words: str, actor: User, now: datetime) -> None:
    numbers = list(Incident.objects.filter(pk__in=list(pks)).order_by("pk").values_list("number", flat=True))
    text = words % {"numbers": "、".join(numbers)}
    data = {"members": numbers}
    lifecycle.note(lead.pk, IncidentEvent.Kind.REMARK, actor=actor, now=now, text=text, data=data)


# --- locks and checks -------------------------------------------------------------------------------------------------


def _locked(pks: Iterable[int], actor: User, *, seen: Collection[int] | None = None) -> dict[int, Incident]:
    """The rows by primary key, locked: leads first, then members, each in the order of their ids.

    Every one of them must be visible to the actor (or those in `seen` alone): Incident.DoesNotExist otherwise.
    """
    wanted = set(pks)
    visible = Incident.objects.visible_to(actor).filter(pk__in=wanted if seen is None else seen)
    if set(visible.values_list("pk", flat=True)) != (wanted if seen is None else set(seen)):
        raise Incident.DoesNotExist
    rows = Incident.objects.select_for_update(of=("self",), no_key=True).select_related("category").order_by("pk")
    rows = rows.defer("contact_name", "contact_phone")
    above = Incident.objects.filter(pk__in=wanted, duplicate_of__isnull=False).values_list("duplicate_of", flat=True)
    leads = {*wanted.difference(_with_lead(wanted)), *(pk for pk in above if pk)}
    found = {row.pk: row for row in rows.filter(pk__in=leads)}
    found |= {row.pk: row for row in rows.filter(pk__in=wanted - leads)}
    return {pk: row for pk, row in found.items() if pk in wanted}


def _with_lead(pks: Iterable[int]) -> set[int]:
    return set(Incident.objects.filter(pk__in=pks, duplicate_of__isnull=False).values_list("pk", flat=True))


def _members_of(pks: Iterable[int]) -> list[int]:
    """The members of incidents that lead clusters of their own; their leads are locked, so nobody joins meanwhile."""
    return list(Incident.objects.filter(duplicate_of__in=pks).order_by("pk").values_list("pk", flat=True))


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise NotValid(_("A reason is needed."), {"reason": [_("A reason is needed.")]})
    if len(reason) > 500:
        message = _("At most %(count)s characters.") % {"count": 500}
        raise NotValid(message, {"reason": [message]})
    return reason


def _check_lead(lead: Incident) -> None:
    if lead.state not in OPEN_STATES:
        raise NotNow(_("The lead case %(number)s has ended: nothing can be joined to it.") % {"number": lead.number})
    if lead.duplicate_of_id is not None:
        raise NotNow(_("%(number)s is a member of a cluster itself: join to its lead case.") % {"number": lead.number})


def _check_members(members: Iterable[Incident], lead: Incident) -> None:
    for member in members:
        said = {"number": member.number}
        if member.duplicate_of_id is not None:
            raise NotNow(_("%(number)s is a member of a cluster already: part it first.") % said)
        if member.state not in FOLLOWS:
            raise NotNow(_("%(number)s cannot be joined any more: it has ended or is about to.") % said)


def _check(rows: Iterable[Incident], actor: User, versions: Versions | None) -> None:
    """The actor's right at each place, and the versions that the actor saw."""
    scope = scope_of(actor)
    for row in rows:
        if not _may(scope, row):
            raise NotAllowed(_("You may not join or part cases here."))
        if versions and versions.get(row.pk, row.version) != row.version:
            raise NotNow(_("Somebody has changed this incident meanwhile: look at it again, then decide."))


# --- what a page shows ------------------------------------------------------------------------------------------------


def for_case(incident: Incident, user: Any) -> dict[str, Any]:
    """The cluster of an incident as `user` may see it; one query."""
    lead = incident.duplicate_of if incident.duplicate_of_id else None
    head = incident.duplicate_of_id or incident.pk
    rows = Incident.objects.visible_to(user).filter(duplicate_of=head).select_related("reporter", "grid")
    members = list(rows.defer("text", "contact_name", "contact_phone", "grid__boundary").order_by("pk")[:MOST_MEMBERS])
    sees = lead is not None and Incident.objects.visible_to(user).filter(pk=lead.pk).exists()
    return {
        "lead": lead if sees else None,
        "hidden_lead": lead is not None and not sees,
        "members": [member for member in members if member.pk != incident.pk],
        "is_lead": lead is None and bool(members),
        "may": may_cluster(incident, user),
        "may_lead_on": lead is not None and may_cluster(lead, user) and incident.is_open,
    }
