"""Places, checklists with versions, looks, hazards, notices to put right, re-inspection, hand-over, statistics."""

import csv
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from fieldwork import checklists, hazards, inspection_figures, order_news, orders, places
from fieldwork.inspection_seeds import DATA, load_inspection_lists
from fieldwork.inspections import Finding
from fieldwork.models import (
    Checklist,
    ChecklistItem,
    FieldPhoto,
    FieldStep,
    Hazard,
    Inspection,
    PlaceKind,
    Recheck,
    RectificationNotice,
)
from grid.once import Conflict
from incidents.models import Incident
from notices.models import Notice
from tests import street
from tests.fieldwork import inspecting
from tests.fieldwork.inspecting import Scene, facts, hazard_of, look

pytestmark = pytest.mark.django_db
Status = RectificationNotice.Status


@pytest.fixture
def scene(db: None) -> Scene:
    return inspecting.build()


def order(scene: Scene, *rows: Hazard, days: int = 7, actor: str = "community") -> RectificationNotice:
    """A notice about the hazards."""
    new = orders.NewOrder([row.pk for row in rows], timezone.localdate(scene.now) + timedelta(days=days))
    return orders.issue(rows[0].inspection, new, actor=scene.people[actor], now=scene.now)


def ordered(scene: Scene) -> RectificationNotice:
    """A notice about one hazard."""
    return order(scene, hazard_of(look(scene, Finding(item=scene.items[0].pk))))


# --- data -------------------------------------------------------------------------------------------------------------


def test_the_kinds_hold_the_nine_places_of_erqi_with_their_thresholds(db: None) -> None:
    load_inspection_lists()
    with (DATA / "place_kinds.csv").open(encoding="utf-8") as file:
        assert len({line["source"] for line in csv.DictReader(file) if line["group"] == "nine_small"}) == 9
    below = dict(PlaceKind.objects.filter(group="nine_small").values_list("code", "below"))
    assert (below["shop"], below["hotel"], below["song"], below["nursery"], below["school"]) == (100, 20, 200, 100, 50)
    assert set(PlaceKind.objects.values_list("group", flat=True)) == set(PlaceKind.Group.values)


def test_every_kind_has_a_released_list_and_loading_again_changes_nothing(db: None) -> None:
    load_inspection_lists()
    PlaceKind.objects.filter(code="shop").update(below=300)
    load_inspection_lists()
    assert PlaceKind.objects.get(code="shop").below == 300
    assert all(checklists.in_force(kind) for kind in PlaceKind.objects.all())
    assert Checklist.objects.count() == 3


def test_a_released_list_cannot_change_not_even_by_sql(scene: Scene) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistItem.objects.filter(checklist=scene.checklist).update(text="别的")
    with pytest.raises(NotNow):
        checklists.add_item(scene.checklist, checklists.NewItem("新项"), actor=scene.people["admin"])


def test_a_new_version_replaces_the_old_one_when_it_is_released(scene: Scene) -> None:
    admin = scene.people["admin"]
    draft = checklists.new_version(scene.checklist, actor=admin)
    assert checklists.new_version(scene.checklist, actor=admin) == draft
    checklists.add_item(draft, checklists.NewItem("电动车没有进楼"), actor=admin)
    assert checklists.in_force(scene.kind) == scene.checklist
    checklists.release(draft, actor=admin, now=scene.now)
    scene.checklist.refresh_from_db()
    assert checklists.in_force(scene.kind) == draft
    assert draft.version == 2
    assert scene.checklist.replaced_at == scene.now
    assert draft.items.count() == 4
    assert scene.checklist.items.count() == 3


def test_only_who_decides_for_the_office_changes_lists(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        checklists.new_version(scene.checklist, actor=scene.people["gridleader"])


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "says"), [({"area": 99}, 0), ({"area": 100}, 1), ({"area": None}, 1), ({"in_complex": True}, 1)]
)
def test_the_threshold_of_the_kind_gives_a_hint_and_refuses_nothing(scene: Scene, more: dict, says: int) -> None:
    new = facts(scene.kind, scene.grids[street.MICRO], name="另一家", **more)
    place = places.enter(new, actor=scene.people["gridleader"], now=scene.now)
    assert len(places.hints(place)) == says
    assert places.counts_as(place) is (says == 0)


