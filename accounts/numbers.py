"""Numbers as they come from outside: ASCII digits only, within limits.

Python's own `int` also reads "٣", " 7 " and "1_000", and a number of 5,000 digits is not something to hand to a
database (reliability.md 3.2).
"""

import re
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import NotValid

BIGGEST_ID: Final = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}")


def strict_int(text: str, *, name: str, least: int = 0, most: int = BIGGEST_ID) -> int:
    """Read a whole number between `least` and `most`; NotValid under the field `name` otherwise."""
    number = int(text) if _DIGITS.fullmatch(text) else -1
    if not least <= number <= most:
        message = _("Give a whole number in plain digits, from %(least)s to %(most)s.")
        raise NotValid(_("A number is not valid."), {name: [message % {"least": least, "most": most}]})
    return number
