"""Claims of wishes: one, several or a whole team for a wish; the database decides who was first (domain.md 5.1).

Whoever claims contacts the one who wished within seven days (W70); a claim that does not lapses, and the wish comes
back to the board ahead of the others.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_text
from grid.once import write_once
from grid.scope import scope_of
from partybuilding.models import PartnerUnit
from volunteers.models import Team, Volunteer, Wish, WishClaim, WishReceipt
from volunteers.stages import advance, keep_step
from volunteers.wish_news import claim_lapsed, wish_claimed

CONTACT_DAYS: Final = 7
"""W70."""
LIVING: Final = ("active", "contacted", "delivered", "done")
PLEDGE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Claimer:
    """For whom `actor` claims: herself as a volunteer or member, her team, or her unit."""

    volunteer: Volunteer | None = None
    member: Any = None
    team: Team | None = None
    unit: PartnerUnit | None = None


def claimers_of(user: Any) -> list[Claimer]:
    """What `user` may claim as: volunteer, member, leader of teams, somebody of partner units."""
    volunteer = Volunteer.objects.filter(user=user.pk, status="active").first()
    found = [Claimer(volunteer=volunteer)] if volunteer else []
    member = getattr(user, "party_member", None)
    if member is not None and member.left_on is None:
        found.append(Claimer(member=member))
    if volunteer:
        found += [Claimer(volunteer=volunteer, team=team) for team in volunteer.led_teams.filter(status="active")]
    units = PartnerUnit.objects.filter(organization__in=scope_of(user).organizations, left_on=None)
    return found + [Claimer(unit=unit) for unit in units.select_related("organization")]


def claim(
    wish: Wish, claimer: Claimer, *, actor: User, now: datetime, pledge: str = "", client_id: UUID | None = None
) -> WishClaim:
    """Take one slot of `wish`. NotAllowed as nobody; NotNow when the slots are taken or it is not on the board.

    Two at once: the constraint on the slot lets one in, the other hears that the wish is taken. The same `client_id`
    twice is one claim.
    """
    _demand_claimer(claimer, actor)
    words = _words(pledge)
    given = {"wish": wish.pk, "pledge": words, "as": _named(claimer)}
    key = client_id or uuid4()
    made, new = write_once(
        WishClaim,
        key,
        given,
        actor=actor,
        write=lambda digest: _take_slot(wish, claimer, words, key, digest, actor, now),
    )
    if new:
        wish_claimed(made, now=now)
    return made


def _named(claimer: Claimer) -> list[int | None]:
    parts = (claimer.volunteer, claimer.member, claimer.team, claimer.unit)
    return [part.pk if part else None for part in parts]


def _demand_claimer(claimer: Claimer, actor: User) -> None:
    if _named(claimer) not in [_named(own) for own in claimers_of(actor)]:
        raise NotAllowed(_("Wishes are claimed by volunteers, party members, teams and units: sign up first."))


def _words(pledge: str) -> str:
    try:
        return mask_numbers(clean_text(pledge, max_length=PLEDGE_LENGTH))
    except NotValid as error:
        raise NotValid(_("Please correct the marked fields."), {"pledge": [str(error)]}) from error


def _take_slot(
    wish: Wish, claimer: Claimer, pledge: str, key: UUID, digest: str, actor: User, now: datetime
) -> WishClaim:
    """The first free slot, under the lock of the wish; the last slot takes the wish off the board."""
    locked = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    taken = set(locked.claims.filter(status__in=LIVING).values_list("slot", flat=True))
    free = [slot for slot in range(1, locked.slots + 1) if slot not in taken]
    if locked.status != Wish.Status.PUBLISHED or not free:
        raise NotNow(_("Somebody was faster: this wish is taken. There are others on the board."))
    try:
        with transaction.atomic():
            made = _write(locked, free[0], claimer, pledge, key, digest, actor, now)
    except IntegrityError as error:
        if "wish_claimer_once" in str(error):
            raise NotNow(_("You have claimed this wish already.")) from error
        raise
    keep_step(made, before="", actor=actor, now=now)
    if len(free) == 1:
        advance(locked, "fill", actor=None, now=now)
    return made


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


def contacted(row: WishClaim, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> WishClaim:
    """The claimer spoke with the one who wished."""
    done: WishClaim = advance(row, "contact", actor=actor, now=now, version=version, text=text, contacted_at=now)
    return done


def delivered(row: WishClaim, *, actor: User, now: datetime, text: str, version: int | None = None) -> WishClaim:
    """The claimer did what was wished; when all slots have, the wish waits for its confirmation."""
    words = clean_text(text, max_length=500, multiline=True)
    if not words:
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say what was done.")]})
    with transaction.atomic():
        wish = Wish.objects.select_for_update(of=("self",)).get(pk=row.wish_id)
        fields = {"delivered_at": now, "text": words} | ({} if row.contacted_at else {"contacted_at": now})
        done: WishClaim = advance(row, "deliver", actor=actor, now=now, version=version, text=words, **fields)
        waiting = wish.claims.filter(status__in=("active", "contacted")).exists()
        if wish.status == Wish.Status.CLAIMED and not waiting:
            advance(wish, "deliver", actor=None, now=now, delivered_at=now)
    return done


def add_receipt(
    row: WishClaim, *, merchant: str, goods: str, amount: Any, paid_on: Any, actor: User, now: datetime
) -> WishReceipt:
    """What was bought: the money went to the merchant (domain.md 5.1). NotValid above the ceiling of the round."""
    _demand_own(row, actor)
    ceiling = row.wish.round.ceiling if row.wish.round else None
    if ceiling is not None and amount > ceiling:
        raise NotValid(
            _("Please correct the marked fields."),
            {"amount": [_("This round has a ceiling of %(amount)s yuan a wish.") % {"amount": ceiling}]},
        )
    return WishReceipt.objects.create(
        claim=row, merchant=merchant, goods=goods, amount=amount, paid_on=paid_on, by=actor, at=now
    )


def _demand_own(row: WishClaim, actor: User) -> None:
    if row.user_id != actor.pk and not scope_of(actor).can("wish.verify", row.wish.grid_code):
        raise NotAllowed(_("This claim is somebody else’s."))


def give_up(row: WishClaim, *, actor: User, now: datetime, text: str, version: int | None = None) -> WishClaim:
    """The claimer cannot; the wish goes back to the board ahead of the others."""
    with transaction.atomic():
        ended: WishClaim = advance(row, "give_up", actor=actor, now=now, version=version, text=text)
        _back_on_board(row.wish_id, now)
    return ended


def _back_on_board(wish_pk: int, now: datetime) -> None:
    wish = Wish.objects.select_for_update(of=("self",)).get(pk=wish_pk)
    if wish.status == Wish.Status.CLAIMED:
        advance(wish, "free", actor=None, now=now, returns=wish.returns + 1)
    else:
        Wish.objects.filter(pk=wish_pk).update(returns=wish.returns + 1)


def lapse_claims(*, now: datetime) -> int:
    """Claims without contact after their days lapse, their wishes come back first. Safe to run again; returns them."""
    done = 0
    for row in WishClaim.objects.filter(status="active", contact_by__lt=now).order_by("id").iterator(chunk_size=500):
        try:
            with transaction.atomic():
                lapsed = advance(row, "lapse", actor=None, now=now)
                _back_on_board(row.wish_id, now)
        except NotNow:
            continue  # contacted or given up meanwhile
        claim_lapsed(lapsed, now=now)
        done += 1
    return done
