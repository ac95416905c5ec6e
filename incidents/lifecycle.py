"""The life of an incident: the only module that writes its state (architecture.md, laws 1 to 4).

Every move is one transaction: the row is locked, the table of moves is asked under the lock, and the incident, its
event, its clocks, its assignment, its photos and the notices are written together or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from grid.models import Organization
from incidents import effects
from incidents.announcing import announce
from incidents.clocks import Limit
from incidents.models import Attachment, Category, Incident, IncidentEvent
from incidents.moments import iso
from incidents.needs import Wish, check_needs, check_words
from incidents.overriding import keep_choice
from incidents.pen import Pen
from incidents.people import name_with_post
from incidents.photos import ProcessedPhoto
from incidents.photostore import StoredPhoto, save_photos
from incidents.rights import allowed_moves, check_conditions, check_right
from incidents.states import ASSIGNED, INSPECTED, MOVE_BY_NAME, OPEN_STATES, START, Clock, Move, State
from incidents.worktime import TimeUnit

__all__ = [
    "Wish",
    "allowed_moves",
    "begin",
    "change",
    "extend",
    "lock",
    "make",
    "note",
    "perform",
    "reassign",
    "take_down",
]

_PHOTO_STAGES: Final = {
    "report": Attachment.Stage.REPORT,
    "self_handle": Attachment.Stage.REPORT,
    "next_step": Attachment.Stage.HANDLED,
    "feedback": Attachment.Stage.HANDLED,
    "finish": Attachment.Stage.HANDLED,
    "genuine": Attachment.Stage.CHECK,
    "not_genuine": Attachment.Stage.CHECK,
    "pass_check": Attachment.Stage.CHECK,
    "close": Attachment.Stage.CHECK,
    "rework": Attachment.Stage.CHECK,
}
_CHANGEABLE: Final = frozenset(
    {
        "is_supervised",
        "is_typical",
        "is_solved",
        "solved_at",
        "joint_action_id",
        "duplicate_of_id",
        "in_arbitration",
        "was_excused",
        "extension_count",
        "severity",
        "level",
    }
)
"""Facts that may change without a move; state and handler never do."""


def perform(  # noqa: PLR0913 - one argument per thing that a move may need, all by keyword
    incident_pk: int,
    move: str,
    *,
    actor: User | None,
    now: datetime,
    version: int | None = None,
    text: str = "",
    reason: str = "",
    category: Category | None = None,
    organization: Organization | None = None,
    user: User | None = None,
    photos: Sequence[ProcessedPhoto] = (),
    data: Mapping[str, Any] | None = None,
    sanctioned: bool = False,
    until: datetime | None = None,
) -> Incident:
    """Make one move and give back the incident as it is then.

    Raises NotNow (version, state or a condition has changed meanwhile), NotAllowed (not the actor's move), NotValid (a
    thing that the move needs is missing or wrong), and Incident.DoesNotExist. An incident that ends takes the members
    of its cluster along.
    """
    stored = save_photos(photos)  # before the transaction: files are slow
    wish = Wish(
        MOVE_BY_NAME[move],
        actor,
        text.strip(),
        reason.strip(),
        category,
        organization,
        user,
        stored,
        data or {},
        sanctioned,
        until,
    )
    check_words(wish)
    with transaction.atomic():
        incident = lock(incident_pk)
        _check_version(incident, version)
        followers = _followers(incident, wish.move)
        pen = Pen.for_locked([incident, *followers], now=now)
        make(pen, incident, wish)
        keep_choice(incident, wish, now=now)
        for follower in followers:
            _follow(pen, follower, incident)
        pen.write()
        announce(pen.events, actor=actor, now=now)
    return incident


def lock(incident_pk: int) -> Incident:
    """The incident's row, locked until the transaction ends. Its contact stays sealed."""
    incident: Incident = _locked_rows().get(pk=incident_pk)
    return incident


def _locked_rows() -> Any:
    rows = Incident.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("category", "handler_user", "handler_organization", "reporter")
    return rows.defer("contact_name", "contact_phone")


