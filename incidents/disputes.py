"""矛盾纠纷调解: the only module that writes a dispute. Each step is one transaction: row, event, remark, notices.

Three levels mediate: the grid, then the community, then the street (domain.md 2.6, 2.7). The case behind a dispute
hears of every step, but never who the parties are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.models import Grid
from grid.models.grid import level_of
from grid.scope import scope_of
from incidents import lifecycle
from incidents.dispute_moves import MOVE_BY_NAME, MOVES, DisputeMove, Whom
from incidents.dispute_news import announce
from incidents.dispute_parties import NewParty, check_parties, party_rows
from incidents.models import Dispute, DisputeEvent, DisputeParty, Incident, IncidentEvent
from incidents.numbers import next_number
from incidents.people import holders, name_with_post

MARK: Final = "TJ"
LOWEST: Final = Grid.Level.GRID
"""A dispute of a micro-grid is mediated at its grid first."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW: Final = timedelta(minutes=5)
FARTHEST_VISIT: Final = timedelta(days=730)
LENGTHS: Final = {"text": 5000, "place": 100, "present": 200}


@dataclass(frozen=True, slots=True)
class NewDispute:
    """What is entered. With a case the place is the case's; without one `grid` says it."""

    kind: str
    risk: str
    title: str
    text: str
    parties: Sequence[NewParty]
    source: str = Dispute.Source.FOUND
    grid: Grid | None = None
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What may come with a step."""

    text: str = ""
    mediator: User | None = None
    happened_at: datetime | None = None
    place: str = ""
    present: str = ""
    is_kept: bool | None = None
    next_visit_on: date | None = None


NOTHING: Final = Given()

# --- who --------------------------------------------------------------------------------------------------------------


def level_code(dispute: Dispute) -> str:
    """The code of the grid, community or street that mediates."""
    return dispute.grid_code[: 9 + 3 * (dispute.level - Grid.Level.STREET)]


def lowest_level(grid_code: str) -> int:
    """The level where a dispute of this place begins."""
    return min(level_of(grid_code), LOWEST)


def allowed(dispute: Dispute, user: Any) -> list[DisputeMove]:
    """The steps that `user` may make with the dispute as it stands; no query beside the scope."""
    return [move for move in MOVES if _is_possible(dispute, move) and _holds(dispute, move, user)]


def possible_mediators(dispute: Dispute, *, now: datetime) -> QuerySet[User]:
    """Who may be named: people who mediate for the level's area, or above it."""
    return holders("dispute.mediate", level_code(dispute), now=now).order_by("real_name", "pk")


def _is_possible(dispute: Dispute, move: DisputeMove) -> bool:
    level = dispute.level + move.climbs
    return dispute.state in move.sources and Grid.Level.STREET <= level <= max(
        lowest_level(dispute.grid_code), dispute.level
    )


def _holds(dispute: Dispute, move: DisputeMove, user: Any) -> bool:
    scope = scope_of(user)
    if move.whom == Whom.PLACE:
        return scope.can("dispute.mediate", dispute.grid_code)
    if move.whom == Whom.MEDIATOR and dispute.mediator_id and dispute.mediator_id == getattr(user, "pk", None):
        return bool(scope.grants)
    return scope.can("dispute.mediate", level_code(dispute))


# --- entering ---------------------------------------------------------------------------------------------------------


def enter(new: NewDispute, *, actor: User, now: datetime) -> Dispute:
    """Enter a dispute, alone or from a case, and give it back.

    NotAllowed when the actor does not mediate there or does not see the case, NotValid for what was typed wrongly,
    NotNow when the case has a dispute already.
    """
    fields = _checked(new)
    grid = _grid_of(new, actor)
    if not scope_of(actor).can("dispute.mediate", grid.code):
        raise NotAllowed(_("You do not mediate disputes there."))
    try:
        with transaction.atomic():
            return _write(new, fields, grid, actor=actor, now=now)
    except IntegrityError as error:
        if "incident" not in str(error):
            raise
        raise NotNow(_("This case has been entered as a dispute already.")) from error


