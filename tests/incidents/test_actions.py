"""Joint actions: planned, run day by day, cases gathered, ended; their figures, pages and API; task groups."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from grid.models import Compound, Organization
from incidents import action_figures, actions
from incidents.actions import DayEntry, Plan
from incidents.models import ActionDay, Incident, IncidentEvent, JointAction
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get

TODAY = timezone.localdate()
FIRST = TODAY - timedelta(days=2)


@pytest.fixture
def group(world: World) -> Organization:
    """The task group of the street that leads actions, with one member."""
    made = street.make_organization(
        world.grids[street.STREET], code="tg2", name="案件处置组", kind=Organization.Kind.TASK_GROUP
    )
    world.people["member"] = street.make_person("member")
    street.give_post(world.people["member"], "member", made)
    return made


@pytest.fixture
def compounds(world: World) -> list[Compound]:
    grid = world.grids[street.MICRO]
    return [Compound.objects.create(grid=grid, name=f"{n}号院", is_unmanaged=True) for n in (1, 2, 3)]


@pytest.fixture
def action(world: World, group: Organization, compounds: list[Compound]) -> JointAction:
    """A planned action of five days, begun two days ago."""
    return plan(world, wish(world, group, compounds))


def wish(world: World, group: Organization, compounds: list[Compound], **more: Any) -> Plan:
    given = {"name": "环境卫生治理联合行动", "purpose": "清运垃圾", "planned_people": 40, "units": [world.unit]}
    days = {"starts_on": FIRST, "ends_on": FIRST + timedelta(days=4)}
    return Plan(lead=group, compounds=compounds, **given | days | more)


def plan(world: World, given: Plan) -> JointAction:
    grid, actor = world.grids[street.STREET], world.people["shiftleader"]
    return actions.plan(given, grid=grid, actor=actor, now=world.now)


def begin(world: World, action: JointAction) -> JointAction:
    return actions.start(action.pk, version=action.version, actor=world.people["shiftleader"], now=world.now)


def entry(day: int = 0, **more: Any) -> DayEntry:
    given = {"people": 40, "text": "清理楼道", "found": 10, "settled": 8} | more
    return DayEntry(day=FIRST + timedelta(days=day), **given)


def write(world: World, action: JointAction, given: DayEntry, *, by: str = "department", **more: Any) -> ActionDay:
    return actions.write_day(action.pk, given, actor=world.people[by], now=world.now, **more)


# --- life ---


def test_who_may_not_edit_actions_plans_none(world: World, group: Organization) -> None:
    with pytest.raises(NotAllowed):
        actions.plan(
            wish(world, group, []), grid=world.grids[street.STREET], actor=world.people["operator"], now=world.now
        )


def test_a_plan_names_every_wrong_field(world: World, group: Organization, compounds: list[Compound]) -> None:
    far = Compound.objects.create(grid=world.grids[street.OTHER_GRID], name="别处")
    police = street.make_organization(world.grids[street.OTHER_STREET], code="x", name="外街单位")
    with pytest.raises(NotValid) as refused:
        plan(world, wish(world, group, [far], name=" ", units=[police], ends_on=FIRST - timedelta(days=1)))
    assert set(refused.value.fields) == {"name", "ends_on", "compounds", "units"}


def test_the_beginning_tells_everybody_of_the_units(world: World, action: JointAction) -> None:
    begin(world, action)
    told = Notice.objects.filter(kind="action.start").values_list("recipient__username", flat=True)
    assert set(told) == {"department", "head", "member"}


def test_a_step_over_an_old_version_is_refused(world: World, action: JointAction) -> None:
    begin(world, action)
    with pytest.raises(NotNow):
        actions.call_off(
            action.pk, reason="下雨", version=action.version, actor=world.people["shiftleader"], now=world.now
        )


def test_it_ends_with_a_result_and_only_after_a_day(world: World, action: JointAction) -> None:
    version = begin(world, action).version
    given = {"version": version, "actor": world.people["shiftleader"], "now": world.now}
    with pytest.raises(NotNow):
        actions.end(action.pk, result="完成", **given)
    write(world, action, entry())
    with pytest.raises(NotValid):
        actions.end(action.pk, result=" ", **given | {"version": version + 1})
    assert actions.end(action.pk, result="完成", **given | {"version": version + 1}).state == "ended"


def test_while_it_runs_the_first_day_and_done_compounds_stay(
    world: World, action: JointAction, group: Organization, compounds: list[Compound]
) -> None:
    begin(world, action)
    write(world, action, entry(2, compounds=compounds[:1]))
    version = JointAction.objects.get().version
    given = {"version": version, "actor": world.people["shiftleader"], "now": world.now}
    changed = wish(world, group, compounds[1:], starts_on=FIRST + timedelta(days=1), ends_on=FIRST + timedelta(days=1))
    with pytest.raises(NotValid) as refused:
        actions.replan(action.pk, changed, **given)
    assert set(refused.value.fields) == {"starts_on", "ends_on", "compounds"}
    assert actions.replan(action.pk, wish(world, group, compounds, name="新名"), **given).name == "新名"


# --- days ---


def test_a_day_is_written_once_and_a_correction_keeps_what_stood_there(world: World, action: JointAction) -> None:
    begin(world, action)
    write(world, action, entry())
    write(world, action, entry())  # the same again is no correction
    with pytest.raises(NotValid):
        write(world, action, entry(people=50))
    day = write(world, action, entry(people=50), reason="漏记一组")
    assert (ActionDay.objects.count(), day.people) == (1, 50)
    assert [(one["before"]["people"], one["reason"]) for one in day.changes] == [(40, "漏记一组")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day": 9}, "day"),
        ({"day": 3}, "day"),
        ({"people": 0}, "people"),
        ({"settled": 11}, "settled"),
        ({"text": " "}, "text"),
    ],
)
def test_figures_of_a_day_that_cannot_be_are_refused(
    world: World, action: JointAction, wrong: dict[str, Any], field: str
) -> None:
    begin(world, action)
    with pytest.raises(NotValid) as refused:
        write(world, action, entry(**wrong))
    assert list(refused.value.fields) == [field]


def test_only_its_units_and_editors_write_days_and_only_while_it_runs(world: World, action: JointAction) -> None:
    with pytest.raises(NotNow):
        write(world, action, entry())
    begin(world, action)
    with pytest.raises(NotAllowed):
        write(world, action, entry(), by="operator")
    for by in ("member", "department", "shiftleader"):
        write(world, action, entry(text=by), by=by, reason="更正")
    assert ActionDay.objects.get().text == "shiftleader"


def test_the_figures_add_up(world: World, action: JointAction, compounds: list[Compound]) -> None:
    begin(world, action)
    write(world, action, entry(0, compounds=compounds[:2]))
    write(world, action, entry(1, compounds=compounds[1:2], people=30))
    take_in(world, action, world.incident("closed"), world.incident())
    days, places = action_figures.days_of(action), action_figures.compounds_of(action)
    found = action_figures.progress(action, days, places)
    assert (found.days, found.days_written, found.person_days, found.found, found.settled) == (5, 2, 70, 20, 16)
    assert (found.compounds_done, found.compounds, found.cases, found.cases_open) == (2, 3, 2, 1)
    row = action_figures.with_figures(JointAction.objects.all()).get()
    assert (row.person_days, row.found_all, row.done, row.wanted, row.cases) == (70, 20, 2, 3, 2)  # type: ignore[attr-defined]


# --- cases ---


def take_in(world: World, action: JointAction, *cases: Incident) -> int:
    return actions.gather(action.pk, cases, actor=world.people["shiftleader"], now=world.now)


def test_a_gathered_case_says_so_in_its_history_and_can_be_taken_out(world: World, action: JointAction) -> None:
    case = world.incident()
    assert take_in(world, action, case) == 1
    assert take_in(world, action, case) == 0
    actions.release(action.pk, case, actor=world.people["shiftleader"], now=world.now)
    events = IncidentEvent.objects.filter(incident=case, kind="gathered").order_by("pk")
    assert [event.data["gathered"] for event in events] == [True, False]
    case.refresh_from_db()
    assert case.joint_action is None


def test_a_case_is_in_one_action_at_a_time(world: World, action: JointAction, group: Organization) -> None:
    case = world.incident()
    take_in(world, action, case)
    other = plan(world, wish(world, group, []))
    with pytest.raises(NotNow):
        take_in(world, other, case)


def test_suggested_are_cases_of_its_compounds_in_its_days(
    world: World, action: JointAction, compounds: list[Compound]
) -> None:
    inside, elsewhere, before = world.report(), world.report(), world.report()
    Incident.objects.filter(Q(pk=inside.pk) | Q(pk=before.pk)).update(compound=compounds[0])
    Incident.objects.filter(pk=before.pk).update(reported_at=world.now - timedelta(days=9))
    assert list(actions.suggested(action, world.people["shiftleader"])) == [inside]
    take_in(world, action, inside)
    assert not actions.suggested(action, world.people["shiftleader"]).exists()
    assert elsewhere.joint_action_id is None


# --- who sees it ---


def test_its_units_its_place_and_the_places_of_its_compounds_see_it(world: World, action: JointAction) -> None:
    seen = {name for name, user in world.people.items() if JointAction.objects.visible_to(user).exists()}
    assert seen >= {"member", "department", "gridleader", "microleader", "community", "shiftleader", "auditor"}
    stranger = street.make_person("stranger")
    street.give_post(stranger, "shift_leader", world.grids[street.OTHER_STREET])
    assert not JointAction.objects.visible_to(stranger).exists()


# --- pages ---


def form_of(group: Organization, compounds: list[Compound], **more: Any) -> dict[str, Any]:
    given = {"name": "行动", "purpose": "目的", "lead": group.pk, "planned_people": 40}
    days = {"starts_on": FIRST, "ends_on": FIRST + timedelta(days=4)}
    return given | days | {"compounds": [one.pk for one in compounds]} | more


def test_an_action_is_planned_begun_written_and_ended_by_pages(
    world: World, group: Organization, compounds: list[Compound]
) -> None:
    leader, member = client_of(world, "shiftleader"), client_of(world, "member")
    leader.post(reverse("incidents:action_new") + f"?grid={street.STREET}", form_of(group, compounds))
    pk = JointAction.objects.get().pk
    leader.post(reverse("incidents:action_step", args=[pk, "start"]), {"version": 1})
    day = {"day": FIRST, "people": 40, "found": 3, "settled": 3, "text": "清理", "compounds": [compounds[0].pk]}
    assert member.post(reverse("incidents:action_day", args=[pk]), day).status_code == 302
    leader.post(reverse("incidents:action_step", args=[pk, "end"]), {"words": "全部清完", "version": 3})
    found = JointAction.objects.get()
    assert (found.state, found.result, found.days.get().people) == ("ended", "全部清完", 40)
    page = member.get(reverse("incidents:action", args=[pk])).content.decode()
    assert "全部清完" in page
    assert "1 / 3" in page


def test_a_refused_plan_keeps_what_was_typed(world: World, group: Organization) -> None:
    page = client_of(world, "shiftleader")
    answer = page.post(reverse("incidents:action_new"), form_of(group, [], ends_on=FIRST - timedelta(days=1)))
    assert answer.status_code == 422
    assert "目的" in answer.content.decode()


def test_the_form_of_a_day_shows_what_stands_there(world: World, action: JointAction) -> None:
    begin(world, action)
    write(world, action, entry(text="清理三号院"))
    answer = client_of(world, "department").get(reverse("incidents:action_day", args=[action.pk]), {"day": FIRST})
    assert "清理三号院" in answer.content.decode()
    assert "reason" in answer.context["form"].fields


def test_cases_are_gathered_by_tick_and_by_number(world: World, action: JointAction) -> None:
    ticked, typed = world.incident(), world.incident()
    page, address = client_of(world, "shiftleader"), reverse("incidents:action_gather", args=[action.pk])
    page.post(address, {"case": [ticked.number]})
    page.post(address, {"numbers": typed.number})
    assert set(Incident.objects.filter(joint_action=action)) == {ticked, typed}
    answer = page.post(address, {"numbers": "20200101-000001"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["numbers"])


def test_pages_of_an_action_cost_the_same_for_many_rows(
    world: World, action: JointAction, compounds: list[Compound], django_assert_max_num_queries: Any
) -> None:
    begin(world, action)
    for day in range(3):
        write(world, action, entry(day, compounds=compounds))
    take_in(world, action, *(world.incident() for _one in range(6)))
    page = client_of(world, "shiftleader")
    with django_assert_max_num_queries(22):
        page.get(reverse("incidents:action", args=[action.pk]))
    with django_assert_max_num_queries(12):
        page.get(reverse("incidents:actions"))


# --- API ---


def test_a_system_reads_actions_and_writes_a_day(world: World, action: JointAction, keyed: Any) -> None:
    begin(world, action)
    client = keyed("grid.view", "incident.view", "action.edit")
    assert [row["name"] for row in client.get("/api/v1/actions/").json()["results"]] == [action.name]
    day = {"day": str(FIRST), "people": 12, "found": 2, "settled": 1, "text": "接口写入"}
    assert client.post(f"/api/v1/actions/{action.pk}/days/", day, format="json").status_code == 200
    assert client.get(f"/api/v1/actions/{action.pk}/").json()["progress"]["person_days"] == 12
    reader = keyed("grid.view", "incident.view")
    assert reader.post(f"/api/v1/actions/{action.pk}/days/", day, format="json").status_code == 403


# --- task groups ---


def test_a_member_reads_the_whole_queue_of_the_group(world: World, group: Organization) -> None:
    case = world.incident("filed")
    world.move(case, "dispatch", organization=group)
    answer = get(world, "member", "group", group.pk)
    assert [row.pk for row in answer.context["cases"]] == [case.pk]
    assert (answer.context["numbers"]["open"], answer.context["open_to_me"]) == (1, set())


def test_cases_of_a_member_are_in_the_queue_most_pressing_first(world: World, group: Organization) -> None:
    street.give_post(world.people["gridleader"], "member", group)
    own, unit = world.incident("filed"), world.incident("filed")
    world.move(own, "dispatch", organization=None, user=world.people["gridleader"])
    world.move(unit, "dispatch", organization=group)
    Incident.objects.filter(pk=own.pk).update(due_at=world.now - timedelta(hours=1))
    page = get(world, "shiftleader", "group", group.pk)
    assert [row.pk for row in page.context["cases"]] == [own.pk, unit.pk]
    late = get(world, "shiftleader", "group", group.pk, show="overdue")
    assert [row.pk for row in late.context["cases"]] == [own.pk]


def test_the_groups_show_their_numbers_to_those_who_may_see_them(
    world: World, group: Organization, action: JointAction
) -> None:
    world.move(world.incident("filed"), "dispatch", organization=group)
    rows = get(world, "shiftleader", "groups").context["rows"]
    assert [(row.group, row.open, row.overdue, row.actions) for row in rows] == [(group, 1, 0, 1)]
    assert [row.group for row in get(world, "admin", "groups").context["rows"]] == [group]
    assert get(world, "department", "groups").context["rows"] == []
    assert get(world, "department", "group", group.pk).status_code == 404


def test_the_page_of_a_case_names_its_action(world: World, action: JointAction) -> None:
    case = world.incident()
    take_in(world, action, case)
    answer = get(world, "shiftleader", "detail", case.number)
    assert answer.context["joint_action"] == action
    page = client_of(world, "shiftleader")
    page.post(reverse("incidents:action_release", args=[action.pk, case.number]))
    assert Incident.objects.get(pk=case.pk).joint_action is None
