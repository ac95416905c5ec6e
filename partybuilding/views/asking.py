"""What pages of duty and orders ask alike: grids of a right, an answer with a form, the steps of a thing."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.numbers import strict_int
from accounts.protect import mask_name
from incidents.views.finding import person
from partybuilding.models import PartyMember
from partybuilding.stages import open_to, story


def taking(request: HttpRequest) -> dict[str, Any]:
    """Who acts and when, with the version that the page showed (None without one)."""
    given = request.POST.get("version", "")
    version = strict_int(given, name="version") if given else None
    return {"actor": person(request), "now": timezone.now(), "version": version}


def stages_of(request: HttpRequest, row: Any) -> dict[str, Any]:
    """The steps that the reader may take by name, and what was done so far by whom; members are masked."""
    told = story(row)
    people = {step.by_id for step, _label in told if step.by_id}
    members = set(PartyMember.objects.filter(user__in=people).values_list("user", flat=True)) if people else set()
    steps = [(step, label, _name(step.by, members)) for step, label in told]
    return {"stages": {stage.name: stage for stage in open_to(row, request.user)}, "steps": steps}


def _name(user: User | None, members: set[int | None]) -> str:
    """The name in the record of the steps; who is a party member is nobody's to read there."""
    if user is None:
        return ""
    return mask_name(user.real_name) if user.pk in members else user.real_name or user.username


def known(name: str, names: Any) -> str:
    """A word of the address that the page knows; 404 for others."""
    if name not in names:
        raise Http404
    return name
