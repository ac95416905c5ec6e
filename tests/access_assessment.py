"""The sample assessment of the access matrix: a draft of a community with an entry, an objection and a method."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from reports.models import Assessment, Scheme, WorkMethod


def sample_assessment(grid: Grid, word: str, admin: User, now: datetime) -> Assessment:
    """Made of rows alone: what it says does not matter here, only who sees it."""
    today = timezone.localdate(now)
    where = {"grid": grid, "grid_code": grid.code}
    scheme = Scheme.objects.create(name=f"{word}方案", **where)
    rule = scheme.rules.create(label=f"{word}加分", amount=1)
    results = {
        "grid": {"code": grid.code, "name": grid.name, "level": grid.level},
        "period": {"first": str(today), "last": str(today)},
        "as_of": now.isoformat(),
        "interim": True,
        "scheme": {"name": scheme.name, "number": 1, "source": ""},
        "names": {"x": f"{word}社区"},
        "events": "",
        "excluded": [],
        "definitions": 1,
        "plan": {
            "subject": "area", "base": "0", "full": "0", "least_cases": 20, "shrink_cases": 20,
            "items": [], "rules": [], "grades": [],
        },
        "facts": {"ratios": {}, "cases": {}},
        "lines": [],
    }  # fmt: skip
    row = Assessment.objects.create(
        scheme=scheme, period_start=today, period_end=today, results=results, created_by=admin, created_at=now, **where
    )
    row.entries.create(rule=rule, subject="x", amount=1, reason=f"{word}理由", evidence="记录", by=admin, at=now)
    row.objections.create(subject="x", text=f"{word}异议", by=admin, at=now)
    WorkMethod.objects.create(name=f"{word}工作法", **where).steps.create(order=1, name=f"{word}一晒")
    return row
