"""The work ledger of grids (微网格长工作台账, domain.md 10 row 4.18): `fieldwork.logbook` for whole months.

What was done stands in `fieldwork.logbook`, with its sources; here is only who sees the ledger of a grid.
"""

from typing import Any, Final

from django.db.models import Q

from fieldwork.logbook import KINDS, Row, Whose, rows, summary
from grid.models import Grid
from grid.scope import scope_of

__all__ = ["KINDS", "SEEN_BY", "Row", "Whose", "grids_for", "rows", "summary"]

SEEN_BY: Final = ("incident.handle", "report.view")
"""Who works in a grid sees its ledger, and who sees its reports."""


def grids_for(user: Any) -> Any:
    """The grids whose ledger `user` sees, from the community down, widest first; without polygons."""
    scope = scope_of(user)
    seen = Q(pk__in=())
    for prefix in {prefix for capability in SEEN_BY for prefix in scope.prefixes(capability)}:
        seen |= Q(code__startswith=prefix)
    found = Grid.objects.filter(seen, level__gte=Grid.Level.COMMUNITY)
    return found.defer("boundary").order_by("level", "code")
