"""大党委: seats of units in the grand committee of a community, and what each holder answers for (S0, W60)."""

from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.scope import scope_of
from partybuilding.models import CommitteeSeat, ForumMeeting, MeetingGuest, PartnerUnit, PartyOrganization
from partybuilding.querysets import TenureQuerySet
from partybuilding.units import note

EDITS: Final = "party.edit"


def seats_visible_to(user: Any) -> TenureQuerySet:
    """Seats of committees in one's grids, and those of one's own unit."""
    in_grids = CommitteeSeat.objects.visible_to(user).values("pk")
    own = Q(unit__organization__in=scope_of(user).organizations)
    found: TenureQuerySet = CommitteeSeat.objects.filter(Q(pk__in=in_grids) | own)  # type: ignore[assignment]
    return found


def give(
    party: PartyOrganization,
    unit: PartnerUnit,
    *,
    holder: str,
    post: str = "",
    duties: str = "",
    since: date,
    actor: User,
    now: datetime,
) -> CommitteeSeat:
    """A seat for somebody of `unit` in the grand committee `party`.

    NotAllowed without party.edit there; NotValid by field; NotNow when she has it, or the unit has left.
    """
    demand(actor, EDITS, party.grid_code)
    plain = _cleaned(holder, post, duties)
    good_day = since <= timezone.localdate(now)
    demand_valid(
        (
            ("party", party.is_grand and party.ended_on is None, _("This is no grand committee.")),
            ("since", good_day, _("The day must not lie ahead.")),
        )
    )
    if unit.left_on is not None:
        raise NotNow(_("It is no partner any more."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                seat = CommitteeSeat.objects.create(party=party, unit=unit, since=since, **plain)
        except IntegrityError as error:
            raise NotNow(_("She has this seat already.")) from error
        note(seat, "joined", actor=actor, now=now)
    return seat


def change(seat: CommitteeSeat, *, post: str, duties: str, actor: User, now: datetime) -> CommitteeSeat:
    """Another post in the unit, or another list of duties. NotNow for a seat that has ended."""
    demand(actor, EDITS, seat.party.grid_code)
    with transaction.atomic():
        locked = _locked(seat)
        plain = _cleaned(locked.holder, post, duties)
        locked.post, locked.duties = plain["post"], plain["duties"]
        locked.save(update_fields=["post", "duties"])
        note(locked, "changed", actor=actor, now=now)
    return locked


def end(seat: CommitteeSeat, *, until: date, actor: User, now: datetime) -> CommitteeSeat:
    """The last day of a seat is the day before `until`. NotNow when it has ended."""
    demand(actor, EDITS, seat.party.grid_code)
    with transaction.atomic():
        locked = _locked(seat)
        good = locked.since < until <= timezone.localdate(now)
        demand_valid((("until", good, _("After the day it began, not ahead.")),))
        locked.until = until
        locked.save(update_fields=["until"])
        note(locked, "left", actor=actor, now=now)
    return locked


def duties_of(seat: CommitteeSeat) -> list[str]:
    """The list of duties (兼职委员责任清单), one line each."""
    return [line.strip() for line in seat.duties.splitlines() if line.strip()]


def committees_for(user: Any, year: int, day: date) -> list[dict[str, Any]]:
    """Every grand committee in reach with its seats of `day` and how many meetings it held in `year`; three queries."""
    rows = PartyOrganization.objects.visible_to(user).filter(is_grand=True, ended_on=None)
    rows = rows.select_related("organization", "grid").defer("grid__boundary").order_by("grid_code")
    seats: dict[int, list[CommitteeSeat]] = {}
    held = seats_visible_to(user).on(day).filter(party__in=rows.values("pk"))
    for seat in held.select_related("unit__organization").order_by("party", "id"):
        seats.setdefault(seat.party_id, []).append(seat)
    meetings = _meetings(year)
    return [{"party": one, "seats": seats.get(one.pk, []), "meetings": meetings.get(one.grid_id, 0)} for one in rows]


def attended(unit: PartnerUnit, year: int) -> dict[str, int]:
    """Meetings to which the unit was asked in `year`, and those it came to: `asked`, `came`."""
    rows = MeetingGuest.objects.filter(unit=unit, meeting__status="held", meeting__starts_at__year=year)
    came = Q(presence=MeetingGuest.Presence.PRESENT)
    found: dict[str, int] = rows.aggregate(asked=Count("pk"), came=Count("pk", filter=came))
    return found


def _meetings(year: int) -> dict[int, int]:
    """Meetings of grand committees held in `year`, by the grid of their forum."""
    rows = ForumMeeting.objects.filter(forum__kind="grand", status="held", starts_at__year=year)
    return dict(rows.order_by().values_list(F("forum__grid")).annotate(n=Count("pk")))


def _locked(seat: CommitteeSeat) -> CommitteeSeat:
    locked: CommitteeSeat = CommitteeSeat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if locked.until is not None:
        raise NotNow(_("This seat has ended."))
    return locked


def _cleaned(holder: str, post: str, duties: str) -> dict[str, str]:
    name = clean_field("holder", holder, max_length=50)
    demand_valid((("holder", bool(name), _("Say who sits there.")),))
    return {
        "holder": name,
        "post": clean_field("post", post, max_length=60),
        "duties": clean_field("duties", duties, max_length=2000, multiline=True),
    }
