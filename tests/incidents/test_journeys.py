"""Ten cases as the press tells of them, each played from its report to its end with the real catalogue.

Blocked drain in a compound without management, dog dispute, noise from a stadium, illegal shed with rectification,
wiring in a basement, parking, charging, street lamp, roof leak, fire hazard in a kitchen.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from grid.models import Organization
from grid.posts import PostKind
from incidents import (
    actions,
    applications,
    callbacks,
    clusters,
    deadlines,
    dispatch,
    disputes,
    intake,
    lifecycle,
    resting,
    solving,
    supervision,
    supervision_rules,
    whistle_raising,
    whistles,
)
from incidents.catalogue import load_catalogue
from incidents.dispute_parties import NewParty
from incidents.models import ActionDay, Category, DispatchRule, Dispute, Incident, Supervision, Whistle
from incidents.models.incident import Closing, Source
from incidents.states import State
from notices.models import Notice
from tests import street
from tests.incidents.conftest import picture

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 09:00 in Beijing


@dataclass
class Office:
    """The street office with its people and units, a clock of its own, and the worker."""

    people: dict[str, User]
    units: dict[str, Organization]
    now: datetime = MONDAY

    def wait(self, **more: float) -> None:
        """Time passes; the clocks and the rests are looked at as beat does."""
        self.now += timedelta(**more)
        resting.resume_due(now=self.now)
        deadlines.run_clocks(now=self.now)
        supervision_rules.write_due(now=self.now)

    def report(self, by: str, text: str, *, source: str = Source.PATROL, **more: Any) -> Incident:
        """A report, and the worker's look at it."""
        given = {"text": text, "source": source, "point": street.inside(street.MICRO)} | more
        incident = intake.report_incident(intake.NewIncident(**given), actor=self.people[by], now=self.now)
        return self.work(incident)

    def work(self, incident: Incident) -> Incident:
        """The worker does what is due."""
        dispatch.dispatch_due(now=self.now)
        return self.fresh(incident)

    def fresh(self, incident: Incident) -> Incident:
        """The incident as it is now."""
        return Incident.objects.select_related("category", "handler_organization").get(pk=incident.pk)

    def move(self, incident: Incident, name: str, by: str, **more: Any) -> Incident:
        """One move, ten minutes after the last thing that happened."""
        self.wait(minutes=10)
        return lifecycle.perform(incident.pk, name, actor=self.people[by], now=self.now, **more)

    def settle(self, incident: Incident, by: str, text: str) -> Incident:
        """Taken on, done, checked on site with a photo, closed."""
        self.move(incident, "take", by)
        self.move(incident, "feedback", by, text=text, photos=[picture("green")])
        return self.check(incident)

    def check(self, incident: Incident) -> Incident:
        """The check on site where the category asks for it, and the closing."""
        category = self.fresh(incident).category
        assert category is not None
        if not category.needs_site_check:
            return self.move(incident, "close", "operator", text="已电话核实，办结")
        self.move(incident, "start_check", "operator", user=self.people["gridleader"])
        self.move(incident, "pass_check", "gridleader", text="现场已整改", photos=[picture("blue")])
        return self.move(incident, "close_checked", "operator")

    def told(self, who: str) -> set[str]:
        """The kinds of notices somebody got."""
        return set(Notice.objects.filter(recipient=self.people[who]).values_list("kind", flat=True))


@pytest.fixture
def office(db: None) -> Office:
    """Catalogue, people, four units with a handler each, and rules for the units."""
    load_catalogue()
    grids = street.build_streets()
    people = street.make_roles(grids)
    for role, kind, code in (
        ("secretary", PostKind.STREET_SECRETARY, street.STREET),
        ("member", PostKind.COMMITTEE_MEMBER, street.COMMUNITY),
    ):
        people[role] = street.make_person(role)
        street.give_post(people[role], kind, grids[code])
    units = {"police": Organization.objects.get()}
    for key, name in (
        ("works", "市政设施养护队"),
        ("law", "综合行政执法队"),
        ("fire", "消防救援站"),
        ("power", "供电所"),
    ):
        units[key] = street.make_organization(grids[street.STREET], key, name=name)
        people[key] = street.make_person(key)
        street.give_post(people[key], PostKind.HANDLER, units[key])
    for name, key in (("下水道堵塞或破损", "works"), ("路灯照明", "works"), ("私搭乱建", "law"), ("消防隐患", "fire")):
        category = Category.objects.get(name=name)
        DispatchRule.objects.create(
            category=category, grid_code=street.STREET, target="organization", organization=units[key]
        )
    return Office(people, units)


