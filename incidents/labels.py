"""Labels on cases: set by the desk and the supervisors, written into the history of the case."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from grid.scope import scope_of
from incidents import lifecycle
from incidents.models import Incident, IncidentEvent, Label

_MAY: Final = ("incident.accept", "incident.dispatch", "incident.supervise", "incident.check")


def may_label(incident: Incident, user: Any) -> bool:
    """Whoever takes in, dispatches, checks or supervises there."""
    return any(scope_of(user).can(capability, incident.grid_code) for capability in _MAY)


def set_labels(incident_pk: int, label_pks: Collection[int], *, actor: User, now: datetime) -> Incident:
    """Make these the labels of the case; nothing is written when they are so already.

    NotAllowed for strangers, NotValid for a label that is not there or not used any more (one that the case has
    already may stay).
    """
    with transaction.atomic():
        incident = lifecycle.lock(incident_pk)
        if not may_label(incident, actor):
            raise NotAllowed(_("Only the desk and the supervisors label cases."))
        before = {label.pk: label for label in incident.labels.all()}
        wanted = {label.pk: label for label in Label.objects.filter(pk__in=label_pks)}
        usable = all(label.is_active or pk in before for pk, label in wanted.items())
        if len(wanted) != len(set(label_pks)) or not usable:
            message = _("This label is not used any more.")
            raise NotValid(message, {"labels": [message]})
        if wanted.keys() == before.keys():
            return incident
        incident.labels.set(wanted.values())
        words = "、".join(label.name for label in wanted.values()) or _("No label")
        data = {"before": [label.name for label in before.values()], "after": [label.name for label in wanted.values()]}
        lifecycle.note(incident_pk, IncidentEvent.Kind.LABELLED, actor=actor, now=now, text=words, data=data)
    return incident


def for_case(incident: Incident, user: Any) -> dict[str, Any]:
    """What the page of a case shows: its labels, and all that can be chosen; two queries."""
    own = list(incident.labels.all())
    if not may_label(incident, user):
        return {"labels": own, "label_choices": []}
    keys = {label.pk for label in own}
    choices = [label for label in Label.objects.all() if label.is_active or label.pk in keys]
    return {"labels": own, "label_choices": [(label, label.pk in keys) for label in choices]}
