"""五星认领 (S0): units claim stars with concrete pledges, deliver, are reviewed once a year (摘星伙伴)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field, clean_fields
from grid.models import Grid
from grid.once import write_once
from incidents.documents import Upload
from partybuilding.files import attach
from partybuilding.models import PartnerUnit, Star, StarClaim, StarDelivery
from partybuilding.stages import TABLE, advance, keep_step
from partybuilding.units import demand_hers, works_for

MOST: Final = 1_000_000
OPEN: Final = ("pledged", "delivering")
DELIVERED: Final = ("pledged", "delivering", "delivered")
"""While a claim has one of these statuses, deliveries are written down for it."""


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A pledge as typed. `amount` None: it is not counted. `grid` is where the star is claimed."""

    unit: PartnerUnit
    star: Star
    grid: Grid
    year: int
    pledge: str
    due_on: date
    amount: int | None = None
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One thing done for a pledge."""

    on: date
    text: str
    amount: int = 1
    beneficiaries: int | None = None


# --- pledging ---------------------------------------------------------------------------------------------------------


def claim(new: NewClaim, *, client_id: UUID | None = None, actor: User, now: datetime) -> StarClaim:
    """The unit claims a star; the same `client_id` with the same words gives the first claim.

    By whoever edits partners in the grid, or by the unit's own people where it serves. NotAllowed, NotValid by field;
    NotNow for a pledge that stands already, or a unit that has left.
    """
    demand_hers(actor, new.unit, new.grid.code)
    values, given_id = _checked(new, timezone.localdate(now)), client_id or uuid4()

    def write(digest: str) -> StarClaim:
        made = {"by": actor, "at": now, "client_id": given_id, "digest": digest}
        row = StarClaim.objects.create(
            unit=new.unit, star=new.star, grid=new.grid, grid_code=new.grid.code, **values, **made
        )
        keep_step(row, before="", actor=actor, now=now)
        return row

    given = {**values, "unit": new.unit.pk, "star": new.star.pk, "grid": new.grid.code}
    try:
        with transaction.atomic():
            row, _made = write_once(StarClaim, given_id, given, actor=actor, write=write)
    except IntegrityError as error:
        raise NotNow(_("The unit has made this pledge already.")) from error
    return row


def _checked(new: NewClaim, today: date) -> dict[str, Any]:
    if new.unit.left_on is not None:
        raise NotNow(_("It is no partner any more."))
    words = clean_fields(new, {"pledge": 300, "measure": 20})
    pledge, measure = words["pledge"], words["measure"]
    serves = new.grid.code.startswith(new.unit.grid_code) or new.unit.grid_code.startswith(new.grid.code)
    counted = new.amount is not None
    demand_valid(
        (
            ("pledge", bool(pledge), _("Say what is pledged.")),
            ("star", new.star.is_active, _("This star is not in use.")),
            ("grid", serves, _("The unit does not serve there.")),
            ("year", abs(new.year - today.year) <= 1, _("This year, the last or the next one.")),
            ("due_on", new.due_on.year == new.year, _("A day of that year.")),
            ("amount", not counted or 0 < (new.amount or 0) <= MOST, _("At least one.")),
            ("measure", not counted or bool(measure), _("Say in what it is counted: 场, 人次, 件.")),
        )
    )
    return {
        "year": new.year,
        "pledge": pledge,
        "amount": new.amount,
        "measure": measure if counted else "",
        "due_on": new.due_on,
    }


# --- delivering -------------------------------------------------------------------------------------------------------


def deliver(
    row: StarClaim, new: Delivered, *, photos: Sequence[Upload] = (), actor: User, now: datetime
) -> StarDelivery:
    """Something was done for the pledge; sent twice it is written once. When the pledged number is reached, the pledge
    is delivered by itself.

    NotAllowed for others than the unit and whoever edits partners there; NotNow after the review; NotValid by field.
    """
    plain = _delivery(row, new, timezone.localdate(now))
    with transaction.atomic():
        locked = _locked(row)
        demand_hers(actor, locked.unit, locked.grid_code)
        if locked.status not in DELIVERED:
            raise NotNow(_("This step is not possible now: the status is “%(status)s”.") % _status(locked))
        if same := locked.deliveries.filter(by=actor, **plain).first():
            return same
        made = StarDelivery.objects.create(claim=locked, by=actor, at=now, **plain)
        attach(photos, owner=made, actor=actor, now=now)
        _follow(locked, actor, now)
    return made


def _follow(row: StarClaim, actor: User, now: datetime) -> None:
    """The stages that a delivery brings by itself."""
    if row.status == StarClaim.Status.PLEDGED:
        row = advance(row, "deliver", actor=actor, now=now)
    reached = row.amount is not None and delivered_of(row) >= row.amount
    if reached and row.status == StarClaim.Status.DELIVERING:
        advance(row, "complete", actor=actor, now=now)


def _delivery(row: StarClaim, new: Delivered, today: date) -> dict[str, Any]:
    text, gained = clean_field("text", new.text, max_length=500), new.beneficiaries
    demand_valid(
        (
            ("text", bool(text), _("Say what was done.")),
            ("on", new.on <= today and new.on.year == row.year, _("A day of the year of the pledge, not ahead.")),
            ("amount", 0 < new.amount <= MOST, _("At least one.")),
            ("beneficiaries", gained is None or 0 <= gained <= MOST, _("Zero or more.")),
        )
    )
    return {"on": new.on, "text": text, "amount": new.amount, "beneficiaries": gained}


def delivered_of(row: StarClaim) -> int:
    """The number delivered so far."""
    found: int = row.deliveries.aggregate(n=Coalesce(Sum("amount"), 0))["n"]
    return found


def _status(row: StarClaim) -> dict[str, str]:
    return {"status": row.get_status_display()}


def _locked(row: StarClaim) -> StarClaim:
    rows = StarClaim.objects.select_for_update(of=("self",)).select_related("unit__organization__grid")
    found: StarClaim = rows.defer("unit__organization__grid__boundary").get(pk=row.pk)
    return found


# --- steps ------------------------------------------------------------------------------------------------------------


def complete(row: StarClaim, *, version: int | None, actor: User, now: datetime) -> StarClaim:
    """Everything was done. NotNow for a pledge without a delivery."""
    with transaction.atomic():
        locked = _locked(row)
        TABLE.demand_stage(locked, TABLE.stage_of(locked, "complete"), actor)
        if not locked.deliveries.exists():
            raise NotNow(_("Nothing was written down for it yet."))
        done: StarClaim = advance(locked, "complete", actor=actor, now=now, version=version)
    return done


def review(
    row: StarClaim, *, grade: str, review: str = "", version: int | None, actor: User, now: datetime
) -> StarClaim:
    """The yearly review, with a reason unless it was kept. NotValid by field.

    NotAllowed without party.decide, and for the people of the unit: nobody reviews her own pledge.
    """
    if works_for(actor, row.unit):
        raise NotAllowed(_("Whoever made the pledge does not review it."))
    good = grade in StarClaim.Grade.values
    has_reason = grade == StarClaim.Grade.KEPT or bool(review.strip())
    reason = clean_field("review", review, max_length=500)
    demand_valid(
        (
            ("grade", good, _("Choose one of the grades.")),
            ("review", has_reason, _("Say why in a few words.")),
        )
    )
    said: dict[str, Any] = {"grade": grade, "review": reason, "reviewed_at": now}
    done: StarClaim = advance(row, "review", actor=actor, now=now, version=version, **said)
    return done


def drop(row: StarClaim, *, text: str, version: int | None, actor: User, now: datetime) -> StarClaim:
    """The pledge is given up, with the reason."""
    done: StarClaim = advance(row, "drop", actor=actor, now=now, version=version, text=text)
    return done


# --- the board --------------------------------------------------------------------------------------------------------


def with_delivered(rows: QuerySet[StarClaim]) -> QuerySet[StarClaim]:
    """Each claim with `delivered`, `times` and `gained`, in the same query; nothing for each row."""
    done = StarDelivery.objects.filter(claim=OuterRef("pk")).order_by().values("claim")
    found: QuerySet[StarClaim] = rows.select_related("star", "unit__organization", "grid").defer("grid__boundary")
    return found.annotate(
        delivered=Coalesce(Subquery(done.annotate(n=Sum("amount")).values("n")), 0),
        times=Coalesce(Subquery(done.annotate(n=Count("pk")).values("n")), 0),
        gained=Coalesce(Subquery(done.annotate(n=Sum("beneficiaries")).values("n")), 0),
    )


def share(row: Any) -> float | None:
    """How much of a counted pledge was delivered, 0 to 1; None for one that is not counted."""
    return min(1.0, row.delivered / row.amount) if row.amount else None


def board(rows: QuerySet[StarClaim]) -> list[dict[str, Any]]:
    """The stars in use with the claims among `rows`, in two queries: the pledge board (认领榜)."""
    claims: dict[int, list[StarClaim]] = {}
    for row in with_delivered(rows).order_by("star", "due_on", "id"):
        row.share = share(row)  # type: ignore[attr-defined]
        claims.setdefault(row.star_id, []).append(row)
    stars = Star.objects.filter(Q(is_active=True) | Q(pk__in=claims))
    return [{"star": star, "claims": claims.get(star.pk, [])} for star in stars]


def partners(rows: QuerySet[StarClaim]) -> list[dict[str, Any]]:
    """摘星伙伴: each unit among the reviewed `rows` with the stars that it earned by a pledge kept, in one query."""
    kept: dict[int, dict[str, Any]] = {}
    for row in rows.filter(status="reviewed").select_related("unit__organization", "star").order_by("unit", "star"):
        one = kept.setdefault(row.unit_id, {"unit": row.unit, "stars": {}, "kept": 0, "reviewed": 0})
        one["reviewed"] += 1
        if row.grade == StarClaim.Grade.KEPT:
            one["kept"] += 1
            one["stars"][row.star_id] = row.star
    found = [{**one, "stars": list(one["stars"].values())} for one in kept.values() if one["kept"]]
    return sorted(found, key=lambda one: (-len(one["stars"]), -one["kept"], str(one["unit"])))


def figures(rows: QuerySet[StarClaim], today: date) -> dict[str, int]:
    """Of `rows`: all claims, units, delivered or reviewed, late, reviewed, kept; one query."""
    found: dict[str, int] = rows.exclude(status="dropped").aggregate(
        claims=Count("pk", distinct=True),
        units=Count("unit", distinct=True),
        done=Count("pk", filter=Q(status__in=("delivered", "reviewed"))),
        late=Count("pk", filter=Q(status__in=OPEN, due_on__lt=today)),
        reviewed=Count("pk", filter=Q(status="reviewed")),
        kept=Count("pk", filter=Q(status="reviewed", grade="kept")),
    )
    return found