def make(pen: Pen, incident: Incident, wish: Wish, *, actor_name: str | None = None) -> IncidentEvent:
    """Check a wish against the table and put its effects on a locked incident and into `pen`; writes nothing yet."""
    move = wish.move
    if incident.state not in move.sources:
        raise NotNow(
            _("“%(move)s” is not possible now: the incident is “%(state)s”.")
            % {"move": move.label, "state": State(incident.state).label}
        )
    check_right(incident, move, wish.actor, last_handler=pen.handled_by, sanctioned=wish.sanctioned)
    effects.take_urgency(incident, wish)
    check_conditions(incident, move, wish.actor, pen.rules)
    check_needs(incident, wish, pen.now)
    before = incident.state
    name = name_with_post(wish.actor, incident.grid_code, now=pen.now) if actor_name is None else actor_name
    effects.before_clocks(pen, incident, wish)
    _set_state(incident, move, pen.now)
    pen.ledgers.apply(incident, move, pen.now)
    effects.after_clocks(pen, incident, wish)
    pen.changed(incident)
    event = pen.event(
        incident,
        kind=IncidentEvent.Kind.MOVE,
        before=before,
        after=move.target,
        move=move.name,
        actor=wish.actor,
        actor_name=name,
        text=wish.words,
        data=effects.facts(incident, wish),
    )
    pen.photos(event, wish.photos, _PHOTO_STAGES.get(move.name, Attachment.Stage.EVIDENCE))
    return event


def _set_state(incident: Incident, move: Move, now: datetime) -> None:
    incident.state, incident.state_since = State(move.target), now
    incident.version += 1


def _check_version(incident: Incident, version: int | None) -> None:
    if version is not None and version != incident.version:
        raise NotNow(_("Somebody has changed this incident meanwhile: look at it again, then decide."))


# --- clusters ---------------------------------------------------------------------------------------------------------


def _followers(incident: Incident, move: Move) -> list[Incident]:
    """The open members of the cluster that this incident leads, locked, when it ends as closed; one query then."""
    if move.target not in (State.CLOSED, State.ANSWERED):
        return []
    follow = MOVE_BY_NAME["close_with_lead"]
    return list(_locked_rows().filter(duplicate_of=incident.pk, state__in=follow.sources).order_by("pk"))


def _follow(pen: Pen, follower: Incident, lead: Incident) -> None:
    """A member ends with its lead; it keeps its own reporter, history and clock."""
    words = _("Closed with the lead case %(number)s.") % {"number": lead.number}
    wish = Wish(MOVE_BY_NAME["close_with_lead"], None, text=words, data={"lead": lead.number})
    make(pen, follower, wish)


# --- beginning --------------------------------------------------------------------------------------------------------


def begin(
    incident: Incident,
    *,
    move: str,
    actor: User | None,
    now: datetime,
    text: str = "",
    photos: Sequence[StoredPhoto] = (),
    data: Mapping[str, Any] | None = None,
) -> Incident:
    """Insert a new incident by a move from the start, with its first event and clock, in the caller's transaction."""
    wish = Wish(MOVE_BY_NAME[move], actor, text=text.strip(), photos=photos, data=data or {})
    check_words(wish)
    incident.state, incident.version = START, 0
    pen = Pen.for_new(now=now)
    make(pen, incident, wish)
    incident.save(force_insert=True)
    pen.write(inserted=True)
    return incident


# --- without a move ---------------------------------------------------------------------------------------------------


@contextmanager
def _held(
    incident_pk: int, *, actor: User | None, now: datetime, version: int | None = None
) -> Iterator[tuple[Incident, Pen]]:
    """The incident, locked, and the pen for it; at the end what the pen holds is written and told.

    NotNow when `version` is given and the incident has another one.
    """
    with transaction.atomic():
        incident = lock(incident_pk)
        _check_version(incident, version)
        pen = Pen.for_locked([incident], now=now)
        yield incident, pen
        pen.write()
        announce(pen.events, actor=actor, now=now)


