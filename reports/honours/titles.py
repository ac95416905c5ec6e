"""The titles that the field gives (data/honours.json, domain.md 6.2); offices add their own in the admin."""

from typing import Any

from reports.models import HonourTitle
from reports.words import templates


def load_titles() -> int:
    """Add the titles that are missing, each with its source; what people have edited stays. The number added."""
    known = set(HonourTitle.objects.values_list("name", flat=True))
    given: list[dict[str, Any]] = templates("honours")["titles"]
    new = [HonourTitle(**title) for title in given if title["name"] not in known]
    return len(HonourTitle.objects.bulk_create(new))
