"""The way of one incident through separate processes, from the report of another system to the daily report."""

import io
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from house.stack import Stack
from tests.proof.conftest import Platform, ask
from tests.proof.visitor import Person, System, wait_for

STREET = "410103008"
DEPARTMENT = "市政设施养护队"
WORDS = "东福民社区门口路灯不亮，晚上出行不便，已经三天"
_EARLIER = """
ALTER TABLE {table} DISABLE TRIGGER USER;
UPDATE {table} SET {sets} WHERE {key} = (SELECT id FROM incidents_incident WHERE number = '{number}');
ALTER TABLE {table} ENABLE TRIGGER USER
"""
_TIMES = {
    "incidents_incident": ("id", "state_since reported_at filed_at dispatched_at handled_at closed_at"),
    "incidents_incidentevent": ("incident_id", "at"),
    "incidents_clockentry": ("incident_id", "at"),
    "incidents_assignment": ("incident_id", "starts_at ends_at"),
}


@pytest.fixture(scope="module")
def running(platform: Platform) -> Stack:
    """The whole platform; no report of yesterday is written yet."""
    return platform("journey")


@pytest.fixture(scope="module")
def system(running: Stack, key: str) -> System:
    return System(running.url, key)


@pytest.fixture(scope="module")
def reported(running: Stack, system: System) -> dict[str, Any]:
    """What the API answers to the report; the point lies inside the first grid of the street."""
    ((lon, lat),) = ask(
        running,
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(boundary) AS p FROM grid_grid WHERE code = %s) AS x",
        f"{STREET}001001001",
    )
    point = {"lon": lon, "lat": lat}
    return dict(system.post("incidents/", {"text": WORDS, "point": point}, **{"Idempotency-Key": "journey-1"}))


@pytest.fixture(scope="module")
def number(reported: dict[str, Any]) -> str:
    return str(reported["number"])


def photo() -> bytes:
    """A picture as a phone makes it."""
    file = io.BytesIO()
    Image.effect_noise((1200, 900), 40).convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


def test_the_answer_names_number_grid_and_leader(reported: dict[str, Any]) -> None:
    assert reported["state"] == "reported"
    assert reported["located_by"] == "inside"
    assert reported["grid"]["code"] == f"{STREET}001001001"
    assert reported["leader"]["name"]


def test_a_repeat_gets_the_first_answer(system: System, reported: dict[str, Any]) -> None:
    point = {"lon": reported["point"]["lon"], "lat": reported["point"]["lat"]}
    again = system.post("incidents/", {"text": WORDS, "point": point}, **{"Idempotency-Key": "journey-1"})
    assert again == reported


def test_a_worker_classifies_and_dispatches_it(system: System, number: str) -> None:
    case = wait_for(lambda: in_state(system, number, "dispatched"), what="dispatch")
    assert case["category"]["name"]
    assert DEPARTMENT in case["handler"]["organization_name"]
    events = system.get(f"incidents/{number}/events/")["results"]
    assert [event["move"] for event in events] == ["report", "file", "dispatch"]


def test_the_department_is_told_by_the_worker(running: Stack, number: str) -> None:
    sql = """SELECT 1 FROM notices_delivery AS d JOIN notices_notice AS n ON n.id = d.notice_id
    JOIN accounts_user AS u ON u.id = n.recipient_id
    WHERE u.username = 'department' AND d.work_state = 'done' AND n.url LIKE %s"""
    assert wait_for(lambda: ask(running, sql, f"%{number}%"), what="notice")


def test_the_department_takes_it_and_feeds_back(running: Stack, system: System, number: str) -> None:
    wait_for(lambda: in_state(system, number, "dispatched"), what="dispatch")
    department = Person(running.url, "department")
    assert number in department.get("/tasks/").text
    department.move(number, "take")
    assert in_state(system, number, "handling")
    department.move(number, "feedback", photo(), text="已更换灯具，恢复照明。")
    assert in_state(system, number, "handled")
    assert [kept["stage"] for kept in system.get(f"incidents/{number}/attachments/")] == ["handled"]