def note(
    incident_pk: int,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    photos: Sequence[StoredPhoto] = (),
    stage: str = Attachment.Stage.EVIDENCE,
) -> IncidentEvent:
    """Add an event that moves nothing (a remark, a reveal, photos); the caller has checked the right to do so."""
    with _held(incident_pk, actor=actor, now=now) as (incident, pen):
        event = take_down(pen, incident, kind, actor=actor, text=text, data=data)
        pen.photos(event, photos, stage)
    return event


def change(
    incident_pk: int,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
    **fields: Any,
) -> Incident:
    """Set facts of an incident that are no state (`_CHANGEABLE`), with the event that says so.

    The caller has checked the right. ValueError for a field that only a move may change.
    """
    if wrong := set(fields) - _CHANGEABLE:
        raise ValueError(f"only a move changes {sorted(wrong)}")
    with _held(incident_pk, actor=actor, now=now, version=version) as (incident, pen):
        for name, value in fields.items():
            setattr(incident, name, value)
        incident.version += 1
        pen.changed(incident)
        take_down(pen, incident, kind, actor=actor, text=text, data=data)
    return incident


def extend(
    incident_pk: int,
    *,
    clock: Clock,
    amount: Decimal,
    unit: TimeUnit,
    actor: User | None,
    now: datetime,
    reason: str,
    data: Mapping[str, Any] | None = None,
) -> Incident:
    """Give a clock more time, counted from where its deadline was; also after its stop (an appeal).

    The caller has checked the right; NotNow when the clock never ran.
    """
    with _held(incident_pk, actor=actor, now=now) as (incident, pen):
        before = pen.ledgers.reading(incident, clock)
        if before.started_at is None:
            raise NotNow(_("This clock has not run yet: there is nothing to extend."))
        entry = pen.ledgers.extend(incident, clock, Limit(amount, unit), now, reason)
        incident.extension_count += 1
        incident.version += 1
        pen.changed(incident)
        moved = {"clock": clock, "amount": str(amount), "unit": unit, "due_at": iso(entry.due_at)}
        kind = IncidentEvent.Kind.EXTENDED
        take_down(pen, incident, kind, actor=actor, text=reason, data=moved | dict(data or {}))
    return incident


def reassign(
    incident_pk: int, *, user: User, actor: User, now: datetime, reason: str, giver: User | None = None
) -> Incident:
    """Give the person's part of an open incident (its handling, or its look on site) to another person.

    `giver` says whose part, where one person handles the incident and another looks on site. The state and the clocks
    go on. The caller has checked that `user` may do it; NotNow when nobody has it by name.
    """
    with _held(incident_pk, actor=actor, now=now) as (incident, pen):
        before = _reassign(pen, incident, user, actor, giver)
        incident.version += 1
        pen.changed(incident)
        facts = {"from": str(before or ""), "to": str(user), "user": user.pk}
        take_down(pen, incident, IncidentEvent.Kind.HANDED_OVER, actor=actor, text=reason, data=facts)
    return incident


def _reassign(pen: Pen, incident: Incident, user: User, actor: User, giver: User | None) -> User | None:
    """Put the new person into the place of the old one, who is given back."""
    looks = incident.inspector_id if incident.state in INSPECTED else None
    if looks and (giver is None or looks == giver.pk):
        before, incident.inspector = incident.inspector, user
        return before
    if incident.state not in OPEN_STATES or incident.handler_user_id is None:
        raise NotNow(_("Nobody has this incident by name any more."))
    before, incident.handler_user = incident.handler_user, user
    if incident.responsible_user_id and before and incident.responsible_user_id == before.pk:
        incident.responsible_user = user
    if incident.state in ASSIGNED:
        pen.unassign(incident, "hand_over")
        pen.assign(incident, actor)
    return before


def take_down(
    pen: Pen,
    incident: Incident,
    kind: str,
    *,
    actor: User | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> IncidentEvent:
    """Put an event that moves nothing into `pen`; the incident must be locked."""
    name = name_with_post(actor, incident.grid_code, now=pen.now)
    return pen.event(
        incident,
        kind=kind,
        before=incident.state,
        after=incident.state,
        actor=actor,
        actor_name=name,
        text=text,
        data=dict(data or {}),
    )
