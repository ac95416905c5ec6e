"""The party member behind an account, what lies near her, and how she is shown to others: masked."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.protect import mask_name
from partybuilding.models import PartyMember

COMMUNITY_DIGITS: Final = 12


def member_of(user: Any) -> PartyMember | None:
    """The member who signs in with this account and has not left; None for everybody else. One query."""
    if not isinstance(user, User):
        return None
    rows = PartyMember.objects.filter(user=user, left_on=None).select_related("grid").defer("grid__boundary")
    return rows.first()


def is_member(user: Any, member: PartyMember | None) -> bool:
    """Whether `user` is that very member, still one."""
    return member is not None and member.user_id is not None and member.user_id == user.pk and member.left_on is None


def community_of(code: str) -> str:
    """The code of the community of a grid; a street's own code stays."""
    return code[:COMMUNITY_DIGITS]


def near(member: PartyMember, code_field: str = "grid_code") -> Q:
    """What lies in the member's community, or belongs to the street above it as a whole."""
    own = community_of(member.grid_code)
    above = [own[:n] for n in range(1, len(own))]
    return Q(**{f"{code_field}__startswith": own}) | Q(**{f"{code_field}__in": above})


def is_near(member: PartyMember, code: str) -> bool:
    """The same for one place."""
    own = community_of(member.grid_code)
    return code.startswith(own) or own.startswith(code)


def living_in(code: str) -> QuerySet[PartyMember]:
    """Members who live in a grid or below it and have not left."""
    rows: QuerySet[PartyMember] = PartyMember.objects.under(code).filter(left_on=None)
    return rows


def shown(member: PartyMember | None) -> str:
    """The masked name of a member in lists; "" for nobody."""
    return mask_name(member.name) if member else ""


def accounts_of(members: Iterable[PartyMember]) -> list[User]:
    """The active accounts of members whose `user` was read along."""
    return [one.user for one in members if one.user is not None and one.user.is_active]
