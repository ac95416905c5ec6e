"""The personal data of residents: blind indexes beside what is sealed, masks, exact search, showing them in clear."""

from typing import Final

from accounts.protect import blind_index
from fieldwork.models import Resident

PHONE_PURPOSE: Final = "resident.phone"
ID_PURPOSE: Final = "resident.id"
PHONE_BITS: Final = 64
"""Enough to find a phone, too few to try all phones against the table (reliability.md 4.5)."""


def sealed(person: Resident) -> Resident:
    """`person` with the blind indexes of its phone and ID number; call it before every save."""
    person.phone_index = blind_index(person.phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS)
    person.id_index = blind_index(person.id_number, purpose=ID_PURPOSE)
    return person
