"""三单制: a resident orders, the community issues, a member takes, the resident evaluates (domain.md 4.3, row 1.24).

Who orders is sealed. Nobody is ranked by ratings (architecture.md, law 14).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.protect import blind_index, is_phone, mask_name, mask_numbers, mask_phone, normalise
from accounts.reveals import reveal
from accounts.text_guard import clean_field, clean_fields
from grid.access import demand
from grid.models import Building, Grid
from grid.once import write_once
from grid.scope import scope_of
from incidents.numbers import street_number
from partybuilding import duty_news
from partybuilding.models import PartyMember, ServiceOrder, SupportKind
from partybuilding.stages import advance, keep_step
from partybuilding.standing import is_member, is_near, member_of, near

Status = ServiceOrder.Status
BOOK: Final = "service"
"""The book that numbers are taken from, one per street."""
USUAL_DAYS: Final = 3
"""What the form proposes as the day until which the taker serves; she or the community says the real one."""
MOST_DAYS: Final = 60
OPEN: Final = (Status.ORDERED, Status.POOL, Status.TAKEN, Status.DONE)
LENGTHS: Final = {"text": 500, "name": 50, "door": 50}
SEALED: Final = ("name", "phone", "door")


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as typed: what, for whom, where, until when."""

    kind: SupportKind
    text: str
    name: str
    phone: str = ""
    building: Building | None = None
    door: str = ""
    wanted_on: date | None = None
    is_agency: bool = False
    source: str = ServiceOrder.Source.COUNTER


@dataclass(frozen=True, slots=True)
class Contact:
    """Who ordered, in clear."""

    name: str
    phone: str
    door: str


# --- entering ---------------------------------------------------------------------------------------------------------


def order(new: NewOrder, *, grid: Grid, actor: User, now: datetime, client_id: UUID) -> tuple[ServiceOrder, bool]:
    """Enter a resident's order in `grid`, and whether it was made now. Its number comes last, so that none is lost.

    NotAllowed without order.issue there; NotValid by field. The same `client_id` gives the first order.
    """
    demand(actor, "order.issue", grid.code)
    columns = _columns(new)
    _check(new, columns, grid, timezone.localdate(now))
    given = {name: getattr(value, "pk", value) for name, value in columns.items()} | {"grid": grid.code}
    # the digest stands in clear beside what is sealed: nobody shall guess a phone from it
    given |= {name: blind_index(columns[name], purpose="service order") for name in SEALED}

    def write(digest: str) -> ServiceOrder:
        row = ServiceOrder(grid=grid, grid_code=grid.code, by=actor, at=now, client_id=client_id, digest=digest)
        for name, value in columns.items():
            setattr(row, name, value)
        row.number = street_number(BOOK, "服务", grid.code, now=now)
        row.save(force_insert=True)
        keep_step(row, before="", actor=actor, now=now)
        return row

    return write_once(ServiceOrder, client_id, given, actor=actor, write=write)


def _columns(new: NewOrder) -> dict[str, Any]:
    words = clean_fields(new, LENGTHS)
    words["text"] = mask_numbers(words["text"])
    plain = {name: getattr(new, name) for name in ("kind", "building", "wanted_on", "is_agency", "source")}
    return words | plain | {"phone": normalise(new.phone)}


def _check(new: NewOrder, columns: dict[str, Any], grid: Grid, today: date) -> None:
    wanted, building = new.wanted_on, new.building
    demand_valid(
        [
            ("kind", new.kind.is_active and new.kind.is_service, _("Choose a service that residents may order.")),
            ("text", bool(columns["text"]), _("Say what is ordered.")),
            ("name", bool(columns["name"]), _("Say for whom.")),
            ("phone", not columns["phone"] or is_phone(columns["phone"]), _("Enter a mobile number of 11 digits.")),
            ("wanted_on", wanted is None or wanted >= today, _("This day is past.")),
            (
                "building",
                building is None or building.grid.code.startswith(grid.code),
                _("The building lies in another grid."),
            ),
        ]
    )


# --- issuing and taking -----------------------------------------------------------------------------------------------


