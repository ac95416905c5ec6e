"""The grid academy: who is called, who was there, what it says of people's competences."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, User
from fieldwork import competences, courses, training
from fieldwork.dictionaries import load_courses, load_dictionaries
from fieldwork.models import Attendance, Competence, Course, Material, Teacher, TrainingForm, TrainingSession
from fieldwork.training import Mark, NewSession
from grid.models import Grid
from notices.models import Notice
from tests import street

NOW = datetime.fromisoformat("2026-11-20T09:00:00+08:00")
PRESENT, ABSENT = Attendance.Presence.PRESENT, Attendance.Presence.ABSENT


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    return street.build_streets()


@pytest.fixture
def roles(grids: dict[str, Grid]) -> dict[str, User]:
    return street.make_roles(grids)


@pytest.fixture
def course(db: None) -> Course:
    load_dictionaries()
    return Course.objects.get(title="突发事件情景模拟")


def new(course: Course, **more: Any) -> NewSession:
    return NewSession(
        **{"course": course, "starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=1, hours=2)}
        | {"place": "街道二楼会议室"}
        | more
    )


@pytest.fixture
def session(grids: dict[str, Grid], roles: dict[str, User], course: Course) -> TrainingSession:
    """Of the street, tomorrow, held by the shift leader."""
    return training.plan(new(course), grid=grids[street.STREET], actor=roles["shiftleader"], now=NOW)


def held(session: TrainingSession, people: dict[User, Mark], actor: User) -> TrainingSession:
    """The session as it stands after everybody was noted."""
    training.call(session, people=people, actor=actor, now=NOW)
    marks = {session.attendance.get(user=person).pk: mark for person, mark in people.items()}
    after = session.ends_at
    training.note(session, marks, actor=actor, now=after)
    return training.hold(session, version=None, actor=actor, now=after)


def test_the_library_covers_both_academies_and_is_loaded_once(course: Course) -> None:
    assert set(Course.objects.values_list("form", flat=True)) == set(TrainingForm.values)
    assert [one.name for one in course.competences.all()] == ["事件上报", "突发应对"]
    Course.objects.filter(title="外出培训：先进社区观摩学习").delete()
    load_courses()
    assert not Course.objects.filter(form="journey").exists()


def test_holders_of_the_posts_below_are_called_and_told_once(session: TrainingSession, roles: dict[str, User]) -> None:
    call: dict[str, Any] = {"kinds": ["grid_leader", "micro_leader", "handler"], "actor": roles["shiftleader"]}
    assert training.call(session, **call, now=NOW) == 3  # the handler sits in a unit of the street
    assert training.call(session, **call, now=NOW) == 0
    told = Notice.objects.filter(kind="training.called", recipient__isnull=False)
    assert set(told.values_list("recipient__username", flat=True)) == {"gridleader", "microleader", "department"}
    assert told.first().title == "请参加培训：突发事件情景模拟"


def test_nobody_of_another_street_is_called_or_signs_up(
    session: TrainingSession, roles: dict[str, User], grids: dict[str, Grid], client: Client
) -> None:
    stranger = street.make_person("stranger")
    street.give_post(stranger, "grid_leader", grids[street.OTHER_GRID])
    assert training.call(session, kinds=["grid_leader"], actor=roles["shiftleader"], now=NOW) == 1
    with pytest.raises(NotAllowed):
        training.sign_up(session, actor=stranger, now=NOW)
    client.force_login(stranger)
    assert client.post(reverse("fieldwork:training_sign_up", args=[session.pk])).status_code == 404


def test_a_system_does_not_come_to_a_training(session: TrainingSession) -> None:
    with pytest.raises(NotValid):
        training.sign_up(session, actor=User.objects.create_service(username="s", real_name="系统"), now=NOW)


def test_a_micro_grid_leader_signs_up_for_what_the_street_holds_until_it_is_full(
    session: TrainingSession, roles: dict[str, User]
) -> None:
    training.change(
        session, new(session.course, places=1), version=session.version, actor=roles["shiftleader"], now=NOW
    )
    first = training.sign_up(session, actor=roles["microleader"], now=NOW)
    assert training.sign_up(session, actor=roles["microleader"], now=NOW) == first
    with pytest.raises(NotNow, match="名额"):
        training.sign_up(session, actor=roles["gridleader"], now=NOW)
    training.withdraw(session, actor=roles["microleader"], now=NOW)
    assert training.sign_up(session, actor=roles["gridleader"], now=NOW)
    with pytest.raises(NotNow):
        training.withdraw(session, actor=roles["gridleader"], now=session.starts_at)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("ends_at", {"ends_at": NOW + timedelta(days=1)}),
        ("place", {"place": "  "}),
        ("places", {"places": 0}),
        ("starts_at", {"starts_at": NOW - timedelta(days=400), "ends_at": NOW - timedelta(days=400, hours=-1)}),
    ],
)
def test_a_session_that_makes_no_sense_is_refused_at_its_field(
    field: str, more: dict[str, Any], grids: dict[str, Grid], roles: dict[str, User], course: Course
) -> None:
    with pytest.raises(NotValid) as error:
        training.plan(new(course, **more), grid=grids[street.STREET], actor=roles["shiftleader"], now=NOW)
    assert set(error.value.fields) == {field}


def test_a_teacher_is_not_in_two_places(
    grids: dict[str, Grid], roles: dict[str, User], session: TrainingSession
) -> None:
    given: dict[str, Any] = {"actor": roles["shiftleader"], "now": NOW}
    teacher = Teacher.objects.create(name="李老师")
    training.change(session, new(session.course, teacher=teacher), version=session.version, **given)
    with pytest.raises(NotValid) as error:
        training.plan(new(session.course, teacher=teacher), grid=grids[street.COMMUNITY], **given)
    assert set(error.value.fields) == {"teacher"}
    session.refresh_from_db()
    training.call_off(session, version=session.version, text="下雨", **given)
    assert training.plan(new(session.course, teacher=teacher), grid=grids[street.COMMUNITY], **given)


def test_it_is_held_only_when_everybody_is_noted_and_somebody_was_there(
    session: TrainingSession, roles: dict[str, User]
) -> None:
    given: dict[str, Any] = {"actor": roles["shiftleader"], "now": session.ends_at}
    training.call(session, kinds=["grid_leader"], actor=roles["shiftleader"], now=NOW)
    (row,) = session.attendance.all()
    with pytest.raises(NotNow):
        training.note(session, {row.pk: Mark(PRESENT)}, actor=roles["shiftleader"], now=NOW)
    with pytest.raises(NotNow, match="1"):
        training.hold(session, version=None, **given)
    training.note(session, {row.pk: Mark(ABSENT)}, **given)
    with pytest.raises(NotNow):
        training.hold(session, version=None, **given)
    with pytest.raises(NotValid):
        training.note(session, {row.pk: Mark(ABSENT, True)}, **given)
    training.note(session, {row.pk: Mark(PRESENT, True)}, **given)
    assert training.hold(session, version=None, **given).status == "held"


def test_only_what_was_passed_in_a_held_session_is_a_competence(
    session: TrainingSession, grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    leader, micro = roles["gridleader"], roles["microleader"]
    held(session, {leader: Mark(PRESENT, True), micro: Mark(PRESENT, False)}, roles["shiftleader"])
    planned = training.plan(new(session.course), grid=grids[street.STREET], actor=roles["shiftleader"], now=NOW)
    Attendance.objects.create(session=planned, user=micro, presence=PRESENT, passed=True, noted_at=NOW)
    found = competences.earned_by([leader.pk, micro.pk])
    assert {one.competence.name: one.times for one in found[leader.pk]} == {
        "事件发现": 0,
        "事件上报": 1,
        "事件处置": 0,
        "突发应对": 1,
    }
    assert not any(one.times for one in found[micro.pk])
    assert competences.hours_of(leader) == session.course.hours
    people = competences.people_of(roles["shiftleader"], now=NOW)
    dealing = Competence.objects.get(name="突发应对")
    assert dict(competences.coverage(people))[dealing] == 1
    assert set(people) - set(competences.lacking(people, dealing.pk)) == {leader}


def test_who_plans_in_a_community_sees_only_its_people(session: TrainingSession, roles: dict[str, User]) -> None:
    street_people = set(competences.people_of(roles["shiftleader"], now=NOW))
    own = set(competences.people_of(roles["community"], now=NOW))
    assert own == {roles["community"], roles["cadre"], roles["gridleader"], roles["microleader"]}
    assert own < street_people
    assert not competences.people_of(roles["gridleader"], now=NOW).exists()


def test_whoever_signed_up_is_told_of_a_change_and_of_the_end(session: TrainingSession, roles: dict[str, User]) -> None:
    given: dict[str, Any] = {"actor": roles["shiftleader"], "now": NOW}
    training.sign_up(session, actor=roles["microleader"], now=NOW)
    training.change(session, new(session.course, remark="带笔"), version=1, **given)
    assert not Notice.objects.filter(kind="training.moved").exists()
    training.change(session, new(session.course, place="三楼"), version=2, **given)
    with pytest.raises(NotNow):
        training.change(session, new(session.course, place="四楼"), version=2, **given)
    session.refresh_from_db()
    training.call_off(session, version=3, text="下雨", **given)
    mine = Notice.objects.filter(recipient=roles["microleader"]).order_by("pk")
    assert list(mine.values_list("kind", flat=True)) == ["training.moved", "training.called_off"]
    assert "下雨" in mine.last().body


def test_a_course_of_the_same_title_is_refused_and_a_grid_leader_keeps_no_library(
    course: Course, roles: dict[str, User]
) -> None:
    given = {name: getattr(course, name) for name in courses.COLUMNS} | {"competences": []}
    with pytest.raises(NotValid):
        courses.write(None, given, actor=roles["shiftleader"])
    with pytest.raises(NotAllowed):
        courses.write(course, given, actor=roles["gridleader"])
    courses.write(course, given | {"hours": 3}, actor=roles["shiftleader"])
    course.refresh_from_db()
    assert (course.hours, course.competences.count()) == (3, 0)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_planner_plans_calls_notes_and_holds_on_the_pages(
    grids: dict[str, Grid], roles: dict[str, User], course: Course, client: Client
) -> None:
    client.force_login(roles["community"])
    typed = {"grid": street.COMMUNITY, "course": course.pk, "place": "社区会议室"}
    times = {"starts_at": "2026-11-20T14:00", "ends_at": "2026-11-20T16:00"}
    client.post(reverse("fieldwork:training_new"), typed | times)
    session = TrainingSession.objects.get()
    assert timezone.localtime(session.starts_at).hour == 14
    assert client.post(reverse("fieldwork:training_call", args=[session.pk]), {}).status_code == 422
    client.post(
        reverse("fieldwork:training_call", args=[session.pk]), {"kinds": ["grid_leader"], "person": "community"}
    )
    leader = session.attendance.get(user=roles["gridleader"])
    own = session.attendance.get(user=roles["community"])
    with time_machine.travel(NOW + timedelta(hours=5, minutes=30), tick=False):
        client.force_login(roles["community"])  # the old session has run out
        marks = {f"a{leader.pk}-presence": PRESENT, f"a{leader.pk}-passed": "yes", f"a{own.pk}-presence": ABSENT}
        assert client.post(reverse("fieldwork:training_attendance", args=[session.pk]), marks).status_code == 302
        held = client.post(reverse("fieldwork:training_step", args=[session.pk, "hold"]), {"version": 1})
        assert held.status_code == 302
        page = client.get(reverse("fieldwork:training_records"), {"grid": street.COMMUNITY}).content.decode()
    session.refresh_from_db()
    assert session.status == "held"
    assert "2026年11月20日" in page


def test_people_see_how_many_come_and_only_planners_see_who(
    session: TrainingSession, roles: dict[str, User], client: Client
) -> None:
    User.objects.filter(pk=roles["gridleader"].pk).update(real_name="赵网格")
    training.call(session, kinds=["grid_leader"], actor=roles["shiftleader"], now=NOW)
    url = reverse("fieldwork:training_session", args=[session.pk])
    client.force_login(roles["microleader"])
    page = client.get(url).content.decode()
    assert "赵网格" not in page
    assert client.get(reverse("fieldwork:training_excel", args=[session.pk])).status_code == 403
    client.force_login(roles["shiftleader"])
    assert "赵网格" in client.get(url).content.decode()
    assert client.get(reverse("fieldwork:training_excel", args=[session.pk])).status_code == 200
    assert AccessEvent.objects.filter(action="export", object_type="training").count() == 1


def test_lists_cost_the_same_for_one_and_for_thirty(
    session: TrainingSession,
    grids: dict[str, Grid],
    roles: dict[str, User],
    client: Client,
) -> None:
    Teacher.objects.create(name="李老师")
    client.force_login(roles["shiftleader"])
    names = ("training", "courses", "training_records")
    counted = {}
    for name in names:
        client.get(reverse(f"fieldwork:{name}"))
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(f"fieldwork:{name}"))
        counted[name] = len(found)
    for n in range(25):
        training.plan(new(session.course), grid=grids[street.COMMUNITY], actor=roles["shiftleader"], now=NOW)
        Course.objects.create(title=f"课程{n}", form="classroom")
        street.give_post(street.make_person(f"p{n}"), "grid_worker", grids[street.MICRO])
    for name in names:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(f"fieldwork:{name}")).status_code == 200
        assert len(found) == counted[name], name
    assert max(counted.values()) <= 14


def test_filters_stand_in_the_address_and_unknown_ones_are_refused(
    session: TrainingSession, roles: dict[str, User], client: Client
) -> None:
    client.force_login(roles["microleader"])
    url = reverse("fieldwork:training")

    def rows(**query: str) -> list[Any]:
        return list(client.get(url, query).context["page"].rows)

    assert rows(status="planned", form="scenario") == [session]
    assert rows(status="held") == rows(mine="true") == rows(from_day="2026-11-25") == []
    training.sign_up(session, actor=roles["microleader"], now=NOW)
    assert rows(mine="true") == [session]
    assert client.get(url, {"colour": "red"}).status_code in (400, 422)


def test_the_api_gives_numbers_and_no_names_and_signs_its_caller_up(
    session: TrainingSession, roles: dict[str, User], client: Client
) -> None:
    training.call(session, kinds=["grid_leader"], actor=roles["shiftleader"], now=NOW)
    client.force_login(roles["microleader"])
    (row,) = client.get("/api/v1/field/training/").json()["results"]
    assert (row["signed_up"], row["mine"], row["form"]) == (1, None, "scenario")
    assert "gridleader" not in str(row)
    signed = client.post(f"/api/v1/field/training/{session.pk}/sign-up/")
    assert (signed.status_code, signed.json()["signed_up"], signed.json()["mine"]) == (200, 2, "signed_up")
    course = client.get(f"/api/v1/field/courses/{session.course_id}/").json()
    assert [one["title"] for one in course["materials"]] == ["突发事件首报模板"]


def test_materials_are_added_and_taken_out_on_the_page_of_the_course(
    course: Course, roles: dict[str, User], client: Client
) -> None:
    client.force_login(roles["shiftleader"])
    url = reverse("fieldwork:material_add", args=[course.pk])
    assert client.post(url, {"title": "空的"}).status_code == 422
    client.post(url, {"title": "疏散口诀", "place": "二楼资料柜"})
    material = Material.objects.get(title="疏散口诀")
    assert "二楼资料柜" in client.get(reverse("fieldwork:course", args=[course.pk])).content.decode()
    client.post(reverse("fieldwork:material_remove", args=[course.pk, material.pk]))
    assert not Material.objects.filter(pk=material.pk).exists()
