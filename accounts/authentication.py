"""How other systems say who they are: an API key in a header."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.api_keys import authenticate, note_use
from accounts.models import ApiKey, User


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer gg_…` or `X-API-Key: gg_…`. A key that is no good is a 401, never an anonymous call."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The service account with `active_key` set, from which the scope is read; None when no key was sent."""
        token = given_token(request)
        if token is None:
            return None
        now = timezone.now()
        key = authenticate(token, now=now)
        if key is None:
            raise AuthenticationFailed(_("The API key is not valid."))
        note_use(key, now=now)
        account = key.account
        account.active_key = key  # type: ignore[attr-defined]
        # The page doors ask the same object, so that a lazy scope of the request is that of the key.
        request._request.user = account
        return account, key

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing or bad key a 401 with the way to do it right."""
        return 'Bearer realm="api"'


def given_token(request: Request) -> str | None:
    """The token of either header; None when neither was sent. What cannot be a token is one that fits no key."""
    if "X-API-Key" in request.headers:
        return str(request.headers["X-API-Key"])
    words = get_authorization_header(request).decode("latin-1").split()
    if not words or words[0].lower() != "bearer":
        return None
    return words[1] if len(words) == 2 else ""
