"""When a person decides otherwise than the system proposed: a reason, kept on the decision and counted for its rule.

Called under the lock of the incident, after the move has been checked; what raises here takes the whole move back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from incidents.deciding import GAVE_BACK
from incidents.models import Assignment, DispatchDecision, Incident
from incidents.needs import Wish

OVERRIDABLE: Final = ("file", "dispatch")
"""Moves for which the system has a proposal."""
NAME_LENGTH: Final = 120
REASON_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class Override:
    """What was proposed, what is done instead, and what says why when the person need not."""

    decision: DispatchDecision
    proposed: str
    instead: str
    known_reason: str = ""


def keep_choice(incident: Incident, wish: Wish, *, now: datetime) -> None:
    """Keep what a person files or dispatches beside what the system proposed.

    Another category or another handler than proposed needs a reason (NotValid without). A dispatch by a person is a
    decision of its own round. At most five queries; none for other moves and for the system's own.
    """
    if wish.actor is None or wish.move.name not in OVERRIDABLE:
        return
    last = newest_decision(incident)
    if override := override_of(incident, wish, last):
        _mark(override, wish, now)
    if wish.move.name == "dispatch":
        _keep_dispatch(incident, wish, last, now)


def newest_decision(incident: Incident) -> DispatchDecision | None:
    """The last decision about the incident, whoever took it; one query."""
    rows = DispatchDecision.objects.filter(incident=incident.pk).order_by("-round")
    return rows.select_related("category", "chosen_organization", "chosen_user").first()


def override_of(incident: Incident, wish: Wish, last: DispatchDecision | None) -> Override | None:
    """In what `wish` differs from the system's newest proposal; None when it follows it or there is none."""
    if last is None or last.by_id is not None:
        return None
    return _of_category(incident, wish, last) if wish.move.name == "file" else _of_handler(incident, wish, last)


def _of_category(incident: Incident, wish: Wish, last: DispatchDecision) -> Override | None:
    filed = wish.category or incident.category
    if last.category is None or filed is None or filed.pk == last.category_id:
        return None
    return Override(last, last.category.name, filed.name)


def _of_handler(incident: Incident, wish: Wish, last: DispatchDecision) -> Override | None:
    """A proposal for another category says nothing about this one."""
    proposed = last.chosen_organization or last.chosen_user
    if proposed is None or last.category_id != incident.category_id or _is_proposed(wish, last):
        return None
    given_back = Assignment.objects.filter(
        incident=incident.pk,
        outcome__in=GAVE_BACK,
        **({"organization": proposed} if last.chosen_organization_id else {"user": proposed}),
    ).exists()
    with translation.override(settings.LANGUAGE_CODE):
        known = _("%(name)s has given it back.") % {"name": proposed} if given_back else ""
    return Override(last, str(proposed), str(wish.organization or wish.user), known)


def _is_proposed(wish: Wish, last: DispatchDecision) -> bool:
    """A unit's own member is the unit."""
    if last.chosen_organization_id is not None:
        return wish.organization is not None and wish.organization.pk == last.chosen_organization_id
    return wish.user is not None and wish.user.pk == last.chosen_user_id


def _mark(override: Override, wish: Wish, now: datetime) -> None:
    reason = wish.reason or wish.text or override.known_reason
    if not reason:
        message = _("The system proposed %(name)s: say why it is to be otherwise.") % {"name": override.proposed}
        raise NotValid(_("Please correct the marked fields."), {"reason": [message]})
    DispatchDecision.objects.filter(pk=override.decision.pk).update(
        overridden_by=wish.actor,
        overridden_at=now,
        override_reason=reason[:REASON_LENGTH],
        override_to=override.instead[:NAME_LENGTH],
    )


def _keep_dispatch(incident: Incident, wish: Wish, last: DispatchDecision | None, now: datetime) -> None:
    """The person's own decision: a round of its own, without a rule."""
    with translation.override(settings.LANGUAGE_CODE):
        words = _("Dispatched by a person.")
    reason = {"code": "by_person", "text": words}
    given = [{"code": "reason", "text": wish.reason or wish.text}] if wish.reason or wish.text else []
    DispatchDecision.objects.create(
        incident=incident,
        round=last.round + 1 if last else 1,
        category=incident.category,
        category_confidence=1.0 if incident.category_id else 0.0,
        chosen_organization=wish.organization,
        chosen_user=wish.user,
        confidence=1.0,
        reasons=[reason, *given],
        by=wish.actor,
        at=now,
    )
