"""What a wish to move an incident must bring along; every missing or wrong thing is named at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from grid.models import Organization
from grid.scope import scope_of
from incidents.models import Attachment, Category, Incident
from incidents.people import actors_of, possible_handlers, possible_units
from incidents.photostore import StoredPhoto
from incidents.states import Move

TEXT_LIMIT: Final = 5000
"""Characters of a reason or a report; as long as a description may be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish to move an incident, with what was given for it. No actor is the system.

    `sanctioned`: an approved application stands behind it; `until`: when a rest ends.
    """

    move: Move
    actor: User | None
    text: str = ""
    reason: str = ""
    category: Category | None = None
    organization: Organization | None = None
    user: User | None = None
    photos: Sequence[StoredPhoto] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    sanctioned: bool = False
    until: datetime | None = None

    @property
    def words(self) -> str:
        """What the history shows: the reason where one is asked, else the text."""
        return (self.reason or self.text) if "reason" in self.move.needs else (self.text or self.reason)


def check_words(wish: Wish) -> None:
    """Words that are too long are refused (NotValid) before anything is locked or written."""
    wrong: dict[str, list[str]] = {}
    for name, words in (("text", wish.text), ("reason", wish.reason)):
        if len(words) > TEXT_LIMIT:
            wrong[name] = [_("At most %(count)s characters.") % {"count": TEXT_LIMIT}]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def check_needs(incident: Incident, wish: Wish, now: datetime) -> None:
    """NotValid when something that the move needs is missing or does not fit; NotAllowed for an arbitration."""
    if incident.in_arbitration and wish.move.name == "dispatch":
        _check_arbitrator(incident, wish)
    wrong = {need: [message] for need in wish.move.needs if (message := _missing(incident, wish, need))}
    if wish.actor is not None:
        wrong |= _wrong_people(incident, wish, now, wrong)
    if wish.category and not wish.category.is_active:
        wrong["category"] = [_("This category is not used any more.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _check_arbitrator(incident: Incident, wish: Wish) -> None:
    """The third return is decided by somebody who may (首接负责, issue: arbitration)."""
    if wish.actor is None or not scope_of(wish.actor).can("incident.approve", incident.grid_code):
        raise NotAllowed(_("It waits for arbitration: only a shift leader decides who handles it."))


def _missing(incident: Incident, wish: Wish, need: str) -> str:
    """What to say when a thing that the move needs was not given."""
    given = {
        "text": (wish.text, _("Say in a few words what was done.")),
        "reason": (wish.reason, _("A reason is needed.")),
        "photo": (need != "photo" or wish.photos or _has_fresh_photo(incident), _("A photo is needed.")),
        "handler": (wish.organization or wish.user, _("Choose who is to handle it.")),
        "member": (wish.user, _("Choose who of the unit is to do it.")),
        "category": (wish.category or incident.category_id, _("Choose a category.")),
    }
    value, message = given[need]
    return "" if value else message


def _has_fresh_photo(incident: Incident) -> bool:
    """A photo that came in since the incident is in this state (systems send photos apart from moves)."""
    stages = (Attachment.Stage.CHECK, Attachment.Stage.EVIDENCE)
    return incident.attachments.filter(uploaded_at__gte=incident.state_since, stage__in=stages).exists()


def _wrong_people(incident: Incident, wish: Wish, now: datetime, wrong: Mapping[str, Any]) -> dict[str, list[str]]:
    if "handler" in wish.move.needs and "handler" not in wrong:
        return _wrong_handler(incident, wish, now)
    if "member" in wish.move.needs and "member" not in wrong:
        members = actors_of([incident.handler_organization_id], timezone.localdate(now))
        if wish.user and not members.filter(pk=wish.user.pk).exists():
            return {"member": [_("This person does not act for the unit.")]}
    near = possible_handlers(incident, now=now)
    if "inspector" in wish.move.may and wish.user and not near.filter(pk=wish.user.pk).exists():
        return {"inspector": [_("This person does not serve the place of the incident.")]}
    return {}


def _wrong_handler(incident: Incident, wish: Wish, now: datetime) -> dict[str, list[str]]:
    """The desk hands an incident only to units and people of its own place."""
    message = [_("This handler does not serve the place of the incident.")]
    wrong = {}
    if wish.organization and not possible_units(incident).filter(pk=wish.organization.pk).exists():
        wrong["organization"] = message
    if wish.user and not possible_handlers(incident, now=now).filter(pk=wish.user.pk).exists():
        wrong["user"] = message
    return wrong
