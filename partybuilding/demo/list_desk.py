"""What the demo of the three lists works with: one desk, and the rows of what happened."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from partybuilding.models import ListCall, PartnerUnit, PartyStep, ProjectType, Resource, SupportKind

DAYS: Final = 240
"""Before today: so far back the lists reach."""


@dataclass
class Desk:
    """What the demo works with; the same numbers every time."""

    now: datetime
    kinds: dict[str, SupportKind]
    types: dict[str, ProjectType]
    units: list[PartnerUnit]
    leaders: list[tuple[Grid, User]]
    calls: list[ListCall] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(606))

    def key(self) -> uuid.UUID:
        """The id that a device would have given."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return timezone.localdate(self.now)


def step_of(row: Any, before: str, after: str, by: User | None, at: datetime, text: str = "") -> PartyStep:
    """One row of the past of a need, a resource or a project."""
    name = row._meta.model_name
    return PartyStep(subject=name, subject_id=row.pk, before=before, after=after, by=by, at=at, text=text)
