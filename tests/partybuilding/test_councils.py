"""Deliberation: topics, meetings, decisions and what they lead to, follow-ups, opinions of deputies."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.errors import NotAllowed, NotNow, NotValid
from grid.posts import PostKind
from incidents import gridtasks
from incidents.catalogue import load_catalogue
from incidents.models import Incident, TaskKind
from notices.models import Notice
from partybuilding import council_news, forums, meetings, opinions, projects, resolution_children, resolutions, topics
from partybuilding.models import Alliance, FollowUp, Forum, ForumMeeting, ProjectType, Resolution, Topic
from tests import street
from tests.incidents.pages import photo
from tests.partybuilding import council_world
from tests.partybuilding.council_world import CouncilWorld

pytestmark = pytest.mark.django_db
Child = Resolution.Child


@pytest.fixture
def world(db: None) -> CouncilWorld:
    return council_world.build()


def client_of(world: CouncilWorld, role: str) -> Client:
    client = Client()
    client.force_login(world.people[role])
    return client


# --- topics and agenda ------------------------------------------------------------------------------------------------


def test_whoever_works_in_the_field_collects_a_topic_and_who_only_looks_does_not(world: CouncilWorld) -> None:
    new = topics.NewTopic(uuid4(), "楼道堆物", "hard")
    micro = world.base.grids[street.MICRO]
    first, made = topics.raise_topic(new, grid=micro, actor=world.people["microleader"], now=world.now)
    again, anew = topics.raise_topic(new, grid=micro, actor=world.people["microleader"], now=world.now)
    assert (made, anew, again) == (True, False, first)
    with pytest.raises(NotAllowed):
        topics.raise_topic(new, grid=micro, actor=world.people["auditor"], now=world.now)


def test_the_six_steps_of_a_topic_are_read_from_what_was_done(world: CouncilWorld) -> None:
    def gone(row: Topic) -> int:
        return sum(done for _name, done in topics.steps_of(topics.with_steps(Topic.objects.filter(pk=row.pk)).get()))

    topic = world.topic()
    found = [gone(topic)]
    topics.put_on_agenda(world.meeting(), [topic], actor=world.head)
    topic.refresh_from_db()
    found.append(gone(topic))
    decision = world.decision(topic)
    found.append(gone(topic))
    resolution_children.lead_to_incident(decision, actor=world.head, now=world.now)
    found.append(gone(topic))
    resolutions.follow_up(decision, "已派单", actor=world.head, now=world.now)
    found.append(gone(topic))
    world.base.move(decision_case(decision), "cancel", by="shiftleader")
    resolutions.drop(decision, text="不再需要", version=None, actor=world.head, now=world.now)
    assert [*found, gone(topic)] == [1, 2, 3, 4, 5, 6]


def decision_case(decision: Resolution) -> Incident:
    return Incident.objects.get(resolutions=decision)


def test_a_topic_stands_on_one_agenda_and_goes_back_until_something_was_decided(world: CouncilWorld) -> None:
    first, second = world.meeting(), world.meeting(days=3)
    topic = world.topic(first)
    assert topics.put_on_agenda(second, [topic], actor=world.head) == 0
    assert list(topics.pool(second)) == []
    topics.take_off_agenda(topic, actor=world.head)
    assert list(topics.pool(second)) == [topic]
    topics.put_on_agenda(first, [topic], actor=world.head)
    topic.refresh_from_db()
    world.decision(topic)
    with pytest.raises(NotNow):
        topics.take_off_agenda(topic, actor=world.head)


def test_a_topic_of_another_community_is_not_taken_on_the_agenda_by_its_key(world: CouncilWorld) -> None:
    foreign = Topic.objects.create(
        title="别处",
        principle="big",
        grid=world.base.grids[street.OTHER_STREET],
        grid_code=street.OTHER_STREET,
        by=world.head,
        at=world.now,
    )
    with pytest.raises(NotValid):
        topics.chosen_topics(world.meeting(), [str(foreign.pk)])


# --- meetings ---------------------------------------------------------------------------------------------------------


def test_a_forum_meets_once_at_a_moment_and_a_second_send_is_the_first_one(world: CouncilWorld) -> None:
    new = meetings.NewMeeting("五月", world.now + timedelta(days=2))
    given: dict[str, Any] = {"forum": world.forum, "client_id": uuid4(), "actor": world.head, "now": world.now}
    first, made = meetings.plan_meeting(new, **given)
    assert meetings.plan_meeting(new, **given) == (first, False)
    assert made
    with pytest.raises(NotValid):
        meetings.plan_meeting(new, **{**given, "client_id": uuid4()})


def test_people_and_units_that_are_asked_are_told_and_see_the_meeting(world: CouncilWorld) -> None:
    meeting = world.meeting(days=3)
    guests = [meetings.NewGuest(unit=world.partner()), meetings.NewGuest(user=world.people["supervisor"])]
    for guest in guests:
        meetings.invite(meeting, guest, actor=world.head, now=world.now)
    meetings.invite(meeting, guests[0], actor=world.head, now=world.now)
    assert meeting.guests.count() == 2
    told = set(Notice.objects.filter(kind="council.invited").values_list("recipient__username", flat=True))
    assert {"supervisor", "department", "head"} <= told
    address = reverse("partybuilding:meeting", args=[meeting.pk])
    assert client_of(world, "department").get(address).status_code == 200
    assert client_of(world, "dispatcher").get(address).status_code == 404
    assert client_of(world, "department").post(f"{address}agenda/").status_code == 403


def test_who_is_asked_is_told_of_another_moment_and_of_the_end(world: CouncilWorld) -> None:
    meeting = world.meeting(days=3)
    topic = world.topic(meeting)
    meetings.invite(meeting, meetings.NewGuest(user=world.people["supervisor"]), actor=world.head, now=world.now)
    moved = meetings.NewMeeting("改期", world.now + timedelta(days=4))
    given: dict[str, Any] = {"version": None, "actor": world.head, "now": world.now}
    meetings.change_meeting(meeting, moved, **given)
    meetings.call_off(meeting, text="下雨", **given)
    kinds = set(Notice.objects.filter(recipient=world.people["supervisor"]).values_list("kind", flat=True))
    assert kinds == {"council.invited", "council.moved", "council.called_off"}
    topic.refresh_from_db()
    assert topic.meeting is None


def test_a_meeting_is_held_once_and_not_before_it_begins(world: CouncilWorld) -> None:
    with pytest.raises(NotNow):
        world.held(world.meeting(days=1))
    meeting = world.meeting()
    world.held(meeting)
    with pytest.raises(NotNow):
        world.held(meeting)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.residents) == ("held", 12)


def test_a_meeting_that_decided_is_not_called_off(world: CouncilWorld) -> None:
    meeting = world.meeting()
    world.decision(world.topic(meeting))
    with pytest.raises(NotNow):
        meetings.call_off(meeting, text="误排", version=None, actor=world.head, now=world.now)
    assert ForumMeeting.objects.get(pk=meeting.pk).status == "planned"


# --- decisions --------------------------------------------------------------------------------------------------------


def test_a_decision_needs_an_owner_and_a_day_after_its_meeting_and_its_owner_is_told(world: CouncilWorld) -> None:
    topic = world.topic(world.meeting())
    with pytest.raises(NotValid) as refused:
        world.decision(topic, owner="", due=-5)
    assert set(refused.value.fields) == {"owner", "due_on"}
    decision = world.decision(topic, owner="", organization=world.base.unit)
    assert decision.owner == world.base.unit.name
    told = Notice.objects.filter(kind="decision.given").values_list("recipient__username", flat=True)
    assert list(told) == ["head"]
    assert client_of(world, "department").get(f"/party/councils/decisions/{decision.pk}/").status_code == 200


def test_nothing_is_decided_before_the_meeting_begins(world: CouncilWorld) -> None:
    with pytest.raises(NotNow):
        world.decision(world.topic(world.meeting(days=1)))


def test_a_second_click_on_make_it_a_case_is_told_the_number_of_the_first(world: CouncilWorld) -> None:
    decision = world.decision()
    case = resolution_children.lead_to_incident(decision, actor=world.head, now=world.now)
    with pytest.raises(NotNow, match=case.number):
        resolution_children.lead_to_incident(decision, actor=world.head, now=world.now)
    assert Incident.objects.count() == 1
    assert "物业" in case.text
    assert case.grid_code == street.GRID


def test_a_decision_is_done_by_its_closed_case_and_open_again_with_it(world: CouncilWorld) -> None:
    decision = world.decision()
    case = resolution_children.lead_to_incident(decision, actor=world.head, now=world.now)
    given: dict[str, Any] = {"version": None, "actor": world.head, "now": world.now}
    with pytest.raises(NotNow, match=case.number):
        resolutions.finish(decision, result="好了", **given)
    assert resolutions.settle(now=world.now) == 0
    for name in ("file", "dispatch", "take", "feedback", "close"):
        case = world.base.move(case, name)
    assert (resolutions.settle(now=world.now), resolutions.settle(now=world.now)) == (1, 0)
    decision.refresh_from_db()
    assert (decision.status, decision.ended_at) == ("done", case.closed_at)
    assert case.number in decision.result
    world.base.move(case, "reopen", by="shiftleader")
    assert resolutions.settle(now=world.now) == 1
    decision.refresh_from_db()
    assert (decision.status, decision.result, decision.ended_at) == ("open", "", None)


def test_a_case_that_came_to_nothing_leaves_the_decision_free_for_another_child(world: CouncilWorld) -> None:
    decision = world.decision()
    first = resolution_children.lead_to_incident(decision, actor=world.head, now=world.now)
    world.base.move(first, "reject", by="operator")
    late = world.now + timedelta(days=9)
    assert resolutions.settle(now=late) == 0
    assert list(resolutions.without_child(Resolution.objects.all(), late)) == [decision]
    second = resolution_children.lead_to_incident(decision, actor=world.head, now=world.now)
    assert second.pk != first.pk
    assert not resolutions.without_child(Resolution.objects.all(), late).exists()


def test_a_decision_becomes_a_task_through_the_grids_and_ends_with_it(world: CouncilWorld) -> None:
    load_catalogue()
    decision, until = world.decision(), timezone.localdate(world.now) + timedelta(days=9)
    new = resolution_children.NewChildTask(TaskKind.objects.get(code="project"), 5, until)
    task = resolution_children.lead_to_task(decision, new, actor=world.head, now=world.now)
    assert (task.state, task.grid_code) == ("issued", street.COMMUNITY)
    gridtasks.finish(task.pk, result="已划线", version=None, actor=world.head, now=world.now)
    resolutions.settle(now=world.now)
    decision.refresh_from_db()
    assert (decision.status, decision.result) == ("done", "已划线")


def test_a_decision_becomes_a_project_and_ends_when_it_is_confirmed(world: CouncilWorld) -> None:
    decision = world.decision()
    kind = ProjectType.objects.create(name="民生微实事")
    new = resolution_children.NewChildProject(kind, world.partner())
    project = resolution_children.lead_to_project(decision, new, actor=world.head, now=world.now)
    assert (project.grid_code, project.title) == (street.GRID, decision.text)
    projects.drop(project, actor=world.head, now=world.now, text="单位退出")
    decision.refresh_from_db()
    assert resolution_children.is_free(decision)
    assert resolution_children.open_ways(decision, world.head) == ["incident", "project", "task", "notice"]
    assert resolution_children.open_ways(decision, world.people["gridleader"]) == []


def test_a_decision_that_is_made_known_is_done(world: CouncilWorld) -> None:
    done = resolution_children.lead_to_notice(world.decision(), actor=world.head, now=world.now)
    told = set(Notice.objects.filter(kind="decision.known").values_list("recipient__username", flat=True))
    assert (done.status, done.child) == ("done", "notice")
    assert {"gridleader", "microleader"} <= told
    assert "operator" not in told  # of the street, not of the community


def test_the_next_meeting_hears_of_what_is_open_and_of_what_was_done_since(world: CouncilWorld) -> None:
    first = world.meeting(days=-20)
    topic = world.topic(first)
    decision, other = world.decision(topic, due=1), world.decision(topic, text="清理僵尸车", due=1)
    world.held(first)
    second = world.meeting(days=-2)
    before = world.now - timedelta(days=3)
    resolutions.finish(other, result="清走三辆", version=None, actor=world.head, now=before)
    resolutions.follow_up(decision, "正在划线", actor=world.head, now=world.now, meeting=second)
    resolutions.follow_up(decision, "正在划线", actor=world.head, now=world.now, meeting=second)
    assert FollowUp.objects.count() == 1
    heard = meetings.followed(second)
    assert {row.pk for row in heard} == {decision.pk, other.pk}
    assert [said.text for row in heard for said in row.heard] == ["正在划线"]  # type: ignore[attr-defined]
    world.held(second)
    assert [row.pk for row in meetings.followed(world.meeting(days=9))] == [decision.pk]
    with pytest.raises(NotValid):
        resolutions.follow_up(decision, "太早", actor=world.head, now=world.now, meeting=first)


def test_only_its_owner_and_who_holds_the_meetings_say_how_a_decision_stands(world: CouncilWorld) -> None:
    decision = world.decision(organization=world.base.unit)
    resolutions.follow_up(decision, "已备料", actor=world.people["department"], now=world.now)
    with pytest.raises(NotAllowed):
        resolutions.follow_up(decision, "听说好了", actor=world.people["gridleader"], now=world.now)
    with pytest.raises(NotAllowed):
        resolutions.finish(decision, result="好", version=None, actor=world.people["department"], now=world.now)


def test_decisions_without_child_and_past_their_day_are_shown_and_told_of_once(world: CouncilWorld) -> None:
    decision = world.decision(organization=world.base.unit, due=3)
    for days, found in ((5, 0), (6.5, 1)):
        later = world.now + timedelta(days=days)
        assert resolutions.without_child(Resolution.objects.all(), later).count() == found
    late = world.now + timedelta(days=8)
    childless = resolutions.without_child(Resolution.objects.all(), late)
    council_news.remind(childless, now=late)
    count = Notice.objects.count()
    council_news.remind(childless, now=late)
    kinds = set(Notice.objects.filter(url__endswith=f"/{decision.pk}/").values_list("kind", flat=True))
    assert Notice.objects.count() == count
    assert {"decision.childless"} < kinds
    assert resolutions.overdue(Resolution.objects.all(), timezone.localdate(late)).get() == decision


# --- forums -----------------------------------------------------------------------------------------------------------


def test_a_forum_counts_its_meetings_and_what_was_solved_with_the_years_before(world: CouncilWorld) -> None:
    alliance = Alliance.objects.create(
        name="红色物业联盟", kind="property", solved_before=500, grid=world.grid, grid_code=world.grid.code
    )
    Forum.objects.filter(pk=world.forum.pk).update(alliance=alliance)
    meeting = world.meeting()
    resolution_children.lead_to_notice(world.decision(world.topic(meeting)), actor=world.head, now=world.now)
    world.held(meeting)
    (found,) = forums.forums_for(world.head, world.now)
    assert (found.held, found.open, found.done, forums.solved(found)) == (1, 0, 1, 501)
    (place,) = forums.venues(forums.forums_for(world.head, world.now))
    assert (place["name"], place["held"], place["solved"]) == ("清风睦邻亭", 1, 1)
    year = timezone.localdate(meeting.starts_at).year
    kinds = {one.kind: one.held for one in forums.kinds_of_year(ForumMeeting.objects.all(), year)}
    assert kinds == dict.fromkeys(Forum.Kind.values, 0) | {"council": 1}


def test_a_grid_has_one_forum_of_a_name(world: CouncilWorld) -> None:
    with pytest.raises(NotValid) as refused:
        forums.found_forum(forums.NewForum("小板凳议事会", "council"), grid=world.grid, actor=world.head)
    assert "name" in refused.value.fields


# --- opinions of deputies ---------------------------------------------------------------------------------------------


def test_an_opinion_goes_from_the_deputy_to_the_unit_and_back_with_an_evaluation(world: CouncilWorld) -> None:
    deputy = street.make_person("deputy", "张代表")
    street.give_post(deputy, PostKind.DEPUTY, world.grid)
    given: dict[str, Any] = {"version": None, "now": world.now}
    new = opinions.NewOpinion(uuid4(), "congress", "", "东门缺路灯")
    opinion, _made = opinions.collect(new, grid=world.grid, actor=deputy, now=world.now)
    assert (opinion.deputy, opinion.deputy_name) == (deputy, "张代表")
    opinions.work(opinion, organization=world.base.unit, due_on=None, actor=world.head, **given)
    opinions.answer(opinion, text="已装两盏", actor=world.people["department"], **given)
    with pytest.raises(NotAllowed):
        opinions.rate(opinion, satisfaction="satisfied", actor=world.people["department"], **given)
    opinions.rate(opinion, satisfaction="satisfied", actor=deputy, **given)
    figures = opinions.figures(opinions.opinions_for(world.head), timezone.localdate(world.now))
    assert (figures["all"], figures["rated"], figures["satisfied"]) == (1, 1, 1.0)
    kinds = set(Notice.objects.filter(kind__startswith="opinion.").values_list("kind", "recipient__username"))
    assert kinds >= {("opinion.given", "department"), ("opinion.answered", "deputy")}


def test_an_opinion_becomes_one_case_of_its_own_source(world: CouncilWorld) -> None:
    opinion = world.opinion()
    case = opinions.make_incident(opinion, actor=world.head, now=world.now)
    with pytest.raises(NotNow, match=case.number):
        opinions.make_incident(opinion, actor=world.head, now=world.now)
    opinion.refresh_from_db()
    assert (case.source, opinion.status, Incident.objects.count()) == ("deputy", "working", 1)


# --- pages and API ----------------------------------------------------------------------------------------------------

LISTS = ("councils", "meetings", "topics", "decisions", "opinions", "venues")


@pytest.mark.parametrize("name", LISTS)
def test_lists_cost_the_same_for_one_row_and_for_many(world: CouncilWorld, name: str) -> None:
    client = client_of(world, "community")

    def fill(number: int) -> None:
        new = forums.NewForum(f"坝坝会{number}", "talk", venue=f"地点{number}")
        forum = forums.found_forum(new, grid=world.grid, actor=world.head)
        meeting = world.meeting(days=-number, forum=forum)
        resolution_children.lead_to_incident(world.decision(world.topic(meeting)), actor=world.head, now=world.now)
        opinions.make_incident(world.opinion(), actor=world.head, now=world.now)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(f"partybuilding:{name}")).status_code == 200
        return len(found)

    fill(1)
    queries()
    one = queries()
    for number in range(2, 6):
        fill(number)
    assert queries() == one


@pytest.mark.parametrize("name", ["meeting_excel", "decision_excel", "opinion_excel"])
def test_lists_leave_as_workbooks_that_are_recorded(world: CouncilWorld, name: str) -> None:
    world.decision()
    world.opinion()
    answer = client_of(world, "community").get(reverse(f"partybuilding:{name}"))
    assert answer.content.startswith(b"PK")
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile"])
def test_every_page_of_deliberation_opens(world: CouncilWorld, agent: str) -> None:
    decision, opinion = world.decision(organization=world.base.unit), world.opinion()
    meeting = decision.topic.meeting
    assert meeting is not None
    meetings.invite(meeting, meetings.NewGuest(role="居民代表5人"), actor=world.head, now=world.now)
    client = client_of(world, "community")
    base, one = "/party/councils/", decision.pk
    pages = [
        *("forums/new/", f"forums/{world.forum.pk}/", f"forums/{world.forum.pk}/edit/", "meetings/new/"),
        *(f"meetings/{meeting.pk}/{part}" for part in ("", "edit/", "hold/", "call-off/", "print/")),
        *("topics/new/", f"topics/{decision.topic_id}/", f"decisions/{one}/", f"decisions/{one}/lead/task/"),
        *(f"decisions/{one}/lead/project/", f"decisions/{one}/finish/", f"decisions/{one}/drop/"),
        *("../opinions/new/", f"../opinions/{opinion.pk}/", f"../opinions/{opinion.pk}/work/"),
        *(f"../opinions/{opinion.pk}/answer/", "meetings/new/?forum=" + str(world.forum.pk)),
    ]
    found = {
        page: client.get(f"{base}{page}".replace("councils/../", ""), headers={"User-Agent": agent}) for page in pages
    }
    assert {page: answer.status_code for page, answer in found.items() if answer.status_code != 200} == {}


def test_another_system_hands_in_topics_and_opinions_once(world: CouncilWorld) -> None:
    client = APIClient()
    client.force_login(world.head)
    topic = {"client_id": str(uuid4()), "grid": street.GRID, "title": "电梯加装", "principle": "big"}
    opinion = {"client_id": str(uuid4()), "grid": street.GRID, "body": "conference", "deputy_name": "李委员"}
    for address, body in (("topics", topic), ("opinions", {**opinion, "text": "加快加装电梯"})):
        codes = [client.post(f"/api/v1/party/{address}/", body, format="json").status_code for _n in range(2)]
        assert codes == [201, 200]
        assert len(client.get(f"/api/v1/party/{address}/").json()["results"]) == 1
    wrong = client.post(
        "/api/v1/party/topics/", {**topic, "client_id": str(uuid4()), "speaker": "占阿姨"}, format="json"
    )
    assert wrong.status_code == 400


def test_the_api_shows_meetings_and_decisions_without_names_of_guests(world: CouncilWorld) -> None:
    decision = world.decision()
    meeting = decision.topic.meeting
    assert meeting is not None
    meetings.invite(meeting, meetings.NewGuest(role="居民代表占阿姨"), actor=world.head, now=world.now)
    client = APIClient()
    client.force_login(world.head)
    for thing in ("forums", "meetings", "decisions", f"meetings/{meeting.pk}", f"decisions/{decision.pk}"):
        answer = client.get(f"/api/v1/party/{thing}/")
        assert answer.status_code == 200
        assert "占阿姨" not in answer.content.decode()
    told = client.post(f"/api/v1/party/decisions/{decision.pk}/follow-up/", {"text": "已订购"}, format="json")
    assert [row["text"] for row in told.json()["follow_ups"]] == ["已订购"]


def test_a_case_is_brought_before_a_council_and_carries_the_decision_out(world: CouncilWorld) -> None:
    case = world.base.report()
    client = client_of(world, "community")
    address = reverse("partybuilding:topic_new")
    assert f"{address}?incident={case.number}" in client.get(f"/incidents/{case.number}/").content.decode()
    form = client.get(address, {"incident": case.number}).context["form"]
    assert (form["incident"].value(), form["grid"].value()) == (case.number, case.grid_code)
    sent = {"grid": case.grid_code, "title": "垃圾清运", "principle": "real", "incident": case.number}
    assert client.post(address, sent).status_code == 302
    topic = Topic.objects.get()
    topics.put_on_agenda(world.meeting(), [topic], actor=world.head)
    topic.refresh_from_db()
    decision = world.decision(topic)
    assert client.post(reverse("partybuilding:decision_lead", args=[decision.pk, "own-case"])).status_code == 302
    decision.refresh_from_db()
    assert (decision.incident, Incident.objects.count()) == (case, 1)


def test_a_signed_file_is_kept_with_the_meeting_and_refused_from_who_only_sees_it(world: CouncilWorld) -> None:
    meeting = world.meeting()
    address = reverse("partybuilding:meeting_files", args=[meeting.pk])
    assert client_of(world, "community").post(address, {"papers": photo()}).status_code == 302
    assert meeting.files.get().is_photo
    assert client_of(world, "shiftleader").post(address, {"papers": photo()}).status_code == 403
    assert client_of(world, "community").post(address, {}).status_code == 422
