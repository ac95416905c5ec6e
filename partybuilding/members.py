"""Party members: entered, edited, moved, brought into an organization, left (domain.md 4.2).

That somebody is a party member is sensitive: names and phones are sealed, masked on every page, found by a whole phone
number only, and opened one at a time with a purpose that is kept (`party.reveal`). What was changed by whom is kept as
names of fields, never as values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reveals
from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import blind_index, blind_indexes, is_phone, mask_name, mask_phone, normalise
from accounts.searches import record_search
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.scope import scope_of
from grid.stages import check_version
from partybuilding.links import end_links_of
from partybuilding.models import PartyMember, PartyOrganization, PartyStep

PHONE_PURPOSE: Final = "member.phone"
PHONE_BITS: Final = 64
"""Enough to find a phone, too few to try all phones against the table (reliability.md 4.5)."""
FOUND: Final = 50
FIRST_YEAR: Final = 1921
"""Nobody joined before the party was founded."""
PLAIN: Final = ("name", "phone", "management", "unit", "party", "joined_year", "found", "found_on")
MANY: Final = ("skills", "tags")


@dataclass(frozen=True, slots=True)
class ShownMember:
    """One member as a page, the API or a file shows her: masked, but after a recorded reveal."""

    pk: int
    name: str
    phone: str


def masked(member: PartyMember) -> ShownMember:
    """Surname only, the middle of the phone hidden."""
    return ShownMember(member.pk, mask_name(member.name), mask_phone(member.phone))


def phone_index(phone: str) -> str:
    """The keyed hash of a phone number under the current key."""
    return blind_index(phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS)


def sealed(member: PartyMember) -> PartyMember:
    """`member` with the blind index of her phone; call it before every save."""
    member.phone_index = phone_index(member.phone)
    return member


# --- entering and changing --------------------------------------------------------------------------------------------


def check_member(given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The plain fields of `given` (PLAIN), cleaned, one spelling of each. NotValid by field."""
    plain = {name: given[name] for name in PLAIN if name in given}
    if "name" in plain:
        plain["name"] = _name(plain["name"])
    phone = plain["phone"] = normalise(plain.get("phone", ""))
    year, found, on = plain.get("joined_year"), plain.get("found", ""), plain.get("found_on")
    demand_valid(
        [
            ("phone", not phone or is_phone(phone), _("This is no mobile number: 11 digits.")),
            (
                "management",
                plain.get("management", "direct") in PartyMember.Management.values,
                _("Choose one of the list."),
            ),
            ("joined_year", year is None or FIRST_YEAR <= year <= today.year, _("This cannot be the year.")),
            ("found", found in PartyMember.Found.values, _("Choose one of the list.")),
            ("found_on", on is None or on <= today, _("This day is still to come.")),
        ]
    )
    if "phone" not in given:
        del plain["phone"]
    if "found" in plain:
        # the database wants a day with every finding and none without (`member_found_has_day`)
        plain["found_on"] = (on or today) if found else None
    return plain


def _name(text: str) -> str:
    name = clean_field("name", text, max_length=50)
    if not name:
        raise NotValid(_("The name is missing."), {"name": [_("The name is missing.")]})
    return name


def enter(grid: Grid, given: Mapping[str, Any], *, actor: User, now: datetime) -> PartyMember:
    """A new member who lives in `grid`. `given` holds PLAIN and MANY.

    NotAllowed without `party.edit` there; NotValid for what cannot be, and (field "name") when a member of this name
    with this phone stands in this grid already: the second click of one form.
    """
    demand(actor, "party.edit", grid.code)
    plain = check_member({"name": "", **given}, today=timezone.localdate(now))
    _demand_party(plain.get("party"), actor)
    with transaction.atomic():
        # one at a time per grid: two clicks of one form come one after the other here
        Grid.objects.select_for_update(no_key=True).only("pk").get(pk=grid.pk)
        _not_twice(grid, plain["name"], plain.get("phone", ""))
        member = sealed(PartyMember(grid=grid, grid_code=grid.code, **plain))
        _organized(member, timezone.localdate(now))
        member.save()
        _set_many(member, given)
        note(member, "created", [], actor=actor, now=now)
    return member


def _not_twice(grid: Grid, name: str, phone: str) -> None:
    indexes = blind_indexes(phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS) if phone else [""]
    there = PartyMember.objects.filter(grid=grid, left_on=None, phone_index__in=indexes)
    if any(other.name == name for other in there.only("name")):
        message = _("This member stands in this grid already.")
        raise NotValid(message, {"name": [message]})


def edit(
    member: PartyMember, given: Mapping[str, Any], *, actor: User, now: datetime, version: int | None = None
) -> PartyMember:
    """Change the fields that `given` holds; the others stay. Errors as in `enter`, NotNow for another version."""
    plain = check_member(given, today=timezone.localdate(now))
    with transaction.atomic():
        row = lock(member, actor, version)
        if "party" in plain and plain["party"] != row.party:
            _demand_party(plain["party"], actor)
        changed = [name for name, value in plain.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, plain[name])
        _organized(row, timezone.localdate(now))
        changed += _set_many(row, given)
        if changed:
            _store(row)
            note(row, "changed", changed, actor=actor, now=now)
    return row


def move(member: PartyMember, grid: Grid, *, actor: User, now: datetime, version: int | None = None) -> PartyMember:
    """The member lives in `grid` from now on. NotAllowed without `party.edit` in both; her households stay hers."""
    demand(actor, "party.edit", grid.code)
    with transaction.atomic():
        row = lock(member, actor, version)
        if row.grid_id != grid.pk:
            row.grid, row.grid_code = grid, grid.code
            _store(row)
            note(row, "moved", [], actor=actor, now=now)
    return row


