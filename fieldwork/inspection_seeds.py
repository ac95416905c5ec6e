"""The kinds of places with the thresholds of Erqi, and the first checklists (domain.md 3.8), where there are none."""

from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from fieldwork.models import Checklist, ChecklistItem, PlaceKind
from incidents.seeds import seed_lines

DATA: Final = Path(__file__).parent / "data"
_NUMBERS: Final = ("below", "every_days")


def load_inspection_lists() -> None:
    """Fill the kinds and release the lists where a table is empty; the office changes both."""
    if not PlaceKind.objects.exists():
        lines = enumerate(seed_lines("place_kinds.csv", folder=DATA), 1)
        PlaceKind.objects.bulk_create(PlaceKind(position=n, **_numbered(line)) for n, line in lines)
    if not Checklist.objects.exists():
        _load_checklists()


def _numbered(line: dict[str, str]) -> dict[str, Any]:
    return {name: (int(text) if text else None) if name in _NUMBERS else text for name, text in line.items()}


def _load_checklists() -> None:
    lists: dict[str, Checklist] = {}
    items = []
    for n, line in enumerate(seed_lines("checklists.csv", folder=DATA), 1):
        code, name, source = line.pop("code"), line.pop("name"), line.pop("source")
        if code not in lists:
            lists[code] = Checklist.objects.create(code=code, name=name, source=source)
        serious = line.pop("is_serious") == "1"
        items.append(ChecklistItem(checklist=lists[code], position=n, is_serious=serious, **line))
    ChecklistItem.objects.bulk_create(items)
    # released last: from then on nothing on them changes
    Checklist.objects.filter(pk__in=[one.pk for one in lists.values()]).update(released_at=timezone.now())
