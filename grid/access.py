"""Who may open a page: one decorator, which leaves its rule on the view for the matrix test.

A rule is "public", "signed_in", a capability, or several capabilities joined by "|" (any of them is enough).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.rules import PUBLIC, SIGNED_IN, View, ask_to_sign_in
from grid.posts import CAPABILITIES
from grid.scope import scope_of


def rule_for(*capabilities: str) -> str:
    """The rule that any of `capabilities` opens; ValueError for a name that no post gives."""
    unknown = set(capabilities) - set(CAPABILITIES)
    if unknown or not capabilities:
        raise ValueError(f"unknown capabilities: {sorted(unknown)}")
    return "|".join(capabilities)


def opens(rule: str | None, user: Any) -> bool:
    """Whether `user` passes `rule` somewhere; no rule lets nobody pass."""
    if not rule:
        return False
    if rule == PUBLIC:
        return True
    if rule == SIGNED_IN:
        return bool(user.is_authenticated and user.is_active)
    scope = scope_of(user)
    return any(scope.can(capability) for capability in rule.split("|"))


def demand(user: Any, capability: str, code: str) -> None:
    """Raise NotAllowed unless `user` holds `capability` on the grid `code`: for business code that writes."""
    if not scope_of(user).can(capability, code):
        raise NotAllowed(_("You may not do this here."))


def requires(*capabilities: str) -> Callable[[View], View]:
    """Page decorator: signs people in first, then asks for one of `capabilities` anywhere (403 otherwise).

    Which objects they reach with it is the queryset's matter: `visible_to(user)`, 404 outside.
    """
    rule = rule_for(*capabilities)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (refusal := refused(request, rule)) is not None:
                return refusal
            return view(request, *args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded

    return decorate


def refused(request: HttpRequest, rule: str) -> HttpResponseBase | None:
    """The way to the login page for a stranger, None for who may pass; NotAllowed for all others."""
    if opens(rule, request.user):
        return None
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    raise NotAllowed(_("Your posts do not include this page."))
