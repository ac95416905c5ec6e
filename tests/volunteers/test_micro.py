"""Micro-projects: bids, conflicts of interest, points, the money of a call, receipts, the way to the end."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, NotNow, NotValid
from notices.models import Notice
from tests import street
from tests.volunteers import micro_world
from tests.volunteers.conftest import make_volunteer
from tests.volunteers.micro_world import Micro, line_of, paid
from volunteers import micro, micro_calls, micro_money, micro_news, micro_review
from volunteers.models import BudgetLine, Expense, Membership, MicroProject, Reviewer, Score, Wish, WishKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Micro:
    return micro_world.build()


def test_a_leader_and_the_people_of_a_unit_bid_and_nobody_else_does(world: Micro) -> None:
    assert world.bid(actor=world.leader).team == world.team
    assert world.bid("社工站", actor=world.head, organization=world.unit).organization == world.unit
    with pytest.raises(NotAllowed):
        world.bid("别人的", actor=world.head)
    with pytest.raises(NotAllowed):
        world.bid("外人", actor=street.make_person("stranger"))


def test_a_bid_keeps_to_the_call(world: Micro) -> None:
    wrong = {
        "asked": {"asked": Decimal(20_001)},
        "own_money": {"own_money": Decimal(999), "budget": [("书架", Decimal(10_999))]},
        "budget": {"budget": [("书架", Decimal(10_999))]},
    }
    for field, values in wrong.items():
        with pytest.raises(NotValid) as refusal:
            world.bid(**values)
        assert field in refusal.value.fields
    with pytest.raises(NotNow):
        micro.bid(world.new(), actor=world.leader, now=world.now)
    assert not MicroProject.objects.exists()


def test_a_bid_sent_twice_is_one_bid_told_once(world: Micro) -> None:
    once = uuid4()
    first, second = (
        micro.bid(world.new(), actor=world.leader, now=world.open_day, client_id=once) for _time in range(2)
    )
    assert first.pk == second.pk
    assert Notice.objects.filter(kind="micro.bid", recipient=world.officer).count() == 1


def test_the_call_is_told_to_leaders_and_heads_and_stays_once_somebody_bid(world: Micro) -> None:
    told = set(Notice.objects.filter(kind="micro.call").values_list("recipient__username", flat=True))
    assert {"teamleader", "unithead"} <= told
    world.bid()
    new = micro_calls.NewCall(
        grid=world.call.grid,
        name="改名",
        opens_on=world.call.opens_on,
        closes_on=world.call.closes_on,
        budget=Decimal(1),
        criteria=(("新", 1),),
    )
    with pytest.raises(NotNow):
        micro_calls.change_call(world.call, new, actor=world.officer, now=world.now)


def test_wishes_of_the_wall_become_a_project_by_their_public_words(world: Micro) -> None:
    kind = WishKind.objects.create(name="物品")
    values = {"kind": kind, "display_name": "占阿姨", "name": "占桂兰", "by": world.officer, "at": world.now}
    here = {"grid": world.grids[street.MICRO], "grid_code": street.MICRO}
    published = {"status": "published", "published_at": world.now, "verified_by": world.officer}
    wish = Wish.objects.create(number="1", title="两张相框", **published, **values, **here)
    Wish.objects.create(number="2", title="未核实", **values, **here)
    offered = list(micro.wishes_offered(world.leader, world.call))
    assert offered == [wish]
    project = world.bid(actor=world.leader, wishes=offered)
    assert list(wish.micro_projects.all()) == [project]


def test_who_has_an_interest_is_marked_and_her_points_are_refused(world: Micro) -> None:
    project = micro.step(world.bid(actor=world.leader), "review", actor=world.officer, now=world.now)
    mate, neighbour = street.make_person("mate"), street.make_person("neighbour")
    volunteer = make_volunteer(world.grids[street.GRID], user=mate)
    Membership.objects.create(team=world.team, volunteer=volunteer, status="active", since=world.call.opens_on)
    street.give_post(neighbour, "grid_leader", world.grids[street.GRID])
    people = [world.leader, mate, neighbour]
    micro_review.invite(project, people, actor=world.officer, now=world.now)
    for mine in Reviewer.objects.filter(user__in=people):
        assert mine.conflict
        with pytest.raises(NotAllowed):
            micro_review.score(mine, world.given((60, 40)), text="", actor=mine.user, now=world.now)
    assert not Notice.objects.filter(kind="micro.invited").exists()


def test_who_works_for_the_unit_has_an_interest_and_whoever_sits_elsewhere_has_none(world: Micro) -> None:
    project = world.bid(actor=world.head, organization=world.unit)
    elsewhere = street.make_person("elsewhere")
    street.give_post(elsewhere, "community_head", world.grids[street.COMMUNITY])
    assert micro_review.conflict_of(project, world.head)
    assert micro_review.conflict_of(project, elsewhere) == ""
    assert micro_review.conflict_of(project, world.officer) == ""


def test_points_are_counted_without_those_of_whoever_declares_an_interest(world: Micro) -> None:
    project = world.reviewed(world.bid(actor=world.leader), (60, 40))
    other = world.reviewer(project, "second")
    micro_review.score(other, world.given((20, 20)), text="", actor=other.user, now=world.now)
    assert micro_review.means(world.call) == {project.pk: (Decimal("70.0"), 2)}
    micro_review.declare(other, "亲属在队里", actor=other.user)
    assert micro_review.means(world.call) == {project.pk: (Decimal("100.0"), 1)}
    with pytest.raises(NotAllowed):
        micro_review.score(Reviewer.objects.get(pk=other.pk), {}, text="", actor=other.user, now=world.now)


def test_points_beyond_a_criterion_and_of_another_are_refused(world: Micro) -> None:
    project = micro.step(world.bid(actor=world.leader), "review", actor=world.officer, now=world.now)
    mine = world.reviewer(project)
    with pytest.raises(NotValid):
        micro_review.score(mine, world.given((61, 40)), text="", actor=mine.user, now=world.now)
    with pytest.raises(NotAllowed):
        micro_review.score(mine, world.given((1, 1)), text="", actor=world.officer, now=world.now)
    assert not Score.objects.exists()


def test_the_best_project_stands_first_and_the_money_says_how_far_it_reaches(world: Micro) -> None:
    poor, good = world.bid("差"), world.bid("好")
    world.reviewed(poor, (10, 10))
    world.reviewed(good, (50, 40))
    unread = world.bid("没人看过")
    lines = micro_review.results(world.call)
    assert [line.project for line in lines] == [good, poor, unread]
    assert [(line.place, line.within) for line in lines] == [(1, True), (2, True), (None, False)]


def test_the_call_never_gives_more_than_it_has(world: Micro) -> None:
    first, second, third = (world.reviewed(world.bid(word)) for word in "甲乙丙")
    for project in (first, second):
        micro_money.fund(project, Decimal(10_000), actor=world.officer, now=world.now)
    with pytest.raises(NotNow):
        micro_money.fund(third, Decimal(5_001), actor=world.officer, now=world.now)
    assert micro_money.fund(third, Decimal(5_000), actor=world.officer, now=world.now).granted == 5_000
    assert micro_money.committed(world.call) == 25_000


def test_a_stopped_project_gives_back_what_it_did_not_spend(world: Micro) -> None:
    project = world.running()
    micro_money.spend(line_of(project), paid(3_000, world.now), actor=world.leader, now=world.now)
    micro.step(project, "stop", actor=world.officer, now=world.now, text="队伍解散")
    assert micro_money.committed(world.call) == 3_000


def test_no_money_without_review_with_too_few_bids_or_while_others_may_bid(world: Micro) -> None:
    project = micro.step(world.bid(), "review", actor=world.officer, now=world.now)
    refused = [lambda: micro_money.fund(project, Decimal(1), actor=world.officer, now=world.now)]
    world.bid("甲")
    refused.append(refused[0])
    world.bid("乙")
    refused.append(lambda: micro_money.fund(project, Decimal(1), actor=world.officer, now=world.open_day))
    for attempt in [*refused, refused[0]]:
        with pytest.raises(NotNow):
            attempt()


def test_less_money_than_asked_needs_a_new_budget_before_the_beginning(world: Micro) -> None:
    world.bid("甲")
    world.bid("乙")
    project = world.reviewed(world.bid(actor=world.leader))
    project = micro_money.fund(project, Decimal(6_000), actor=world.officer, now=world.now)
    with pytest.raises(NotNow):
        micro.step(project, "start", actor=world.leader, now=world.now)
    plan = [("书架", Decimal(5_000)), ("图书", Decimal(2_000))]
    with pytest.raises(NotValid):
        micro_money.replan(project, plan[:1], actor=world.leader, now=world.now)
    micro_money.replan(project, plan, actor=world.leader, now=world.now)
    assert micro.step(project, "start", actor=world.leader, now=world.now).status == "running"


def test_a_line_is_never_overspent_whoever_writes(world: Micro) -> None:
    project = world.running()
    micro_money.spend(line_of(project), paid(8_000, world.now), actor=world.leader, now=world.now)
    with pytest.raises(NotNow):
        micro_money.spend(line_of(project), paid(1, world.now), actor=world.leader, now=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.create(
            line=line_of(project),
            merchant="x",
            text="x",
            amount=1,
            paid_on=world.call.opens_on,
            by=world.leader,
            at=world.now,
        )
    wrong = replace(paid(-500, world.now, receipt=False), text="更正")
    micro_money.spend(line_of(project), wrong, actor=world.leader, now=world.now)
    assert line_of(project).spent == 7_500


def test_money_needs_its_receipt_and_a_running_project(world: Micro) -> None:
    project = world.running()
    with pytest.raises(NotValid) as refusal:
        micro_money.spend(line_of(project), paid(10, world.now, receipt=False), actor=world.leader, now=world.now)
    assert "files" in refusal.value.fields
    waiting = BudgetLine.objects.filter(project__title="甲").select_related("project__team__leader").first()
    assert waiting is not None
    with pytest.raises(NotNow):
        micro_money.spend(waiting, paid(10, world.now), actor=world.leader, now=world.now)


def test_the_whole_way_of_a_project(world: Micro) -> None:
    project = world.running(actor=world.leader)
    with pytest.raises(NotNow):
        micro.finish(project, result="好", beneficiaries=9, actor=world.leader, now=world.now)
    project = micro.step(project, "mid_check", actor=world.officer, now=world.now, text="进度正常")
    for one in project.milestones.select_related("project__team__leader"):
        micro.reach(one, actor=world.leader, now=world.now)
    project = micro.finish(project, result="建成", beneficiaries=90, actor=world.leader, now=world.now)
    with pytest.raises(NotAllowed):
        micro.step(project, "close", actor=world.leader, now=world.now, text="通过")
    project = micro.step(project, "close", actor=world.officer, now=world.now, text="通过")
    assert (project.status, project.beneficiaries) == ("closed", 90)
    told = set(Notice.objects.filter(recipient=world.leader).values_list("kind", flat=True))
    assert {"micro.review", "micro.fund", "micro.mid_check", "micro.close"} <= told


def test_a_bid_is_written_anew_only_while_it_is_coached(world: Micro) -> None:
    project = micro.coach(world.bid(actor=world.leader), "预算再细", actor=world.officer, now=world.now)
    changed = world.new("新书屋", budget=[("书架", Decimal(11_000))])
    project = micro.rework(project, changed, actor=world.leader, now=world.now, version=project.version)
    assert (project.title, project.budget.count()) == ("新书屋", 1)
    with pytest.raises(NotNow):
        micro.rework(project, changed, actor=world.leader, now=world.now, version=project.version - 1)
    project = micro.step(project, "review", actor=world.officer, now=world.now)
    with pytest.raises(NotNow):
        micro.rework(project, changed, actor=world.leader, now=world.now, version=project.version)


def test_milestones_are_reminded_once(world: Micro) -> None:
    world.running(actor=world.leader)
    soon = world.now + timedelta(days=30) - micro_news.REMIND
    assert micro.remind_milestones(now=world.now) == 0
    assert micro.remind_milestones(now=soon) == micro.remind_milestones(now=soon) == 1
    assert Notice.objects.filter(kind="micro.milestone", recipient=world.leader).count() == 1
