"""The parties of a dispute: sealed at rest, masked on every page, in clear only with a recorded purpose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import reveals
from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from accounts.protect import blind_index, blind_indexes, mask_address, mask_name, mask_phone
from accounts.text_guard import clean_text
from grid.scope import scope_of
from incidents.models import Dispute, DisputeEvent, DisputeParty
from incidents.people import name_with_post

PURPOSE: Final = "dispute.party"
"""Of the blind index: a phone here and the phone of a reporter have different hashes."""
INDEX_BITS: Final = 64
MOST: Final = 20
LENGTHS: Final = {"name": 50, "phone": 20, "address": 200}
_PHONE: Final = re.compile(r"[0-9+][0-9 \-]{4,19}")


@dataclass(frozen=True, slots=True)
class NewParty:
    """One party as it was typed."""

    side: str
    name: str
    kind: str = DisputeParty.Kind.RESIDENT
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class ShownParty:
    """One party as a page shows it."""

    side: str
    kind: str
    name: str
    phone: str
    address: str


def check_parties(parties: Sequence[NewParty]) -> dict[str, list[str]]:
    """What is wrong with the parties, by field; a dispute has two sides at least."""
    sides = {party.side for party in parties}
    wrong: dict[str, list[str]] = {}
    if not {DisputeParty.Side.FIRST, DisputeParty.Side.SECOND} <= sides or len(parties) > MOST:
        wrong["parties"] = [_("Name both sides of the dispute.")]
    for party in parties:
        for field, said in _faults(party).items():
            wrong.setdefault(f"{party.side}_{field}", []).append(said)
    return wrong


def _faults(party: NewParty) -> dict[str, str]:
    faults = {}
    for field, most in LENGTHS.items():
        try:
            clean_text(getattr(party, field), max_length=most)
        except NotValid as error:
            faults[field] = str(error)
    if not party.name.strip():
        faults["name"] = _("This must not stay empty.")
    if party.phone.strip() and not _PHONE.fullmatch(party.phone.strip()):
        faults["phone"] = _("Give a phone number: digits, spaces and hyphens.")
    if party.kind not in DisputeParty.Kind.values or party.side not in DisputeParty.Side.values:
        faults["kind"] = _("Choose one of the list.")
    return faults


def party_rows(dispute: Dispute, parties: Sequence[NewParty]) -> list[DisputeParty]:
    """Rows of checked parties, with the index of the phone."""
    return [
        DisputeParty(
            dispute=dispute,
            side=party.side,
            kind=party.kind,
            name=clean_text(party.name, max_length=LENGTHS["name"]),
            phone=party.phone.strip(),
            phone_index=blind_index(party.phone, purpose=PURPOSE, bits=INDEX_BITS),
            address=clean_text(party.address, max_length=LENGTHS["address"]),
        )
        for party in parties
    ]


def masked(party: DisputeParty) -> ShownParty:
    """For every page: a resident's surname, an organization's name, the middle of the phone hidden."""
    is_unit = party.kind == DisputeParty.Kind.ORGANIZATION
    return ShownParty(
        side=party.get_side_display(),
        kind=party.get_kind_display(),
        name=party.name if is_unit else mask_name(party.name),
        phone=mask_phone(party.phone),
        address=party.address if is_unit else mask_address(party.address),
    )


def in_clear(party: DisputeParty) -> ShownParty:
    """After a recorded reveal."""
    return ShownParty(party.get_side_display(), party.get_kind_display(), party.name, party.phone, party.address)


def may_reveal(dispute: Dispute, user: Any) -> bool:
    """The mediator, whoever entered it, and those whose post needs contacts there."""
    scope = scope_of(user)
    own = getattr(user, "pk", None) in (dispute.mediator_id, dispute.created_by_id)
    return (own and bool(scope.grants)) or scope.can("contact.reveal", dispute.grid_code)


@transaction.atomic
def reveal_parties(
    dispute: Dispute, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> list[ShownParty]:
    """The parties in clear, after the record of access and the history of the dispute have got the purpose.

    NotAllowed without the right, NotValid without a purpose, NotNow when the day's reveals are used up.
    """
    if not may_reveal(dispute, actor):
        raise NotAllowed(_("You may not see the parties of this dispute."))
    reveals.reveal(
        actor=actor,
        object_type="dispute",
        object_id=dispute.number,
        fields="name,phone,address",
        purpose=purpose,
        now=now,
        request=request,
    )
    DisputeEvent.objects.create(
        dispute=dispute,
        kind=DisputeEvent.Kind.REVEALED,
        from_state=dispute.state,
        to_state=dispute.state,
        actor=actor,
        actor_name=name_with_post(actor, dispute.grid_code, now=now),
        happened_at=now,
        text=purpose.strip(),
        at=now,
    )
    return [in_clear(party) for party in dispute.parties.all()]


def others_with(dispute: Dispute, parties: Sequence[DisputeParty], user: Any, *, limit: int = 5) -> list[Dispute]:
    """Other disputes that `user` may see with one of these phones: the same people quarrel again; one query."""
    known = {index for party in parties for index in blind_indexes(party.phone, purpose=PURPOSE, bits=INDEX_BITS)}
    if not (known := known - {""}):
        return []
    same = DisputeParty.objects.filter(phone_index__in=known).exclude(dispute=dispute.pk).values("dispute")
    return list(Dispute.objects.visible_to(user).filter(pk__in=same).order_by("-id")[:limit])
