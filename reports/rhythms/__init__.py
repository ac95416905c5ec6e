"""What the four reports say: `BUILDERS` makes the snapshot of each kind; pages and files are made in `documents`."""

from collections.abc import Callable
from typing import Any, Final

from reports import daily
from reports.rhythms import monthly, quarterly, weekly

BUILDERS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "daily": daily.build,
    "weekly": weekly.build,
    "monthly": monthly.build,
    "quarterly": quarterly.build,
}
"""`build(grid, period, *, now)` by kind: the frozen snapshot, cut off at `now` when the period is not over."""
