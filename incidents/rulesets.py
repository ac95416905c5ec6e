"""The rules that count in one subtree, and those that will count when its drafts go live. Reads only."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from incidents.models import DispatchRule

CONTENT = ("category_id", "grid_code", "target", "organization_id", "leader_level", "priority", "version", "retires")
"""What a rule says; its note does not decide anything."""


@dataclass(frozen=True)
class RuleSet:
    """Live rules that reach the subtree of `place` (its own and those from above), and the drafts written for it."""

    place: str
    live: Sequence[DispatchRule]
    drafts: Sequence[DispatchRule]

    @cached_property
    def next(self) -> list[DispatchRule]:
        """The rules when all drafts are live."""
        ended = {draft.replaces_id for draft in self.drafts if draft.replaces_id}
        return [rule for rule in self.live if rule.pk not in ended] + [d for d in self.drafts if not d.retires]

    @cached_property
    def own(self) -> list[DispatchRule]:
        """The live rules of the subtree itself."""
        return [rule for rule in self.live if rule.grid_code.startswith(self.place)]

    @cached_property
    def digest(self) -> str:
        """Changes with every change of a live rule or a draft: what was tested is what goes live."""
        rows = [(rule.pk, rule.replaces_id, *_content(rule)) for rule in (*self.live, *self.drafts)]
        return sha256(json.dumps(sorted(rows, key=lambda row: row[0])).encode()).hexdigest()[:32]


def read_rules(place: str, *, lock: bool = False) -> RuleSet:
    """The rules of the subtree of `place`; one query. `lock` keeps them as they are until the transaction ends."""
    rows = DispatchRule.objects.reaching(place).filter(is_active=True) | DispatchRule.objects.under(place).drafts()
    rows = rows.order_by("priority", "pk")
    if lock:
        list(rows.order_by("pk").select_for_update(of=("self",)))
    found = list(rows.select_related("category", "organization", "replaces"))
    return RuleSet(place, [rule for rule in found if rule.is_active], [rule for rule in found if rule.is_draft])


def _content(rule: DispatchRule) -> list[Any]:
    return [getattr(rule, name) for name in CONTENT]


def as_data(rules: Iterable[DispatchRule]) -> list[dict[str, Any]]:
    """The rules as a release keeps them, with the names of the day."""
    return [
        {
            "rule": rule.pk,
            **dict(zip(CONTENT, _content(rule), strict=True)),
            "category": str(rule.category or ""),
            "organization": str(rule.organization or ""),
            "note": rule.note,
        }
        for rule in rules
    ]
