"""One look at one place: the list with everything in order but what was tapped, the hazards found, what was fixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork import checklists, places, stages
from fieldwork.models import (
    Checklist,
    ChecklistItem,
    Hazard,
    InspectedPlace,
    Inspection,
    InspectionAnswer,
)
from fieldwork.pictures import attach
from grid.access import demand
from grid.once import write_once
from grid.scope import scope_of
from incidents.photos import ProcessedPhoto
from incidents.photostore import StoredPhoto, save_photos

MOST_OTHERS: Final = 20
CLOCK_SKEW: Final = timedelta(minutes=5)
OLDEST: Final = timedelta(days=31)
"""How late a look may be written down: a phone that was without a network."""
Answer = InspectionAnswer.Answer


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing not in order: an item of the list, or words of one's own; `fixed` when it was put right on the spot."""

    item: int | None = None
    text: str = ""
    fixed: bool = False
    is_serious: bool = False
    photos: Sequence[ProcessedPhoto] = ()


@dataclass(frozen=True, slots=True)
class NewInspection:
    """What the phone sends: only what is not in order; all other items of the list are in order."""

    place: InspectedPlace
    client_id: UUID
    at: datetime
    findings: Sequence[Finding] = ()
    not_here: Sequence[int] = ()
    companions: str = ""
    text: str = ""
    checklist: int | None = None


def inspect(given: NewInspection, *, actor: User, now: datetime) -> tuple[Inspection, bool]:
    """Write the look with its answers and hazards; (inspection, made now). Sent again it is the first one.

    NotAllowed where the actor does not write; Conflict for another content of the same id; NotNow for a place that is
    gone or a list that was replaced meanwhile; NotValid for a hazard without words.
    """
    place = given.place
    demand(actor, "field.write", place.grid_code)
    if not place.is_active:
        raise NotNow(_("This place does not exist any more."))
    checklist = _list_of(given)
    _check(given, checklist, now)
    stored = [save_photos(finding.photos) for finding in given.findings]

    def write(digest: str) -> Inspection:
        row = _row(given, checklist, actor=actor, now=now, digest=digest)
        _answers(row, given, checklist)
        _hazards(row, given, checklist, stored, actor=actor, now=now)
        _look_again(place, row)
        return row

    return write_once(Inspection, given.client_id, _said(given), actor=actor, write=write)


def level_of(actor: User, code: str) -> str:
    """Street, community or grid: the level of the widest post by which `actor` inspects there."""
    widest = next((p for p in scope_of(actor).prefixes("field.write") if code.startswith(p)), code)
    if len(widest) <= 9:
        return Inspection.Level.STREET
    return Inspection.Level.COMMUNITY if len(widest) == 12 else Inspection.Level.GRID


def _list_of(given: NewInspection) -> Checklist | None:
    """The list the phone showed: that in force, or the one of its number even if it was replaced while it waited."""
    if given.checklist is not None:
        kept = Checklist.objects.filter(pk=given.checklist, code=given.place.kind.checklist_code)
        found = kept.exclude(released_at=None).prefetch_related("items").first()
        if found is not None:
            return found
        raise NotNow(_("This checklist is not in force. Open the form anew."))
    return checklists.in_force(given.place.kind)


def _check(given: NewInspection, checklist: Checklist | None, now: datetime) -> None:
    known = {item.pk for item in checklist.items.all()} if checklist else set()
    named = {finding.item for finding in given.findings if finding.item is not None} | set(given.not_here)
    wrong: dict[str, list[str]] = {}
    if named - known:
        wrong["findings"] = [_("One of the items is not on the checklist.")]
    if any(finding.item is None and not finding.text.strip() for finding in given.findings):
        wrong["findings"] = [_("Say what is not in order.")]
    if sum(finding.item is None for finding in given.findings) > MOST_OTHERS:
        wrong["findings"] = [_("At most %(n)d hazards of your own words.") % {"n": MOST_OTHERS}]
    if given.at > now + CLOCK_SKEW:
        wrong["at"] = [_("This lies in the future.")]
    if given.at < now - OLDEST:
        wrong["at"] = [_("Give a time of the last 31 days, not one to come.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _said(given: NewInspection) -> dict[str, Any]:
    """What counts as the content; photos are known by their hashes."""
    findings = [
        [f.item, f.text, f.fixed, f.is_serious, sorted(photo.sha256 for photo in f.photos)] for f in given.findings
    ]
    return {
        "place": given.place.pk,
        "findings": findings,
        "not_here": sorted(given.not_here),
        "companions": given.companions,
        "text": given.text,
    }


def _row(given: NewInspection, checklist: Checklist | None, *, actor: User, now: datetime, digest: str) -> Inspection:
    return Inspection.objects.create(
        place=given.place,
        grid=given.place.grid,
        grid_code=given.place.grid_code,
        client_id=given.client_id,
        digest=digest,
        by=actor,
        at=min(given.at, now),
        received_at=now,
        checklist=checklist,
        level=level_of(actor, given.place.grid_code),
        companions=clean_text(given.companions, max_length=200),
        text=clean_text(given.text, max_length=1000, multiline=True),
    )


def _answers(row: Inspection, given: NewInspection, checklist: Checklist | None) -> None:
    bad, not_here = {finding.item for finding in given.findings}, set(given.not_here)

    def answer(item: ChecklistItem) -> str:
        if item.pk in bad:
            return Answer.BAD
        return Answer.NOT_HERE if item.pk in not_here else Answer.GOOD

    items = checklist.items.all() if checklist else ()
    InspectionAnswer.objects.bulk_create(
        InspectionAnswer(inspection=row, item=item, answer=answer(item)) for item in items
    )


def _hazards(
    row: Inspection,
    given: NewInspection,
    checklist: Checklist | None,
    stored: list[list[StoredPhoto]],
    *,
    actor: User,
    now: datetime,
) -> None:
    items = {item.pk: item for item in checklist.items.all()} if checklist else {}
    for finding, photos in zip(given.findings, stored, strict=True):
        hazard = _hazard(row, finding, items.get(finding.item or 0))
        stages.keep_step(hazard, before="", actor=actor, now=row.at)
        attach(photos, actor=actor, now=now, hazard=hazard)
        if finding.fixed:
            stages.advance(hazard, "fix_once", actor=actor, now=row.at, fixed_at=row.at)


def _hazard(row: Inspection, finding: Finding, item: ChecklistItem | None) -> Hazard:
    words = clean_text(finding.text, max_length=250)
    return Hazard.objects.create(
        inspection=row,
        place=row.place,
        grid=row.grid,
        grid_code=row.grid_code,
        item=item,
        text=hazard_text(item, words),
        is_serious=finding.is_serious or bool(item and item.is_serious),
    )


def hazard_text(item: ChecklistItem | None, words: str) -> str:
    """How a hazard is written down: the words, with the item that they are about."""
    if item is None:
        return words
    return f"{words}（检查项：{item.text}）" if words else f"不符合：{item.text}"


def _look_again(place: InspectedPlace, row: Inspection) -> None:
    """The next look is due by the rhythm of the kind; an older record that arrives late changes nothing."""
    due = places.due_after(place.kind, timezone.localdate(row.at))
    later = Inspection.objects.filter(place=place, at__gt=row.at).exists()
    if not later:
        InspectedPlace.objects.filter(pk=place.pk).update(due_on=due)
