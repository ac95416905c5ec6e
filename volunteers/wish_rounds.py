"""Rounds of wishes (批次) round a festival: opened by whoever publishes wishes there, with a ceiling or none (5.1)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_fields
from grid.access import demand
from grid.models import Grid
from notices.jobs import each
from volunteers.claims import LIVING
from volunteers.models import Wish, WishClaim, WishRound
from volunteers.stages import keep_step

EDITS: Final = "wish.verify"
LENGTHS: Final = {"name": 60, "festival": 30, "text": 500}


@dataclass(frozen=True, slots=True)
class NewRound:
    """A round as it is opened or corrected."""

    name: str
    grid: Grid
    opens_on: date
    closes_on: date
    festival: str = ""
    ceiling: Decimal | None = None
    text: str = ""


def open_round(new: NewRound, *, actor: User) -> WishRound:
    """Open a round. NotAllowed without the right in its grid; NotValid by field, also for a name that is taken."""
    demand(actor, EDITS, new.grid.code)
    return _saved(WishRound(grid=new.grid, grid_code=new.grid.code), new)


def edit_round(row: WishRound, new: NewRound, *, actor: User) -> WishRound:
    """Correct a round; its grid stays. A lower ceiling leaves the wishes that are in it."""
    demand(actor, EDITS, row.grid_code)
    return _saved(row, new)


def _saved(row: WishRound, new: NewRound) -> WishRound:
    words = clean_fields(new, LENGTHS)
    demand_valid(
        [
            ("name", bool(words["name"]), _("Give it a name.")),
            ("closes_on", new.closes_on >= new.opens_on, _("The last day lies before the first.")),
            ("ceiling", new.ceiling is None or new.ceiling > 0, _("More than nothing.")),
        ]
    )
    for name, value in words.items():
        setattr(row, name, value)
    row.opens_on, row.closes_on, row.ceiling = new.opens_on, new.closes_on, new.ceiling
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        said = _("There is a round of this name here.")
        raise NotValid(_("Please correct the marked fields."), {"name": [said]}) from error
    return row


def open_rounds(code: str, today: date) -> QuerySet[WishRound]:
    """The rounds that a wish in the grid `code` may come into today."""
    codes = [code[:n] for n in range(len(code), 8, -1)]
    found: QuerySet[WishRound] = WishRound.objects.filter(
        grid_code__in=codes, opens_on__lte=today, closes_on__gte=today
    )
    return found


def with_counts(rows: Any, seen: QuerySet[Wish]) -> Any:
    """`rows` with how many wishes of them `seen` holds: all, on the board, granted."""
    among = Q(wishes__in=seen.values("pk"))
    return rows.annotate(
        collected=Count("wishes", filter=among),
        waiting=Count("wishes", filter=among & Q(wishes__status="published")),
        granted=Count("wishes", filter=among & Q(wishes__status__in=("confirmed", "archived"))),
    )


def carry_over(*, now: datetime) -> int:
    """Wishes that nobody claimed in a round that is over go into the one open now, ahead of the others (W70).

    The nearest round that takes their amount; those that fit into none stay on the board as they are. Safe to run
    again; returns how many were carried.
    """
    today = timezone.localdate(now)
    rounds = WishRound.objects.filter(opens_on__lte=today, closes_on__gte=today).order_by("-grid_code", "pk")
    return each(rounds, lambda batch: each(_left_over(batch, today), lambda pk: _carry(pk, batch, today, now)))


def _left_over(batch: WishRound, today: date) -> list[int]:
    """The keys of the wishes that `batch` takes over, the oldest first."""
    fits = Q() if batch.ceiling is None else Q(amount__isnull=True) | Q(amount__lte=batch.ceiling)
    rows = _unclaimed(today).filter(fits, grid_code__startswith=batch.grid_code)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _unclaimed(today: date) -> QuerySet[Wish]:
    helped = WishClaim.objects.filter(wish=OuterRef("pk"), status__in=LIVING)
    return Wish.objects.filter(~Exists(helped), status="published", round__closes_on__lt=today)


def _carry(pk: int, batch: WishRound, today: date, now: datetime) -> int:
    """1, or 0 when it was claimed or carried meanwhile, or somebody is at it now: then the next run carries it."""
    with transaction.atomic():
        rows = _unclaimed(today).select_for_update(of=("self",), skip_locked=True)
        wish = rows.defer("name", "phone", "door", "remark").filter(pk=pk).first()
        if wish is None:
            return 0
        wish.round, wish.returns, wish.version = batch, wish.returns + 1, wish.version + 1
        wish.save(update_fields=["round", "returns", "version"])
        said = _("Nobody claimed it: it goes into the round %(name)s ahead of the others.") % {"name": batch.name}
        keep_step(wish, before=wish.status, actor=None, now=now, text=said)
    return 1