def test_a_place_stands_once_on_the_register_and_only_where_one_writes(scene: Scene) -> None:
    with pytest.raises(NotValid) as refused:
        places.enter(facts(scene.kind, scene.grids[street.MICRO]), actor=scene.people["gridleader"], now=scene.now)
    assert "name" in refused.value.fields
    with pytest.raises(NotAllowed):
        places.enter(facts(scene.kind, scene.grids[street.OTHER_GRID]), actor=scene.people["community"], now=scene.now)


def test_the_contact_is_sealed_masked_and_shown_for_a_purpose_that_is_kept(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM fieldwork_inspectedplace WHERE id = %s", [scene.shop.pk])
        assert "1381234" not in cursor.fetchone()[0]
    assert places.contact(scene.shop) == "蔡** 138****5678"
    with pytest.raises(NotAllowed):
        places.reveal_contact(scene.shop, actor=scene.people["microleader"], purpose="复查", now=scene.now)
    leader = scene.people["gridleader"]
    assert places.reveal_contact(scene.shop, actor=leader, purpose="约复查", now=scene.now) == ("蔡广琴", "13812345678")
    assert AccessEvent.objects.get(action="reveal", actor=leader).purpose == "约复查"


def test_a_change_keeps_the_phone_that_the_form_does_not_show(scene: Scene) -> None:
    new = facts(scene.kind, scene.grids[street.MICRO], area=90, phone="")
    leader = scene.people["gridleader"]
    changed = places.change(scene.shop, new, actor=leader, version=scene.shop.version, keep_phone=True)
    assert (changed.area, changed.phone, changed.version) == (90, "13812345678", 2)
    with pytest.raises(NotNow):
        places.change(scene.shop, new, actor=leader, version=1)


# --- looks ------------------------------------------------------------------------------------------------------------


def test_only_what_is_bad_is_sent_and_all_else_is_in_order(scene: Scene) -> None:
    row = look(scene, Finding(item=scene.items[2].pk, text="阁楼住人"), not_here=[scene.items[1].pk])
    assert list(row.answers.order_by("item__position").values_list("answer", flat=True)) == ["good", "not_here", "bad"]
    hazard = hazard_of(row)
    assert (hazard.text, hazard.is_serious, hazard.status) == ("阁楼住人（检查项：没有人员住宿）", True, "open")
    scene.shop.refresh_from_db()
    assert scene.shop.due_on == timezone.localdate(row.at) + timedelta(days=30)


def test_an_older_look_that_arrives_late_does_not_put_the_next_one_forward(scene: Scene) -> None:
    row = look(scene)
    look(scene, at=scene.now - timedelta(days=20))
    scene.shop.refresh_from_db()
    assert scene.shop.due_on == timezone.localdate(row.at) + timedelta(days=30)


def test_the_same_look_sent_again_is_one_and_with_other_words_a_conflict(scene: Scene) -> None:
    client_id, at = uuid4(), scene.now
    first = look(scene, client_id=client_id, at=at)
    assert look(scene, client_id=client_id, at=at + timedelta(seconds=9)) == first
    with pytest.raises(Conflict):
        look(scene, Finding(text="堆放纸箱"), client_id=client_id, at=at)
    assert Inspection.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "level"), [("shiftleader", "street"), ("community", "community"), ("microleader", "grid")]
)
def test_the_level_of_a_look_is_that_of_who_came(scene: Scene, who: str, level: str) -> None:
    assert look(scene, actor=who).level == level


def test_an_item_of_another_list_and_a_hazard_without_words_are_refused(scene: Scene) -> None:
    with pytest.raises(NotValid):
        look(scene, Finding(item=10**6))
    with pytest.raises(NotValid):
        look(scene, Finding(text="  "))
    assert not Inspection.objects.exists()


