"""三单制: ordered, issued, taken, served, evaluated; what is not served goes back; who ordered stays sealed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from grid.once import Conflict
from notices.models import Notice
from partybuilding import claims, orders
from partybuilding.models import PartyStep, ServiceClaim, ServiceOrder, SupportKind
from partybuilding.stages import STAGES, advance
from tests import street
from tests.incidents.test_parallel import together
from tests.partybuilding import duty_world
from tests.partybuilding.duty_world import NOW, TODAY, Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty() -> Duty:
    """The world of duty."""
    return duty_world.build()


def test_an_order_goes_its_way_and_every_step_is_kept(duty: Duty) -> None:
    order, leader = duty.taken("wang"), duty.people["gridleader"]
    done = orders.finish(order, "药已送到", actor=duty.people["wang"], now=NOW)
    rated = orders.rate(done, 5, actor=leader, now=NOW, text="很满意")
    assert (rated.status, rated.rating, rated.number) == ("rated", 5, "建中街服务〔2026〕1号")
    steps = PartyStep.objects.filter(subject="serviceorder", subject_id=order.pk).values_list("after", "by__username")
    assert [*steps] == [
        ("ordered", "gridleader"),
        ("pool", "gridleader"),
        ("taken", "wang"),
        ("done", "wang"),
        ("rated", "gridleader"),
    ]


def test_sent_twice_it_is_one_order_and_with_other_words_a_conflict(duty: Duty) -> None:
    grid, actor, once = duty.grids[street.GRID], duty.people["gridleader"], uuid4()

    def send(text: str) -> Any:
        new = orders.NewOrder(kind=duty.kind, text=text, name="占阿姨", phone="13312345678")
        return orders.order(new, grid=grid, actor=actor, now=NOW, client_id=once)

    first, made = send("代买药")
    assert (made, send("代买药")) == (True, (first, False))
    with pytest.raises(Conflict):
        send("代缴费")


def test_nothing_that_says_who_ordered_stands_in_clear_in_the_database(duty: Duty) -> None:
    order = duty.order(text="请联系 13312345678 代买药")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(o)::text FROM partybuilding_serviceorder o WHERE id = %s", [order.pk])
        stored = cursor.fetchone()[0]
    assert "占阿姨" not in stored
    assert "13312345678" not in stored


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"phone": "123"}, "phone"),
        ({"text": ""}, "text"),
        ({"wanted_on": TODAY - timedelta(days=1)}, "wanted_on"),
    ],
)
def test_an_order_that_says_too_little_is_refused_by_field(duty: Duty, more: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as refused:
        duty.order(**more)
    assert field in refused.value.fields


def test_only_what_is_on_the_public_list_is_ordered(duty: Duty) -> None:
    with pytest.raises(NotValid) as refused:
        duty.order(kind=SupportKind.objects.create(name="停车管理"))
    assert "kind" in refused.value.fields


def test_only_members_of_the_community_take_an_order(duty: Duty) -> None:
    order = duty.order()
    for stranger in ("li", "cadre", "supervisor"):
        with pytest.raises(NotAllowed):
            orders.take(order, actor=duty.people[stranger], now=NOW)
    with pytest.raises(NotValid):
        orders.take(order, member=duty.members["li"], actor=duty.people["gridleader"], now=NOW)
    given = orders.take(order, member=duty.members["sun"], actor=duty.people["gridleader"], now=NOW)
    assert given.member == duty.members["sun"]


def test_taking_twice_is_taking_once_and_the_second_member_is_told(duty: Duty) -> None:
    order = duty.taken("wang")
    assert orders.take(order, actor=duty.people["wang"], now=NOW).pk == order.pk
    with pytest.raises(NotNow, match=r"Another member|另一名党员"):
        orders.take(order, actor=duty.people["zhao"], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_members_who_take_an_order_at_once_one_has_it() -> None:
    duty = duty_world.build()
    order = duty.order()
    answers = together(
        *(lambda who=who: orders.take(order, actor=duty.people[who], now=NOW) for who in ("wang", "zhao"))
    )
    assert sorted(type(one).__name__ for one in answers) == ["NotNow", "ServiceOrder"]
    taken = next(one for one in answers if isinstance(one, ServiceOrder))
    assert ServiceOrder.objects.get(pk=order.pk).member_id == taken.member_id
    assert PartyStep.objects.filter(subject="serviceorder", subject_id=order.pk, after="taken").count() == 1


def test_what_is_not_served_in_time_waits_in_front_of_the_pool_again(duty: Duty) -> None:
    late, waiting = duty.taken("wang"), duty.order(text="磨刀")
    before = late.lapses_at
    assert before is not None
    assert orders.lapse_due(now=before - timedelta(seconds=1)) == 0
    assert orders.lapse_due(now=before) == 1
    assert orders.lapse_due(now=before) == 0
    late.refresh_from_db()
    assert (late.status, late.member, late.lapses) == ("pool", None, 1)
    assert [row.pk for row in orders.pool_of(duty.members["zhao"])] == [late.pk, waiting.pk]
    told = set(Notice.objects.filter(kind="service_order.lapsed").values_list("recipient__username", flat=True))
    assert told == {"wang", "gridleader"}


def test_an_order_that_was_served_does_not_lapse(duty: Duty) -> None:
    order = duty.taken("wang")
    orders.finish(order, "办好了", actor=duty.people["wang"], now=NOW)
    assert orders.lapse_due(now=NOW + timedelta(days=90)) == 0


def test_another_member_neither_finishes_nor_gives_back(duty: Duty) -> None:
    order = duty.taken("wang")
    for write in (
        lambda: orders.finish(order, "办好了", actor=duty.people["zhao"], now=NOW),
        lambda: orders.give_back(order, text="没空", actor=duty.people["zhao"], now=NOW),
    ):
        with pytest.raises(NotAllowed):
            write()
    assert orders.give_back(order, text="没空", actor=duty.people["wang"], now=NOW).status == "pool"


def test_nobody_evaluates_her_own_service(duty: Duty) -> None:
    duty.members["wang"].user = duty.people["gridleader"]
    duty.members["wang"].save(update_fields=["user"])
    order = orders.take(duty.order(), actor=duty.people["gridleader"], now=NOW)
    done = orders.finish(order, "办好了", actor=duty.people["gridleader"], now=NOW)
    with pytest.raises(NotAllowed):
        orders.rate(done, 5, actor=duty.people["gridleader"], now=NOW)
    assert orders.rate(done, 4, actor=duty.people["community"], now=NOW).rating == 4


def test_the_taker_sees_who_ordered_while_she_serves_and_every_look_is_recorded(duty: Duty) -> None:
    order, wang = duty.taken("wang"), duty.people["wang"]
    assert orders.contact(order, actor=wang, now=NOW).phone == "13312345678"
    look = AccessEvent.objects.get(actor=wang, action="reveal")
    assert (look.object_type, look.object_id) == ("service_order", str(order.pk))
    for other in ("zhao", "gridleader"):
        with pytest.raises(NotAllowed):
            orders.contact(order, actor=duty.people[other], now=NOW, purpose="回访")
    done = orders.finish(order, "办好了", actor=wang, now=NOW)
    with pytest.raises(NotAllowed):
        orders.contact(done, actor=wang, now=NOW)
    with pytest.raises(NotValid):
        orders.contact(done, actor=duty.people["community"], now=NOW)
    assert orders.contact(done, actor=duty.people["community"], now=NOW, purpose="回访").name == "占阿姨"


def test_a_claimed_service_is_claimed_once_and_its_member_hears_of_orders(duty: Duty) -> None:
    wang = duty.people["wang"]
    first = claims.claim(duty.members["wang"], duty.kind, actor=wang, now=NOW)
    assert claims.claim(duty.members["wang"], duty.kind, actor=wang, now=NOW).pk == first.pk
    duty.order()
    told = Notice.objects.filter(kind="service_order.issued").values_list("recipient__username", flat=True)
    assert [*told] == ["wang"]
    with pytest.raises(NotAllowed):
        claims.release(first, actor=duty.people["zhao"], now=NOW)
    claims.release(first, actor=wang, now=NOW + timedelta(days=2))
    assert ServiceClaim.objects.get().until == TODAY + timedelta(days=2)


STEPS = [stage.name for stage in STAGES[ServiceOrder]]
ALLOWED = {(source, stage.name): stage.target for stage in STAGES[ServiceOrder] for source in stage.sources}


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(STEPS), max_size=8))
def test_any_way_through_the_machine_ends_where_the_table_says(duty: Duty, names: list[str]) -> None:
    order, expected = duty.order(pool=False), "ordered"
    free = {"member": None, "taken_at": None, "lapses_at": None}
    fields: dict[str, dict[str, Any]] = {
        "take": {"member": duty.members["wang"], "taken_at": NOW, "lapses_at": NOW},
        "give_back": free,
        "lapse": free,
        "cancel": free,
        "finish": {"done_at": NOW, "report": "办好了"},
        "rate": {"rating": 3, "rated_at": NOW},
    }
    for name in names:
        target = ALLOWED.get((expected, name))
        try:
            advance(order, name, actor=duty.people["gridleader"], now=NOW, text="说明", **fields.get(name, {}))
        except NotNow:
            refused = True
        else:
            refused = False
        assert refused == (target is None)
        expected = target or expected
    order.refresh_from_db()
    steps = PartyStep.objects.filter(subject="serviceorder", subject_id=order.pk).order_by("pk")
    assert (order.status, steps.last().after) == (expected, expected)  # type: ignore[union-attr]
    assert (order.member is None) == (expected in ("ordered", "pool", "refused", "cancelled"))
    assert order.version == steps.count()
