"""Intake: where a report lies, what it becomes, and that a repeat is the first one."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import ApiKey, User
from accounts.protect import blind_index
from grid.models import Compound, Grid
from grid.posts import PostKind
from incidents import intake
from incidents.models import ClockEntry, DispatchWork, Incident
from incidents.photos import ProcessedPhoto
from incidents.states import State
from tests import street
from tests.incidents.conftest import FAR_AWAY, World, make_category


def test_a_report_becomes_an_incident_with_its_first_event_clock_and_work(world: World) -> None:
    incident = world.report()
    assert incident.state == State.REPORTED
    assert incident.grid_code == street.MICRO
    assert incident.title == "楼下垃圾堆了三天没人清"
    assert incident.events.get().move == "report"
    assert ClockEntry.objects.get().due_at == incident.due_at == world.now + timedelta(minutes=15)
    assert DispatchWork.objects.get().incident == incident


def test_the_number_is_the_day_in_beijing_and_a_running_number(world: World) -> None:
    world.now = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)
    day, number = world.report().number.split("-")
    assert day == "20260601"
    assert len(number) >= 6


def test_at_most_fifteen_queries(world: World, django_assert_max_num_queries: CaptureQueriesContext) -> None:
    actor = User.objects.get(username="gridleader")
    photos = [ProcessedPhoto(b"x", "cd" * 32, 1, 1, b"y")]
    new = intake.NewIncident(
        text="路灯不亮", source="patrol", point=street.inside(street.MICRO), client_uuid=uuid4(), photos=photos
    )
    with django_assert_max_num_queries(15):
        intake.report_incident(new, actor=actor, now=world.now)


@pytest.mark.parametrize("key", ["client_uuid", "external_id"])
def test_a_repeat_gives_the_first_incident(world: World, key: str) -> None:
    value = uuid4() if key == "client_uuid" else "WX-1"
    first = world.report(**{key: value})
    assert world.report(**{key: value}, text="另一段文字") == first
    assert Incident.objects.count() == 1


def test_the_same_external_number_of_another_source_is_another_incident(world: World) -> None:
    assert world.report(external_id="1", source="hotline") != world.report(external_id="1", source="api")


def test_a_repeat_that_overtakes_is_caught_by_the_unique_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given = uuid4()
    first = world.report(client_uuid=given)
    answers = iter([None, first])
    monkeypatch.setattr(intake, "_first_of", lambda new, actor: next(answers))
    assert world.report(client_uuid=given) == first


def test_another_broken_law_of_the_database_is_not_taken_for_a_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.report()
    monkeypatch.setattr(intake, "_next_number", lambda now: first.number)
    with pytest.raises(IntegrityError):
        world.report()


def test_somebody_elses_key_gives_nothing_away(world: World) -> None:
    given = uuid4()
    world.report(by="operator", client_uuid=given)
    stranger = street.make_person("far")
    street.give_post(stranger, PostKind.GRID_LEADER, world.grids[street.OTHER_GRID])
    world.people["far"] = stranger
    with pytest.raises(NotNow):
        world.report(by="far", client_uuid=given)


def test_the_place_is_found_in_the_promised_order(world: World) -> None:
    compound = Compound.objects.create(grid=world.grids[street.SISTER], name="淮河路32号院", address="淮河路32号")
    sister = world.grids[street.SISTER]
    found = [
        world.report(grid=sister),
        world.report(compound=compound),
        world.report(point=None, compound=compound),
        world.report(point=FAR_AWAY, address="郑州市淮河路32号院3号楼"),
        world.report(point=None, by="microleader"),
    ]
    assert [(incident.located_by, incident.grid_code) for incident in found] == [
        ("chosen", street.SISTER),
        ("inside", street.MICRO),
        ("compound", street.SISTER),
        ("address", street.SISTER),
        ("default", street.STREET),
    ]


def test_road_and_number_alone_lead_to_the_compound(world: World) -> None:
    garden = Compound.objects.create(grid=world.grids[street.SISTER], name="中原新城", address="建中街29号")
    Compound.objects.create(grid=world.grids[street.MICRO], name="九号楼", address="建中街9号")
    incident = world.report(point=None, by="operator", address="建中街 29号门口")
    assert (incident.located_by, incident.compound) == ("address", garden)


def test_road_and_number_of_two_compounds_tell_of_neither(world: World) -> None:
    for name in ("东院子", "西院子"):
        Compound.objects.create(grid=world.grids[street.SISTER], name=name, address="建中街29号")
    Compound.objects.create(grid=world.grids[street.MICRO], name="整条街", address="建中街以北")
    assert world.report(point=None, by="operator", address="建中街29号").located_by == "default"
    assert world.report(point=None, by="operator", address="建中街以北").located_by == "default"


def test_a_point_just_outside_is_guessed_and_says_so(world: World) -> None:
    incident = world.report(point=Point(street.WEST - 0.001, street.SOUTH + 0.01, srid=4326))
    assert (incident.located_by, incident.grid_code) == ("nearest", street.MICRO)


def test_without_any_street_the_place_is_asked_for(world: World) -> None:
    Grid.objects.filter(level=Grid.Level.STREET).update(kind=Grid.Kind.DEDICATED)
    with pytest.raises(NotValid) as caught:
        world.report(point=None)
    assert list(caught.value.fields) == ["point"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " \n "}, "text"),
        ({"text": "长" * 5001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"title": "两\n行"}, "title"),
        ({"address": "\u202e颠倒"}, "address"),
        ({"source": "smoke"}, "source"),
        ({"urgency": "very"}, "urgency"),
        ({"contact_phone": "one two"}, "contact_phone"),
        ({"happened_at": datetime(2999, 1, 1, tzinfo=UTC)}, "happened_at"),
        ({"happened_at": timezone.now() - timedelta(days=365 * 40)}, "happened_at"),
        ({"point": Point(0, 0, srid=4326)}, "point"),
        ({"point": Point(srid=4326)}, "point"),
        ({"point": Point(float("nan"), 34, srid=4326)}, "point"),
    ],
)
def test_wrong_input_names_its_field(world: World, given: dict[str, object], field: str) -> None:
    with pytest.raises(NotValid) as caught:
        world.report(**given)
    assert list(caught.value.fields) == [field]


def test_an_inactive_category_is_refused(world: World) -> None:
    with pytest.raises(NotValid):
        world.report(category=make_category("旧类", is_active=False))


def test_who_has_no_post_may_not_report(world: World) -> None:
    world.people["nobody"] = street.make_person("nobody")
    with pytest.raises(NotAllowed):
        world.report(by="nobody")


def test_a_key_reports_inside_its_subtree_only(world: World) -> None:
    account = User.objects.create_service(username="city", real_name="市平台")
    account.active_key = ApiKey(grid_code=street.OTHER_STREET, capabilities=["incident.report"])
    world.people["city"] = account
    with pytest.raises(NotAllowed):
        world.report(by="city", source="api")
    incident = world.report(by="city", source="api", point=street.inside(street.OTHER_GRID))
    assert incident.events.get().actor_name == "市平台（外部系统）"


def test_what_was_handled_on_the_spot_ends_at_once_and_is_nobodys_work(world: World) -> None:
    incident = world.report(self_handled_text="当场清走")
    assert (incident.state, incident.closed_at, incident.clock) == (State.SELF_HANDLED, world.now, "")
    assert incident.events.get().text == "当场清走"
    assert not DispatchWork.objects.exists()


def test_the_contact_is_sealed_and_can_be_found_by_its_index(world: World) -> None:
    incident = world.report(contact_name="张三", contact_phone="13800138000")
    raw = Incident.objects.filter(pk=incident.pk).extra(select={"raw": "contact_phone"}).values("raw").get()["raw"]
    assert "13800138000" not in raw
    assert Incident.objects.get(contact_index=blind_index("13800138000", purpose="incident.contact")) == incident


def test_a_category_brings_its_severity_and_urgency(world: World) -> None:
    fire = make_category("消防隐患", severity=3, urgency="urgent")
    incident = world.report(category=fire)
    assert (incident.severity, incident.urgency) == (3, "urgent")


def test_photos_are_stored_under_their_hash_and_once(world: World) -> None:
    photo = ProcessedPhoto(b"picture", "ef" * 32, 8, 6, b"small")
    attachment = world.report(photos=[photo, photo]).attachments.get()
    assert attachment.file.name == f"photos/ef/{'ef' * 32}.jpg"
    with attachment.thumbnail.open() as file:
        assert file.read() == b"small"


def test_more_than_nine_photos_are_refused(world: World) -> None:
    photos = [ProcessedPhoto(b"p", f"{n:064x}", 1, 1, b"t") for n in range(10)]
    with pytest.raises(NotValid):
        world.report(photos=photos)
    assert not Incident.objects.exists()
