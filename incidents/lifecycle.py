"""The life of an incident: the only module that writes its state (architecture.md, laws 1 to 4).

Every move is one transaction: the row is locked, the table of moves is asked under the lock, and the incident, its
event, its clocks, its assignment, its photos and the notices are written together or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.models import Organization
from incidents.announcing import announce
from incidents.models import Attachment, Category, Incident, IncidentEvent
from incidents.models.category import Urgency
from incidents.pen import Pen
from incidents.people import name_with_post, possible_handlers, possible_units
from incidents.photos import ProcessedPhoto
from incidents.photostore import StoredPhoto, save_photos
from incidents.rights import allowed_moves, check_right
from incidents.states import MOVE_BY_NAME, OPEN_STATES, START, WITH_HANDLER, Move, State

__all__ = ["Wish", "allowed_moves", "begin", "lock", "make", "note", "perform", "take_down"]

TEXT_LIMIT: Final = 5000
"""Characters of a reason or a report; as long as a description may be."""

_STAMPS: Final = {"file": "filed_at", "dispatch": "dispatched_at", "feedback": "handled_at"}
_COUNTERS: Final = {"return": "return_count", "rework": "rework_count"}
_PHOTO_STAGES: Final = {
    "report": Attachment.Stage.REPORT,
    "self_handle": Attachment.Stage.REPORT,
    "feedback": Attachment.Stage.HANDLED,
    "start_check": Attachment.Stage.CHECK,
    "close": Attachment.Stage.CHECK,
    "rework": Attachment.Stage.CHECK,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish to move an incident, with what was given for it. No actor is the system."""

    move: Move
    actor: User | None
    text: str = ""
    reason: str = ""
    category: Category | None = None
    organization: Organization | None = None
    user: User | None = None
    photos: Sequence[StoredPhoto] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What the history shows: the reason where one is asked, else the text."""
        return (self.reason or self.text) if "reason" in self.move.needs else (self.text or self.reason)


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
) -> Incident:
    """Make one move and give back the incident as it is then.

    Raises NotNow (version or state has changed meanwhile), NotAllowed (not the actor's move), NotValid (a thing that
    the move needs is missing or wrong), and Incident.DoesNotExist.
    """
    stored = save_photos(photos)  # before the transaction: files are slow
    wish = Wish(
        MOVE_BY_NAME[move], actor, text.strip(), reason.strip(), category, organization, user, stored, data or {}
    )
    _check_words(wish)
    with transaction.atomic():
        incident = lock(incident_pk)
        _check_version(incident, version)
        pen = Pen.for_locked([incident], now=now)
        make(pen, incident, wish)
        pen.write()
        announce(pen.events, actor=actor, now=now)
    return incident


def lock(incident_pk: int) -> Incident:
    """The incident's row, locked until the transaction ends. Its contact stays sealed."""
    rows = Incident.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("category", "handler_user", "reporter")
    incident: Incident = rows.defer("contact_name", "contact_phone").get(pk=incident_pk)
    return incident


def make(pen: Pen, incident: Incident, wish: Wish, *, actor_name: str | None = None) -> IncidentEvent:
    """Check a wish against the table and put its effects on a locked incident and into `pen`; writes nothing yet."""
    move = wish.move
    if incident.state not in move.sources:
        raise NotNow(
            _("“%(move)s” is not possible now: the incident is “%(state)s”.")
            % {"move": move.label, "state": State(incident.state).label}
        )
    check_right(incident, move, wish.actor, last_handler=pen.handled_by)
    _check_needs(incident, wish, pen.now)
    before = incident.state
    name = name_with_post(wish.actor, incident.grid_code, now=pen.now) if actor_name is None else actor_name
    _give(incident, wish)
    _hand_over(pen, incident, wish)
    _set_state(incident, move, pen.now)
    pen.ledgers.apply(incident, move, pen.now)
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
        data=_facts(incident, wish),
    )
    pen.photos(event, wish.photos, _PHOTO_STAGES.get(move.name, Attachment.Stage.EVIDENCE))
    return event


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
    _check_words(wish)
    incident.state, incident.version = START, 0
    pen = Pen.for_new(now=now)
    make(pen, incident, wish)
    incident.save(force_insert=True)
    pen.write(inserted=True)
    return incident


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
    with transaction.atomic():
        incident = lock(incident_pk)
        pen = Pen.for_locked([incident], now=now)
        event = take_down(pen, incident, kind, actor=actor, text=text, data=data)
        pen.photos(event, photos, stage)
        pen.write()
    return event


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