def _grid_of(new: NewDispute, actor: User) -> Grid:
    if new.incident is not None:
        if not Incident.objects.visible_to(actor).filter(pk=new.incident.pk).exists():
            raise NotAllowed(_("You do not see this case."))
        return new.incident.grid
    if new.grid is None or new.grid.level < Grid.Level.STREET:
        message = _("Choose the grid where the dispute is.")
        raise NotValid(message, {"grid": [message]})
    return new.grid


def _checked(new: NewDispute) -> dict[str, Any]:
    wrong: dict[str, list[str]] = check_parties(new.parties)
    texts = {}
    for name, most in (("title", 100), ("text", 5000)):
        texts[name] = _clean(getattr(new, name), most, name, wrong)
        if not texts[name] and name not in wrong:
            wrong[name] = [_("This must not stay empty.")]
    for name, choices in (("kind", Dispute.Kind), ("risk", Dispute.Risk), ("source", Dispute.Source)):
        if getattr(new, name) not in choices.values:
            wrong[name] = [_("Choose one of the list.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return texts


def _clean(value: str, most: int, name: str, wrong: dict[str, list[str]]) -> str:
    try:
        return clean_text(value, max_length=most, multiline=name == "text")
    except NotValid as error:
        wrong[name] = [str(error)]
        return ""


def _write(new: NewDispute, texts: Mapping[str, str], grid: Grid, *, actor: User, now: datetime) -> Dispute:
    """The row with its parties and its first event; the number is asked last, so that none is lost."""
    incident = lifecycle.lock(new.incident.pk) if new.incident else None
    grid_code = incident.grid_code if incident else grid.code
    year, n = next_number(MARK, now=now)
    dispute = Dispute(
        number=f"{MARK}{year}-{n:04d}",
        incident=incident,
        grid=grid,
        grid_code=grid_code,
        kind=new.kind,
        risk=new.risk,
        source=Dispute.Source.INCIDENT if incident else new.source,
        level=lowest_level(grid_code),
        created_by=actor,
        created_at=now,
        **texts,
    )
    dispute.save(force_insert=True)
    DisputeParty.objects.bulk_create(party_rows(dispute, new.parties))
    _record(dispute, DisputeEvent.Kind.ENTERED, "", NOTHING, actor=actor, now=now)
    return dispute


# --- steps ------------------------------------------------------------------------------------------------------------


def act(
    pk: int, name: str, *, actor: User, now: datetime, version: int | None = None, given: Given = NOTHING
) -> Dispute:
    """Make one step and give back the dispute as it is then.

    Raises NotNow (state or version has changed meanwhile), NotAllowed (not the actor's step), NotValid (something that
    the step needs is missing or wrong) and Dispute.DoesNotExist.
    """
    move = MOVE_BY_NAME[name]
    with transaction.atomic():
        dispute = _lock(pk)
        if version is not None and version != dispute.version:
            raise NotNow(_("Somebody has changed this dispute meanwhile: look at it again, then decide."))
        if not _is_possible(dispute, move):
            said = {"move": move.label, "state": dispute.get_state_display()}
            raise NotNow(_("“%(move)s” is not possible now: the dispute is “%(state)s”.") % said)
        if not _holds(dispute, move, actor):
            raise NotAllowed(_("“%(move)s” is not yours to do with this dispute.") % {"move": move.label})
        given = _usable(dispute, move, given, now)
        before, mediator = dispute.state, dispute.mediator
        _put(dispute, _changes(dispute, move, given, now))
        _record(dispute, move.event, before, given, actor=actor, now=now, mediator=mediator)
    return dispute


def _lock(pk: int) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",), no_key=True).select_related("mediator")
    found: Dispute = rows.get(pk=pk)
    return found


def _usable(dispute: Dispute, move: DisputeMove, given: Given, now: datetime) -> Given:
    """What was given, cleaned and without what the step does not ask; NotValid names every wrong field at once."""
    asked = {*move.needs, *move.asks}
    wrong: dict[str, list[str]] = {}
    values: dict[str, Any] = {name: getattr(given, name) for name in asked}
    for name in LENGTHS.keys() & values.keys():
        values[name] = _clean(values[name], LENGTHS[name], name, wrong)
    for name in move.needs:
        if values.get(name) in (None, "") and name not in wrong:
            wrong[name] = [_("This must not stay empty.")]
    wrong |= {name: [said] for name, said in _problems(dispute, move, values, now) if name not in wrong}
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return Given(**values)


def _problems(dispute: Dispute, move: DisputeMove, values: Mapping[str, Any], now: datetime) -> list[tuple[str, str]]:
    """(field, message) for each thing that is wrong beside the texts."""
    happened, visit, mediator = values.get("happened_at"), values.get("next_visit_on"), values.get("mediator")
    today = timezone.localdate(now)
    serves = mediator is None or possible_mediators(dispute, now=now).filter(pk=mediator.pk).exists()
    kept_is_open = move.name == "visit" and dispute.state == Dispute.State.SETTLED and values.get("is_kept") is None
    checks = (
        ("happened_at", happened is None or EARLIEST <= happened <= now + CLOCK_SKEW, _("This time is not possible.")),
        ("next_visit_on", visit is None or today <= visit <= today + FARTHEST_VISIT, _("Choose a day from today on.")),
        ("mediator", serves, _("This person does not mediate for this place.")),
        ("is_kept", not kept_is_open, _("Say whether the agreement is kept.")),
    )
    return [(name, said) for name, good, said in checks if not good]


def _changes(dispute: Dispute, move: DisputeMove, given: Given, now: datetime) -> dict[str, Any]:
    """The columns that the step sets."""
    values: dict[str, Any] = {"version": dispute.version + 1, "state": move.target or dispute.state}
    if "next_visit_on" in move.asks:
        values["next_visit_on"] = given.next_visit_on
    if move.name == "name_mediator":
        values |= {"mediator": given.mediator, "next_visit_on": None}
    elif move.climbs or move.name == "reopen":
        values |= {"mediator": None, "next_visit_on": None, "level": dispute.level + move.climbs}
        # the agreement stays in the history
        values |= {"agreement": "", "agreed_at": None, "ended_at": None}
    elif move.name == "settle":
        values |= {"agreement": given.text, "agreed_at": given.happened_at, "ended_at": now}
    elif move.name == "fail":
        values["ended_at"] = now
    return values


def _put(dispute: Dispute, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(dispute, name, value)
    dispute.save(update_fields=list(values))


def _record(
    dispute: Dispute,
    kind: str,
    before: str,
    given: Given,
    *,
    actor: User,
    now: datetime,
    mediator: User | None = None,
) -> DisputeEvent:
    """The event, the remark on the case, and the notices; in the platform's language, whoever acts."""
    with translation.override(settings.LANGUAGE_CODE):
        event = DisputeEvent.objects.create(
            dispute=dispute,
            kind=kind,
            from_state=before,
            to_state=dispute.state,
            actor=actor,
            actor_name=name_with_post(actor, dispute.grid_code, now=now),
            happened_at=given.happened_at or now,
            place=given.place,
            present=given.present,
            text=_words(dispute, kind, given),
            is_kept=given.is_kept,
            at=now,
        )
        if dispute.incident_id:
            step = {"number": dispute.number, "step": event.get_kind_display()}
            words = _("Mediation %(number)s: %(step)s") % step
            lifecycle.note(dispute.incident_id, IncidentEvent.Kind.REMARK, actor=actor, now=now, text=words)
        announce(dispute, event, former=mediator, level_code=level_code(dispute), now=now)
    return event


def _words(dispute: Dispute, kind: str, given: Given) -> str:
    if kind == DisputeEvent.Kind.ACCEPTED and given.mediator:
        return "\n".join(filter(None, (_("Mediator: %(name)s") % {"name": given.mediator}, given.text)))
    if kind in (DisputeEvent.Kind.REPORTED_UP, DisputeEvent.Kind.HANDED_DOWN):
        return _("To the level: %(level)s.") % {"level": dispute.get_level_display()} + "\n" + given.text
    return given.text
