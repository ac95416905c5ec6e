"""The API's default permission: every action names its rule, an action without one is refused."""

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from grid.access import opens


class CapabilityPermission(BasePermission):
    """Reads `access_rules` of the view: action (or, in a plain APIView, method in small letters) → rule.

    Rules are those of `grid.access`. Which rows the actor reaches is `visible_to` in `get_queryset`: 404 outside.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the rule of this action lets the actor pass; 405 for a method that the address does not have."""
        method = (request.method or "").lower()
        if not hasattr(view, method):
            raise MethodNotAllowed(request.method or "")
        action = getattr(view, "action", None) or method
        return opens(getattr(view, "access_rules", {}).get(action), request.user)
