"""我的志愿服务: the phone page of a volunteer. Each part of volunteers' work adds its own block to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import signed_in
from volunteers.models import Volunteer
from volunteers.standing import masked, volunteer_of


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the page: its template (it gets `block`, `volunteer`, `now`), and what it shows of a volunteer."""

    template: str
    read: Callable[[Volunteer, datetime], Mapping[str, Any]]


BLOCKS: Final[tuple[Block, ...]] = (
    # one line per block, in the order of the page; `read` is a function of a business module
    # my claims: Block("volunteers/me/claims.html", …)
    # my shifts: Block("volunteers/me/shifts.html", …)
    # my points: Block("volunteers/me/points.html", …)
    # my certificates: Block("volunteers/me/certificates.html", …)
)


@signed_in
@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """What concerns the volunteer now; for everybody else how to become one."""
    volunteer, now = volunteer_of(request.user), timezone.now()
    if volunteer is None:
        return render(request, "volunteers/me_nobody.html")
    context = {
        "volunteer": volunteer,
        "shown": masked(volunteer),
        "now": now,
        "blocks": [(block.template, block.read(volunteer, now)) for block in BLOCKS],
    }
    return render(request, "volunteers/me.html", context)