def test_a_list_replaced_while_the_phone_was_away_still_counts(scene: Scene) -> None:
    draft = checklists.new_version(scene.checklist, actor=scene.people["admin"])
    checklists.release(draft, actor=scene.people["admin"], now=scene.now)
    assert look(scene, Finding(item=scene.items[0].pk), checklist=scene.checklist.pk).checklist == scene.checklist


def test_what_is_fixed_on_the_spot_or_later_has_its_photo_and_its_steps(scene: Scene) -> None:
    at_once = hazard_of(look(scene, Finding(text="灭火器过期", fixed=True, photos=[inspecting.picture()])))
    assert (at_once.status, at_once.fixed_at is not None, at_once.photos.count()) == ("fixed_once", True, 1)
    later = hazard_of(look(scene, Finding(text="电线裸露")))
    photos = [inspecting.picture("green")]
    fixed = hazards.fix(later, actor=scene.people["gridleader"], now=scene.now, photos=photos)
    assert fixed.status == "fixed"
    assert FieldPhoto.objects.get(hazard=fixed).is_after
    steps = FieldStep.objects.filter(subject="hazard", subject_id=fixed.pk).values_list("after", flat=True)
    assert list(steps) == ["open", "fixed"]


# --- notices ----------------------------------------------------------------------------------------------------------


def test_notices_are_numbered_per_street_without_gaps(scene: Scene) -> None:
    hazard = hazard_of(look(scene, Finding(text="堵塞通道")))
    year = timezone.localtime(scene.now).year
    with transaction.atomic():
        order(scene, hazard)
        transaction.set_rollback(True)
    assert order(scene, hazard).number == f"建中街消安整改〔{year}〕1号"
    assert ordered(scene).number == f"建中街消安整改〔{year}〕2号"


def test_a_notice_takes_its_hazards_and_tells_the_grid(scene: Scene) -> None:
    notice = ordered(scene)
    hazard = notice.hazards.get()
    assert (hazard.status, notice.demand) == ("ordered", orders.USUAL_DEMAND)
    told = Notice.objects.filter(kind="rectification.issued").values_list("recipient__username", flat=True)
    assert set(told) >= {"gridleader", "microleader"}
    assert "community" not in told
    with pytest.raises(NotNow):
        order(scene, hazard)


def test_who_may_not_order_and_what_is_no_deadline_are_refused(scene: Scene) -> None:
    hazard = hazard_of(look(scene, Finding(text="堵塞通道")))
    with pytest.raises(NotAllowed):
        order(scene, hazard, actor="gridleader")
    for days in (0, 200):
        with pytest.raises(NotValid):
            order(scene, hazard, days=days)
    assert not RectificationNotice.objects.exists()


def test_a_recheck_that_finds_all_in_order_closes_notice_and_hazards(scene: Scene) -> None:
    notice = ordered(scene)
    done = orders.recheck(notice, orders.Look("fixed"), actor=scene.people["gridleader"], now=scene.now)
    assert (done.status, done.ended_at, done.hazards.get().status) == (Status.CLOSED, scene.now, "fixed")
    with pytest.raises(NotNow):
        orders.recheck(done, orders.Look("fixed"), actor=scene.people["gridleader"], now=scene.now)


def test_what_is_only_partly_right_goes_on_with_a_new_deadline(scene: Scene) -> None:
    row = look(scene, Finding(text="一"), Finding(text="二"))
    one, _two = row.hazards.order_by("pk")
    notice, leader = order(scene, *row.hazards.all()), scene.people["gridleader"]
    day = timezone.localdate(scene.now) + timedelta(days=14)
    with pytest.raises(NotValid):
        orders.recheck(notice, orders.Look("partly"), actor=leader, now=scene.now)
    more = orders.recheck(notice, orders.Look("partly", "还差一处", day, [one.pk]), actor=leader, now=scene.now)
    assert (more.status, more.deadline) == (Status.FIXING, day)
    again = orders.recheck(more, orders.Look("not_fixed", "没有动"), actor=leader, now=scene.now, version=more.version)
    assert sorted(again.hazards.values_list("status", flat=True)) == ["fixed", "ordered"]
    assert Recheck.objects.filter(notice=notice).count() == 2


