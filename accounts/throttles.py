"""How many calls a minute one caller of the API may make."""

import logging
import time
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts.access import client_address

logger = logging.getLogger(__name__)

SAFE: Final = ("GET", "HEAD", "OPTIONS")


class ScopedThrottle(BaseThrottle):
    """Counts calls per caller, scope and period in one atomic step, so that parallel calls cannot slip through.

    The scope is the view's `throttle_scope`, else "read" or "write" by method. Without a working cache every call
    passes: reporting an incident is worth more than the limit.
    """

    wait_seconds: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this call is within the limit."""
        scope = getattr(view, "throttle_scope", None) or ("read" if request.method in SAFE else "write")
        limit, period = rate_of(scope)
        if limit is None:
            return True
        now = time.time()
        self.wait_seconds = period - now % period
        return self._count(f"throttle:{scope}:{caller(request)}:{int(now // period)}", period) <= limit

    def wait(self) -> float | None:
        """Seconds until the next period begins."""
        return self.wait_seconds

    @staticmethod
    def _count(key: str, period: int) -> int:
        try:
            cache.add(key, 0, timeout=period + 1)
            return cache.incr(key)
        except Exception:  # a cache fails with errors of its own driver
            logger.warning("the cache does not count calls; letting them pass", exc_info=True)
            return 0


def demand_rate(request: HttpRequest, scope: str) -> None:
    """The same limit for a page that is open to everybody. Throttled (429) above the rate of `scope`."""
    limit, period = rate_of(scope)
    now = time.time()
    key = f"throttle:{scope}:{caller(request)}:{int(now // period)}"
    if limit is not None and ScopedThrottle._count(key, period) > limit:
        raise Throttled(wait=period - now % period)


def rate_of(scope: str) -> tuple[int | None, int]:
    """Calls and seconds of the period for the scope ("600/min"); no limit for a scope without a rate."""
    rate = api_settings.DEFAULT_THROTTLE_RATES.get(scope)
    if not rate:
        return None, 1
    number, period = str(rate).split("/")
    return int(number), {"s": 1, "m": 60, "h": 3600, "d": 86400}[period[0]]


def caller(request: Request | HttpRequest) -> str:
    """Who is counted: the key, else the person, else the address."""
    key = getattr(request.user, "active_key", None)
    if key is not None:
        return f"key{key.pk}"
    return f"user{request.user.pk}" if request.user.is_authenticated else f"ip{client_address(request)}"
