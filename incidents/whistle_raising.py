"""Raising a whistle (吹哨准): what it must say, whom it may call, and that the same one sent twice is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from grid.models import Grid, Organization
from grid.querysets import OrganizationQuerySet
from grid.scope import scope_of
from incidents.models import Incident, Whistle, WhistleLevel, WhistleTask
from incidents.numbers import next_number
from incidents.people import on_the_way
from incidents.whistle_history import write_down
from incidents.whistle_moves import LENGTHS, too_long

NUMBER_BOOK: Final = "whistle"
SAME_AGAIN: Final = timedelta(minutes=5)
"""The same words of the same caller within this time are one whistle, sent twice."""
MOST_UNITS: Final = 20


@dataclass(frozen=True, slots=True)
class Call:
    """One unit that is called, and what it is to do."""

    organization: Organization
    task: str
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class NewWhistle:
    """What the caller says. Without a grid it is the community (else the grid) of the case."""

    title: str
    text: str
    ground: str
    level: str
    calls: Sequence[Call]
    grid: Grid | None = None
    address: str = ""
    incident: Incident | None = None
    is_demo: bool = False


def raise_whistle(new: NewWhistle, *, actor: User, now: datetime) -> Whistle:
    """Write a whistle that waits for the approval of the responsible person; the same one sent twice is one.

    Raises NotValid with messages by field, NotAllowed when the actor may not whistle at that place.
    """
    grid = new.grid or _grid_of(new.incident, actor)
    _check_new(new, grid, actor)
    assert grid is not None
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two sends of one caller wait for each other
        if (first := _sent_before(new, grid, actor, now)) is not None:
            return first
        whistle = _insert(new, grid, actor, now)
        write_down(whistle, "raise", "", actor=actor, now=now, text=whistle.text)
    return whistle


def callable_units(grid_code: str) -> OrganizationQuerySet:
    """Active units that may be called from the place: those of its street and those above it, of every kind."""
    near = Q(grid__code__startswith=grid_code[:9]) | Q(grid__code__in=on_the_way(grid_code))
    return Organization.objects.active().filter(near)


def _grid_of(incident: Incident | None, actor: User) -> Grid | None:
    if incident is None:
        return None
    community = Grid.objects.defer("boundary").filter(code=incident.grid_code[:12]).first()
    if community and scope_of(actor).can("whistle.blow", community.code):
        return community
    return Grid.objects.defer("boundary").get(pk=incident.grid_id)


def _check_new(new: NewWhistle, grid: Grid | None, actor: User) -> None:
    if grid is None:
        raise NotValid(_("Please correct the marked fields."), {"grid": [_("Choose the place that whistles.")]})
    if not scope_of(actor).can("whistle.blow", grid.code):
        raise NotAllowed(_("You may not whistle here."))
    wrong = {**_wrong_words(new), **_wrong_choices(new), **_wrong_calls(new, grid.code)}
    if new.incident and not Incident.objects.visible_to(actor).filter(pk=new.incident.pk).exists():
        wrong["incident"] = [_("There is no such case.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _wrong_words(new: NewWhistle) -> dict[str, list[str]]:
    wrong = {name: said for name in ("title", "text", "address") if (said := too_long(getattr(new, name), name))}
    for name in ("title", "text"):
        if not getattr(new, name).strip():
            wrong[name] = [_("This field is needed.")]
    return wrong


def _wrong_choices(new: NewWhistle) -> dict[str, list[str]]:
    wrong = {}
    if new.ground not in Whistle.Ground.values:
        wrong["ground"] = [_("Choose the ground.")]
    if not WhistleLevel.objects.filter(colour=new.level).exists():
        wrong["level"] = [_("This level is not set up.")]
    return wrong


def _wrong_calls(new: NewWhistle, grid_code: str) -> dict[str, list[str]]:
    units = [call.organization.pk for call in new.calls]
    said = ""
    if not units or len(units) > MOST_UNITS:
        said = _("Call one to %(most)s units.") % {"most": MOST_UNITS}
    elif len(set(units)) < len(units):
        said = _("A unit is called twice.")
    elif sum(call.is_lead for call in new.calls) != 1:
        said = _("Exactly one unit leads.")
    elif any(not call.task.strip() or too_long(call.task, "task") for call in new.calls):
        said = _("Say for each unit what it is to do, in at most %(count)s characters.") % {"count": LENGTHS["task"]}
    elif callable_units(grid_code).filter(pk__in=units).count() < len(units):
        said = _("A unit does not serve this place or is not active.")
    return {"calls": [said]} if said else {}


def _sent_before(new: NewWhistle, grid: Grid, actor: User, now: datetime) -> Whistle | None:
    same = Whistle.objects.filter(caller=actor, grid=grid, title=new.title.strip(), text=new.text.strip())
    return same.filter(raised_at__gt=now - SAME_AGAIN, state=Whistle.State.RAISED).first()


def _insert(new: NewWhistle, grid: Grid, actor: User, now: datetime) -> Whistle:
    year, number = next_number(NUMBER_BOOK, now=now)
    whistle = Whistle(
        number=f"W{year}-{number:04d}",
        incident=new.incident,
        grid=grid,
        grid_code=grid.code,
        title=new.title.strip(),
        text=new.text.strip(),
        ground=new.ground,
        level=new.level,
        address=new.address.strip() or (new.incident.address if new.incident else ""),
        caller=actor,
        raised_at=now,
        is_demo=new.is_demo,
    )
    whistle.save(force_insert=True)
    WhistleTask.objects.bulk_create(
        WhistleTask(whistle=whistle, organization=call.organization, task=call.task.strip(), is_lead=call.is_lead)
        for call in new.calls
    )
    return whistle
