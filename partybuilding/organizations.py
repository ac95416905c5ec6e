"""Party organizations: founded or attached, moved with all below them, renamed, ended; their buildings.

The tree is kept as a path (`PartyOrganization.path`): that of the upper organization, then the own key with eight
digits. Whoever writes it holds the lock of the whole tree, so that two moves never make a circle together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import record
from accounts.errors import NotNow, NotValid
from accounts.models import AccessEvent, User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Building, Grid, Organization
from grid.stages import check_version
from partybuilding.models import PartyMember, PartyOrganization, PartyPost

EDITS: Final = "party.edit"
Kind = PartyOrganization.Kind
RANK: Final[dict[str, int]] = {
    Kind.WORK_COMMITTEE: 0,
    Kind.COMMUNITY: 1,
    Kind.GRID_BRANCH: 2,
    Kind.DEDICATED: 2,
    Kind.NON_PUBLIC: 2,
    Kind.UNIT: 2,
    Kind.JOINT: 2,
    Kind.GROUP: 3,
}
"""Street, community, branch, group: nothing stands below what is not above it (domain.md 4.1)."""
LEVELS: Final[dict[str, tuple[int, ...]]] = {
    Kind.WORK_COMMITTEE: (Grid.Level.STREET,),
    Kind.COMMUNITY: (Grid.Level.COMMUNITY,),
    Kind.GRID_BRANCH: (Grid.Level.GRID, Grid.Level.MICRO),
    Kind.GROUP: (Grid.Level.GRID, Grid.Level.MICRO, Grid.Level.UNIT, Grid.Level.SUBUNIT),
}
"""The levels of grid that a kind is tied to; the others lie anywhere from the street down."""
SEGMENT: Final = 8
DEEPEST: Final = 120 // SEGMENT
_TREE_LOCK: Final = 0x70617274  # one writer of paths at a time ("part")


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """What is told of a new party organization; `organization` attaches one that the platform knows already."""

    name: str
    kind: str
    grid: Grid
    parent: PartyOrganization | None = None
    organization: Organization | None = None
    founded_on: date | None = None
    is_grand: bool = False
    buildings: Iterable[Building] = field(default_factory=tuple)


def found(new: NewOrganization, *, actor: User, now: datetime) -> PartyOrganization:
    """Found a party organization in `new.grid`, below `new.parent`.

    NotAllowed without party.edit there; NotValid (by field) for a place or upper organization that does not fit the
    kind; NotNow when the organization is one already, or its name stands in this grid.
    """
    demand(actor, EDITS, new.grid.code)
    name = clean_field("name", new.name, max_length=100)
    _check(new.kind, new.grid, new.parent, name)
    with transaction.atomic():
        lock_tree()
        party = PartyOrganization(
            organization=_body(new, name),
            kind=new.kind,
            parent=new.parent,
            grid=new.grid,
            grid_code=new.grid.code,
            founded_on=new.founded_on,
            is_grand=new.is_grand and new.kind == Kind.COMMUNITY,
        )
        try:
            with transaction.atomic():
                party.save()
        except IntegrityError as error:
            raise NotNow(_("This is a party organization already.")) from error
        set_path(party, new.parent)
        party.buildings.set(_buildings_in(new.grid, new.buildings))
        note(party, "founded", actor, now)
    return party


def move(
    party: PartyOrganization, parent: PartyOrganization | None, *, version: int | None, actor: User, now: datetime
) -> PartyOrganization:
    """Put `party` with all below it under `parent`; the paths of the whole subtree change in one statement.

    NotAllowed without party.edit for both; NotValid for an upper organization below it or of a kind that cannot be
    above; NotNow for a page that is out of date.
    """
    demand(actor, EDITS, party.grid_code)
    with transaction.atomic():
        lock_tree()
        party = locked(party, version)
        if parent is not None:
            parent = PartyOrganization.objects.select_related("organization").get(pk=parent.pk)
            if parent.path.startswith(party.path):
                raise _wrong("parent", _("An organization cannot stand below itself."))
        _check(party.kind, party.grid, parent, party.organization.name)
        before, party.parent = party.path, parent
        after = path_of(party, parent)
        _check_depth(before, after)
        PartyOrganization.objects.filter(path__startswith=before).update(
            path=Concat(Value(after), Substr("path", len(before) + 1)), version=F("version") + 1
        )
        PartyOrganization.objects.filter(pk=party.pk).update(parent=parent)
        note(party, f"moved below {parent.pk if parent else 0}", actor, now)
    party.refresh_from_db()
    return party


def edit(
    party: PartyOrganization,
    *,
    name: str,
    founded_on: date | None,
    is_grand: bool,
    buildings: Iterable[Building],
    version: int | None,
    actor: User,
    now: datetime,
) -> PartyOrganization:
    """Rename it and set its day, its kind of committee and the buildings in its charge. Errors as `found`."""
    demand(actor, EDITS, party.grid_code)
    cleaned = clean_field("name", name, max_length=100)
    _check_name(cleaned)
    with transaction.atomic():
        party = locked(party, version)
        if founded_on is not None and party.ended_on is not None and party.ended_on < founded_on:
            raise _wrong("founded_on", _("It ended before that day."))
        _rename(party, cleaned)
        party.founded_on, party.is_grand = founded_on, is_grand and party.kind == Kind.COMMUNITY
        party.version += 1
        party.save(update_fields=["founded_on", "is_grand", "version"])
        party.buildings.set(_buildings_in(party.grid, buildings))
        note(party, "changed", actor, now)
    return party


def end(party: PartyOrganization, *, on: date, version: int | None, actor: User, now: datetime) -> PartyOrganization:
    """End it on `on`: nothing may stand below it and no member may be left in it; its posts end with it.

    NotNow while something is left, or when it has ended; NotValid for a day before its founding or to come.
    """
    demand(actor, EDITS, party.grid_code)
    with transaction.atomic():
        lock_tree()
        party = locked(party, version)
        _check_end(party, on, timezone.localdate(now))
        party.ended_on = on
        party.version += 1
        party.save(update_fields=["ended_on", "version"])
        held = PartyPost.objects.filter(party=party, until=None)
        held.filter(since__gte=on).delete()  # the database knows no tenure of no day
        held.update(until=on)
        Organization.objects.filter(pk=party.organization_id).update(is_active=False)
        note(party, "ended", actor, now)
    return party


def living(rows: Any = None) -> QuerySet[PartyOrganization]:
    """Those that have not ended."""
    found: QuerySet[PartyOrganization] = (PartyOrganization.objects.all() if rows is None else rows).filter(
        ended_on=None
    )
    return found


def locked(party: PartyOrganization, version: int | None) -> PartyOrganization:
    """The row for update with its organization and grid; NotNow when the page was of another version, or it ended."""
    rows = PartyOrganization.objects.select_for_update(of=("self",)).select_related("organization", "grid")
    row: PartyOrganization = rows.defer("grid__boundary").get(pk=party.pk)
    check_version(row, version)
    if row.ended_on is not None:
        raise NotNow(_("This organization has ended."))
    return row


def lock_tree() -> None:
    """Wait until nobody else writes paths; held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def path_of(party: PartyOrganization, parent: PartyOrganization | None) -> str:
    """The path that `party` has below `parent`."""
    return f"{parent.path if parent else ''}{party.pk:0{SEGMENT}d}"


