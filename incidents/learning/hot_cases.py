"""Hot issues among the cases that somebody may see. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from grid.models import Grid
from incidents.learning.hot import HotIssue, HotRow, hot_issues
from incidents.models import Incident
from incidents.models.incident import Locating

MOST_ROWS: Final = 3000
"""Newest cases that are compared; a second's work at the most."""
PLACE_DIGITS: Final = 12
"""An issue lies in one community (社区): more cases of one matter elsewhere are another issue."""


@dataclass(frozen=True, slots=True)
class Hot:
    """The issues, the names of their communities by code, and how many cases were compared."""

    issues: Sequence[HotIssue]
    places: dict[str, str]
    compared: int

    @property
    def is_cut(self) -> bool:
        """There were more cases than are compared."""
        return self.compared == MOST_ROWS


def hot_cases(user: Any, *, since: datetime, now: datetime, most: int = 20) -> Hot:
    """The hottest issues among cases that were reported from `since` to `now` and that `user` may see; two queries."""
    cases = Incident.objects.visible_to(user).filter(reported_at__gte=since, reported_at__lte=now)
    fields = ("number", "title", "text", "reported_at", "grid_code", "located_by", "contact_index", "reporter_id")
    rows = [_row(*values) for values in cases.order_by("-reported_at", "-id").values_list(*fields)[:MOST_ROWS]]
    issues = hot_issues(rows, now=now, most=most)
    codes = {issue.lead.place for issue in issues if issue.lead.place}
    names = Grid.objects.filter(code__in=codes).order_by("valid_from").values_list("code", "name")
    return Hot(issues, dict(names), len(rows))


def _row(
    number: str, title: str, text: str, at: datetime, code: str, located: str, contact: str, reporter: int | None
) -> HotRow:
    place = "" if located == Locating.DEFAULT or len(code) < PLACE_DIGITS else code[:PLACE_DIGITS]
    who = contact or (str(reporter) if reporter else "")
    return HotRow(number, title, text, at, timezone.localdate(at), place=place, who=who)
