"""The schedule of beat and the reconnecting consumer."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.celery import app
from config.celery_reconnect import PatientConnection, QuickConsumer, QuickScheduler

SCHEDULE = settings.CELERY_BEAT_SCHEDULE


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_entry_rings_a_task_that_exists_and_expires(name: str) -> None:
    app.loader.import_default_modules()
    entry = SCHEDULE[name]
    assert entry["task"] in app.tasks
    assert entry["schedule"] < entry["options"]["expire_seconds"] <= 2 * entry["schedule"] + 1


class SlowConnection:
    """Notes how it is asked to connect."""

    asked: dict[str, Any]

    def ensure_connection(self, errback: Any, max_retries: Any, **options: Any) -> "SlowConnection":
        self.asked = options
        return self


def test_a_lost_broker_is_tried_twice_a_second() -> None:
    connection = SlowConnection()
    assert PatientConnection(connection).ensure_connection(None, None, callback=None) is connection
    assert connection.asked["interval_start"] == connection.asked["interval_max"] == 0.5


def test_the_worker_uses_that_consumer() -> None:
    module, name = settings.CELERY_WORKER_CONSUMER.split(":")
    assert (module, name) == (QuickConsumer.__module__, QuickConsumer.__name__)


@pytest.mark.django_db
def test_beat_keeps_what_the_office_set_in_the_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_celery_beat.schedulers.close_old_connections", lambda: None)
    scheduler = QuickScheduler(app=app, lazy=True)
    scheduler.update_from_dict(SCHEDULE)
    task = PeriodicTask.objects.get(name="run-clocks")
    task.interval = IntervalSchedule.objects.create(every=90, period="seconds")
    task.save()
    scheduler.update_from_dict(SCHEDULE)
    task.refresh_from_db()
    assert task.interval.every == 90
    assert set(SCHEDULE) <= set(PeriodicTask.objects.values_list("name", flat=True))


@pytest.mark.parametrize("page", ["periodictask/", "periodictask/add/", "intervalschedule/", "crontabschedule/"])
def test_the_schedule_is_open_to_the_administrator(admin_client: Client, page: str) -> None:
    assert admin_client.get(f"/admin/django_celery_beat/{page}").status_code == 200
