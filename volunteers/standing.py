"""The volunteer behind an account, what lies near her, and how she is shown to others: masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import User
from accounts.protect import mask_name, mask_phone
from volunteers.models import Volunteer

STREET_DIGITS: Final = 9
PRESENT: Final = ("applied", "active", "paused")
"""The statuses of whoever is on the register: one row per account and per phone."""


@dataclass(frozen=True, slots=True)
class ShownVolunteer:
    """One volunteer as a page, the API or a file shows her: masked, but after a recorded reveal."""

    pk: int
    name: str
    phone: str


def masked(volunteer: Volunteer) -> ShownVolunteer:
    """Surname only, the middle of the phone hidden."""
    return ShownVolunteer(volunteer.pk, mask_name(volunteer.name), mask_phone(volunteer.phone))


def shown(volunteer: Volunteer | None) -> str:
    """The masked name of a volunteer in lists; "" for nobody."""
    return mask_name(volunteer.name) if volunteer else ""


def volunteer_of(user: Any) -> Volunteer | None:
    """The volunteer who signs in with this account and has not left; None for everybody else. One query."""
    if not isinstance(user, User):
        return None
    rows = Volunteer.objects.filter(user=user, status__in=PRESENT).select_related("grid").defer("grid__boundary")
    return rows.first()


def is_volunteer(user: Any, volunteer: Volunteer | None) -> bool:
    """Whether `user` is that very volunteer, still one."""
    return volunteer is not None and volunteer.user_id == user.pk and volunteer.status in PRESENT


def demand_not_hers(volunteer: Volunteer, actor: User) -> None:
    """NotAllowed when `actor` is that very volunteer: nobody records or certifies her own hours (four eyes)."""
    if volunteer.user_id == actor.pk:
        raise NotAllowed(_("Your own hours and certificates are kept by somebody else."))


def near(volunteer: Volunteer, code_field: str = "grid_code") -> Q:
    """What lies in the volunteer's street, or belongs to the grids above it."""
    street = volunteer.grid_code[:STREET_DIGITS]
    above = [street[:n] for n in range(1, len(street))]
    return Q(**{f"{code_field}__startswith": street}) | Q(**{f"{code_field}__in": above})


def accounts_of(volunteers: Iterable[Volunteer]) -> list[User]:
    """The active accounts of volunteers whose `user` was read along."""
    return [one.user for one in volunteers if one.user is not None and one.user.is_active]