def test_a_blocked_drain_in_a_compound_without_management(office: Office) -> None:
    incident = office.report("microleader", "铁英街12号无主管楼院下水道堵塞，污水漫到路上")
    assert (incident.state, incident.handler_organization) == (State.DISPATCHED, office.units["works"])
    incident = office.settle(incident, "works", "已疏通主管道并清运淤泥")
    assert (incident.state, incident.closing, incident.is_solved) == (State.CLOSED, Closing.NORMAL, True)
    assert [photo.stage for photo in incident.attachments.all()] == ["handled", "check"]
    assert "incident.close_checked" in office.told("microleader")


def test_a_dog_dispute_is_mediated_at_the_grid_then_in_the_community(office: Office) -> None:
    incident = office.report("operator", "3号楼养犬纠纷，狗不牵绳吓到孩子，两家吵起来", source=Source.HOTLINE)
    assert (incident.state, incident.inspector) == (State.VERIFYING, office.people["microleader"])
    office.move(incident, "genuine", "microleader", text="双方在楼下争吵，情况属实")
    incident = office.work(incident)
    assert incident.category is not None
    assert (incident.category.name, incident.state) == ("养犬纠纷", State.DISPATCHED)
    dispute = disputes.enter(
        disputes.NewDispute(
            kind=Dispute.Kind.NEIGHBOURS,
            risk=Dispute.Risk.MEDIUM,
            title="楼院养犬纠纷",
            text="一方遛狗不牵绳，另一方孩子受惊",
            parties=[NewParty("first", "甲方居民"), NewParty("second", "乙方居民")],
            source=Dispute.Source.INCIDENT,
            incident=incident,
        ),
        actor=office.people["gridleader"],
        now=office.now,
    )
    made = {"actor": office.people["gridleader"], "now": office.now}
    given = disputes.Given
    disputes.act(dispute.pk, "name_mediator", given=given(mediator=office.people["gridleader"]), **made)
    session = given(text="双方各执一词，未谈成", happened_at=office.now, place="社区议事厅", present="双方及楼长")
    disputes.act(dispute.pk, "session", given=session, **made)
    disputes.act(dispute.pk, "report_up", given=given(text="需社区民警到场"), **made)
    made = {"actor": office.people["community"], "now": office.now}
    disputes.act(dispute.pk, "name_mediator", given=given(mediator=office.people["member"]), **made)
    agreement = given(text="牵绳遛犬、赔礼道歉", happened_at=office.now, next_visit_on=date(2026, 11, 30))
    dispute = disputes.act(dispute.pk, "settle", given=agreement, actor=office.people["member"], now=office.now)
    assert (dispute.state, dispute.level) == (Dispute.State.SETTLED, 4)
    texts = " ".join(incident.events.values_list("text", flat=True))
    assert "甲方居民" not in texts


def test_noise_from_a_stadium_is_one_matter_for_many_callers(office: Office) -> None:
    words = "体育场夜间音响噪声扰民，影响休息"
    calls = [
        office.report("dispatcher", f"{words}（第{n}位来电）", source=Source.HOTLINE, contact_phone=f"1380000000{n}")
        for n in range(3)
    ]
    lead, members = calls[0], calls[1:]
    reason = "同一体育场同一晚的来电"
    clusters.join(lead.pk, [one.pk for one in members], actor=office.people["operator"], now=office.now, reason=reason)
    whistle = whistle_raising.raise_whistle(
        whistle_raising.NewWhistle(
            title="体育场夜间噪声联合执法",
            text="多名居民连续投诉，街道难以单独解决",
            ground=Whistle.Ground.ENFORCEMENT,
            level="yellow",
            calls=[
                whistle_raising.Call(office.units["law"], "牵头约谈场馆", is_lead=True),
                whistle_raising.Call(office.units["police"], "到场维持秩序"),
            ],
            incident=lead,
        ),
        actor=office.people["dispatcher"],
        now=office.now,
    )
    whistle = whistles.perform(
        whistle.pk,
        "approve",
        actor=office.people["secretary"],
        now=office.now,
        given=whistles.Given(text="同意吹哨"),
    )
    assert whistle.state == Whistle.State.BLOWN
    tasks = {task.organization_id: task.pk for task in whistle.tasks.all()}
    for key, actor in (("law", "law"), ("police", "department")):
        step = whistles.Given(task=tasks[office.units[key].pk], attendee="带队领导", rank=2, text="已到场处置")
        for name in ("respond", "attend"):
            whistles.perform(whistle.pk, name, actor=office.people[actor], now=office.now, given=step)
    helped = whistles.Given(task=tasks[office.units["police"].pk], text="秩序良好")
    whistles.perform(whistle.pk, "finish", actor=office.people["department"], now=office.now, given=helped)
    led = whistles.Given(task=tasks[office.units["law"].pk], text="场馆已限时限音")
    whistle = whistles.perform(whistle.pk, "conclude", actor=office.people["law"], now=office.now, given=led)
    assert whistle.state == Whistle.State.HANDLED
    office.move(lead, "genuine", "microleader", text="现场属实")
    lead = office.work(lead)
    lead = office.settle(lead, _handler(office, lead), "场馆已调低音量并限时")
    states = {office.fresh(one).closing for one in members}
    assert (lead.state, states) == (State.CLOSED, {Closing.WITH_LEAD})
    assert Notice.objects.filter(kind="incident.close_with_lead").count() == 2


