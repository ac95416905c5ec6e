"""Claims of wishes: one, several or a whole team for a wish; the database decides who was first (domain.md 5.1).

Whoever claims contacts the one who wished within seven days (W70); a claim that does not lapses, and the wish comes
back to the board ahead of the others. Every step locks the wish before its claim, so that no two can wait crosswise.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.reveals import reveal
from accounts.text_guard import clean_text
from grid.once import write_once
from grid.scope import scope_of
from incidents.documents import Upload
from notices.jobs import each
from partybuilding.models import PartnerUnit, PartyMember
from partybuilding.standing import is_member, member_of
from volunteers import files
from volunteers.models import Team, Volunteer, Wish, WishClaim
from volunteers.stages import TABLE, advance
from volunteers.wish_news import claim_delivered, claim_given_up, claim_lapsed
from volunteers.wish_secrets import without_her

CONTACT_DAYS: Final = 7
"""W70."""
LIVING: Final = ("active", "contacted", "delivered", "done")
AT_WORK: Final = ("active", "contacted")
"""Claimed and not yet delivered: the claimer needs to know whom and where."""
PLEDGE_LENGTH: Final = 200
SHOWN: Final = 5
"""Claims on the volunteer's page; all of them have a page of their own."""


@dataclass(frozen=True, slots=True)
class Claimer:
    """For whom `actor` claims: herself as a volunteer or member, her team, or her unit."""

    volunteer: Volunteer | None = None
    member: PartyMember | None = None
    team: Team | None = None
    unit: PartnerUnit | None = None

    @property
    def keys(self) -> list[int | None]:
        """Who it is, as the record of the claim keeps it."""
        parts = (self.volunteer, self.member, self.team, self.unit)
        return [part.pk if part else None for part in parts]

    @property
    def word(self) -> str:
        """The choice of a form: "volunteer", "member", "team-7", "unit-9"."""
        if self.unit:
            return f"unit-{self.unit.pk}"
        if self.team:
            return f"team-{self.team.pk}"
        return "volunteer" if self.volunteer else "member"

    def __str__(self) -> str:
        if self.unit:
            return str(self.unit)
        if self.team:
            return str(self.team)
        return _("I, as a volunteer") if self.volunteer else _("I, as a party member")


def units_of(user: Any) -> Any:
    """The partner units that `user` acts for."""
    units = PartnerUnit.objects.filter(organization__in=scope_of(user).organizations, left_on=None)
    return units.select_related("organization").order_by("pk")


def claimers_of(user: Any) -> list[Claimer]:
    """What `user` may claim as: volunteer, member, leader of teams, somebody of partner units. Five queries at most."""
    volunteer = Volunteer.objects.filter(user=user.pk, status="active", is_minor=False).first()
    found = [Claimer(volunteer=volunteer)] if volunteer else []
    if member := member_of(user):
        found.append(Claimer(member=member))
    if volunteer:
        found += [Claimer(volunteer=volunteer, team=team) for team in volunteer.led_teams.filter(status="active")]
    if scope_of(user).organizations:
        found += [Claimer(unit=unit) for unit in units_of(user)]
    return found


def may_claim_as(claimer: Claimer, user: Any) -> bool:
    """Whether `user` is one of that kind now; asks only for what is given."""
    volunteer, _member, team, unit = (key or 0 for key in claimer.keys)
    match [key is not None for key in claimer.keys]:
        case [True, False, False, False]:
            # a minor is not sent to a stranger's door: she helps with her team, whose leader claims
            rows: Any = Volunteer.objects.filter(id=volunteer, user=user.pk, status="active", is_minor=False)
        case [False, True, False, False]:
            return is_member(user, claimer.member)
        case [True, False, True, False]:
            led = Team.objects.filter(id=team, status="active", leader=volunteer)
            rows = led.filter(leader__user=user.pk, leader__status="active")
        case [False, False, False, True]:
            rows = units_of(user).filter(id=unit)
        case _:
            return False
    return bool(rows.exists())


# --- claim ------------------------------------------------------------------------------------------------------------


def claim(
    wish: Wish, claimer: Claimer, *, actor: User, now: datetime, pledge: str = "", client_id: UUID | None = None
) -> WishClaim:
    """Take one slot of `wish`. NotAllowed as nobody; NotNow when the slots are taken or it is not on the board.

    Two at once: the lock of the wish lets one in after the other, the constraint on the slot would refuse the rest;
    whoever comes second hears that the wish is taken. The same `client_id` twice is one claim.
    """
    if not may_claim_as(claimer, actor):
        raise NotAllowed(_("Wishes are claimed by volunteers, party members, teams and units: sign up first."))
    words = _words(pledge)
    key = client_id or uuid4()
    given = {"wish": wish.pk, "pledge": words, "as": claimer.keys}
    try:
        made, _new = write_once(
            WishClaim,
            key,
            given,
            actor=actor,
            owner="user_id",
            write=lambda digest: _take_slot(wish, claimer, words, key, digest, actor, now),
        )
    except IntegrityError as error:
        raise _taken() from error
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise _crowded() from error
        raise
    return made


