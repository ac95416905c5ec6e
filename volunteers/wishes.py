"""Micro-wishes (微心愿): collected, verified, published, confirmed by the one who wished, archived (domain.md 5.1).

Public are the display name (占阿姨), the title and the words; who it is and where she lives is sealed (W71).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_text
from fieldwork.models import Household, QuickNote
from grid.access import demand
from grid.models import Building, Grid
from grid.once import write_once
from incidents.numbers import street_number
from volunteers.models import Wish, WishClaim, WishKind, WishRound
from volunteers.stages import advance, keep_step

PUBLIC: Final = {"title": 60, "text": 500, "display_name": 20}
CLOSED: Final = {"name": 50, "phone": 30, "door": 60, "remark": 1000}
MULTILINE: Final = ("text", "remark")


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
    _check(new, words)
    if new.note is not None and Wish.objects.filter(note=new.note).exists():
        raise NotNow(_("This note became a wish already."))
    key = client_id or uuid4()
    given = {**words, "kind": new.kind.pk, "grid": grid.code, "slots": new.slots, "amount": new.amount}
    row, _made = write_once(
        Wish, key, given, actor=actor, write=lambda digest: _write(new, words, grid, key, digest, actor, now)
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
    clean = {}
    for name, length in {**PUBLIC, **CLOSED}.items():
        try:
            text = clean_text(getattr(new, name), max_length=length, multiline=name in MULTILINE)
        except NotValid as error:
            raise NotValid(_("Please correct the marked fields."), {name: [str(error)]}) from error
        clean[name] = mask_numbers(text) if name in PUBLIC else text
    clean["display_name"] = clean["display_name"] or shown_as(clean["name"])
    return clean


def shown_as(name: str) -> str:
    """What the board shows of a name when nobody gave a better word: the surname and 居民 (占居民)."""
    return f"{name[:1]}居民" if name else "居民"


def _check(new: NewWish, words: dict[str, str]) -> None:
    ceiling = new.round.ceiling if new.round else None
    given_name = len(words["name"]) > 1 and words["name"] in words["display_name"] + words["title"] + words["text"]
    demand_valid(
        [
            ("title", bool(words["title"]), _("Say what is wished for.")),
            ("name", bool(words["name"]), _("Say who wishes; it is kept sealed.")),
            ("display_name", not given_name, _("The full name is not shown to others: leave it out.")),
            ("slots", 1 <= new.slots <= 50, _("Between 1 and 50.")),
            ("amount", new.amount is None or new.amount > 0, _("More than nothing.")),
            (
                "amount",
                ceiling is None or new.amount is None or new.amount <= ceiling,
                _("This is above the ceiling of the round."),
            ),
            ("kind", new.kind.is_active, _("This kind is not used any more.")),
        ]
    )


def _write(new: NewWish, words: dict[str, str], grid: Grid, key: UUID, digest: str, actor: User, now: datetime) -> Wish:
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


def verify(wish: Wish, *, actor: User, now: datetime, text: str, version: int | None = None) -> Wish:
    """The grid leader asked at the door or by phone: it is so, reasonable and can be done (W71, W72)."""
    words = clean_text(text, max_length=500)
    demand_valid([("text", bool(words), _("Say how it was verified, e.g. by phone or at the door."))])
    done: Wish = advance(wish, "verify", actor=actor, now=now, version=version, text=words, verified_by=actor)
    return done


def publish(wish: Wish, *, actor: User, now: datetime, version: int | None = None) -> Wish:
    """Put it on the board."""
    done: Wish = advance(wish, "publish", actor=actor, now=now, version=version, published_at=now)
    return done


def confirm(
    wish: Wish, *, how: str, rating: int, thanks: str, actor: User, now: datetime, version: int | None = None
) -> Wish:
    """The one who wished says that it was granted; she was asked (`how`: visit, phone), never photographed for it.

    A claimer cannot confirm her own deed. NotValid by field.
    """
    words = {"how": clean_text(how, max_length=60), "thanks": mask_numbers(clean_text(thanks, max_length=500))}
    demand_valid(
        [
            ("how", bool(words["how"]), _("Say how she was asked: by a visit or by phone.")),
            ("rating", 1 <= rating <= 5, _("Between 1 and 5.")),
        ]
    )
    if wish.claims.filter(status="delivered", user=actor).exists():
        raise NotNow(_("Whoever granted the wish does not confirm it: somebody else asks her."))
    fields = {"confirmed_at": now, "confirmed_how": words["how"], "rating": rating, "thanks": words["thanks"]}
    with transaction.atomic():
        done: Wish = advance(wish, "confirm", actor=actor, now=now, version=version, text=words["how"], **fields)
        for claim in WishClaim.objects.filter(wish=wish, status="delivered"):
            advance(claim, "done", actor=None, now=now)
    return done


def not_yet(wish: Wish, *, actor: User, now: datetime, text: str, version: int | None = None) -> Wish:
    """She says that it is not what she wished: the claims are open again."""
    with transaction.atomic():
        back: Wish = advance(wish, "not_yet", actor=actor, now=now, version=version, text=text, delivered_at=None)
        for claim in WishClaim.objects.filter(wish=wish, status="delivered"):
            advance(claim, "again", actor=None, now=now, text=text)
    return back


def call_back(wish: Wish, *, actor: User, now: datetime) -> None:
    """Note that she was called back afterwards (回访). NotNow before it was confirmed."""
    demand(actor, "wish.verify", wish.grid_code)
    if wish.status not in ("confirmed", "archived"):
        raise NotNow(_("First the wish is confirmed."))
    Wish.objects.filter(pk=wish.pk, called_back_at=None).update(called_back_at=now)


def step(wish: Wish, name: str, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> Any:
    """A plain stage: refuse, withdraw, archive. Living claims end with a withdrawn wish."""
    with transaction.atomic():
        done = advance(wish, name, actor=actor, now=now, version=version, text=text)
        if name == "withdraw":
            for claim in WishClaim.objects.filter(wish=wish, status__in=("active", "contacted")):
                advance(claim, "give_up", actor=None, now=now, text=_("The wish was withdrawn."))
    return done
