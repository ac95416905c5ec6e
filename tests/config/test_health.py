"""The two health addresses."""

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from config import health


def test_alive_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.django_db
def test_ready_with_database_and_broker(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ready", "database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_without_redis_the_platform_is_degraded_but_serves(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/redis.sock?virtual_host=0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_without_the_database_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(connection: object) -> None:
        raise OperationalError

    monkeypatch.setattr(health, "MigrationExecutor", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


@pytest.mark.django_db
def test_an_unmigrated_database_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "unmigrated")