def test_the_department_cannot_close_its_own_work(running: Stack, number: str) -> None:
    department = Person(running.url, "department")
    assert department.get(f"/incidents/{number}/moves/close/").status in (403, 404, 409)


def test_the_operator_checks_and_closes_it(running: Stack, system: System, number: str) -> None:
    operator = Person(running.url, "operator")
    operator.move(number, "start_check")
    operator.move(number, "pass_check", photo(), text="现场核查，路灯已亮。")
    operator.move(number, "close_checked")
    case = in_state(system, number, "closed")
    assert case
    assert case["closed_at"]


def test_beat_writes_the_daily_report_at_the_set_time(running: Stack, system: System, number: str) -> None:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    let_a_night_pass(running, number)
    # written reports are frozen, and papers and meetings hang on them
    ask(running, "SET session_replication_role = replica; TRUNCATE reports_report CASCADE")
    set_time(running, now)
    yesterday = now.date() - timedelta(days=1)
    sql = "SELECT snapshot FROM reports_report WHERE kind = 'daily' AND grid_code = %s AND period_start = %s"
    found = wait_for(lambda: ask(running, sql, STREET, yesterday), what="report")
    assert len(found) == 1
    assert counted(running, yesterday) == numbers_of(found[0][0])


def test_the_shift_leader_opens_the_report_with_the_case_behind_it(running: Stack, number: str) -> None:
    leader = Person(running.url, "shiftleader")
    ((pk, day),) = ask(
        running,
        """SELECT r.id, period_start FROM reports_report AS r JOIN grid_grid AS g ON g.id = r.grid_id
        WHERE g.code = %s AND r.kind = 'daily' ORDER BY period_start DESC LIMIT 1""",
        STREET,
    )
    assert leader.get(f"/reports/{pk}/").status == 200
    assert number in leader.get(f"/reports/{STREET}/{day:%Y-%m-%d}/reported/").text


# --- helpers ----------------------------------------------------------------------------------------------------------


def in_state(system: System, number: str, state: str) -> dict[str, Any] | None:
    """The case when it is in this state."""
    case = dict(system.get(f"incidents/{number}/"))
    return case if case["state"] == state else None


def let_a_night_pass(running: Stack, number: str) -> None:
    """Move the case, with its history, to yesterday: a report is about finished days."""
    for table, (key, names) in _TIMES.items():
        sets = ", ".join(f"{name} = {name} - interval '1 day'" for name in names.split())
        for statement in _EARLIER.format(table=table, sets=sets, key=key, number=number).split(";"):
            ask(running, statement)


def set_time(running: Stack, now: datetime) -> None:
    """What the administrator does in the admin: the report at this time of day, and the bell every three seconds."""
    minute = max(now - timedelta(minutes=1), now.replace(hour=0, minute=0))
    ask(running, "UPDATE reports_reportschedule SET at = %s, is_active = (kind = 'daily')", minute.time())
    ask(
        running,
        """WITH often AS (
          INSERT INTO django_celery_beat_intervalschedule (every, period) VALUES (3, 'seconds') RETURNING id)
        UPDATE django_celery_beat_periodictask AS t SET interval_id = often.id FROM often
        WHERE t.name = 'write-due-reports'""",
    )
    ask(running, "UPDATE django_celery_beat_periodictasks SET last_update = now()")


def counted(running: Stack, day: Any) -> tuple[int, int]:
    """Reported and closed on the day, counted from the events alone."""
    sql = """SELECT count(*) FILTER (WHERE e.from_state = ''),
      count(*) FILTER (WHERE e.move IN ('close', 'close_checked'))
    FROM incidents_incidentevent AS e JOIN incidents_incident AS i ON i.id = e.incident_id
    WHERE (e.at AT TIME ZONE 'Asia/Shanghai')::date = %s AND i.grid_code LIKE %s"""
    ((reported, closed),) = ask(running, sql, day, f"{STREET}%")
    return reported, closed


def numbers_of(snapshot: dict[str, Any]) -> tuple[int, int]:
    """The same two numbers as the report says them."""
    figures = snapshot["total"]["numbers"]
    return figures["reported"], figures["closed"]
