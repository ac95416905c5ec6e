"""Names, phones and guardians of volunteers: sealed, masked on every page, found by a whole phone number only.

They are opened one at a time, with a purpose that is kept (reliability.md 4.5).
"""

from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import reveals
from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from accounts.protect import blind_index, blind_indexes, is_phone, mask_phone, normalise
from accounts.searches import record_search
from grid.scope import scope_of
from volunteers.models import Membership, Volunteer
from volunteers.standing import PRESENT, ShownVolunteer

PHONE_PURPOSE: Final = "volunteer.phone"
PHONE_BITS: Final = 64
"""Enough to find a phone, too few to try all phones against the table (reliability.md 4.5)."""
FOUND: Final = 50


def phone_index(phone: str) -> str:
    """The keyed hash of a phone number under the current key; "" for none."""
    return blind_index(phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS) if phone else ""


def sealed(volunteer: Volunteer) -> Volunteer:
    """`volunteer` with the blind index of her phone; call it before every save."""
    volunteer.phone_index = phone_index(volunteer.phone)
    return volunteer


# --- what is given ----------------------------------------------------------------------------------------------------


def revealable(user: Any) -> QuerySet[Volunteer]:
    """Whom `user` may see in clear: where she approves volunteers, and of the teams that she leads."""
    led = Membership.objects.filter(
        status__in=("asked", "active"), team__status="active", team__leader__user=user.pk, team__leader__status="active"
    )
    approves = scope_of(user).q("volunteer.edit", "grid_code")
    rows = Volunteer.objects.filter(approves | Q(pk__in=led.order_by().values("volunteer")), status__in=PRESENT)
    return rows.select_related("grid").defer("grid__boundary")


def may_reveal(volunteer: Volunteer, user: Any) -> bool:
    """Whether `user` may see this volunteer in clear."""
    return revealable(user).filter(pk=volunteer.pk).exists()


def reveal_volunteer(
    volunteer: Volunteer, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> ShownVolunteer:
    """Name and phone in clear (of a minor the guardian's), after the record of access has got the purpose.

    NotAllowed for others than `may_reveal`, NotValid without a purpose, NotNow when the day's reveals are used up.
    """
    if not may_reveal(volunteer, actor):
        raise NotAllowed(_("You may not see this volunteer in clear."))
    reveals.reveal(
        actor=actor,
        object_type="volunteer",
        object_id=volunteer.pk,
        fields="name,phone",
        purpose=purpose,
        now=now,
        request=request,
    )
    phone = volunteer.guardian_phone if volunteer.is_minor else volunteer.phone
    name = f"{volunteer.name}（{volunteer.guardian_name}）" if volunteer.is_minor else volunteer.name
    return ShownVolunteer(volunteer.pk, name, phone)


def find_volunteers(given: str, *, actor: User, now: datetime, request: HttpRequest | None = None) -> list[Volunteer]:
    """The visible volunteers with exactly this phone, by its keyed hash; each search is recorded.

    NotValid (field "number") for what is no phone; NotNow after too many searches (`accounts.searches`).
    """
    number = normalise(given)
    if not is_phone(number):
        message = _("Give a whole mobile number (11 digits).")
        raise NotValid(message, {"number": [message]})
    indexes = blind_indexes(number, purpose=PHONE_PURPOSE, bits=PHONE_BITS)
    rows = Volunteer.objects.visible_to(actor).filter(phone_index__in=indexes)
    found = list(rows.select_related("grid").defer("grid__boundary").order_by("pk")[:FOUND])
    record_try(number, actor=actor, now=now, found=len(found), request=request)
    return found


def record_try(number: str, *, actor: User, now: datetime, found: int, request: HttpRequest | None = None) -> None:
    """Keep that somebody tried a number on the register, under its hash."""
    record_search(
        actor=actor,
        object_type="volunteer",
        index=phone_index(number),
        mask=blind_index(mask_phone(number), purpose="volunteer.mask", bits=PHONE_BITS),
        fields="phone",
        found=found,
        now=now,
        request=request,
    )