def _taken() -> NotNow:
    return NotNow(_("Somebody was faster: this wish is taken. There are others on the board."))


def _crowded() -> NotNow:
    """So many are before it that the database does not let one wait any longer."""
    return NotNow(_("Many people want this wish at this moment. Look at it again in a minute."))


def _words(pledge: str) -> str:
    try:
        return mask_numbers(clean_text(pledge, max_length=PLEDGE_LENGTH))
    except NotValid as error:
        raise NotValid(_("Please correct the marked fields."), {"pledge": [str(error)]}) from error


def _take_slot(
    wish: Wish, claimer: Claimer, pledge: str, key: UUID, digest: str, actor: User, now: datetime
) -> WishClaim:
    """The first free slot, under the lock of the wish; the last slot takes the wish off the board.

    Who follows the wishes of the grid is told by a job a minute later: a claim has to be quick, its notice has not.
    """
    locked = _locked(wish.pk)
    taken = _slots_taken(locked)
    if actor.pk in taken.values():
        raise NotNow(_("You have claimed this wish already."))
    wanted = locked.slots - len(taken)
    if locked.status != Wish.Status.PUBLISHED or wanted <= 0:
        raise _taken()
    # slots above the number of helpers are held where fewer than first wanted were enough
    slot = next(one for one in range(1, locked.slots + 1) if one not in taken)
    made = _write(locked, slot, claimer, pledge, key, digest, actor, now)
    steps = [TABLE.step(made, before="", actor=actor, now=now)]
    if wanted == 1:
        steps.append(TABLE.move(locked, "fill", actor=None, now=now))
    TABLE.keep(steps)
    return made


def _slots_taken(locked: Wish) -> dict[int, int]:
    """Who has which slot. No query for what is most frequent: one helper wanted, and the wish waits on the board."""
    if locked.slots == 1 and locked.status == Wish.Status.PUBLISHED:
        return {}  # the first claim would have taken it off the board; the constraint on the slot is there besides
    return dict(locked.claims.filter(status__in=LIVING).order_by().values_list("slot", "user"))


def _locked(pk: int) -> Wish:
    """The wish under its lock: what a claim decides by and what its notice says, nothing that is sealed."""
    rows = Wish.objects.select_for_update(of=("self",))
    return rows.only("status", "version", "slots", "returns", "title", "display_name", "grid_code").get(pk=pk)


def _write(
    wish: Wish, slot: int, claimer: Claimer, pledge: str, key: UUID, digest: str, actor: User, now: datetime
) -> WishClaim:
    return WishClaim.objects.create(
        wish=wish,
        slot=slot,
        volunteer=claimer.volunteer,
        member=claimer.member,
        team=claimer.team,
        unit=claimer.unit,
        user=actor,
        pledge=pledge,
        claimed_at=now,
        contact_by=now + timedelta(days=CONTACT_DAYS),
        client_id=key,
        digest=digest,
    )


# --- what the claimer does --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to visit, in clear."""

    name: str
    phone: str
    place: str
    door: str
    remark: str


def may_see_contact(row: WishClaim, user: Any) -> bool:
    """Whether the wish is `user`'s to grant now: her own claim, neither delivered nor ended, as who she still is.

    Whoever has left the team, the unit or the register meanwhile, or was paused, does not look at it any more.
    """
    if row.user_id != user.pk or row.status not in AT_WORK:
        return False
    return may_claim_as(Claimer(row.volunteer, row.member, row.team, row.unit), user)


def contact(row: WishClaim, *, actor: User, now: datetime, request: Any = None) -> Contact:
    """Who wished and where, for the claimer as long as she is at it; every look is recorded (law 11)."""
    if not may_see_contact(row, actor):
        raise NotAllowed(_("Only whoever claimed this wish sees who it is from, until it is delivered."))
    wish = Wish.objects.select_related("building__compound").defer("building__compound__point").get(pk=row.wish_id)
    why = _("grants wish %(number)s") % {"number": wish.number}
    fields = "name,phone,door,remark"
    reveal(actor=actor, object_type="wish", object_id=wish.pk, fields=fields, purpose=why, now=now, request=request)
    place = f"{wish.building.compound.name} {wish.building.name}" if wish.building else ""
    return Contact(wish.name, wish.phone, place, wish.door, wish.remark)


