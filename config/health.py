"""Is the process alive, and can it serve? For load balancers and for `script/server`."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from accounts.rules import public

REDIS_SECONDS = 0.5  # a hung Redis must not make the answer slow


@public
@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process runs; asks nobody."""
    return JsonResponse({"status": "alive"})


@public
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and is migrated. Redis down is "degraded": work waits, pages go on."""
    database = database_state()
    broker = broker_state()
    status = "unready" if database != "ok" else "ready" if broker == "ok" else "degraded"
    body = {"status": status, "database": database, "broker": broker}
    return JsonResponse(body, status=503 if database != "ok" else 200)


def database_state() -> str:
    """Give `ok`, `down`, or `unmigrated`."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "down"
    return "unmigrated" if pending else "ok"


def broker_state() -> str:
    """Give `ok` or `down`."""
    try:
        with Redis.from_url(redis_url(), socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) as client:
            client.ping()
    except (RedisError, OSError):
        return "down"
    return "ok"


def redis_url() -> str:
    """Give the broker's address in redis-py's form: a socket is `unix://path` there."""
    address = settings.CELERY_BROKER_URL
    if address.startswith("redis+socket://"):
        return "unix://" + address.removeprefix("redis+socket://").split("?", 1)[0]
    return str(address)