def bring_in(
    member: PartyMember, party: PartyOrganization, *, actor: User, now: datetime, version: int | None = None
) -> PartyMember:
    """A hidden or pocket member comes into an organization (S2). NotNow when she is in one already."""
    _demand_party(party, actor)
    with transaction.atomic():
        row = lock(member, actor, version)
        if row.party_id is not None:
            raise NotNow(_("This member is in an organization already."))
        row.party = party
        _organized(row, timezone.localdate(now))
        _store(row)
        note(row, "brought_in", [], actor=actor, now=now)
    return row


def leave(
    member: PartyMember, why: str, *, on: date, actor: User, now: datetime, version: int | None = None
) -> PartyMember:
    """The member is not one of this street any more: her households are free again. NotValid for a day to come."""
    words = clean_field("why", why, max_length=200)
    demand_valid(
        [
            ("on", on <= timezone.localdate(now), _("This day is still to come.")),
            ("why", bool(words), _("Say why in a few words.")),
        ]
    )
    with transaction.atomic():
        row = lock(member, actor, version)
        row.left_on, row.left_why = on, words
        _store(row)
        end_links_of(row, on)
        note(row, "left", [], actor=actor, now=now)
    return row


def _organized(member: PartyMember, today: date) -> None:
    """Who was found outside any organization and is in one now was brought in; taken out again, she was not."""
    if not member.found or member.party_id is None:
        member.brought_in_on = None
    elif member.brought_in_on is None:
        member.brought_in_on = today


def _demand_party(party: PartyOrganization | None, actor: User) -> None:
    """Members are put into organizations that still exist and that the actor edits."""
    if party is None:
        return
    demand(actor, "party.edit", party.grid_code)
    if party.ended_on is not None:
        message = _("This organization has ended.")
        raise NotValid(message, {"party": [message]})


def lock(member: PartyMember, actor: User, version: int | None) -> PartyMember:
    """The member's row for writing. NotAllowed without `party.edit` there, NotNow for another version or who left."""
    locked: PartyMember = PartyMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    demand(actor, "party.edit", locked.grid_code)
    check_version(locked, version)
    if locked.left_on is not None:
        raise NotNow(_("This member has left."))
    return locked


def _store(member: PartyMember) -> None:
    member.version += 1
    sealed(member).save()


def _set_many(member: PartyMember, given: Mapping[str, Any]) -> list[str]:
    """Skills and tags; gives the names of those that changed."""
    changed = []
    for name in MANY:
        if name in given and set(given[name]) != set(getattr(member, name).all()):
            getattr(member, name).set(given[name])
            changed.append(name)
    return changed


# --- what was done ----------------------------------------------------------------------------------------------------

WHAT: Final = {
    "created": gettext_lazy("entered"),
    "changed": gettext_lazy("changed"),
    "moved": gettext_lazy("moved to another grid"),
    "brought_in": gettext_lazy("brought into an organization"),
    "left": gettext_lazy("noted as left"),
    "imported": gettext_lazy("from an imported file"),
}


def note(member: PartyMember, what: str, fields: Sequence[str], *, actor: User | None, now: datetime) -> None:
    """One line in the history of the member: what was done, and to which fields; never their values."""
    PartyStep.objects.create(
        subject="partymember", subject_id=member.pk, after=what, by=actor, at=now, text=",".join(fields)
    )


def history(member: PartyMember) -> list[tuple[PartyStep, str]]:
    """Who changed what, newest first, each with words."""
    rows = PartyStep.objects.filter(subject="partymember", subject_id=member.pk)
    return [(row, _words(row)) for row in rows.select_related("by").order_by("-id")[:50]]


def _words(step: PartyStep) -> str:
    names = [str(PartyMember._meta.get_field(name).verbose_name) for name in step.text.split(",") if name]  # type: ignore[union-attr]
    what = str(WHAT.get(step.after, step.after))
    return f"{what}（{'、'.join(names)}）" if names else what


# --- in clear ---------------------------------------------------------------------------------------------------------


def may_reveal(member: PartyMember, user: Any) -> bool:
    """Whether `user` may see this member in clear."""
    return scope_of(user).can("party.reveal", member.grid_code)


def reveal_member(
    member: PartyMember, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> ShownMember:
    """Name and phone in clear, after the record of access has got the purpose.

    NotAllowed without `party.reveal` there, NotValid without a purpose, NotNow when the day's reveals are used up.
    """
    if not may_reveal(member, actor):
        raise NotAllowed(_("You may not see this member in clear."))
    reveals.reveal(
        actor=actor,
        object_type="party_member",
        object_id=member.pk,
        fields="name,phone",
        purpose=purpose,
        now=now,
        request=request,
    )
    return ShownMember(member.pk, member.name, member.phone)


def find_members(given: str, *, actor: User, now: datetime, request: HttpRequest | None = None) -> list[PartyMember]:
    """The visible members with exactly this phone, by its keyed hash; each search is recorded.

    NotValid (field "number") for what is no phone; NotNow after too many searches (`accounts.searches`).
    """
    number = normalise(given)
    if not is_phone(number):
        message = _("Give a whole mobile number (11 digits).")
        raise NotValid(message, {"number": [message]})
    indexes = blind_indexes(number, purpose=PHONE_PURPOSE, bits=PHONE_BITS)
    rows = PartyMember.objects.visible_to(actor).filter(phone_index__in=indexes)
    found = list(rows.select_related("grid", "party__organization").defer("grid__boundary").order_by("left_on")[:FOUND])
    record_search(
        actor=actor,
        object_type="party_member",
        index=indexes[0],
        mask=blind_index(mask_phone(number), purpose="member.mask", bits=PHONE_BITS),
        fields="phone",
        found=len(found),
        now=now,
        request=request,
    )
    return found