def issue(row: ServiceOrder, *, actor: User, now: datetime, version: int | None = None) -> ServiceOrder:
    """社区下单: it waits for a member; those who claimed such a service are told."""
    with transaction.atomic():
        issued: ServiceOrder = advance(row, "issue", actor=actor, now=now, version=version)
        duty_news.order_issued(issued, actor=actor, now=now)
    return issued


def pool_of(member: PartyMember) -> QuerySet[ServiceOrder]:
    """What waits near a member: what went back before first, then the oldest."""
    rows = ServiceOrder.objects.filter(near(member), status=Status.POOL).select_related("kind", "grid", "building")
    return rows.defer("grid__boundary", "name", "phone", "door").order_by("-lapses", "at", "pk")


def usual_day(row: ServiceOrder, today: date) -> date:
    """The day until which the form proposes to serve."""
    wanted = row.wanted_on or today
    return max(wanted, today + timedelta(days=USUAL_DAYS))


def take(
    row: ServiceOrder,
    *,
    actor: User,
    now: datetime,
    until: date | None = None,
    member: PartyMember | None = None,
    version: int | None = None,
) -> ServiceOrder:
    """党员接单: a member takes it for herself, or staff give it to `member`; it is hers until the end of `until`.

    Two who take at once: the lock decides, the second gets NotNow; whoever has it already gets it again. NotAllowed for
    whoever is no member of the place; NotValid for a day past or more than 60 days ahead.
    """
    taker = _taker(row, member, actor)
    until = until or usual_day(row, timezone.localdate(now))
    _check_day(until, timezone.localdate(now))
    with transaction.atomic():
        locked = _locked(row.pk)
        if locked.status == Status.TAKEN:
            if locked.member_id == taker.pk:
                return locked
            raise NotNow(_("Another member took it a moment ago. Choose another order."))
        given: dict[str, Any] = {"member": taker, "taken_at": now, "lapses_at": _end_of(until)}
        taken: ServiceOrder = advance(locked, "take", actor=actor, now=now, version=version, **given)
        if not is_member(actor, taker):
            duty_news.order_given(taken, actor=actor, now=now)
    return taken


def _taker(row: ServiceOrder, member: PartyMember | None, actor: User) -> PartyMember:
    own = member_of(actor) if member is None else None
    if member is not None and not is_member(actor, member):
        demand(actor, "order.issue", row.grid_code)
    taker = member or own
    if taker is None:
        raise NotAllowed(_("Only party members take orders."))
    fits = taker.left_on is None and is_near(taker, row.grid_code)
    if not fits and member is None:
        raise NotAllowed(_("This order is of another community."))
    demand_valid([("member", fits, _("Choose a member of the community."))])
    return taker


def _check_day(until: date, today: date) -> None:
    fits = today <= until <= today + timedelta(days=MOST_DAYS)
    demand_valid([("until", fits, _("Give a day from today on, within 60 days."))])


def _end_of(day: date) -> datetime:
    """The last minute of the day, as people read a day that is promised."""
    return datetime.combine(day, time(23, 59), timezone.get_default_timezone())


def give_back(row: ServiceOrder, *, actor: User, now: datetime, text: str, version: int | None = None) -> ServiceOrder:
    """The taker cannot, and says why; it waits again."""
    freed: ServiceOrder = advance(row, "give_back", actor=actor, now=now, version=version, text=text, **_free())
    return freed


def _free() -> dict[str, Any]:
    return {"member": None, "taken_at": None, "lapses_at": None}


def lapse_due(*, now: datetime) -> int:
    """Put what was not served by its day back into the pool, in front of the others; returns how many."""
    due = ServiceOrder.objects.filter(status=Status.TAKEN, lapses_at__lte=now).order_by("lapses_at", "pk")
    keys = list(due.values_list("pk", flat=True))
    with translation.override(settings.LANGUAGE_CODE):
        return sum(_lapse(pk, now) for pk in keys)


