"""The three levels of a whistle as the field has them; people edit them afterwards."""

from decimal import Decimal

from incidents.models import WhistleLevel
from incidents.seeds import seed_lines


def load_levels() -> int:
    """Add the levels that are missing, each with its source; what people have edited stays. The number added."""
    known = set(WhistleLevel.objects.values_list("colour", flat=True))
    new = [_level(line) for line in seed_lines("whistle_levels.csv") if line["colour"] not in known]
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
