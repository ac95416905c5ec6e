"""资源清单: what units can give, where, on which days, how often in half a year (4.3)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_fields
from grid.models import Grid
from grid.once import write_once
from grid.stages import check_version
from partybuilding.models import ListCall, PartnerUnit, Resource, SupportKind
from partybuilding.stages import keep_step
from partybuilding.units import demand_hers

LENGTHS: Final = {"title": 100, "text": 2000}
DAYS: Final = range(1, 8)


@dataclass(frozen=True, slots=True)
class NewResource:
    """What a unit offers. Without `serves` it serves the grid in which the unit is a partner."""

    unit: PartnerUnit
    kind: SupportKind
    title: str
    text: str = ""
    serves: Grid | None = None
    point: Point | None = None
    weekdays: tuple[int, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    capacity: int | None = None
    call: ListCall | None = None


def offer(new: NewResource, *, actor: User, now: datetime, client_id: UUID | None = None) -> Resource:
    """Put a resource on the list; the same `client_id` with the same words gives the first one.

    NotAllowed without `lists.edit` in the grid of the unit (people of the unit offer theirs); NotValid by field.
    """
    demand_hers(actor, new.unit, new.unit.grid_code)
    values = _values(new)
    given_id = client_id or uuid4()
    given = {**values, "unit": new.unit.pk, "kind": new.kind.pk, "point": str(new.point or "")}

    def write(digest: str) -> Resource:
        row = Resource.objects.create(
            **values,
            unit=new.unit,
            kind=new.kind,
            call=new.call,
            point=new.point,
            by=actor,
            at=now,
            client_id=given_id,
            digest=digest,
        )
        keep_step(row, before="", actor=actor, now=now)
        return row

    row, _made = write_once(Resource, given_id, given, actor=actor, write=write)
    return row


def change(resource: Resource, new: NewResource, *, actor: User, version: int | None) -> Resource:
    """Other words, days or limits. NotNow for one that has ended or that somebody changed meanwhile."""
    demand_hers(actor, resource.unit, resource.unit.grid_code)
    values = {**_values(new), "kind": new.kind, "call": new.call}
    if new.point is not None:
        values["point"] = new.point
    with transaction.atomic():
        locked: Resource = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        check_version(locked, version)
        if locked.status == Resource.Status.ENDED:
            raise NotNow(_("This resource is not offered any more."))
        for name, value in values.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=["version", *values])
    return locked


def _values(new: NewResource) -> dict[str, Any]:
    words = clean_fields(new, LENGTHS)
    term = new.from_on is None or new.until_on is None or new.from_on <= new.until_on
    serves = new.serves.code if new.serves else new.unit.grid_code
    street = new.unit.grid_code[:9]
    demand_valid(
        [
            ("title", bool(words["title"]), _("Say what is offered.")),
            ("until_on", term, _("The last day is before the first one.")),
            ("kind", new.kind.is_active, _("This kind is not used any more.")),
            ("weekdays", set(new.weekdays) <= set(DAYS), _("Days of the week are 1 to 7.")),
            ("capacity", new.capacity is None or new.capacity > 0, _("At least once.")),
            ("serves", serves.startswith(street), _("This grid lies in another street.")),
        ]
    )
    return {
        **words,
        "serves_code": serves,
        "weekdays": sorted(set(new.weekdays)),
        "from_on": new.from_on,
        "until_on": new.until_on,
        "capacity": new.capacity,
    }
