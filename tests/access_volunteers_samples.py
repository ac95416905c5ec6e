"""Lines of the access matrix for volunteers and wishes: one block per part."""

from collections.abc import Callable
from typing import Any

from tests.access_sample import Sample


def _volunteering(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.volunteering, name).pk}


VOLUNTEER_SAMPLES: dict[str, Sample] = {
    # wishes
    # board, claims
    # volunteers, teams
    # services, certificates
    # points, shop
    # micro-projects
    # service points
    # files
}

VOLUNTEER_QUERIES: dict[str, tuple[str, Callable[[Any], str], str]] = {}
