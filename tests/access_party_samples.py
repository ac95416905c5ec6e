"""Lines of the access matrix for party work: one block per part."""

from collections.abc import Callable
from typing import Any

from tests.access_sample import Sample


def _party(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.party, name).pk}


PARTY_SAMPLES: dict[str, Sample] = {
    # organizations
    # members
    # duty
    # units
    # lists
    # orders
    # councils
    # activities
    # files
    "partybuilding:file": Sample(lambda side: {"public_id": side.party.file.public_id}, "party.view"),
    "partybuilding:file_remove": Sample(
        lambda side: {"public_id": side.party.file.public_id}, "party.view", needs="lists.edit"
    ),
}

PARTY_QUERIES: dict[str, tuple[str, Callable[[Any], str], str]] = {
    # pages of `partybuilding` that take ?grid=
}
