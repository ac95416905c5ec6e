"""Micro-wishes (微心愿): collected, verified, published, confirmed by the one who wished, archived (domain.md 5.1).

Public are the display name (占阿姨), the title and the words; who it is and where she lives is sealed (W71).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import blind_index, mask_name, mask_numbers, normalise
from accounts.text_guard import clean_field, clean_fields, clean_text
from fieldwork.models import Household, QuickNote
from grid.access import demand
from grid.models import Building, Grid
from grid.once import write_once
from grid.stages import check_version
from incidents.numbers import street_number
from volunteers import wish_replies
from volunteers.models import Wish, WishClaim, WishKind, WishRound
from volunteers.stages import advance, keep_step
from volunteers.wish_secrets import without_her

PUBLIC: Final = {"title": 60, "text": 500, "display_name": 20}
CLOSED: Final = {"name": 50, "phone": 30, "door": 60, "remark": 1000}
MULTILINE: Final = ("text", "remark")
EDITED: Final = ("kind", "round", "building", "amount", "slots", "wanted_on")
BEFORE_BOARD: Final = (Wish.Status.COLLECTED, Wish.Status.VERIFIED)
MOST_HELPERS: Final = 50
_PHONE: Final = re.compile(r"(?:[0-9]{7,12})?")


@dataclass(frozen=True, slots=True)
class NewWish:
    """What somebody wishes for. Without `grid` it lies where the household, the building or the note lies."""

    title: str
    kind: WishKind
    name: str
    display_name: str = ""
    text: str = ""
    phone: str = ""
    door: str = ""
    remark: str = ""
    grid: Grid | None = None
    building: Building | None = None
    household: Household | None = None
    note: QuickNote | None = None
    round: WishRound | None = None
    amount: Decimal | None = None
    slots: int = 1
    wanted_on: date | None = None
    source: str = Wish.Source.FORM
    point: Point | None = None


def collect(new: NewWish, *, actor: User, now: datetime, client_id: UUID | None = None) -> Wish:
    """Take a wish in; it is shown to nobody before it was verified. The same `client_id` gives the first one.

    NotAllowed without `wish.verify` where she lives; NotValid by field; NotNow when the note became a wish already.
    """
    grid = _grid_of(new)
    demand(actor, "wish.verify", grid.code)
    words = _words(new)
    _check(new, words, grid, timezone.localdate(now))
    key = client_id or uuid4()
    plain = {"kind": new.kind.pk, "grid": grid.code, "slots": new.slots, "amount": new.amount, "on": new.wanted_on}
    # the digest stands in clear beside what is sealed: nobody shall guess a phone from it
    sealed = {name: blind_index(words[name], purpose="wish") for name in CLOSED}
    row, _made = write_once(
        Wish,
        key,
        words | plain | sealed,
        actor=actor,
        write=lambda digest: _write(new, words, grid, key, digest, actor, now),
    )
    return row


def _grid_of(new: NewWish) -> Grid:
    for holder in (new, new.household, new.building, new.note):
        grid: Grid | None = getattr(holder, "grid", None)
        if grid is not None:
            return grid
    raise NotValid(_("Please correct the marked fields."), {"grid": [_("Say where she lives.")]})


def _words(new: NewWish) -> dict[str, str]:
    """The clean texts; what is public loses phone and identity numbers. NotValid names the field."""
    clean = clean_fields(new, {**PUBLIC, **CLOSED}, multiline=MULTILINE)
    for name in PUBLIC:
        clean[name] = mask_numbers(clean[name])
    clean["phone"] = normalise(clean["phone"])
    clean["display_name"] = clean["display_name"] or shown_as(clean["name"])
    return clean


def shown_as(name: str) -> str:
    """What the board shows of a name when nobody gave a better word: the surname and 居民 (占居民)."""
    return f"{mask_name(name).rstrip('*')}居民"


def _check(new: NewWish, words: dict[str, str], grid: Grid, today: date) -> None:
    where = [one.grid.code for one in (new.building, new.household) if one is not None]
    demand_valid(
        [
            ("title", bool(words["title"]), _("Say what is wished for.")),
            ("name", bool(words["name"]), _("Say who wishes; it is kept sealed.")),
            ("phone", bool(_PHONE.fullmatch(words["phone"])), _("Digits only, with the area code for a landline.")),
            ("slots", 1 <= new.slots <= MOST_HELPERS, _("Between 1 and 50.")),
            ("kind", new.kind.is_active, _("This kind is not used any more.")),
            ("building", all(code.startswith(grid.code) for code in where), _("The building lies in another grid.")),
            ("wanted_on", new.wanted_on is None or new.wanted_on >= today, _("This day is past.")),
            *_public_checks(words),
            *_money_checks(new.amount, new.round, grid.code, today),
        ]
    )


def _public_checks(words: Mapping[str, str]) -> Iterator[tuple[str, bool, object]]:
    """What others read holds neither the full name nor the door nor the phone (W71)."""
    name, door, phone = words["name"], words["door"], words["phone"]
    for field in PUBLIC:
        said = words[field]
        yield field, len(name) < 2 or name not in said, _("The full name is not shown to others: leave it out.")
        yield field, len(door) < 3 or door not in said, _("Where she lives is not shown to others: leave it out.")
        yield (
            field,
            len(phone) < 7 or phone not in normalise(said),
            _("The phone is not shown to others: leave it out."),
        )
    given = name[1:]
    bare = len(given) < 2 or given not in words["display_name"]
    yield "display_name", bare, _("The given name is not shown to others: 占阿姨 is enough.")


def _money_checks(
    amount: Decimal | None, batch: WishRound | None, code: str, today: date
) -> Iterator[tuple[str, bool, object]]:
    yield "amount", amount is None or amount > 0, _("More than nothing.")
    if batch is not None:
        here = code.startswith(batch.grid_code) and batch.opens_on <= today <= batch.closes_on
        yield "round", here, _("This round is not open here today.")
        fits = batch.ceiling is None or amount is None or amount <= batch.ceiling
        yield "amount", fits, _("This is above the ceiling of the round.")


def _write(new: NewWish, words: dict[str, str], grid: Grid, key: UUID, digest: str, actor: User, now: datetime) -> Wish:
    if new.note is not None:
        _take_note(new.note)
    wish = Wish.objects.create(
        **words,
        number=street_number("wish", "心愿", grid.code, now=now),
        kind=new.kind,
        round=new.round,
        building=new.building or (new.household.building if new.household else None),
        household=new.household,
        note=new.note,
        point=new.point,
        amount=new.amount,
        slots=new.slots,
        wanted_on=new.wanted_on,
        source=new.source,
        grid=grid,
        grid_code=grid.code,
        by=actor,
        at=now,
        client_id=key,
        digest=digest,
    )
    keep_step(wish, before="", actor=actor, now=now)
    return wish


def _take_note(note: QuickNote) -> None:
    """Under its lock, so that two taps make one wish of it. NotNow when it was not handed on, or is a wish already."""
    locked = QuickNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if locked.became != QuickNote.Became.WISH:
        raise NotNow(_("Hand the note on as a wish first."))
    if Wish.objects.filter(note=locked).exists():
        raise NotNow(_("This note became a wish already."))


# --- correct, verify, publish -----------------------------------------------------------------------------------------


def edit(wish: Wish, new: NewWish, *, actor: User, now: datetime, version: int | None = None) -> Wish:
    """Correct a wish before it is published; what is sealed and left empty stays. The record names the fields only.

    NotNow once others read it: then it is withdrawn and written anew.
    """
    demand(actor, "wish.verify", wish.grid_code)
    with transaction.atomic():
        locked = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
        check_version(locked, version)
        if locked.status not in BEFORE_BOARD:
            raise NotNow(_("Others read this wish already: withdraw it and write it anew."))
        kept = {name: getattr(new, name) or getattr(locked, name) for name in CLOSED}
        words = _words(replace(new, **kept))
        _check(replace(new, grid=locked.grid, building=new.building), words, locked.grid, timezone.localdate(now))
        values: dict[str, Any] = words | {name: getattr(new, name) for name in EDITED}
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.version += 1
            locked.save(update_fields=[*changed, "version"])
            said = _("Corrected: %(fields)s") % {"fields": "、".join(_label(name) for name in changed)}
            keep_step(locked, before=locked.status, actor=actor, now=now, text=said)
    return locked


def _label(name: str) -> str:
    return str(Wish._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def verify(wish: Wish, *, actor: User, now: datetime, text: str, version: int | None = None) -> Wish:
    """The grid leader asked at the door or by phone: it is so, reasonable and can be done (W71, W72)."""
    words = mask_numbers(clean_field("text", text, max_length=500, multiline=True))
    demand_valid([("text", bool(words), _("Say how it was verified, e.g. by phone or at the door."))])
    done: Wish = advance(wish, "verify", actor=actor, now=now, version=version, text=words, verified_by=actor)
    return done


def publish(wish: Wish, *, actor: User, now: datetime, version: int | None = None) -> Wish:
    """Put it on the board: from now on volunteers, members and units read the public words."""
    done: Wish = advance(wish, "publish", actor=actor, now=now, version=version, published_at=now)
    return done


# --- what the one who wished says -------------------------------------------------------------------------------------


def confirm(
    wish: Wish, *, how: str, rating: int, thanks: str, actor: User, now: datetime, version: int | None = None
) -> Wish:
    """The one who wished says that it was granted; she was asked (`how`: visit, phone), never photographed for it.

    Whoever granted it does not confirm it. Her helpers are told, with her thanks. NotValid by field.
    """
    words = {"how": clean_text(how, max_length=60), "thanks": without_her(wish.pk, clean_text(thanks, max_length=500))}
    demand_valid(
        [
            ("how", bool(words["how"]), _("Say how she was asked: by a visit or by phone.")),
            ("rating", 1 <= rating <= 5, _("Between 1 and 5.")),
        ]
    )
    fields = {"confirmed_at": now, "confirmed_how": words["how"], "rating": rating, "thanks": words["thanks"]}
    with transaction.atomic():
        done: Wish = advance(wish, "confirm", actor=actor, now=now, version=version, text=words["how"], **fields)
        _demand_other_eyes(done, actor)
        rows = [advance(claim, "done", actor=None, now=now) for claim in _delivered(done)]
        wish_replies.granted(done, rows, now=now)
    return done


def _delivered(wish: Wish) -> list[WishClaim]:
    return list(WishClaim.objects.filter(wish=wish, status="delivered").select_related("user").order_by("pk"))


def _demand_other_eyes(wish: Wish, actor: User) -> None:
    if wish.claims.filter(status__in=("delivered", "done"), user=actor).exists():
        raise NotNow(_("Whoever granted the wish does not confirm it: somebody else asks her."))


def not_yet(wish: Wish, *, actor: User, now: datetime, text: str, version: int | None = None) -> Wish:
    """She says that it is not what she wished: the claims are open again, and her helpers are told."""
    words = mask_numbers(clean_field("text", text, max_length=500, multiline=True))
    with transaction.atomic():
        back: Wish = advance(wish, "not_yet", actor=actor, now=now, version=version, text=words, delivered_at=None)
        rows = [advance(claim, "again", actor=None, now=now, text=words) for claim in _delivered(back)]
        wish_replies.open_again(back, rows, words, now=now)
    return back


def call_back(wish: Wish, *, text: str, actor: User, now: datetime, version: int | None = None) -> Wish:
    """She was called back afterwards (回访) by somebody who did not grant it; `text` is what she said.

    NotNow before it was confirmed, or when it was done already.
    """
    demand(actor, "wish.verify", wish.grid_code)
    words = mask_numbers(clean_field("text", text, max_length=400, multiline=True))
    demand_valid([("text", bool(words), _("Say in a few words what she said."))])
    with transaction.atomic():
        locked = Wish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
        check_version(locked, version)
        if locked.status != Wish.Status.CONFIRMED or locked.called_back_at is not None:
            raise NotNow(_("She is called back once, after the wish was confirmed."))
        _demand_other_eyes(locked, actor)
        locked.called_back_at = now
        locked.version += 1
        locked.save(update_fields=["called_back_at", "version"])
        said = _("Called back: %(text)s") % {"text": words}
        keep_step(locked, before=locked.status, actor=actor, now=now, text=said)
    return locked


def step(wish: Wish, name: str, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> Wish:
    """A plain stage: refuse, withdraw, archive. Living claims end with a withdrawn wish, and their people are told.

    NotNow for archiving before she was called back.
    """
    words = mask_numbers(clean_field("text", text, max_length=500, multiline=True))
    with transaction.atomic():
        done: Wish = advance(wish, name, actor=actor, now=now, version=version, text=words)
        if name == "archive" and done.called_back_at is None:
            raise NotNow(_("First call her back: then the wish goes into the archive."))
        if name == "withdraw":
            _end_claims(done, now)
    return done


def _end_claims(wish: Wish, now: datetime) -> None:
    """Whoever was at it need not go on; whoever had delivered already has done hers, and is held by it no longer."""
    rows = WishClaim.objects.filter(wish=wish, status__in=("active", "contacted", "delivered")).select_related("user")
    said, ends = _("The wish was withdrawn."), {"delivered": "done"}
    ended = [
        advance(claim, ends.get(claim.status, "give_up"), actor=None, now=now, text=said)
        for claim in rows.order_by("pk")
    ]
    wish_replies.withdrawn(wish, ended, now=now)
