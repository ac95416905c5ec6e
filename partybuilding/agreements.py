"""What units sign: 共建协议, 红色物业服务框架协议 over compounds nobody manages, prepared plans (未雨绸缪 预定方案)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Compound, Grid
from grid.scope import scope_of
from grid.stages import check_version
from incidents.documents import Upload
from partybuilding.files import attach
from partybuilding.models import Agreement, PartnerUnit
from partybuilding.units import EDITS, note

SOON: Final = timedelta(days=60)
"""An agreement that ends within this time is shown as ending soon: two months to talk about the next one."""
LONGEST: Final = timedelta(days=366 * 30)


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """What is typed of an agreement. Without `ends_on` it runs until it is ended."""

    unit: PartnerUnit
    grid: Grid
    kind: str
    title: str
    signed_on: date
    starts_on: date
    ends_on: date | None = None
    text: str = ""
    compounds: Iterable[Compound] = field(default_factory=tuple)


def sign(new: NewAgreement, *, files: Sequence[Upload] = (), actor: User, now: datetime) -> Agreement:
    """Keep an agreement of a unit for the grid, with its files; sent twice it is one.

    NotAllowed without lists.edit there; NotValid by field; NotNow for a unit that is no partner any more.
    """
    demand(actor, EDITS, new.grid.code)
    if new.unit.left_on is not None:
        raise NotNow(_("It is no partner any more."))
    plain, compounds = _checked(new, timezone.localdate(now)), list(new.compounds)
    with transaction.atomic():
        # one at a time for a unit: the second click of a form finds what the first one wrote
        PartnerUnit.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=new.unit.pk)
        first: Agreement | None = Agreement.objects.filter(unit=new.unit, grid=new.grid, ended_on=None, **plain).first()
        row = first or Agreement.objects.create(unit=new.unit, grid=new.grid, grid_code=new.grid.code, **plain)
        attach(files, owner=row, actor=actor, now=now)
        if first is None:
            row.compounds.set(compounds)
            note(row, "signed", actor=actor, now=now)
    return row


def change(
    row: Agreement, new: NewAgreement, *, files: Sequence[Upload] = (), version: int | None, actor: User, now: datetime
) -> Agreement:
    """Other words, days, compounds, more files; unit and grid stay. Errors as `sign`."""
    demand(actor, EDITS, row.grid_code)
    with transaction.atomic():
        locked = _locked(row, version)
        plain = _checked(new, timezone.localdate(now))
        for name, value in plain.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=["version", *plain])
        locked.compounds.set(list(new.compounds))
        attach(files, owner=locked, actor=actor, now=now)
        note(locked, "changed", actor=actor, now=now)
    return locked


def end_early(row: Agreement, *, on: date, text: str, version: int | None, actor: User, now: datetime) -> Agreement:
    """It ends before its day, with the reason. NotNow when it has ended."""
    demand(actor, EDITS, row.grid_code)
    with transaction.atomic():
        locked, today = _locked(row, version), timezone.localdate(now)
        if not is_running(locked, today):
            raise NotNow(_("This agreement has ended."))
        demand_valid(
            (
                ("on", locked.signed_on <= on <= today, _("Between the day of signing and today.")),
                ("text", bool(text.strip()), _("Say why in a few words.")),
            )
        )
        locked.ended_on, locked.version = on, locked.version + 1
        locked.save(update_fields=["ended_on", "version"])
        note(locked, "ended", actor=actor, now=now, text=text)
    return locked


def _locked(row: Agreement, version: int | None) -> Agreement:
    locked: Agreement = Agreement.objects.select_for_update(of=("self",)).select_related("grid").get(pk=row.pk)
    check_version(locked, version)
    return locked


def _checked(new: NewAgreement, today: date) -> dict[str, Any]:
    title, end = clean_field("title", new.title, max_length=100), new.ends_on
    inside = all(compound.grid.code.startswith(new.grid.code) for compound in new.compounds)
    demand_valid(
        (
            ("title", bool(title), _("Give it a title.")),
            ("kind", new.kind in Agreement.Kind.values, _("Choose one of the kinds.")),
            ("signed_on", new.signed_on <= today, _("The day of signing does not lie ahead.")),
            ("ends_on", end is None or end >= new.starts_on, _("It ends after it begins.")),
            ("ends_on", end is None or end - new.starts_on <= LONGEST, _("At most 30 years.")),
            ("compounds", inside, _("A compound lies outside the grid of the agreement.")),
        )
    )
    text = clean_field("text", new.text, max_length=5000, multiline=True)
    days = {"signed_on": new.signed_on, "starts_on": new.starts_on, "ends_on": end}
    return {"kind": new.kind, "title": title, "text": text, **days}


# --- what runs --------------------------------------------------------------------------------------------------------


def running(day: date) -> Q:
    """The condition of agreements in force on `day`."""
    not_ended = Q(ended_on=None) | Q(ended_on__gt=day)
    return not_ended & (Q(ends_on=None) | Q(ends_on__gte=day)) & Q(starts_on__lte=day)


def ending_soon(day: date) -> Q:
    """Those in force that end within two months."""
    return running(day) & Q(ends_on__lte=day + SOON)


def lapsed(day: date) -> Q:
    """Those that ran out (not: were ended) before `day`, of partners with no other agreement of the kind in force."""
    newer = Agreement.objects.filter(running(day), unit=OuterRef("unit"), kind=OuterRef("kind"))
    return Q(ended_on=None, ends_on__lt=day, unit__left_on=None) & ~Q(Exists(newer))


def is_running(row: Agreement, day: date) -> bool:
    """Whether `row` is in force on `day`, or will be."""
    return (row.ended_on is None or row.ended_on > day) and (row.ends_on is None or row.ends_on >= day)


def state_of(row: Agreement, day: date) -> str:
    """ "early" (ended early), "over", "ahead", "soon" (ends within two months) or "running"."""
    if row.ended_on is not None and row.ended_on <= day:
        return "early"
    if row.ends_on is not None and row.ends_on < day:
        return "over"
    if row.starts_on > day:
        return "ahead"
    return "soon" if row.ends_on is not None and row.ends_on <= day + SOON else "running"


def unmanaged_cover(user: Any, day: date) -> dict[str, int]:
    """Compounds without a property company that `user` sees, and how many of them a running agreement of red property
    covers (S1: one framework agreement over 57 of them): `all`, `covered`, `open`."""
    agreed = Agreement.objects.filter(running(day), kind=Agreement.Kind.RED_PROPERTY, compounds=OuterRef("pk"))
    rows: QuerySet[Any] = Compound.objects.filter(is_unmanaged=True).filter(
        scope_of(user).q("party.view", "grid__code")
    )
    found = rows.aggregate(all=Count("pk"), covered=Count("pk", filter=Q(Exists(agreed))))
    return {**found, "open": found["all"] - found["covered"]}
