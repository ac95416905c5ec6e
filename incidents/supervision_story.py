"""What the page of a case shows of its supervision, and which level keeps the matter and why. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.models import Grid
from incidents.conditions import LEVEL_BY_SEVERITY, level_of
from incidents.models import Incident, Supervision
from incidents.models.category import Severity
from incidents.supervision import URGE_AGAIN
from incidents.supervision_querysets import RUNNING
from incidents.supervision_rights import (
    holds_supervising,
    holds_urging,
    may_lift,
    may_reply,
    why_no_notice,
    why_no_urging,
)

SHOWN: Final = 8

RULE: Final[dict[int, Promise]] = {
    Severity.MICRO: gettext_lazy("Micro matters do not leave the micro-grid."),
    Severity.SMALL: gettext_lazy("Small matters do not leave the compound."),
    Severity.ORDINARY: gettext_lazy("Ordinary matters do not leave the community."),
    Severity.MAJOR: gettext_lazy("Major matters do not leave the street."),
}
"""微事不出网格、小事不出小区、一般事不出社区、大事不出街道 (domain.md 2.7)."""

LOOKS: Final = {
    Supervision.State.ISSUED: ("warning", "hourglass"),
    Supervision.State.REPLIED: ("primary", "message"),
    Supervision.State.LIFTED: ("success", "circle-check"),
    Supervision.State.SENT: ("secondary", "bell"),
}
"""Tone and picture of each state; a word always stands beside them."""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice with what the reader may do."""

    notice: Supervision
    tone: str
    symbol: str
    may_reply: bool
    may_lift: bool

    @property
    def is_standing(self) -> bool:
        """Not lifted, and more than an urging."""
        return self.notice.state in RUNNING


@dataclass(frozen=True, slots=True)
class Watch:
    """The card of a case: its notices, the buttons, and the level that keeps the matter."""

    lines: list[NoticeLine]
    may_urge: bool
    urged_until: datetime | None
    may_supervise: bool
    level: str
    rule: str
    reported_up: int


def for_case(incident: Incident, user: Any, now: datetime) -> Watch:
    """The card for one reader; one query."""
    rows = Supervision.objects.visible_to(user).filter(incident=incident)
    notices = list(rows.select_related("organization", "user").order_by("-pk")[:SHOWN])
    for notice in notices:
        notice.incident = incident  # already read with all that rights ask
    return Watch(
        lines=[_line(notice, user) for notice in notices],
        may_urge=why_no_urging(incident) is None and holds_urging(incident, user),
        urged_until=_patience(notices, user, now),
        may_supervise=why_no_notice(incident) is None and holds_supervising(incident, user),
        level=str(Grid.Level(level_of(incident)).label),
        rule=_why(incident),
        reported_up=incident.report_up_count,
    )


def _line(notice: Supervision, user: Any) -> NoticeLine:
    tone, symbol = LOOKS[Supervision.State(notice.state)]
    return NoticeLine(notice, tone, symbol, may_reply(notice, user), may_lift(notice, user))


def _patience(notices: list[Supervision], user: Any, now: datetime) -> datetime | None:
    """Until when the reader has to wait before urging again."""
    mine = [one.issued_at for one in notices if one.kind == Supervision.Kind.URGE and one.issued_by_id == user.pk]
    until = max(mine, default=now - timedelta(days=1)) + URGE_AGAIN
    return until if until > now else None


def _why(incident: Incident) -> str:
    """Why that level keeps it: its severity, or that it was raised to it."""
    rule = str(RULE[Severity(incident.severity)])
    if level_of(incident) == LEVEL_BY_SEVERITY[Severity(incident.severity)]:
        return rule
    return _("%(rule)s It was reported up to this level.") % {"rule": rule}
