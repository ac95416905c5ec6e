"""党员联户: which households a member looks after, and the contacts that she has with them (domain.md 4.2, W64).

A link is a door, never a name. It ends when the member leaves or gives it up; a door has one member at a time, which
the database decides.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_field
from grid.access import demand
from grid.doors import address, door_room, door_unit
from grid.models import Building
from grid.once import write_once
from grid.scope import scope_of
from partybuilding.models import HouseholdLink, LinkContact, LinkReview, PartyMember

USUAL: Final = 10
"""One member, about ten households (“1+10+N”, W64); S0 counts 十余户."""
FEW, MANY = USUAL // 2, 2 * USUAL
"""Below half and above double the usual number is shown as unusual; nothing is refused."""
TEXT: Final = 500
ONE_DAY: Final = timedelta(days=1)
Doors = Iterable[tuple[str, str]]


# --- contacts ---------------------------------------------------------------------------------------------------------


def may_contact(link: HouseholdLink, user: Any) -> bool:
    """Whether `user` may note a contact: the member herself, or whoever edits party work there."""
    return link.member.user_id == user.pk or scope_of(user).can("party.edit", link.grid_code)


def record_contact(
    link: HouseholdLink, way: str, text: str, *, actor: User, now: datetime, client_id: UUID
) -> tuple[LinkContact, bool]:
    """One contact with the household, by the member herself or by staff; and whether it was made now.

    `way` is a LinkContact.Way. Sent again with the same `client_id` it is the same contact. NotAllowed for others;
    NotNow when the link has ended (or the id is somebody else's); NotValid (fields "way", "text").
    """
    if not may_contact(link, actor):
        demand(actor, "party.edit", link.grid_code)
    said = _contact_words(way, text)
    given = {"link": link.pk, "way": way, "text": said}

    def write(digest: str) -> LinkContact:
        _still_linked(link, timezone.localdate(now))
        return LinkContact.objects.create(
            link=link, way=way, text=said, by=actor, at=now, client_id=client_id, digest=digest, is_demo=link.is_demo
        )

    return write_once(LinkContact, client_id, given, actor=actor, write=write)


def _contact_words(way: str, text: str) -> str:
    demand_valid([("way", way in LinkContact.Way.values, _("Choose one of the list."))])
    return mask_numbers(clean_field("text", text, max_length=TEXT, multiline=True))


def _still_linked(link: HouseholdLink, today: date) -> None:
    locked: HouseholdLink = HouseholdLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if locked.until is not None and locked.until <= today:
        raise NotNow(_("This household is not linked any more."))


# --- households -------------------------------------------------------------------------------------------------------


def open_links(rows: QuerySet[HouseholdLink], today: date) -> QuerySet[HouseholdLink]:
    """The links of `rows` that hold today, with building, compound and `last_contact`."""
    last = LinkContact.objects.filter(link=OuterRef("pk")).order_by("-at").values("at")[:1]
    held: Any = rows
    return held.on(today).select_related("building__compound").annotate(last_contact=Subquery(last))


def links_of(member: PartyMember, today: date) -> list[HouseholdLink]:
    """The households that `member` looks after, by their doors, each with `last_contact`."""
    rows = open_links(HouseholdLink.objects.filter(member=member), today)
    return list(rows.order_by("building__compound__name", "building__name", "unit", "room"))


def door_of(link: HouseholdLink) -> str:
    """The address; the building with its compound must be loaded."""
    return address(link.building, link.unit, link.room)


def unusual(count: int) -> str:
    """A word about a number of households that is far from the usual ten; "" when it is not."""
    if count == 0:
        return _("no household yet")
    if count < FEW:
        return _("only a few households")
    return _("more households than one member can know") if count > MANY else ""


def give_doors(
    member: PartyMember, building: Building, doors: Doors, *, actor: User, now: datetime
) -> list[HouseholdLink]:
    """Link the doors (staircase, room) of `building` to `member`; doors that she has already are left as they are.

    NotAllowed without `party.edit` where the member lives and where the building stands; NotNow for a member who left;
    NotValid (field "rooms") for what is no door, and for a door that another member looks after: then none is linked.
    """
    demand(actor, "party.edit", member.grid_code)
    demand(actor, "party.edit", building.grid.code)
    wanted, today = _spelled(doors), timezone.localdate(now)
    with transaction.atomic():
        locked: PartyMember = PartyMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
        if locked.left_on is not None:
            raise NotNow(_("This member has left."))
        held = _held(building)
        _not_of_others(building, wanted, held, locked)
        return _write_links(locked, building, [door for door in wanted if door not in held], today)


def _spelled(doors: Doors) -> list[tuple[str, str]]:
    try:
        wanted = list(dict.fromkeys((door_unit(unit), door_room(room)) for unit, room in doors))
    except NotValid as error:
        raise NotValid(str(error), {"rooms": [str(error)]}) from error
    if not wanted:
        message = _("The room is missing.")
        raise NotValid(message, {"rooms": [message]})
    return wanted


def _held(building: Building) -> dict[tuple[str, str], int]:
    """The linked doors of a building, with the member of each."""
    rows = HouseholdLink.objects.filter(building=building, until=None)
    return {(unit, room): member for unit, room, member in rows.values_list("unit", "room", "member")}


def _not_of_others(
    building: Building, wanted: Sequence[tuple[str, str]], held: dict[tuple[str, str], int], member: PartyMember
) -> None:
    taken = [f"{unit}{room}" for unit, room in wanted if held.get((unit, room), member.pk) != member.pk]
    if taken:
        message = _("Another member looks after %(doors)s.") % {"doors": "、".join(taken)}
        raise NotValid(message, {"rooms": [message]})


def _write_links(
    member: PartyMember, building: Building, doors: Sequence[tuple[str, str]], today: date
) -> list[HouseholdLink]:
    here = {"building": building, "grid": building.grid, "grid_code": building.grid.code, "is_demo": member.is_demo}
    try:
        with transaction.atomic():
            return HouseholdLink.objects.bulk_create(
                HouseholdLink(member=member, unit=unit, room=room, since=today, **here) for unit, room in doors
            )
    except IntegrityError as error:
        message = _("Another member was given one of these doors meanwhile.")
        raise NotValid(message, {"rooms": [message]}) from error


def end_link(link: HouseholdLink, *, actor: User, now: datetime) -> HouseholdLink:
    """The household is not looked after by this member any more; a link of today is taken back wholly.

    NotAllowed without `party.edit` there; NotNow when it has ended.
    """
    demand(actor, "party.edit", link.grid_code)
    today = timezone.localdate(now)
    with transaction.atomic():
        locked: HouseholdLink = HouseholdLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
        if locked.until is not None:
            raise NotNow(_("This household is not linked any more."))
        _end(locked, today)
    return locked


def end_links_of(member: PartyMember, on: date) -> int:
    """All households of a member who leaves; called by `members.leave`. Returns how many."""
    rows = list(HouseholdLink.objects.select_for_update(of=("self",)).filter(member=member, until=None))
    for row in rows:
        _end(row, on)
    return len(rows)


def _end(link: HouseholdLink, on: date) -> None:
    """A tenure has at least one day (`household_link_tenure`): one that began on the day itself ends the day after."""
    link.until = max(on, link.since + ONE_DAY)
    link.save(update_fields=["until"])


# --- reviews ----------------------------------------------------------------------------------------------------------


DEDUCTING: Final = (LinkReview.Result.BASICALLY, LinkReview.Result.NOT)
"""“基本满意” and “不满意” deduct (W64); how much was not found, so no points are made up and nobody is ranked."""


def review(
    member: PartyMember, period: str, result: str, text: str, *, on: date, actor: User, now: datetime
) -> LinkReview:
    """How the households found the member's work. NotValid by field.

    What deducts is kept once, however often it is sent. NotAllowed without `party.edit` there, and for the member
    herself.
    """
    demand(actor, "party.edit", member.grid_code)
    if member.user_id == actor.pk:
        raise NotAllowed(_("Somebody else asks the households: it is your own work."))
    demand_valid(
        [
            ("period", period in LinkReview.Period.values, _("Choose one of the list.")),
            ("result", result in LinkReview.Result.values, _("Choose one of the list.")),
            ("on", on <= timezone.localdate(now), _("This day is still to come.")),
            ("text", result not in DEDUCTING or bool(text.strip()), _("Say why in a few words.")),
        ]
    )
    said = clean_field("text", text, max_length=TEXT, multiline=True)
    given: dict[str, Any] = {"period": period, "result": result, "text": said, "on": on, "by": actor}
    with transaction.atomic():
        PartyMember.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=member.pk)
        first: LinkReview | None = member.link_reviews.filter(**given).first() if result in DEDUCTING else None
        return first or LinkReview.objects.create(member=member, **given)
