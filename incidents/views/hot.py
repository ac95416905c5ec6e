"""热点: matters of which many report at one place, hottest first, each with its cases and the points of its heat."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from grid.access import requires
from incidents.filters import MOST_NUMBERS
from incidents.learning.hot import HotIssue
from incidents.learning.hot_cases import Hot, hot_cases

PERIODS: Final = (7, 30, 90)
"""Days to choose from."""
USUAL: Final = 30


@dataclass(frozen=True, slots=True)
class HotLine:
    """An issue as the page shows it."""

    issue: HotIssue
    place: str
    url: str

    @property
    def count(self) -> int:
        """How many cases it has."""
        return len(self.issue.rows)


@requires("incident.view")
@require_safe
def hot(request: HttpRequest) -> HttpResponse:
    """The hot issues of the last 7, 30 or 90 days inside the reader's grids."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else USUAL
    now = timezone.now()
    found = hot_cases(request.user, since=now - timedelta(days=days), now=now)
    context = {"now": now, "lines": lines_of(found), "hot": found, "days": days, "periods": PERIODS}
    return render(request, "incidents/hot.html", context)


def lines_of(found: Hot) -> list[HotLine]:
    """The issues with the names of their places and the addresses of their lists."""
    return [HotLine(issue, found.places.get(issue.lead.place, ""), list_address(issue)) for issue in found.issues]


def list_address(issue: HotIssue) -> str:
    """The list of the cases of an issue, the newest ones if an address cannot hold them all."""
    numbers = ",".join(row.key for row in issue.rows[:MOST_NUMBERS])
    return f"{reverse('incidents:list')}?{urlencode({'among': numbers}, safe=',')}"