def _lapse(pk: int, now: datetime) -> int:
    """One order in a transaction of its own: one that was served meanwhile stays served."""
    with transaction.atomic():
        locked = _locked(pk)
        if locked.status != Status.TAKEN or locked.lapses_at is None or locked.lapses_at > now:
            return 0
        member, given = locked.member, {**_free(), "lapses": locked.lapses + 1}
        lapsed = advance(locked, "lapse", actor=None, now=now, text=_("not served in time"), **given)
        assert member is not None
        duty_news.order_lapsed(lapsed, member, now=now)
    return 1


# --- the end ----------------------------------------------------------------------------------------------------------


def finish(row: ServiceOrder, report: str, *, actor: User, now: datetime, version: int | None = None) -> ServiceOrder:
    """Served: what was done. By the taker, or by staff for her."""
    words = mask_numbers(clean_field("report", report, max_length=1000, multiline=True))
    demand_valid([("report", bool(words), _("Say what was done."))])
    with transaction.atomic():
        done: ServiceOrder = advance(row, "finish", actor=actor, now=now, version=version, report=words, done_at=now)
        duty_news.order_done(done, actor=actor, now=now)
    return done


def rate(
    row: ServiceOrder, rating: int, *, actor: User, now: datetime, text: str = "", version: int | None = None
) -> Any:
    """群众评单: what the resident said, 1 to 5, asked by staff. NotAllowed for whoever served it herself."""
    demand_valid([("rating", 1 <= rating <= 5, _("Give 1 to 5."))])
    with transaction.atomic():
        locked = _locked(row.pk)
        if is_member(actor, locked.member):
            raise NotAllowed(_("Somebody else asks the resident: you served this order."))
        said = mask_numbers(text)
        return advance(locked, "rate", actor=actor, now=now, version=version, text=said, rating=rating, rated_at=now)


def refuse(row: ServiceOrder, *, actor: User, now: datetime, text: str, version: int | None = None) -> Any:
    """It is nothing that members do; the resident is told why by whoever entered it."""
    return advance(row, "refuse", actor=actor, now=now, version=version, text=text)


def cancel(row: ServiceOrder, *, actor: User, now: datetime, text: str, version: int | None = None) -> Any:
    """The resident does not want it any more."""
    return advance(row, "cancel", actor=actor, now=now, version=version, text=text, **_free())


# --- who ordered ------------------------------------------------------------------------------------------------------


def masked(row: ServiceOrder) -> Contact:
    """Who ordered, as lists and pages show it."""
    return Contact(mask_name(row.name), mask_phone(row.phone) if row.phone else "", "***" if row.door else "")


def may_see_contact(row: ServiceOrder, user: Any) -> bool:
    """The taker while she serves, and whoever may open personal data of party work there."""
    if row.status == Status.TAKEN and is_member(user, row.member):
        return True
    return scope_of(user).can("party.reveal", row.grid_code)


def contact(row: ServiceOrder, *, actor: User, now: datetime, purpose: str = "", request: Any = None) -> Contact:
    """Who ordered, in clear; every look is recorded. The taker needs no purpose: serving is one."""
    if not may_see_contact(row, actor):
        raise NotAllowed(_("Only the member who serves this order sees who ordered it."))
    serving = row.status == Status.TAKEN and is_member(actor, row.member)
    why = purpose or (_("serves order %(number)s") % {"number": row.number} if serving else "")
    fields = "name,phone,door"
    reveal(
        actor=actor, object_type="service_order", object_id=row.pk, fields=fields, purpose=why, now=now, request=request
    )
    return Contact(row.name, row.phone, row.door)


def late(rows: Any, now: datetime) -> Any:
    """Taken and past their day, or never taken after the day that was wanted."""
    wanted = Q(status__in=(Status.ORDERED, Status.POOL), wanted_on__lt=timezone.localdate(now))
    return rows.filter(Q(status=Status.TAKEN, lapses_at__lte=now) | wanted)


def _locked(pk: int) -> ServiceOrder:
    rows = ServiceOrder.objects.select_for_update(of=("self",))
    found: ServiceOrder = rows.select_related("grid", "kind", "member__user", "by").defer("grid__boundary").get(pk=pk)
    return found