def set_path(party: PartyOrganization, parent: PartyOrganization | None) -> None:
    """Write the path of a new row; NotValid when the tree would be too deep."""
    party.path = path_of(party, parent)
    if len(party.path) > DEEPEST * SEGMENT:
        raise _wrong("parent", _("The tree would be too deep."))
    party.save(update_fields=["path"])


def note(party: PartyOrganization, what: str, actor: User, now: datetime) -> None:
    """Keep who changed the tree; without names of persons."""
    record(
        action=AccessEvent.Action.POST,
        actor=actor,
        now=now,
        object_type="partybuilding.partyorganization",
        object_id=party.pk,
        fields=what,
    )


def check_place(kind: str, grid: Grid) -> None:
    """NotValid (field "grid") for a grid of a level that the kind is not tied to (domain.md 4.1)."""
    if kind not in Kind.values:
        raise _wrong("kind", _("Choose one of the kinds."))
    fits = grid.level in LEVELS[kind] if kind in LEVELS else grid.level >= Grid.Level.STREET
    if kind == Kind.DEDICATED and not grid.is_dedicated:
        raise _wrong("grid", _("A branch of a dedicated grid lies in a dedicated grid."))
    if not fits:
        said = _("%(kind)s does not belong to a grid of this level.") % {"kind": Kind(kind).label}
        raise _wrong("grid", said)


