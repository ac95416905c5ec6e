"""In which order dispatch rules are asked. Pure: the same for live work, for the test of drafts and for the replay.

Best first: the rule of the category itself, of its major class, of any category; then the longest code; then the
smaller priority number; then the newer version.
"""

from collections import defaultdict
from collections.abc import Iterable

from incidents.models import DispatchRule


class RuleBook(dict[tuple[int | None, int | None, str], list[DispatchRule]]):
    """Rules to be asked: `book[category, major class, grid code]` are those that fit, best first, remembered."""

    def __init__(self, rules: Iterable[DispatchRule]) -> None:
        super().__init__()
        self._by_category: dict[int | None, list[DispatchRule]] = defaultdict(list)
        for rule in rules:
            self._by_category[rule.category_id].append(rule)
        for rows in self._by_category.values():
            rows.sort(key=_within_category)

    def __missing__(self, key: tuple[int | None, int | None, str]) -> list[DispatchRule]:
        category, major, code = key
        owners = dict.fromkeys((category, major, None))  # each once, in this order
        found = [
            rule for owner in owners for rule in self._by_category.get(owner, ()) if code.startswith(rule.grid_code)
        ]
        self[key] = found
        return found


def _within_category(rule: DispatchRule) -> tuple[int, int, int, int]:
    return (-len(rule.grid_code), rule.priority, -rule.version, rule.pk)