def test_what_cannot_be_fixed_goes_to_the_department_as_a_case(scene: Scene) -> None:
    notice = ordered(scene)
    unit = orders.possible_departments(notice.grid_code)[0]
    boss = scene.people["community"]
    done = orders.transfer(notice, unit, actor=boss, now=scene.now, text="拒不整改")
    assert (done.status, done.organization, done.hazards.get().status) == (Status.TRANSFERRED, unit, "transferred")
    assert done.incident == Incident.objects.get()
    assert notice.number in done.incident.text
    told = Notice.objects.filter(kind="rectification.transferred").values_list("recipient__username", flat=True)
    assert {"department", "head"} <= set(told)
    with pytest.raises(NotAllowed):
        orders.transfer(ordered(scene), unit, actor=scene.people["gridleader"], now=scene.now)


def test_a_unit_of_another_street_is_no_department_for_it(scene: Scene) -> None:
    far = street.make_organization(scene.grids[street.OTHER_STREET], code="far")
    with pytest.raises(NotValid):
        orders.transfer(ordered(scene), far, actor=scene.people["admin"], now=scene.now)


def test_a_notice_withdrawn_lets_its_hazards_wait_again(scene: Scene) -> None:
    notice = ordered(scene)
    with pytest.raises(NotValid):
        orders.withdraw(notice, actor=scene.people["community"], now=scene.now, text="")
    orders.withdraw(notice, actor=scene.people["community"], now=scene.now, text="对象写错")
    hazard = Hazard.objects.get()
    assert (hazard.status, hazard.notice) == ("open", None)


def test_the_deadline_reminds_once_per_notice_and_day_of_it(scene: Scene) -> None:
    notice = ordered(scene)
    late = scene.now + timedelta(days=8)
    assert order_news.remind_of_deadlines(now=scene.now) == 0
    assert order_news.remind_of_deadlines(now=late) > 0
    before = Notice.objects.count()
    order_news.remind_of_deadlines(now=late + timedelta(hours=1))
    assert Notice.objects.count() == before
    told = Notice.objects.filter(kind="rectification.due", url=f"/inspections/notices/{notice.pk}/")
    assert "community" in told.values_list("recipient__username", flat=True)


# --- statistics -------------------------------------------------------------------------------------------------------


def test_the_statistics_count_what_was_found_ordered_and_put_right(scene: Scene) -> None:
    look(scene, Finding(text="灭火器过期", fixed=True), Finding(text="电线裸露"))
    orders.recheck(ordered(scene), orders.Look("fixed"), actor=scene.people["gridleader"], now=scene.now)
    look(scene, actor="shiftleader")
    today = timezone.localdate(scene.now)
    rows = inspection_figures.of_period(scene.people["community"], first=today - timedelta(days=1), last=today)
    found = inspection_figures.total(rows, today=today)
    assert (found.inspections, found.places, found.hazards, found.at_once) == (3, 1, 3, 1)
    assert (found.ordered, found.notices, found.put_right, found.notices_open) == (1, 1, 2, 0)
    assert found.rate == pytest.approx(2 / 3)
    levels = {line.key: line.figures.inspections for line in inspection_figures.by_level(rows, today=today)}
    assert levels == {"street": 1, "community": 0, "grid": 2}
    assert [line.figures for line in inspection_figures.by_kind(rows, today=today)] == [found]
    areas = {line.key: line.figures.hazards for line in inspection_figures.by_area(rows, street.STREET, today=today)}
    assert areas == {street.COMMUNITY: 3, street.SISTER: 0}


def test_the_statistics_cost_the_same_for_any_number_of_rows(scene: Scene) -> None:
    today = timezone.localdate(scene.now)

    def queries() -> int:
        rows = inspection_figures.of_period(scene.people["admin"], first=today, last=today)
        with CaptureQueriesContext(connection) as seen:
            inspection_figures.total(rows, today=today)
            inspection_figures.by_kind(rows, today=today)
        return len(seen)

    look(scene, at=scene.now)
    before = queries()
    for _n in range(3):
        look(scene, Finding(text="堵塞"), at=scene.now)
    assert queries() == before <= 7
