"""One line of the access matrix: which object an address names, and what shows and changes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

VOLUNTEER = "as volunteer"
"""What shows a thing to an ordinary volunteer of the street, who has no post and so no capability."""
NOBODY = "nobody"
"""A capability that no actor here has: the thing is its owner's, and nobody here owns it."""


@dataclass(frozen=True)
class Sample:
    """The values of an address; the capability (or several, a|b) that shows its object, "" when its owner sees it."""

    values: Callable[[Any], dict[str, Any]]
    shown_by: str
    needs: str = ""
    """A capability (or several, a|b) that the view asks on the object itself, beyond its own rule: 403 without."""
    needs_to_post: str = ""
    """The same, only for writing."""
    body: Callable[[Any], dict[str, Any]] = lambda side: {}
    on_grid: bool = False
    """What is asked to post must be held on a grid: what a handler may do for a unit does not count."""
