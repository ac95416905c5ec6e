"""Activities: who plans, who comes, who waits, what came of it, how many of which level."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from grid.once import Conflict
from notices.models import Notice
from partybuilding import activities, series, signups, stories
from partybuilding.activities import NewActivity, Outcome
from partybuilding.activity_counts import counts
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import Activity, ActivityKind, ActivityPerson, PartnerUnit, PartyMember, PartyStep
from tests import street

NOW = datetime.fromisoformat("2026-11-20T09:00:00+08:00")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    load_dictionaries()
    return street.build_streets()


@pytest.fixture
def roles(grids: dict[str, Grid]) -> dict[str, User]:
    return street.make_roles(grids)


def new(**more: Any) -> NewActivity:
    tomorrow = {"starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=1, hours=2)}
    kind = ActivityKind.objects.get(name="义诊")
    return NewActivity(**{"kind": kind, "title": "社区义诊", "place": "党群服务站"} | tomorrow | more)


def planned(grid: Grid, actor: User, **more: Any) -> Activity:
    return activities.plan(new(**more), grid=grid, actor=actor, now=NOW, client_id=uuid4())[0]


@pytest.fixture
def activity(grids: dict[str, Grid], roles: dict[str, User]) -> Activity:
    """Of the community, tomorrow, with two places."""
    return planned(grids[street.COMMUNITY], roles["community"], places=2)


def test_the_office_of_the_level_plans_and_nobody_below_it(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    here = grids[street.COMMUNITY]
    assert planned(here, roles["community"]).level == "community"
    with pytest.raises(NotAllowed):
        planned(here, roles["gridleader"])
    with pytest.raises(NotAllowed):
        planned(here, roles["community"], level="street")
    of_street = planned(here, roles["partyofficer"], level="street")
    with pytest.raises(NotAllowed):
        activities.call_off(of_street, version=None, text="雨", actor=roles["community"], now=NOW)
    with pytest.raises(NotValid) as error:
        planned(grids[street.STREET], roles["partyofficer"], level="community")
    assert set(error.value.fields) == {"level"}


def test_the_same_form_sent_twice_is_one_activity(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    given: dict[str, Any] = {"grid": grids[street.COMMUNITY], "actor": roles["community"], "client_id": uuid4()}
    first, made = activities.plan(new(), **given, now=NOW)
    again, made_again = activities.plan(new(), **given, now=NOW)
    assert (first, made, made_again) == (again, True, False)
    with pytest.raises(Conflict):
        activities.plan(new(title="别的"), **given, now=NOW)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("ends_at", {"ends_at": NOW}),
        ("place", {"place": " "}),
        ("places", {"places": 0}),
        ("starts_at", {"starts_at": NOW - timedelta(days=400), "ends_at": NOW - timedelta(days=399)}),
        ("starts_at", {"starts_at": NOW + timedelta(days=400), "ends_at": NOW + timedelta(days=401)}),
    ],
)
def test_an_activity_that_makes_no_sense_is_refused_at_its_field(
    field: str, more: dict[str, Any], grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    with pytest.raises(NotValid) as error:
        planned(grids[street.COMMUNITY], roles["community"], **more)
    assert set(error.value.fields) == {field}


def test_who_comes_late_waits_and_gets_the_place_that_is_given_back(activity: Activity, roles: dict[str, User]) -> None:
    for name in ("gridleader", "microleader", "cadre", "shiftleader"):
        signups.sign_up(activity, actor=roles[name], now=NOW)
    assert signups.sign_up(activity, actor=roles["cadre"], now=NOW).presence == "waiting"
    assert activity.people.count() == 4
    signups.withdraw(activity, actor=roles["gridleader"], now=NOW)
    seats = dict(activity.people.values_list("user__username", "presence"))
    assert seats == {"microleader": "signed_up", "cadre": "signed_up", "shiftleader": "waiting"}
    (told,) = Notice.objects.filter(kind="activity.place", recipient__isnull=False)
    assert told.recipient == roles["cadre"]
    with pytest.raises(NotNow):
        signups.withdraw(activity, actor=roles["cadre"], now=activity.starts_at)


def test_more_places_are_given_to_those_who_wait_and_fewer_than_taken_are_refused(
    activity: Activity, roles: dict[str, User]
) -> None:
    for name in ("gridleader", "microleader", "cadre"):
        signups.sign_up(activity, actor=roles[name], now=NOW)
    change: dict[str, Any] = {"actor": roles["community"], "now": NOW}
    with pytest.raises(NotValid):
        activities.change(activity, new(places=1), version=1, **change)
    changed = activities.change(activity, new(places=None), version=1, **change)
    assert not activity.people.filter(presence="waiting").exists()
    assert not Notice.objects.filter(kind="activity.moved").exists()
    with pytest.raises(NotNow):
        activities.change(changed, new(), version=1, **change)


def test_everybody_on_the_list_is_told_of_a_move_and_of_the_end(activity: Activity, roles: dict[str, User]) -> None:
    given: dict[str, Any] = {"actor": roles["community"], "now": NOW}
    for name in ("gridleader", "microleader", "cadre"):
        signups.sign_up(activity, actor=roles[name], now=NOW)
    activities.change(activity, new(places=2, place="三楼"), version=1, **given)
    activities.call_off(activity, version=2, text="大风预警", **given)
    told = Notice.objects.filter(recipient=roles["cadre"]).order_by("pk")
    assert list(told.values_list("kind", flat=True)) == ["activity.moved", "activity.called_off"]
    assert "大风预警" in told.last().body
    with pytest.raises(NotNow):
        signups.sign_up(activity, actor=roles["head"], now=NOW)


def test_a_resident_is_kept_sealed_and_shown_masked_once(activity: Activity, roles: dict[str, User]) -> None:
    given: dict[str, Any] = {"actor": roles["community"], "now": NOW}
    row = signups.put_down(activity, name="占桂芳", **given)
    assert signups.shown_name(ActivityPerson.objects.get(pk=row.pk)) == "占**"
    with pytest.raises(NotValid):
        signups.put_down(activity, name="占桂芳 ", **given)
    with pytest.raises(NotAllowed):
        signups.put_down(activity, name="李四", actor=roles["gridleader"], now=NOW)


def test_a_member_and_her_account_are_one_person_on_the_list(
    activity: Activity, roles: dict[str, User], grids: dict[str, Grid]
) -> None:
    here = {"grid": grids[street.MICRO], "grid_code": street.MICRO}
    member = PartyMember.objects.create(name="王五", user=roles["microleader"], management="direct", **here)
    first = signups.put_down(activity, member=member, actor=roles["community"], now=NOW)
    assert signups.sign_up(activity, actor=roles["microleader"], now=NOW) == first
    assert signups.shown_name(first) == "王*"


def test_a_member_without_a_post_sees_what_is_held_where_she_lives(
    activity: Activity, grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    neighbour, stranger = street.make_person("neighbour"), street.make_person("stranger")
    PartyMember.objects.create(
        name="王五", user=neighbour, management="direct", grid=grids[street.MICRO], grid_code=street.MICRO
    )
    assert signups.sign_up(activity, actor=neighbour, now=NOW).member is not None
    with pytest.raises(NotAllowed):
        signups.sign_up(activity, actor=stranger, now=NOW)


def test_the_people_of_a_unit_that_takes_part_see_it_wherever_they_sit(
    grids: dict[str, Grid], roles: dict[str, User], activity: Activity
) -> None:
    away = street.make_organization(grids[street.OTHER_STREET], "municipal")
    worker = street.make_person("worker")
    street.give_post(worker, "handler", away)
    assert not Activity.objects.visible_to(worker).exists()
    activity.units.add(PartnerUnit.objects.create(organization=away))
    worker = User.objects.get(pk=worker.pk)
    assert list(Activity.objects.visible_to(worker)) == [activity]


def test_it_is_held_with_numbers_that_fit_the_list(activity: Activity, roles: dict[str, User]) -> None:
    given: dict[str, Any] = {"actor": roles["community"], "now": activity.ends_at}
    rows = [signups.sign_up(activity, actor=roles[name], now=NOW) for name in ("gridleader", "microleader")]
    with pytest.raises(NotNow):
        signups.note(activity, {rows[0].pk: "present"}, actor=roles["community"], now=NOW)
    with pytest.raises(NotNow):
        activities.hold(activity, Outcome(9), version=None, actor=roles["community"], now=NOW)
    assert signups.note(activity, {row.pk: "present" for row in rows}, **given) == 2
    for wrong in (Outcome(1), Outcome(5, members_count=6)):
        with pytest.raises(NotValid):
            activities.hold(activity, wrong, version=None, **given)
    held = activities.hold(activity, Outcome(30, beneficiaries=80), version=1, **given)
    assert (held.status, held.attended) == ("held", 30)
    amended = activities.amend(held, Outcome(32, beneficiaries=80), version=2, **given)
    assert amended.attended == 32
    assert PartyStep.objects.order_by("pk").last().text.endswith("30 → 32")
    with pytest.raises(NotNow):
        activities.hold(amended, Outcome(5), version=None, **given)


def test_each_has_one_vote_and_voting_ends_with_the_choice(activity: Activity, roles: dict[str, User]) -> None:
    told: dict[str, Any] = {"about": "占阿姨", "text": "她有大家的备用钥匙", "actor": roles["community"], "now": NOW}
    first, second = (stories.tell_story(activity, title=title, **told) for title in ("钥匙", "灯"))
    voter: dict[str, Any] = {"actor": roles["microleader"], "now": NOW}
    assert stories.vote(first, **voter) == stories.vote(first, **voter)
    with pytest.raises(NotNow):
        stories.vote(second, **voter)
    stories.take_vote_back(first, actor=roles["microleader"])
    stories.vote(second, **voter)
    with pytest.raises(NotAllowed):
        stories.choose(second, chosen=True, actor=roles["microleader"])
    stories.choose(second, chosen=True, actor=roles["community"])
    with pytest.raises(NotNow):
        stories.vote(first, actor=roles["cadre"], now=NOW)
    assert {row.title: row.votes_count for row in stories.in_lists(roles["cadre"])} == {"钥匙": 0, "灯": 1}


def test_a_series_of_one_name_stands_once_in_a_grid_and_adds_up(grids: dict[str, Grid], roles: dict[str, User]) -> None:
    given = {"name": "邻居节", "theme": "美好二七", "starts_on": None, "ends_on": None, "text": "", "is_active": True}
    where: dict[str, Any] = {"grid": grids[street.COMMUNITY], "actor": roles["community"]}
    row = series.write(None, given, **where)
    with pytest.raises(NotValid):
        series.write(None, given, **where)
    held(grids[street.COMMUNITY], roles["community"], 20, series=row)
    (found,) = series.in_lists(roles["microleader"])
    assert (found.held, found.community, found.street, found.came) == (1, 1, 0, 20)


def held(grid: Grid, actor: User, attended: int, **more: Any) -> Activity:
    past = {"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=2, hours=-2)}
    made = planned(grid, actor, **past | more)
    return activities.hold(made, Outcome(attended), version=None, actor=actor, now=NOW)


def test_activities_are_counted_by_level_and_by_community_in_one_query(
    grids: dict[str, Grid], roles: dict[str, User], django_assert_num_queries: Any
) -> None:
    officer = roles["partyofficer"]
    held(grids[street.STREET], officer, 100)
    held(grids[street.COMMUNITY], officer, 50, level="street")
    held(grids[street.COMMUNITY], roles["community"], 30)
    held(grids[street.SISTER], officer, 20, kind=ActivityKind.objects.get(name="主题党日"))
    held(grids[street.GRID], roles["gridleader"], 5)
    planned(grids[street.SISTER], officer)
    top, below = grids[street.STREET], [grids[street.COMMUNITY], grids[street.SISTER]]
    assert activities.in_lists(officer).exists()
    with django_assert_num_queries(1):
        found = counts(top, below, user=officer, start=NOW - timedelta(days=9), end=NOW)
    assert dict(found.total.by_level) == {"district": 0, "street": 2, "community": 2, "grid": 1}
    assert found.total.sums["attended"] == 205
    assert [(grid.code if grid else "", tally.total) for grid, tally in found.grids] == [
        ("", 2),
        (street.COMMUNITY, 2),
        (street.SISTER, 1),
    ]
    assert {name: tally.total for _pk, name, tally in found.kinds} == {"主题党日": 1, "义诊": 4}
    assert not counts(top, below, user=officer, start=NOW, end=NOW + timedelta(days=9)).total.total
