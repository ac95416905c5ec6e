"""What one transaction writes about locked incidents: collected in memory, then written with few statements.

The order matters: incidents first, then their events, because the database compares both when events come in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from accounts.models import User
from incidents.clocks import Ledgers
from incidents.conditions import Rules
from incidents.models import Application, Assignment, Attachment, ClockEntry, DispatchWork, Incident, IncidentEvent
from incidents.photostore import StoredPhoto, attachment_rows
from incidents.rights import handled_by

MOVED_FIELDS: Final = (
    "state",
    "state_since",
    "version",
    "category",
    "severity",
    "urgency",
    "handler_organization",
    "handler_user",
    "clock",
    "due_at",
    "warn_at",
    "due_estimated",
    "warned_at",
    "overdue_at",
    "was_overdue",
    "was_excused",
    "unit_due_at",
    "unit_overdue_at",
    "rework_count",
    "return_count",
    "report_up_count",
    "reopen_count",
    "extension_count",
    "inspector",
    "responsible_organization",
    "responsible_user",
    "level",
    "verified_at",
    "is_genuine",
    "step",
    "steps",
    "resume_at",
    "in_arbitration",
    "was_arbitrated",
    "is_supervised",
    "is_typical",
    "closing",
    "is_solved",
    "solved_at",
    "joint_action",
    "duplicate_of",
    "filed_at",
    "dispatched_at",
    "handled_at",
    "closed_at",
    "grid",
    "grid_code",
    "compound",
    "address",
    "point",
    "located_by",
)
"""All that a move or a note may change; everything else about an incident stays as it was reported."""

STAYS_IN_UNIT: Final = ("hand_on", "hand_over")
"""Outcomes of an assignment after which the task is still with the same unit, or with whoever took the post over."""


_ATTRIBUTES: Final = {name: Incident._meta.get_field(name).attname for name in MOVED_FIELDS}  # type: ignore[union-attr]
_NEVER: Final = object()


def _columns(incident: Incident) -> dict[str, Any]:
    """The values of an incident that may change, by field; keys of rows instead of the rows."""
    return {name: getattr(incident, attribute) for name, attribute in _ATTRIBUTES.items()}


@dataclass
class Pen:
    """Collects events, clock entries, assignments and photos about some locked incidents, and writes them."""

    now: datetime
    ledgers: Ledgers
    rules: Rules = field(default_factory=Rules)
    sequences: dict[int, int] = field(default_factory=dict)
    events: list[IncidentEvent] = field(default_factory=list)
    _before: dict[int, dict[str, Any]] = field(default_factory=dict)
    _changed: dict[int, Incident] = field(default_factory=dict)
    _ended: dict[str, list[int]] = field(default_factory=dict)
    _assigned: list[Assignment] = field(default_factory=list)
    _taken: list[tuple[int, User | None]] = field(default_factory=list)
    _works: list[Incident] = field(default_factory=list)
    _photos: list[tuple[IncidentEvent, Sequence[StoredPhoto], str]] = field(default_factory=list)

    @classmethod
    def for_new(cls, *, now: datetime) -> "Pen":
        """For incidents that have no history yet: nothing is read."""
        return cls(now, Ledgers(()))

    @classmethod
    def for_locked(cls, incidents: Iterable[Incident], *, now: datetime) -> "Pen":
        """For incidents whose rows the caller has locked; two queries, however many they are."""
        rows = list(incidents)
        last = IncidentEvent.objects.filter(incident__in=[row.pk for row in rows]).values_list("incident")
        sequences = dict(last.annotate(Max("sequence")).order_by())
        return cls(now, Ledgers(rows), sequences=sequences, _before={row.pk: _columns(row) for row in rows})

    def event(  # noqa: PLR0913 - one argument per column, all by keyword
        self,
        incident: Incident,
        *,
        kind: str,
        before: str,
        after: str,
        move: str = "",
        actor: User | None = None,
        actor_name: str = "",
        text: str = "",
        data: dict[str, Any] | None = None,
    ) -> IncidentEvent:
        """Put down the next event of an incident."""
        sequence = self.sequences.get(incident.pk, 0) + 1
        self.sequences[incident.pk] = sequence
        event = IncidentEvent(
            incident=incident,
            sequence=sequence,
            kind=kind,
            move=move,
            from_state=before,
            to_state=after,
            actor=actor,
            actor_name=actor_name,
            text=text,
            data=data or {},
            at=self.now,
        )
        self.events.append(event)
        return event

    def handled_by(self, incident: Incident) -> int | None:
        """Who reported the incident as handled last (the primary key)."""
        return handled_by(incident)

    def changed(self, incident: Incident) -> None:
        """The incident's own row is to be saved."""
        self._changed[incident.pk] = incident

    def assign(self, incident: Incident, by: User | None) -> None:
        """Open an assignment to the incident's handler."""
        self._assigned.append(
            Assignment(
                incident=incident,
                organization_id=incident.handler_organization_id,
                user_id=incident.handler_user_id,
                by=by,
                starts_at=self.now,
            )
        )

    def unassign(self, incident: Incident, outcome: str) -> None:
        """End the open assignment."""
        self._ended.setdefault(outcome, []).append(incident.pk)

    def taken(self, incident: Incident, user: User | None) -> None:
        """Somebody of the handling unit has taken the task on."""
        self._taken.append((incident.pk, user))

    def work(self, incident: Incident) -> None:
        """The worker is to look at it again: one more round of classification and dispatch."""
        self._works.append(incident)

    def photos(self, event: IncidentEvent, photos: Sequence[StoredPhoto], stage: str) -> None:
        """Hang stored photos on an event."""
        if photos:
            self._photos.append((event, photos, stage))

    def write(self, *, inserted: bool = False) -> None:
        """Write everything collected; `inserted` says that the incident's own row has just been written."""
        for incident in () if inserted else self._changed.values():
            before, after = self._before.get(incident.pk, {}), _columns(incident)
            # only what has changed: another column may have been written by somebody else
            incident.save(update_fields=[name for name in MOVED_FIELDS if before.get(name, _NEVER) != after[name]])
        IncidentEvent.objects.bulk_create(self.events)
        ClockEntry.objects.bulk_create(self.ledgers.added)
        self._write_assignments()
        self._write_photos()
        self._write_works()

    def _write_works(self) -> None:
        """The next round of each; the rows are the queue, a worker claims them."""
        for incident in self._works:
            last = DispatchWork.objects.filter(incident=incident).aggregate(last=Max("round"))["last"] or 0
            DispatchWork.objects.create(incident=incident, round=last + 1, run_at=self.now)

    def _write_assignments(self) -> None:
        for outcome, incidents in self._ended.items():
            Assignment.objects.filter(incident__in=incidents, ends_at__isnull=True).update(
                ends_at=self.now, outcome=outcome
            )
        self._lapse([pk for outcome, left in self._ended.items() if outcome not in STAYS_IN_UNIT for pk in left])
        for incident_pk, user in self._taken:
            Assignment.objects.filter(incident=incident_pk, ends_at__isnull=True).update(user=user)
        Assignment.objects.bulk_create(self._assigned)

    def _lapse(self, left: list[int]) -> None:
        """An application for a task that has left its handler has no object any more; an appeal outlives the task."""
        if left:
            waiting = Application.objects.filter(incident__in=left, status=Application.Status.PENDING)
            waiting = waiting.exclude(kind=Application.Kind.APPEAL)
            waiting.update(status=Application.Status.LAPSED, decided_at=self.now)

    def _write_photos(self) -> None:
        rows: list[Attachment] = []
        for event, photos, stage in self._photos:
            rows += attachment_rows(
                photos, incident=event.incident, event=event, stage=stage, actor=event.actor, now=self.now
            )
        Attachment.objects.bulk_create(rows)
