"""What becomes of a shift of duty: swapped with another member, attended, missed, excused, called off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.scope import scope_of
from partybuilding import duty_news
from partybuilding.models import DutyShift, PartyMember
from partybuilding.stages import advance, keep_step
from partybuilding.standing import community_of, is_member, living_in

Status = DutyShift.Status
NOTED: Final = {Status.ATTENDED: "attend", Status.ABSENT: "miss", Status.EXCUSED: "excuse"}
"""The stage that brings each status that a roster is marked with."""


def colleagues(shift: DutyShift) -> QuerySet[PartyMember]:
    """Members with an account who may stand in: of the community of the post, and not on its roster that day."""
    there = DutyShift.objects.filter(post=shift.post_id, on=shift.on).exclude(status=Status.CALLED_OFF)
    rows = living_in(community_of(shift.post.grid_code)).filter(user__is_active=True)
    return rows.exclude(pk=shift.member_id).exclude(pk__in=there.values("member")).order_by("grid_code", "pk")


def ask(shift: DutyShift, other: PartyMember, *, actor: User, now: datetime) -> DutyShift:
    """The member asks a colleague to take her shift over; staff may ask for her. A new question replaces the old one.

    NotAllowed for others; NotNow for a shift that has passed; NotValid for somebody who cannot stand in.
    """
    with transaction.atomic():
        locked = _locked(shift.pk)
        _demand_hers(locked, actor)
        _demand_to_come(locked, now)
        fits = colleagues(locked).filter(pk=other.pk).exists()
        demand_valid([("member", fits, _("Choose a colleague of the list: she is free that day."))])
        _set_asked(locked, other)
        duty_news.swap_asked(locked, actor=actor, now=now)
    return locked


def take_back(shift: DutyShift, *, actor: User) -> DutyShift:
    """Whoever asked does not ask any more."""
    with transaction.atomic():
        locked = _locked(shift.pk)
        _demand_hers(locked, actor)
        _set_asked(locked, None)
    return locked


def agree(shift: DutyShift, *, actor: User, now: datetime) -> DutyShift:
    """The one who was asked takes the shift over. NotAllowed for anybody else; NotNow when she is not asked any more.

    The database decides when she came onto the same roster meanwhile.
    """
    with transaction.atomic():
        locked = _locked(shift.pk)
        if locked.asked is None and is_member(actor, locked.member):
            raise NotNow(_("The shift is yours already."))
        former = _demand_asked(locked, actor)
        _demand_to_come(locked, now)
        locked.member, locked.asked = former[1], None
        locked.version += 1
        try:
            with transaction.atomic():
                locked.save(update_fields=["member", "asked", "version"])
        except IntegrityError as error:
            raise NotNow(_("You stand at this post that day already.")) from error
        keep_step(locked, before=locked.status, actor=actor, now=now, text=_("taken over by a colleague"))
        duty_news.swap_answered(locked, former[0], actor=actor, now=now, agreed=True)
    return locked


def decline(shift: DutyShift, *, actor: User, now: datetime) -> DutyShift:
    """The one who was asked cannot: the shift stays where it was."""
    with transaction.atomic():
        locked = _locked(shift.pk)
        owner, _asked = _demand_asked(locked, actor)
        _set_asked(locked, None)
        duty_news.swap_answered(locked, owner, actor=actor, now=now, agreed=False)
    return locked


# --- what came of it --------------------------------------------------------------------------------------------------


def note(
    shift: DutyShift, status: str, *, actor: User, now: datetime, text: str = "", version: int | None = None
) -> Any:
    """Note that she was there, was not, or is excused. NotNow for a day to come, unless she excuses herself."""
    name = NOTED.get(Status(status)) if status in Status.values else None
    demand_valid([("status", name is not None, _("Choose one of the answers shown."))])
    if name != "excuse" and shift.on > timezone.localdate(now):
        raise NotNow(_("This day is still to come."))
    return _step(shift, str(name), actor=actor, now=now, text=text, version=version)


def excuse(shift: DutyShift, *, actor: User, now: datetime, text: str, version: int | None = None) -> Any:
    """She cannot come and says why; the next opening of shifts fills her place.

    NotNow for the member herself once the day has passed: then the community says whether it was excused.
    """
    demand_valid([("text", bool(text.strip()), _("Say why in a few words."))])
    if not scope_of(actor).can("party.edit", shift.grid_code):
        _demand_to_come(shift, now, _("Only a planned shift that is still to come can be excused here."))
    return _step(shift, "excuse", actor=actor, now=now, text=text, version=version)


def call_off(shift: DutyShift, *, actor: User, now: datetime, text: str, version: int | None = None) -> Any:
    """The post is not staffed that day; the member is told."""
    with transaction.atomic():
        done = _step(shift, "call_off", actor=actor, now=now, text=text, version=version)
        duty_news.shift_called_off(done, text, actor=actor, now=now)
    return done


def note_many(marks: Mapping[int, tuple[str, str]], rows: Any, *, actor: User, now: datetime) -> int:
    """Note a whole roster at once, (status, remark) by the key of the shift; what is so already stays. How many."""
    changed = 0
    with transaction.atomic():
        for shift in rows.filter(pk__in=list(marks)).order_by("pk"):
            status, text = marks[shift.pk]
            if status != shift.status or text != shift.remark:
                demand(actor, "party.edit", shift.grid_code)
                changed += _note_one(shift, status, text, actor=actor, now=now)
    return changed


def _note_one(shift: DutyShift, status: str, text: str, *, actor: User, now: datetime) -> int:
    if status in (shift.status, Status.PLANNED):
        return DutyShift.objects.filter(pk=shift.pk).update(remark=text)
    note(shift, status, actor=actor, now=now, text=text)
    return 1


def _step(shift: DutyShift, name: str, *, actor: User, now: datetime, text: str, version: int | None) -> Any:
    given = {"remark": text[:300]} if text else {}
    return advance(shift, name, actor=actor, now=now, version=version, text=text, asked=None, **given)


# --- small things -----------------------------------------------------------------------------------------------------


def _locked(pk: int) -> DutyShift:
    rows = DutyShift.objects.select_for_update(of=("self",)).select_related("post", "member__user", "asked__user")
    found: DutyShift = rows.get(pk=pk)
    return found


def _demand_hers(shift: DutyShift, actor: User) -> None:
    if not is_member(actor, shift.member):
        demand(actor, "party.edit", shift.grid_code)


def _demand_asked(shift: DutyShift, actor: User) -> tuple[PartyMember, PartyMember]:
    """Whose shift it is, and who was asked: the actor."""
    if shift.asked is None:
        raise NotNow(_("You are not asked any more."))
    if not is_member(actor, shift.asked):
        raise NotAllowed(_("Somebody else is asked to take this shift."))
    return shift.member, shift.asked


def _demand_to_come(shift: DutyShift, now: datetime, said: str = "") -> None:
    if shift.status != Status.PLANNED or shift.on < timezone.localdate(now):
        raise NotNow(said or _("Only a planned shift that is still to come can be handed over."))


def _set_asked(shift: DutyShift, other: PartyMember | None) -> None:
    shift.asked = other
    shift.version += 1
    shift.save(update_fields=["asked", "version"])