def check_parent(kind: str, grid: Grid, parent: PartyOrganization | None) -> None:
    """NotValid (field "parent") for an upper organization that cannot be above this kind in this grid."""
    if parent is None:
        if kind != Kind.WORK_COMMITTEE:
            raise _wrong("parent", _("Say which organization stands above it."))
        return
    if parent.ended_on is not None:
        raise _wrong("parent", _("The upper organization has ended."))
    if RANK[parent.kind] >= RANK[kind] or (parent.kind in (Kind.NON_PUBLIC, Kind.UNIT) and kind != Kind.GROUP):
        said = _("%(kind)s cannot stand below %(upper)s.")
        raise _wrong("parent", said % {"kind": Kind(kind).label, "upper": Kind(parent.kind).label})
    if not grid.code.startswith(parent.grid_code):
        raise _wrong("parent", _("The upper organization lies in another part of the tree of grids."))


def _check(kind: str, grid: Grid, parent: PartyOrganization | None, name: str) -> None:
    _check_name(name)
    check_place(kind, grid)
    check_parent(kind, grid, parent)


def _check_name(name: str) -> None:
    if not name:
        raise _wrong("name", _("Give it a name."))


def _check_depth(before: str, after: str) -> None:
    deepest = max(map(len, PartyOrganization.objects.filter(path__startswith=before).values_list("path", flat=True)))
    if deepest - len(before) + len(after) > DEEPEST * SEGMENT:
        raise _wrong("parent", _("The tree would be too deep."))


def _check_end(party: PartyOrganization, on: date, today: date) -> None:
    if on > today or (party.founded_on is not None and on < party.founded_on):
        raise _wrong("ended_on", _("The day must not lie ahead, nor before the founding."))
    if living(party.children).exists():
        raise NotNow(_("Organizations still stand below it: move or end them first."))
    if PartyMember.objects.filter(party=party, left_on=None).exists():
        raise NotNow(_("It still has members: bring them into another organization first."))


def _body(new: NewOrganization, name: str) -> Organization:
    """The organization of the platform: the one named, or a new one of the kind "party"."""
    if new.organization is not None:
        if not new.organization.is_active or not new.organization.grid.code.startswith(new.grid.code):
            raise _wrong("organization", _("This organization does not belong to the grid."))
        return new.organization
    if Organization.objects.filter(grid=new.grid, kind=Organization.Kind.PARTY, name=name, is_active=True).exists():
        raise NotNow(_("An organization of this name exists in this grid."))
    body = Organization(grid=new.grid, kind=Organization.Kind.PARTY, name=name, code=_free_code(new.grid, new.kind))
    body.save()
    return body


def _free_code(grid: Grid, kind: str) -> str:
    """The next short code of the grid: party-branch-2."""
    start = f"party-{kind}-"
    taken = set(Organization.objects.filter(grid=grid, code__startswith=start).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := f"{start}{n}") not in taken)


def _rename(party: PartyOrganization, name: str) -> None:
    if name == party.organization.name:
        return
    others = Organization.objects.filter(grid=party.grid, kind=Organization.Kind.PARTY, name=name, is_active=True)
    if others.exclude(pk=party.organization_id).exists():
        raise NotNow(_("An organization of this name exists in this grid."))
    party.organization.name = name
    party.organization.save(update_fields=["name"])


def _buildings_in(grid: Grid, buildings: Iterable[Building]) -> list[Building]:
    chosen = list(buildings)
    if any(not building.grid.code.startswith(grid.code) for building in chosen):
        raise _wrong("buildings", _("A building lies outside the grid of the organization."))
    return chosen


def _wrong(name: str, said: str) -> NotValid:
    return NotValid(said, {name: [said]})
