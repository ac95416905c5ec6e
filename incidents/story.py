"""What happened to one incident, as a page tells it: the timeline, the clocks step by step, the photos. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import Application, Attachment, Incident, IncidentEvent, Review
from incidents.states import MOVE_BY_NAME

TONES: Final = {
    "report": ("info", "speakerphone"),
    "self_handle": ("success", "check"),
    "file": ("info", "clipboard-text"),
    "reject": ("secondary", "circle-x"),
    "cancel": ("secondary", "ban"),
    "dispatch": ("primary", "send"),
    "take": ("primary", "tools"),
    "return": ("warning", "arrow-back-up"),
    "recall": ("warning", "transfer"),
    "feedback": ("primary", "clipboard-check"),
    "verify": ("info", "eye"),
    "genuine": ("success", "check"),
    "not_genuine": ("warning", "circle-x"),
    "answer": ("success", "message"),
    "not_file": ("secondary", "circle-x"),
    "hand_on": ("primary", "user"),
    "next_step": ("primary", "check"),
    "report_up": ("warning", "transfer"),
    "finish": ("primary", "clipboard-check"),
    "send_back": ("warning", "rotate-clockwise"),
    "confirm": ("primary", "check"),
    "forward": ("primary", "send"),
    "refuse_work": ("warning", "rotate-clockwise"),
    "suspend": ("secondary", "clock"),
    "defer": ("secondary", "clock"),
    "resume": ("primary", "tools"),
    "start_check": ("primary", "eye"),
    "pass_check": ("success", "eye"),
    "close": ("success", "circle-check"),
    "close_checked": ("success", "circle-check"),
    "close_with_lead": ("success", "circle-check"),
    "force_close": ("warning", "circle-check"),
    "approve_self": ("success", "circle-check"),
    "refuse_self": ("secondary", "ban"),
    "reopen": ("danger", "rotate-clockwise"),
    "rework": ("warning", "rotate-clockwise"),
    IncidentEvent.Kind.WARNED: ("warning", "clock-exclamation"),
    IncidentEvent.Kind.OVERDUE: ("danger", "alert-triangle"),
    IncidentEvent.Kind.LEFT_TO_PERSON: ("warning", "user"),
    IncidentEvent.Kind.CLASSIFIED: ("info", "tag"),
    IncidentEvent.Kind.REMARK: ("secondary", "message"),
    IncidentEvent.Kind.REVEALED: ("secondary", "eye"),
    IncidentEvent.Kind.SUPERVISED: ("danger", "gavel"),
    IncidentEvent.Kind.REPLIED: ("primary", "message"),
    IncidentEvent.Kind.LIFTED: ("success", "gavel"),
    IncidentEvent.Kind.WHISTLED: ("primary", "volume"),
    IncidentEvent.Kind.JOINED: ("info", "link"),
    IncidentEvent.Kind.PARTED: ("info", "arrows-exchange"),
    IncidentEvent.Kind.RELOCATED: ("info", "map-pin"),
    IncidentEvent.Kind.APPLIED: ("info", "send"),
    IncidentEvent.Kind.REVIEWED: ("info", "gavel"),
    IncidentEvent.Kind.WITHDRAWN: ("secondary", "ban"),
    IncidentEvent.Kind.EXTENDED: ("info", "hourglass"),
    IncidentEvent.Kind.EXCUSED: ("success", "scale"),
    IncidentEvent.Kind.RECKONED: ("info", "calendar-event"),
}

OF_APPLICATIONS: Final = (IncidentEvent.Kind.APPLIED, IncidentEvent.Kind.REVIEWED, IncidentEvent.Kind.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo with the addresses of the scoped view that serves it."""

    url: str
    thumb: str
    label: str
    stage: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the timeline, in the shape that parts/timeline.html reads."""

    at: datetime
    title: str
    actor: str
    text: str
    tone: str
    symbol: str
    photos: Sequence[Photo] = ()


def photo_of(attachment: Attachment) -> Photo:
    """The addresses of one attachment."""
    return Photo(
        url=reverse("incidents:photo", args=[attachment.public_id]),
        thumb=reverse("incidents:photo", args=[attachment.public_id]) + "?size=thumb",
        label=attachment.get_stage_display(),
        stage=attachment.stage,
    )


def timeline(events: Iterable[IncidentEvent], attachments: Iterable[Attachment]) -> list[Step]:
    """The steps, oldest first, each with the photos that came with it."""
    photos: dict[int | None, list[Photo]] = defaultdict(list)
    for attachment in attachments:
        photos[attachment.event_id].append(photo_of(attachment))
    return [_step(event, photos.get(event.pk, [])) for event in events]


def _step(event: IncidentEvent, photos: Sequence[Photo]) -> Step:
    tone, symbol = TONES.get(event.move or event.kind, ("secondary", "point"))
    return Step(
        at=event.at,
        title=event_title(event),
        actor=event.actor_name or _("The system"),
        text=event.text,
        tone=tone,
        symbol=symbol,
        photos=photos,
    )


def last_feedback(events: Iterable[IncidentEvent]) -> IncidentEvent | None:
    """What the handler said last: whoever checks reads it first."""
    return next((event for event in reversed(list(events)) if event.move in ("feedback", "finish")), None)


def event_title(event: IncidentEvent) -> str:
    """The label of the move, or of the kind for a step that moves nothing."""
    move = MOVE_BY_NAME.get(event.move)
    if move is None and event.kind in OF_APPLICATIONS:
        return _application_title(event)
    return str(move.label) if move else event.get_kind_display()


def _application_title(event: IncidentEvent) -> str:
    """ "Applied for: Extension", "Application reviewed: Extension — Approved"."""
    kind, result = event.data.get("kind", ""), event.data.get("result", "")
    title = event.get_kind_display()
    if kind in Application.Kind.values:
        title = f"{title}: {Application.Kind(kind).label}"
    return f"{title} — {Review.Result(result).label}" if result in Review.Result.values else title


def before_and_after(attachments: Iterable[Attachment]) -> tuple[list[Photo], list[Photo]]:
    """Photos from the report, and photos from handling and check."""
    photos = [photo_of(attachment) for attachment in attachments]
    before = [photo for photo in photos if photo.stage == Attachment.Stage.REPORT]
    return before, [photo for photo in photos if photo.stage != Attachment.Stage.REPORT]


def handler_words(incident: Incident) -> str:
    """Who has it now: unit, person, or both."""
    names = [str(part) for part in (incident.handler_organization, incident.handler_user) if part]
    return " · ".join(names)


def reason_lines(reasons: Iterable[Any]) -> list[str]:
    """The stored reasons of a decision as plain lines, whatever shape they have."""
    return [str(reason.get("text") or reason) if isinstance(reason, dict) else str(reason) for reason in reasons]