def _handler(office: Office, incident: Incident) -> str:
    """The role of who has the incident."""
    if incident.handler_user:
        return next(role for role, person in office.people.items() if person == incident.handler_user)
    return next(role for role, unit in office.units.items() if unit == incident.handler_organization)


def test_an_illegal_shed_is_stopped_fined_and_taken_down(office: Office) -> None:
    incident = office.report("gridleader", "一楼住户阳台下违章搭建彩钢房，正在施工")
    assert (incident.handler_organization, incident.steps) == (office.units["law"], 3)
    office.move(incident, "take", "law")
    first = office.fresh(incident).due_at
    office.move(incident, "next_step", "law", text="已责令停工")
    incident = office.move(incident, "next_step", "law", text="已送达处罚决定")
    assert first is not None
    assert incident.due_at is not None
    assert incident.due_at > first + timedelta(days=14)
    application = applications.apply(
        incident.pk, "extension", actor=office.people["law"], now=office.now, reason="当事人申请听证"
    )
    applications.review(
        application.pk, result="approved", reason="属实", actor=office.people["shiftleader"], now=office.now
    )
    longer = office.fresh(incident)
    assert longer.due_at is not None
    assert longer.due_at > incident.due_at
    office.move(incident, "feedback", "law", text="已自行拆除", photos=[picture()])
    assert office.check(incident).closing == Closing.NORMAL


def test_wiring_in_a_basement_is_urged_by_itself_when_it_is_late(office: Office) -> None:
    incident = office.report("gridleader", "地下室私拉电线充电，有消防隐患")
    assert (incident.urgency, incident.handler_organization) == ("urgent", office.units["fire"])
    office.move(incident, "take", "fire")
    office.wait(hours=5)
    notice = Supervision.objects.get(incident=incident)
    assert (notice.trigger, notice.organization) == ("overdue", office.units["fire"])
    assert office.fresh(incident).is_supervised
    supervision.reply(notice.pk, actor=office.people["fire"], now=office.now, text="今日内拆除全部私拉线路")
    office.move(incident, "feedback", "fire", text="已拆除并加装烟感", photos=[picture()])
    incident = office.check(incident)
    supervision.lift(notice.pk, actor=office.people["supervisor"], now=office.now, reason="已整改到位")
    incident = office.fresh(incident)
    assert (incident.closing, incident.was_overdue, incident.is_supervised) == (Closing.OVERDUE, True, False)


def test_a_parking_case_that_nobody_wants_is_decided_by_arbitration(office: Office) -> None:
    incident = office.report(
        "gridleader", "小区车位规划不合理，停车难", category=Category.objects.get(name="停车/车位规划")
    )
    for unit, who in (("law", "law"), ("works", "works"), ("police", "department")):
        if incident.state != State.FILED:
            incident = office.move(incident, "recall", "dispatcher", reason="改派有关单位")
        incident = office.move(incident, "dispatch", "shiftleader", organization=office.units[unit], reason="职责相关")
        incident = office.move(incident, "return", who, reason="不属本单位职责")
    assert (incident.in_arbitration, incident.responsible_user) == (True, office.people["community"])
    incident = office.move(
        incident, "dispatch", "shiftleader", organization=office.units["law"], reason="裁定由执法队牵头"
    )
    assert incident.was_arbitrated
    assert office.settle(incident, "law", "已重新施划车位").state == State.CLOSED


