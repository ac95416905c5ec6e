"""The three levels of a whistle as the field has them; people edit them afterwards."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Final

from incidents.models import WhistleLevel

SEED: Final = Path(__file__).parent / "data" / "whistle_levels.csv"


def load_levels() -> int:
    """Add the levels that are missing, each with its source; what people have edited stays. The number added."""
    known = set(WhistleLevel.objects.values_list("colour", flat=True))
    with SEED.open(encoding="utf-8", newline="") as file:
        new = [_level(line) for line in csv.DictReader(file) if line["colour"] not in known]
    return len(WhistleLevel.objects.bulk_create(new))


def _level(line: dict[str, str]) -> WhistleLevel:
    return WhistleLevel(
        colour=line["colour"],
        rank=int(line["rank"]),
        respond_amount=Decimal(line["respond_amount"]),
        respond_unit=line["respond_unit"],
        handle_amount=Decimal(line["handle_amount"]),
        handle_unit=line["handle_unit"],
        source=line["source"],
    )