def contacted(row: WishClaim, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> WishClaim:
    """The claimer spoke with the one who wished; from now on the claim does not lapse."""
    words = without_her(row.wish_id, clean_text(text, max_length=500, multiline=True))[:500]
    done: WishClaim = advance(row, "contact", actor=actor, now=now, version=version, text=words, contacted_at=now)
    return done


def delivered(
    row: WishClaim,
    *,
    actor: User,
    now: datetime,
    text: str,
    version: int | None = None,
    uploads: Sequence[Upload] = (),
) -> WishClaim:
    """The claimer did what was wished; when all slots have, the wish waits for the word of the one who wished."""
    words = without_her(row.wish_id, clean_text(text, max_length=500, multiline=True))
    demand_valid([("text", bool(words), _("Say what was done."))])
    with transaction.atomic():
        wish = _locked(row.wish_id)
        fields = {"delivered_at": now} | ({} if row.contacted_at else {"contacted_at": now})
        done: WishClaim = advance(row, "deliver", actor=actor, now=now, version=version, text=words, **fields)
        done.text = words  # not by the machine, whose own `text` are the words of the step
        done.save(update_fields=["text"])
        files.attach(uploads, owner=done, actor=actor, now=now)
        if wish.status == Wish.Status.CLAIMED:
            _deliver_wish(wish, done, now)
    return done


def _deliver_wish(wish: Wish, last: WishClaim, now: datetime) -> Wish:
    """When no helper of a claimed wish is at work any more, it waits for the word of the one who wished."""
    if wish.claims.filter(status__in=AT_WORK).exists():
        return wish
    done: Wish = advance(wish, "deliver", actor=None, now=now, delivered_at=now)
    claim_delivered(last, now=now)
    return done


def enough(wish: Wish, *, actor: User, now: datetime, version: int | None = None) -> Wish:
    """Staff say that those who help are enough, though more were wanted: it leaves the board, `slots` is their number.

    A wish for several could otherwise never be delivered when fewer come. NotAllowed without `wish.verify`; NotNow
    while nobody helps, or when it is not on the board.
    """
    with transaction.atomic():
        locked = _locked(wish.pk)
        helping = list(locked.claims.filter(status__in=LIVING).order_by("delivered_at", "pk"))
        slots = len(helping) or locked.slots
        done: Wish = advance(locked, "fill", actor=actor, now=now, version=version, slots=slots)
        if not helping:
            raise NotNow(_("Nobody has claimed this wish yet."))
        return _deliver_wish(done, helping[-1], now)


def own_block(volunteer: Volunteer, now: datetime) -> dict[str, Any]:
    """What the volunteer's page shows: her claims at work, those to be contacted soonest first."""
    rows = WishClaim.objects.filter(user=volunteer.user_id, status__in=AT_WORK)
    sealed = ("name", "phone", "door", "remark", "text", "grid__boundary")
    shown = rows.select_related("wish__kind", "wish__grid", "team", "unit__organization")
    return {"claims": list(shown.defer(*(f"wish__{one}" for one in sealed)).order_by("contact_by", "pk")[:SHOWN])}


def demand_own(row: WishClaim, actor: User) -> None:
    """NotAllowed for another's claim, unless `actor` follows the wishes there."""
    if row.user_id != actor.pk and not scope_of(actor).can("wish.verify", row.wish.grid_code):
        raise NotAllowed(_("This claim is somebody else’s."))


def give_up(row: WishClaim, *, actor: User, now: datetime, text: str, version: int | None = None) -> WishClaim:
    """The claimer cannot; the wish goes back to the board ahead of the others.

    Whoever follows the wishes there may say it for a helper who is not heard of any more; she is told.
    """
    words = without_her(row.wish_id, clean_text(text, max_length=500, multiline=True))[:500]
    with _wish_locked(row.wish_id) as wish:
        ended: WishClaim = advance(row, "give_up", actor=actor, now=now, version=version, text=words)
        _back_on_board(wish, now)
        claim_given_up(ended, actor=actor, now=now)
    return ended


@contextmanager
def _wish_locked(pk: int) -> Iterator[Wish]:
    with transaction.atomic():
        yield _locked(pk)


def _back_on_board(wish: Wish, now: datetime) -> None:
    if wish.status == Wish.Status.CLAIMED:
        advance(wish, "free", actor=None, now=now, returns=wish.returns + 1)
    else:
        Wish.objects.filter(pk=wish.pk).update(returns=wish.returns + 1)


def lapse_claims(*, now: datetime) -> int:
    """Claims without contact after their days lapse, their wishes come back first. Safe to run again; returns them."""
    due = WishClaim.objects.filter(status="active", contact_by__lt=now).order_by("contact_by", "pk")
    return each(list(due.only("pk", "wish_id")), lambda row: _lapse(row, now))


def _lapse(row: WishClaim, now: datetime) -> bool:
    """NotNow when it was contacted or given up meanwhile."""
    with _wish_locked(row.wish_id) as wish:
        lapsed = advance(row, "lapse", actor=None, now=now)
        _back_on_board(wish, now)
        claim_lapsed(lapsed, now=now)
    return True