def test_charging_waits_for_the_works_and_goes_on_by_itself(office: Office) -> None:
    incident = office.report("gridleader", "小区充电难，没有充电桩")
    who = _handler(office, incident)
    office.move(incident, "take", who)
    until = office.now + timedelta(days=60)
    application = applications.apply(
        incident.pk, "suspension", actor=office.people[who], now=office.now, reason="需供电增容", until=until
    )
    approved = {"result": "approved", "reason": "工程类，同意挂账"}
    applications.review(application.pk, actor=office.people["dispatcher"], now=office.now, **approved)
    assert office.fresh(incident).state == State.SUSPENDED
    office.wait(days=61)
    incident = office.fresh(incident)
    assert (incident.state, incident.clock) == (State.DISPATCHED, "handle")
    assert not incident.was_overdue
    assert office.settle(incident, who, "已安装充电桩20个").state == State.CLOSED


def test_a_street_lamp_is_reworked_called_back_and_opened_again(office: Office) -> None:
    incident = office.report("gridleader", "院内路灯不亮，夜间出行不便", contact_phone="13900000001")
    assert incident.handler_organization == office.units["works"]
    office.move(incident, "take", "works")
    office.move(incident, "feedback", "works", text="已更换灯泡")
    office.move(incident, "rework", "gridleader", reason="仍有两盏不亮")
    office.move(incident, "take", "works")
    office.move(incident, "feedback", "works", text="已全部更换")
    incident = office.check(incident)
    assert (incident.rework_count, incident.is_solved) == (1, True)
    office.wait(days=1)
    sample = callbacks.draw(
        starts_at=office.now - timedelta(days=3),
        ends_at=office.now,
        grid_code=street.STREET,
        percent=100,
        now=office.now,
        seed=7,
        actor=office.people["supervisor"],
    )
    answer = callbacks.Answer("reached", True, False, "unsatisfied", "昨晚又灭了", reopen_reason="居民反映又不亮")
    callbacks.record(sample.call_backs.get().pk, answer, actor=office.people["operator"], now=office.now)
    incident = office.fresh(incident)
    assert (incident.state, incident.is_solved, incident.reopen_count) == (State.FILED, False, 1)


def test_a_roof_that_leaks_again_was_not_solved(office: Office) -> None:
    words = "6号楼顶层房顶渗水，雨天屋里漏水"
    compound_free = {"category": Category.objects.get(name="房顶渗水/房屋漏水"), "address": "建中街6号"}
    first = office.report("gridleader", words, contact_phone="13900000002", **compound_free)
    first = office.settle(first, _handler(office, first), "已做防水")
    assert first.is_solved is None
    solving.found_solved(first.pk, actor=office.people["operator"], now=office.now)
    office.wait(days=9)
    office.report("gridleader", words, **compound_free)
    assert solving.withdraw_returned(now=office.now) == 1
    first = office.fresh(first)
    assert (first.state, first.is_solved) == (State.CLOSED, False)
    assert first.events.filter(kind="unsolved").count() == 1


def test_a_fire_hazard_in_a_kitchen_is_urgent_and_part_of_a_joint_action(office: Office) -> None:
    incident = office.report("operator", "沿街饭店后厨燃气罐违规存放，消防隐患突出", source=Source.DESK)
    assert (incident.state, incident.urgency) == (State.DISPATCHED, "urgent")
    today = office.now.date()
    wish = actions.Plan(
        "后厨消防专项行动", "排查沿街门店后厨", office.units["fire"], today, today + timedelta(days=4), 200
    )
    made = {"actor": office.people["shiftleader"], "now": office.now}
    action = actions.plan(wish, grid=office.people["shiftleader"].posts.get().grid, **made)
    action = actions.start(action.pk, version=action.version, **made)
    actions.gather(action.pk, [incident], **made)
    actions.write_day(action.pk, actions.DayEntry(today, 40, "首日排查36家", found=5, settled=4), **made)
    assert office.fresh(incident).joint_action == action
    assert ActionDay.objects.get(action=action).people == 40
    incident = office.settle(incident, "fire", "燃气罐已清除，软管已更换")
    assert (incident.state, incident.closing) == (State.CLOSED, Closing.NORMAL)
