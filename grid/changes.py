"""Creating and retiring grids; the profile of a grid; pairings. Codes are paths and are never changed."""

from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.models import BoundaryVersion, Grid, GridPairing, Post
from grid.models.grid import CODE_VALIDATOR, level_of, parent_code_of
from grid.tenure import end_post

PROFILE_FIELDS: Final = ("name", "households", "population", "gap_allowed", "note")


def create_grid(
    *,
    code: str,
    name: str,
    valid_from: date,
    actor: User | None,
    now: datetime,
    kind: str = Grid.Kind.TERRITORIAL,
    **profile: Any,
) -> Grid:
    """A new grid below the grid that begins its code. NotValid (field "code") for a code that cannot stand in the tree.

    `profile` may hold the fields of PROFILE_FIELDS. `actor` (grid.edit there) is None for commands.
    """
    if actor is not None:
        demand(actor, "grid.edit", parent_code_of(code) or code)
    parent = _parent_for(code, timezone.localdate(now))
    _no_strangers(profile)
    try:
        with transaction.atomic():
            return Grid.objects.create(
                code=code,
                parent=parent,
                level=level_of(code),
                kind=kind,
                name=name.strip(),
                valid_from=valid_from,
                **profile,
            )
    except IntegrityError as error:
        message = _("The code %(code)s is taken.") % {"code": code}
        raise NotValid(message, {"code": [message]}) from error


def _parent_for(code: str, today: date) -> Grid | None:
    try:
        CODE_VALIDATOR(code)
    except ValidationError as error:
        raise NotValid(error.messages[0], {"code": error.messages}) from error
    parent_code = parent_code_of(code)
    if not parent_code:
        return None
    parent = Grid.objects.current(today).filter(code=parent_code).first()
    if parent is None:
        message = _("There is no grid %(code)s at present to stand above it.") % {"code": parent_code}
        raise NotValid(message, {"code": [message]})
    return parent


def _no_strangers(profile: dict[str, Any]) -> None:
    strangers = set(profile) - set(PROFILE_FIELDS)
    if strangers:
        raise TypeError(f"not part of a profile: {sorted(strangers)}")


def edit_profile(grid: Grid, *, actor: User, **profile: Any) -> Grid:
    """Change name, households, population, allowed gap or note; saves only what was changed."""
    demand(actor, "grid.edit", grid.code)
    _no_strangers(profile)
    if not profile.get("name", grid.name).strip():
        message = _("A grid needs a name.")
        raise NotValid(message, {"name": [message]})
    with transaction.atomic():
        locked = Grid.objects.select_for_update().get(pk=grid.pk)
        changed = [name for name, value in profile.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, profile[name])
        locked.save(update_fields=changed)
    return locked


def retire_grid(grid: Grid, *, on: date, actor: User | None) -> Grid:
    """End the grid on the day `on` (excluded), its posts and its boundary version with it.

    NotNow while grids below it are still valid on that day: retire those first.
    """
    if actor is not None:
        demand(actor, "grid.edit", grid.code)
    with transaction.atomic():
        locked = Grid.objects.select_for_update().get(pk=grid.pk)
        if on <= locked.valid_from:
            message = _("The end must lie after the beginning, %(day)s.") % {"day": locked.valid_from}
            raise NotValid(message, {"valid_to": [message]})
        if Grid.objects.filter(parent=locked).current(on).exists():
            raise NotNow(_("%(grid)s still has grids below it: retire those first.") % {"grid": locked.name})
        locked.valid_to = on
        locked.save(update_fields=["valid_to"])
        for post in Post.objects.filter(grid=locked, starts_on__lt=on).on(on):
            end_post(post, ends_on=on, actor=actor)  # one by one: each is a right, and its end is recorded
        BoundaryVersion.objects.filter(grid=locked, valid_to=None, valid_from__lte=on).update(valid_to=on)
    return locked


def is_pair(dedicated: Grid, neighbour: Grid) -> bool:
    """Whether a pairing of the two makes sense: a dedicated grid and a territorial one."""
    return dedicated.is_dedicated and not neighbour.is_dedicated


def not_a_pair() -> str:
    """What to say when it does not."""
    return _("A pairing joins a dedicated grid and a territorial one.")


def pair(*, dedicated: Grid, neighbour: Grid, starts_on: date, problems: str, actor: User) -> GridPairing:
    """双格联动: pair a dedicated grid with a territorial one. NotValid for other kinds, NotNow when they are paired."""
    for grid in (dedicated, neighbour):
        demand(actor, "grid.edit", grid.code)
    if not is_pair(dedicated, neighbour):
        message = not_a_pair()
        raise NotValid(message, {"neighbour": [message]})
    try:
        with transaction.atomic():
            return GridPairing.objects.create(
                dedicated=dedicated, neighbour=neighbour, starts_on=starts_on, problems=problems
            )
    except IntegrityError as error:
        raise NotNow(_("These two grids are paired already.")) from error
