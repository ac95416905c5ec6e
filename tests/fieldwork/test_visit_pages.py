"""The pages of visits: one tap at the door, masks, constant numbers of queries, plans and musts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessEvent
from fieldwork import duties
from fieldwork.models import Household, MustDo, Resident, Visit, VisitDuty, VisitPlan
from fieldwork.visits import NewVisit, record_visit
from incidents.models import Incident
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import VisitWorld

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def world() -> VisitWorld:
    return visit_world.build()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def due(world, home=None, **more):
    plan = VisitPlan.objects.filter(name="每月").first() or visit_world.plan("每月", "household", "month")
    given = {"plan": plan, "grid": world.grid, "grid_code": world.grid.code, "due_on": timezone.localdate()} | more
    return VisitDuty.objects.create(household=None if "subject" in more else home or world.home, **given)


def page(user, name, *args, **query):
    answer = signed_in(user).get(reverse(f"fieldwork:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer


def test_one_tap_on_the_list_of_due_visits_keeps_the_visit(world):
    duty, client = due(world), signed_in(world.worker)
    assert "1号楼 1单元101" in page(world.worker, "duties").content.decode()
    sent = {"client_id": uuid4(), "duty": duty.pk, "outcome": "met", "next": reverse("fieldwork:duties")}
    assert client.post(reverse("fieldwork:visit_new"), sent)["Location"] == reverse("fieldwork:duties")
    duty.refresh_from_db()
    assert duty.visit == Visit.objects.get(household=world.home, by=world.worker, outcome="met")


def test_the_queue_of_the_phone_gets_json_and_both_versions_on_a_conflict(world):
    client, sent = signed_in(world.worker), {"client_id": str(uuid4()), "household": world.home.pk, "outcome": "met"}
    url = reverse("fieldwork:visit_new")
    answers = [client.post(url, sent | more, headers=JSON) for more in ({}, {}, {"text": "别的话"}, {"outcome": "x"})]
    assert [one.status_code for one in answers] == [201, 200, 409, 422]
    assert answers[2].json()["kept"].startswith(Visit.objects.get().get_outcome_display())


def test_a_door_is_found_by_its_numbers_and_kept_in_words_when_nobody_registered_it(world):
    client, url = signed_in(world.worker), reverse("fieldwork:visit_new")
    for door in ("1-101", "2-404"):
        client.post(url, {"building": world.building.pk, "door": door, "outcome": "met", "text": "好"})
    known, unknown = Visit.objects.order_by("pk")
    assert (known.household, known.text) == (world.home, "好")
    assert (unknown.household, unknown.text) == (None, "（2-404）好")


def test_only_the_form_about_nobody_may_be_kept_on_the_phone(world):
    Resident.objects.create(household=world.home, name="占美丽", is_head=True)
    empty, named = page(world.worker, "visit_new"), page(world.worker, "visit_new", household=world.home.pk)
    assert empty["X-Keep-Offline"] == "1"
    assert "X-Keep-Offline" not in named
    assert "占**" in named.content.decode()
    assert "占美丽" not in named.content.decode()


def test_whoever_does_not_see_households_reads_the_building_only(world):
    auditor = street.make_person("auditor")
    street.give_post(auditor, "auditor", world.grids[street.STREET])
    due(world)
    visit, _made = record_visit(NewVisit("met", household=world.home), actor=world.worker, now=timezone.now())
    for user, sees in ((auditor, False), (world.worker, True)):
        for shown in (page(user, "visits"), page(user, "visit", visit.pk), page(user, "duties", when="all")):
            assert ("1单元101" in shown.content.decode()) is sees
            assert "1号楼" in shown.content.decode()


def test_people_in_care_are_not_on_the_lists_of_others(world):
    auditor = street.make_person("auditor")
    street.give_post(auditor, "auditor", world.grids[street.STREET])
    visit_world.plan("矫正每月", "care", "month", tag=world.secret.tag)
    duties.open_due_rounds(now=timezone.now())
    secret = VisitDuty.objects.get(subject=world.secret)
    for user in (auditor, world.worker):
        assert f"duty={secret.pk}" not in page(user, "duties", when="all").content.decode()
    assert signed_in(world.worker).get(reverse("fieldwork:visit_new"), {"duty": secret.pk}).status_code == 404
    assert f"duty={secret.pk}" in page(world.leader, "duties", when="all").content.decode()


@pytest.mark.parametrize("name", ["duties", "visits", "visit_plans", "musts", "knocks"])
def test_a_list_costs_the_same_queries_for_one_row_and_for_many(world, name, django_assert_max_num_queries):
    def row(room):
        home = world.household(room)
        record_visit(NewVisit("met", household=home, text="好"), actor=world.worker, now=timezone.now())
        due(world, home)

    client, url = signed_in(world.leader), reverse(f"fieldwork:{name}")
    MustDo.objects.create(group="know", position=1, name="家庭情况")
    row("801")
    with django_assert_max_num_queries(18) as first:
        client.get(url)
    for number in range(802, 810):
        row(str(number))
    with django_assert_max_num_queries(len(first.captured_queries)):
        assert client.get(url).status_code == 200


def test_a_door_where_nobody_was_says_so_in_the_list(world):
    home = world.household("811")
    due(world, home)
    record_visit(NewVisit("not_home", household=home), actor=world.worker, now=timezone.now())
    (line,) = page(world.worker, "duties").context["lines"]
    assert line["duty"].last_outcome == "not_home"


def test_the_next_page_of_due_visits_begins_where_this_one_ends(world):
    homes = Household.objects.bulk_create(
        Household(building=world.building, grid=world.grid, grid_code=world.grid.code, room=f"{n}") for n in range(35)
    )
    for home in homes:
        due(world, home)
    first = page(world.worker, "duties")
    second = page(world.worker, "duties", after=first.context["next"])
    keys = [line["duty"].pk for shown in (first, second) for line in shown.context["lines"]]
    assert len(keys) == len(set(keys)) == 35


def test_an_incident_comes_of_a_visit_once(world):
    visit, _made = record_visit(
        NewVisit("met", household=world.home, text="楼道灯坏了"), actor=world.worker, now=timezone.now()
    )
    client = signed_in(world.worker)
    for _time in range(2):
        client.post(reverse("fieldwork:visit_incident", args=[visit.pk]))
    visit.refresh_from_db()
    assert visit.incident == Incident.objects.get()
    assert visit.incident.grid_code == world.grid.code


def test_the_file_of_visits_stops_at_the_building_and_is_recorded(world):
    record_visit(NewVisit("met", household=world.home), actor=world.worker, now=timezone.now())
    answer = page(world.leader, "visit_excel")
    assert answer["Content-Type"].endswith("sheet")
    event = AccessEvent.objects.get(action=AccessEvent.Action.EXPORT)
    assert (event.object_type, event.fields) == ("visit", "1")


def test_a_plan_is_made_changed_and_stopped_with_its_rounds(world):
    client, days = signed_in(world.leader), {"starts_on": timezone.localdate().isoformat()}
    given = {"name": "全体每月", "target": "household", "times": 1, "period": "month", "grid": street.COMMUNITY} | days
    assert client.post(reverse("fieldwork:visit_plan_new"), given).status_code == 302
    plan = VisitPlan.objects.get()
    assert plan.duties.waiting().count() == 1
    client.post(reverse("fieldwork:visit_plan_edit", args=[plan.pk]), given | {"target": "tenure", "tenure": "rented"})
    assert plan.duties.waiting().count() == 0
    assert plan.duties.count() == 1
    client.post(reverse("fieldwork:visit_plan_switch", args=[plan.pk]), {"on": "0"})
    plan.refresh_from_db()
    assert not plan.is_active
    assert "全体每月" in page(world.leader, "visit_plans").content.decode()


def test_a_plan_for_everywhere_is_not_for_the_people_of_one_street(world):
    given = {"name": "全区", "target": "household", "times": 1, "period": "month"}
    days = {"starts_on": timezone.localdate().isoformat(), "grid": ""}
    answer = signed_in(world.leader).post(reverse("fieldwork:visit_plan_new"), given | days)
    assert answer.status_code == 403
    assert not VisitPlan.objects.exists()


def test_the_coverage_of_musts_counts_households_once_and_by_grid(world):
    must = MustDo.objects.create(group="know", position=1, name="家庭情况")
    world.household("102")
    for hours in (1, 2):
        new = NewVisit("met", household=world.home, musts=[must], text=str(hours))
        record_visit(new, actor=world.worker, now=timezone.now() - timedelta(minutes=hours))
    (line,) = [one for one in page(world.leader, "musts").context["lines"] if one.grid.code == street.COMMUNITY]
    (tick,) = line.ticks
    assert (tick.visits, tick.homes, tick.share) == (2, 1, 0.5)


def test_a_phone_reads_visits_as_cards_and_finds_every_page_of_visits_from_the_due_ones(world):
    record_visit(NewVisit("met", household=world.home, text="好"), actor=world.worker, now=timezone.now())
    client = signed_in(world.worker)
    client.cookies["gg_narrow"] = "1"
    shown = client.get(reverse("fieldwork:visits")).content.decode()
    assert "1单元101" in shown
    assert "<table" not in shown
    due_page = client.get(reverse("fieldwork:duties")).content.decode()
    assert all(f'href="{reverse(f"fieldwork:{name}")}"' in due_page for name in ("visit_new", "visits", "knocks"))
