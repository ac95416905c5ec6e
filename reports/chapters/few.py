"""Numbers of few people are not told, and cannot be reckoned from a total (reliability.md 4.5)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

FEWEST: Final = 5
"""Fewer than this are not told."""

Json = dict[str, Any]


def hidden(numbers: Mapping[str, int]) -> set[str]:
    """The lines that are not told: those of few; with a single one the next smallest too, or it could be reckoned."""
    few = {key for key, n in numbers.items() if 0 < n < FEWEST}
    others = sorted((key for key, n in numbers.items() if n >= FEWEST), key=lambda key: (numbers[key], key))
    return few | set(others[:1]) if len(few) == 1 else few


def merged(lines: Sequence[Json], name: str) -> list[Json]:
    """The lines with those of few as one line, which is none of few itself; nothing when all together are few."""
    small = [line for line in lines if line["due"] < FEWEST]
    large = sorted((line for line in lines if line["due"] >= FEWEST), key=lambda line: line["due"])
    while small and large and sum(line["due"] for line in small) < FEWEST:
        small.append(large.pop(0))
    sums = {side: sum(line[side] for line in small) for side in ("due", "done")}
    if not small:
        return list(lines)
    if sums["due"] < FEWEST:
        return []
    return [*(line for line in lines if line in large), {"name": name, **sums}]
