"""Intake: a report becomes an incident, once, whoever sends it again (architecture.md 3, laws 3 and 7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.protect import blind_index
from accounts.text_guard import clean_text
from grid.geojson import make_point
from grid.models import Compound, Grid
from grid.scope import scope_of
from incidents.lifecycle import begin
from incidents.models import Category, DispatchWork, Incident
from incidents.models.category import Severity, Urgency
from incidents.models.incident import Source
from incidents.photos import ProcessedPhoto
from incidents.photostore import StoredPhoto, save_photos
from incidents.placing import Place, find_place

TITLE_LENGTH: Final = 40
"""Characters of the text that make a title when none is given."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far another clock may be ahead of ours (reliability.md 1.2, F14)."""
_PHONE: Final = re.compile(r"[0-9+][0-9 \-]{4,19}")
_LENGTHS: Final = {
    "title": 100,
    "text": 5000,
    "address": 200,
    "contact_name": 50,
    "external_id": 100,
    "self_handled_text": 5000,
}
_MULTILINE: Final = frozenset({"text", "self_handled_text"})
_ONCE: Final = ("incident_client_uuid_once", "incident_external_once")


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What a door hands in. The point is WGS-84; `point_given` keeps the point as it came, with its datum."""

    text: str
    source: str
    title: str = ""
    category: Category | None = None
    point: Point | None = None
    point_given: str = ""
    address: str = ""
    compound: Compound | None = None
    grid: Grid | None = None
    contact_name: str = ""
    contact_phone: str = ""
    happened_at: datetime | None = None
    external_id: str = ""
    client_uuid: UUID | None = None
    photos: Sequence[ProcessedPhoto] = field(default=())
    urgency: str = ""
    self_handled_text: str = ""


def report_incident(new: NewIncident, *, actor: User, now: datetime) -> Incident:
    """Take a report in and give back the incident; the same `client_uuid` or (source, external id) gives the first one.

    1. Clean and check what came in (NotValid). 2. Look for the first incident of a repeat. 3. Find the place.
    4. Store the photos. 5. In one transaction: the incident with its first event and clock, and the work for the
    dispatcher. A repeat that overtakes us is caught by the unique keys. At most 15 queries.
    """
    new = _checked(new, now=now)
    if (first := _first_of(new, actor)) is not None:
        return first
    place = find_place(grid=new.grid, point=new.point, compound=new.compound, address=new.address, actor=actor, now=now)
    _check_right(actor, place)
    photos = save_photos(new.photos)
    try:
        with transaction.atomic():
            return _write(new, place, photos, actor=actor, now=now)
    except IntegrityError as error:
        if not any(name in str(error) for name in _ONCE) or (first := _first_of(new, actor)) is None:
            raise
        return first


# --- checks -----------------------------------------------------------------------------------------------------------


def _checked(new: NewIncident, *, now: datetime) -> NewIncident:
    """The report with clean texts; NotValid names every wrong field at once."""
    wrong: dict[str, list[str]] = {}
    clean = {name: _clean(new, name, wrong) for name in _LENGTHS}
    if not clean["text"] and "text" not in wrong:
        wrong["text"] = [_("Say what the problem is.")]
    for name, message in _problems(new, now):
        wrong.setdefault(name, []).append(message)
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    if not clean["title"]:
        clean["title"] = " ".join(clean["text"].split())[:TITLE_LENGTH]
    return replace(new, **clean)  # type: ignore[arg-type]


def _clean(new: NewIncident, name: str, wrong: dict[str, list[str]]) -> str:
    try:
        return clean_text(getattr(new, name), max_length=_LENGTHS[name], multiline=name in _MULTILINE)
    except NotValid as error:
        wrong[name] = [str(error)]
        return ""


def _problems(new: NewIncident, now: datetime) -> list[tuple[str, str]]:
    """(field, message) for each thing that is wrong beside the texts themselves."""
    checks = (
        ("source", new.source in Source.values, _("This source is not known.")),
        ("urgency", not new.urgency or new.urgency in Urgency.values, _("This urgency is not known.")),
        ("category", new.category is None or new.category.is_active, _("This category is not used any more.")),
        ("contact_phone", _is_phone(new.contact_phone), _("Give a phone number: digits, spaces and hyphens.")),
        (
            "happened_at",
            _is_plausible(new.happened_at, now),
            _("This time lies in the future or before the year 2000."),
        ),
        ("point", _is_in_china(new.point), _("The position lies outside China.")),
    )
    return [(name, message) for name, good, message in checks if not good]


def _is_phone(value: str) -> bool:
    return not value or _PHONE.fullmatch(value.strip()) is not None


def _is_plausible(moment: datetime | None, now: datetime) -> bool:
    return moment is None or (timezone.is_aware(moment) and EARLIEST <= moment <= now + CLOCK_SKEW)


def _is_in_china(point: Point | None) -> bool:
    try:
        return point is None or (not point.empty and bool(make_point(point.x, point.y)))
    except NotValid:
        return False


def _check_right(actor: User, place: Place) -> None:
    """A person with the right to report may report from anywhere; a key only inside its subtree."""
    scope = scope_of(actor)
    if not scope.can("incident.report", place.grid.code if actor.is_service else None):
        raise NotAllowed(_("You may not report incidents here."))


# --- repeats ----------------------------------------------------------------------------------------------------------


def _first_of(new: NewIncident, actor: User) -> Incident | None:
    """The incident that this report has already become; one query at most. NotNow for somebody else's key."""
    same = Q(client_uuid=new.client_uuid) if new.client_uuid else Q()
    if new.external_id:
        same |= Q(source=new.source, external_id=new.external_id)
    if not same:
        return None
    rows = Incident.objects.filter(same).select_related("grid", "category").defer("grid__boundary")
    first: Incident | None = rows.order_by("pk").first()
    if first is None or first.reporter_id == actor.pk or scope_of(actor).can("incident.view", first.grid_code):
        return first
    raise NotNow(_("This key is already used for another report."))


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(new: NewIncident, place: Place, photos: Sequence[StoredPhoto], *, actor: User, now: datetime) -> Incident:
    """Insert the incident; only one that somebody must still act on becomes work for the dispatcher."""
    incident = Incident(number=_next_number(now), **_columns(new, place), reporter=actor, reported_at=now)
    done = new.self_handled_text
    begin(incident, move="self_handle" if done else "report", actor=actor, now=now, text=done, photos=photos)
    if not done:
        DispatchWork.objects.create(incident=incident, run_at=now)
    return incident


def _columns(new: NewIncident, place: Place) -> dict[str, Any]:
    category = new.category
    return {
        "title": new.title,
        "text": new.text,
        "category": category,
        "severity": category.severity if category else Severity.SMALL,
        "urgency": new.urgency or (category.urgency if category else Urgency.ORDINARY),
        "source": new.source,
        "external_id": new.external_id,
        "client_uuid": new.client_uuid,
        "grid": place.grid,
        "grid_code": place.grid.code,
        "compound": place.compound,
        "address": new.address or (place.compound.address if place.compound else ""),
        "point": new.point,
        "point_given": new.point_given[:80],
        "located_by": place.how,
        "contact_name": new.contact_name,
        "contact_phone": new.contact_phone.strip(),
        "contact_index": blind_index(new.contact_phone, purpose="incident.contact"),
        "happened_at": new.happened_at,
    }


def _next_number(now: datetime) -> str:
    """20261121-000042: the day in Beijing and a number that never comes again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('incidents_number_seq')")
        number = cursor.fetchone()[0]
    return f"{timezone.localtime(now):%Y%m%d}-{number:06d}"
