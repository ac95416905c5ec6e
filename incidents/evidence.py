"""Photos added to an incident after its report: by its reporter, its handler or the desk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.scope import scope_of
from incidents.lifecycle import lock, note
from incidents.models import Attachment, Incident, IncidentEvent
from incidents.photos import ProcessedPhoto
from incidents.photostore import MAX_PHOTOS, save_photos
from incidents.rights import inspects, is_handler
from incidents.states import INSPECTED, WITH_HANDLER

MOST_OF_ALL: Final = 60
"""Photos of one incident in all its stages."""
_DESK: Final = ("incident.accept", "incident.dispatch", "incident.check", "incident.close")


def add_photos(
    incident_pk: int, *, photos: Sequence[ProcessedPhoto], actor: User, now: datetime, text: str = ""
) -> list[Attachment]:
    """Add photos to an open incident, each content once; gives those that are new.

    NotAllowed for strangers, NotNow for an ended incident, NotValid for none or too many: nine of the report, sixty of
    the incident in all.
    """
    if not photos:
        raise NotValid(_("A photo is needed."), {"photos": [_("A photo is needed.")]})
    stored = save_photos(photos)
    with transaction.atomic():
        incident = lock(incident_pk)
        stage = _stage_for(incident, actor)
        kept = set(incident.attachments.values_list("sha256", "stage"))
        fresh = [photo for photo in stored if (photo.sha256, stage) not in kept]
        _check_room([kept_stage for _sha, kept_stage in kept], stage, len(fresh))
        if not fresh:
            return []
        kind = IncidentEvent.Kind.REMARK
        words = text or _("Photos: %(count)s") % {"count": len(fresh)}
        event = note(incident.pk, kind, actor=actor, now=now, text=words, photos=fresh, stage=stage)
    return list(event.attachments.all())


def _stage_for(incident: Incident, actor: User) -> str:
    """What the photos show, by who sends them and when."""
    if not incident.is_open:
        raise NotNow(_("The incident has ended: photos cannot be added any more."))
    if incident.state in WITH_HANDLER and is_handler(incident, actor):
        return Attachment.Stage.HANDLED
    if incident.state in INSPECTED and inspects(incident, actor):
        return Attachment.Stage.CHECK
    if incident.reporter_id == actor.pk:
        return Attachment.Stage.REPORT
    if any(scope_of(actor).can(capability, incident.grid_code) for capability in _DESK):
        return Attachment.Stage.EVIDENCE
    raise NotAllowed(_("Photos may be added by the reporter, the handler and the desk."))


def _check_room(kept: Sequence[str], stage: str, added: int) -> None:
    """Nine photos tell what the report is about; more of the rest is evidence, within reason."""
    of_report = [one for one in kept if one == Attachment.Stage.REPORT]
    over_report = stage == Attachment.Stage.REPORT and len(of_report) + added > MAX_PHOTOS
    if over_report or len(kept) + added > MOST_OF_ALL:
        message = _("At most %(count)s photos.") % {"count": MAX_PHOTOS if over_report else MOST_OF_ALL}
        raise NotValid(message, {"photos": [message]})
