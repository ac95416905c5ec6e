"""What an account may do, as far as accounts must know it: nobody hands on more than she holds.

Rights come from posts, which belong to a floor above; `settings.SCOPE_OF` names the function that reads them.
"""

from typing import Protocol, Self

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


class Reach(Protocol):
    """The part of `grid.scope.Scope` that is asked here."""

    def can(self, capability: str, code: str | None = None) -> bool:
        """Whether `capability` is held on the grid `code`."""

    def covers(self, other: Self) -> bool:
        """Whether nothing can be done with `other` that cannot be done with this one."""


def reach_of(user: User) -> Reach:
    """What `user` may do today, and where."""
    reach: Reach = import_string(settings.SCOPE_OF)(user)
    return reach


def may_manage(actor: User, account: User) -> bool:
    """Whether `actor` may change the account, set its password, switch it off: only if it may do no more than she.

    Who sets a password can sign in with it, and would have the rights of that account.
    """
    if actor.is_superuser or account.is_superuser:
        return actor.is_superuser
    return account.get_all_permissions() <= actor.get_all_permissions() and reach_of(actor).covers(reach_of(account))
