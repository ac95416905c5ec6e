"""Models of `accounts`, one subject per file."""

from accounts.models.access import AccessEvent
from accounts.models.api_key import ApiKey
from accounts.models.idempotency import IdempotencyRecord
from accounts.models.session import UserSession
from accounts.models.user import User

__all__ = ["AccessEvent", "ApiKey", "IdempotencyRecord", "User", "UserSession"]