# --- what a move needs ------------------------------------------------------------------------------------------------


def _check_version(incident: Incident, version: int | None) -> None:
    if version is not None and version != incident.version:
        raise NotNow(_("Somebody has changed this incident meanwhile: look at it again, then decide."))


def _check_words(wish: Wish) -> None:
    """Words that are too long or missing are refused before anything is locked or written."""
    wrong: dict[str, list[str]] = {}
    for name, words in (("text", wish.text), ("reason", wish.reason)):
        if len(words) > TEXT_LIMIT:
            wrong[name] = [_("At most %(count)s characters.") % {"count": TEXT_LIMIT}]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _check_needs(incident: Incident, wish: Wish, now: datetime) -> None:
    wrong = {need: [message] for need in wish.move.needs if (message := _missing(incident, wish, need))}
    if "handler" in wish.move.needs and "handler" not in wrong and wish.actor is not None:
        wrong |= _wrong_handler(incident, wish, now)
    if wish.category and not wish.category.is_active:
        wrong["category"] = [_("This category is not used any more.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _missing(incident: Incident, wish: Wish, need: str) -> str:
    """What to say when a thing that the move needs was not given."""
    given = {
        "text": (wish.text, _("Say in a few words what was done.")),
        "reason": (wish.reason, _("A reason is needed.")),
        "photo": (wish.photos, _("A photo is needed.")),
        "handler": (wish.organization or wish.user, _("Choose who is to handle it.")),
        "category": (wish.category or incident.category_id, _("Choose a category.")),
    }
    value, message = given[need]
    return "" if value else message


def _wrong_handler(incident: Incident, wish: Wish, now: datetime) -> dict[str, list[str]]:
    """The desk hands an incident only to units and people of its own place."""
    message = [_("This handler does not serve the place of the incident.")]
    wrong = {}
    if wish.organization and not possible_units(incident).filter(pk=wish.organization.pk).exists():
        wrong["organization"] = message
    if wish.user and not possible_handlers(incident, now=now).filter(pk=wish.user.pk).exists():
        wrong["user"] = message
    return wrong


# --- what a move does -------------------------------------------------------------------------------------------------


def _set_state(incident: Incident, move: Move, now: datetime) -> None:
    incident.state, incident.state_since = State(move.target), now
    incident.version += 1
    if stamp := _STAMPS.get(move.name):
        setattr(incident, stamp, now)
    if counter := _COUNTERS.get(move.name):
        setattr(incident, counter, getattr(incident, counter) + 1)
    if move.target not in OPEN_STATES:
        incident.closed_at = now


def _give(incident: Incident, wish: Wish) -> None:
    """A category brings its severity and urgency; a report that was marked urgent stays urgent."""
    if wish.category is None or wish.move.name != "file":
        return
    incident.category = wish.category
    incident.severity = wish.category.severity
    if incident.urgency != Urgency.URGENT:
        incident.urgency = wish.category.urgency


def _hand_over(pen: Pen, incident: Incident, wish: Wish) -> None:
    """Keep handler and assignment in step with the move."""
    move = wish.move
    if incident.state in WITH_HANDLER and move.target not in WITH_HANDLER:
        pen.unassign(incident, move.name)
    if move.target == State.FILED:
        incident.handler_organization = incident.handler_user = None
    elif move.name == "dispatch":
        incident.handler_organization, incident.handler_user = wish.organization, wish.user
        pen.assign(incident, wish.actor)
    elif move.name == "rework":
        pen.assign(incident, wish.actor)
    elif move.name == "take" and incident.handler_user_id is None:
        incident.handler_user = wish.actor
        pen.taken(incident, wish.actor)


def _facts(incident: Incident, wish: Wish) -> dict[str, Any]:
    """What the event keeps beside its words: the category at filing, the handler at dispatch, texts beside a reason."""
    facts = dict(wish.data)
    if wish.move.name == "file" and incident.category:
        facts |= {"category": incident.category.code, "category_name": incident.category.name}
    if wish.move.name in ("dispatch", "rework"):
        facts |= {"organization": incident.handler_organization_id, "user": incident.handler_user_id}
    if wish.move.name == "dispatch":
        facts["handler"] = str(wish.organization or wish.user)
    if wish.text and wish.words != wish.text:
        facts["text"] = wish.text
    return facts
