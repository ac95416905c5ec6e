"""The pages of the grid."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessEvent
from grid.models import Absence, BoundaryVersion, Compound, Grid, Post
from grid.people import colleagues_of
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, OTHER_GRID, OTHER_STREET, STREET

TODAY = timezone.localdate()


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def leader(grids):
    person = street.make_person("li", "李四", phone="13812345678")
    street.give_post(person, "grid_leader", grids[GRID])
    return person


def page(client, name, *args, query="") -> str:
    answer = client.get(reverse(f"grid:{name}", args=args) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_stranger_whose_form_is_refused_comes_back_to_the_page_of_the_form(client, leader):
    answer = client.post(
        reverse("grid:phone", args=[leader.pk]), headers={"referer": f"http://testserver/grids/{GRID}/"}
    )
    assert answer["Location"] == f"/login/?next=/grids/{GRID}/"


# --- reading ---


def test_the_list_opens_my_street_with_its_counts(desk, grids):
    street.make_organization(grids[STREET])
    street.make_grid(f"{COMMUNITY}Z01", kind="dedicated")
    answer = desk.get(reverse("grid:list"))
    assert [number for _label, number, _url in answer.context["stats"]] == [1, 2, 1, 2, 1, 1]
    assert [grid.code for grid, _counts in answer.context["rows"]] == [COMMUNITY, street.SISTER]


def test_the_counts_of_each_row_are_those_below_it(desk):
    rows = {grid.code: count for grid, count in desk.get(reverse("grid:list")).context["rows"]}
    assert (rows[COMMUNITY].grids, rows[COMMUNITY].micro, rows[street.SISTER].grids) == (1, 2, 0)


def test_an_administrator_begins_at_the_city(admin_client, grids):
    rows = admin_client.get(reverse("grid:list")).context["rows"]
    assert [(grid.code, count.streets) for grid, count in rows] == [("4101", 2)]


def test_two_posts_show_two_entries(client, grids, leader):
    street.give_post(leader, "grid_worker", grids[street.SISTER])
    client.force_login(leader)
    rows = client.get(reverse("grid:list")).context["rows"]
    assert [(grid.code, count.micro) for grid, count in rows] == [(GRID, 2), (street.SISTER, 0)]


def test_a_search_finds_by_name_level_and_code(desk):
    assert "交通路社区" in page(desk, "list", query="?q=交通")
    assert [g.code for g in desk.get(reverse("grid:list") + "?level=6").context["found"]] == [MICRO, street.MICRO_EAST]
    assert desk.get(reverse("grid:list") + "?level=x").status_code == 400
    assert desk.get(reverse("grid:list") + "?q=x&after=%27").status_code == 400


def test_the_map_draws_one_level_below_my_street(desk):
    text = page(desk, "map", query="?level=6")
    assert f"under={STREET}" in text
    assert "微网格" in text
    assert desk.get(reverse("grid:map") + f"?under={OTHER_STREET}").status_code == 404


def test_only_addresses_of_this_site_become_layers(desk):
    text = page(
        desk, "map", query="?layer=//evil.example/x&layer=https://evil.example&layer=/incidents/layer/?open=true"
    )
    assert "evil" not in text.split('id="grid-map-layers"')[1].split("</script>")[0]
    assert "/incidents/layer/" in text


def test_the_layer_is_geojson_of_my_grids_with_their_leaders(desk, leader):
    answer = desk.get(reverse("grid:layer") + f"?level=5&under={STREET}&zoom=15")
    (feature,) = json.loads(answer.content)["features"]
    assert answer["Content-Type"] == "application/geo+json"
    assert (feature["properties"]["code"], feature["properties"]["leader"]) == (GRID, "李四")
    assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_the_layer_of_another_street_is_empty_and_a_wrong_one_refused(desk):
    empty = desk.get(reverse("grid:layer") + f"?level=4&under={OTHER_STREET}")
    assert json.loads(empty.content) == {"type": "FeatureCollection", "features": []}
    for query in ("?zoom=99", "?level=x", "?under='", "?nonsense=1"):
        assert desk.get(reverse("grid:layer") + query).status_code == 400


def test_a_grid_shows_its_people_with_masked_phones(desk, leader, now, soon):
    Absence.objects.create(user=leader, starts_at=now, ends_at=soon)
    text = page(desk, "detail", GRID)
    assert "李四" in text
    assert "138****5678" in text
    assert "13812345678" not in text


def test_a_grid_shows_compounds_and_marks_those_without_a_managing_unit(desk, grids):
    Compound.objects.create(grid=grids[GRID], name="大学北路51号院", is_unmanaged=True)
    BoundaryVersion.objects.create(
        grid=grids[GRID], boundary=grids[GRID].boundary, origin="derived", valid_from=TODAY, reason="网格调整"
    )
    text = page(desk, "detail", GRID)
    assert "大学北路51号院" in text
    assert "网格调整" in text


def test_a_grid_of_another_street_is_not_there(desk):
    for name in ("detail", "board", "edit", "add", "retire", "appoint"):
        assert desk.get(reverse(f"grid:{name}", args=[OTHER_GRID])).status_code == 404


def test_my_page_shows_my_posts_and_the_leaders_above(client, grids, leader):
    head = street.make_person("zhao", "赵书记", phone="13912345678")
    street.give_post(head, "community_head", grids[COMMUNITY])
    client.force_login(leader)
    text = page(client, "mine")
    assert "赵书记" in text
    assert "13912345678" not in text


def test_who_holds_no_post_is_told_what_to_do(admin_client, grids):
    assert reverse("grid:list") in page(admin_client, "mine")


def test_a_colleagues_phone_is_shown_and_recorded(client, grids, leader):
    head = street.make_person("zhao", "赵书记", phone="13912345678")
    street.give_post(head, "community_head", grids[COMMUNITY])
    client.force_login(leader)
    answer = client.post(reverse("grid:phone", args=[head.pk]))
    assert "13912345678" in answer.content.decode()
    assert AccessEvent.objects.get(action="reveal").object_id == str(head.pk)


def test_the_phone_of_a_stranger_is_nobodys_business(client, grids, leader):
    stranger = street.make_person("sun", phone="13712345678")
    street.give_post(stranger, "grid_leader", grids[OTHER_GRID])
    client.force_login(leader)
    assert client.post(reverse("grid:phone", args=[stranger.pk])).status_code == 404
    assert stranger not in colleagues_of(leader, now=timezone.now())


def test_the_notice_board_shows_phones_only_when_asked_and_records_it(desk, leader):
    assert "13812345678" not in page(desk, "board", GRID)
    answer = desk.post(reverse("grid:board", args=[GRID]))
    assert "13812345678" in answer.content.decode()
    assert AccessEvent.objects.filter(action="reveal", object_id=str(leader.pk)).count() == 1


def test_who_may_not_edit_cannot_print_phones(client, leader):
    client.force_login(leader)
    assert client.post(reverse("grid:board", args=[GRID])).status_code == 403


# --- writing ---


def test_a_profile_is_edited(desk):
    answer = desk.post(reverse("grid:edit", args=[GRID]), {"name": "建中街第1网格", "households": "310"})
    assert answer.status_code == 302
    assert Grid.objects.get(code=GRID).households == 310


def test_a_refused_form_keeps_what_was_typed(desk):
    answer = desk.post(reverse("grid:edit", args=[GRID]), {"name": "第1网格", "households": "-5"})
    assert answer.status_code == 422
    assert "第1网格" in answer.content.decode()


def test_a_grid_is_added_below(desk):
    add = reverse("grid:add", args=[GRID])
    given = {"part": "003", "name": "1-3微网格", "kind": "territorial"}
    assert desk.post(add, given).status_code == 302
    assert Grid.objects.get(code=f"{GRID}003").name == "1-3微网格"
    assert desk.post(add, given).status_code == 422


def test_a_grid_with_children_is_not_retired(desk):
    answer = desk.post(reverse("grid:retire", args=[GRID]), {"valid_to": TODAY.isoformat()})
    assert answer.status_code == 422
    assert Grid.objects.get(code=GRID).valid_to is None


def test_a_leader_is_appointed_by_name_and_a_second_one_refused_with_a_reason(desk, leader, grids):
    worker = street.make_person("wang", "王五")
    given = {"person": "王五", "kind": "grid_leader", "starts_on": TODAY.isoformat()}
    answer = desk.post(reverse("grid:appoint", args=[GRID]), given)
    assert answer.status_code == 422
    assert "李四" in answer.content.decode()
    desk.post(reverse("grid:appoint", args=[street.SISTER]), given | {"kind": "grid_worker"})
    assert Post.objects.get(user=worker).grid == grids[street.SISTER]


def test_a_handler_is_appointed_in_an_organization(desk, grids, leader):
    office = street.make_organization(grids[STREET])
    given = {"person": "li", "kind": "handler", "organization": office.pk, "starts_on": TODAY.isoformat()}
    assert desk.post(reverse("grid:appoint", args=[STREET]), given).status_code == 302
    assert Post.objects.filter(user=leader, organization=office).exists()


@pytest.mark.parametrize("person", ["niemand", "同名"])
def test_nobody_or_several_people_of_a_name_is_an_error_of_that_field(desk, grids, person):
    for n in range(2):
        street.make_person(f"same{n}", "同名")
    given = {"person": person, "kind": "grid_worker", "starts_on": TODAY.isoformat()}
    answer = desk.post(reverse("grid:appoint", args=[GRID]), given)
    assert list(answer.context["form"].errors) == ["person"]


def test_a_post_is_ended_and_an_absence_noted_and_ended(desk, leader, now, soon):
    post = leader.posts.get()
    day = (TODAY + timedelta(days=1)).isoformat()
    absence = reverse("grid:absence", args=[post.pk])
    times = {name: f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" for name, at in (("starts_at", now), ("ends_at", soon))}
    assert desk.post(absence, times).status_code == 302
    assert desk.get(absence).context["back_button"]
    desk.post(absence, {"back": "1"})
    assert Absence.objects.get().ends_at < soon
    assert desk.post(reverse("grid:end_post", args=[post.pk]), {"ends_on": day}).status_code == 302
    post.refresh_from_db()
    assert str(post.ends_on) == day


def test_posts_of_another_street_are_not_there(desk, grids):
    post = street.give_post(street.make_person("sun"), "grid_leader", grids[OTHER_GRID])
    assert desk.post(reverse("grid:end_post", args=[post.pk]), {"ends_on": TODAY}).status_code == 404


# --- what it costs ---


def cost(client, url) -> int:
    client.get(url)  # the first request of a session writes its end
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("name", "args", "query", "most"),
    [
        ("list", [], "", 13),
        ("list", [], "?level=6", 10),
        ("map", [], "?level=6", 12),
        ("layer", [], "?level=6", 5),
        ("detail", [GRID], "", 22),
        ("board", [GRID], "", 15),
        ("mine", [], "", 14),
    ],
)
def test_a_page_costs_the_same_for_few_rows_and_for_many(client, grids, leader, name, args, query, most):
    def fill(start):
        for n in range(start, start + 8):
            area = street.square(113.61 + n / 1000, 34.70, 0.0005)
            micro = street.make_grid(f"{GRID}1{n:02d}", area=area)
            street.give_post(street.make_person(f"p{n}"), "micro_leader", micro)
            street.give_post(street.make_person(f"w{n}"), "grid_worker", grids[GRID])
            Compound.objects.create(grid=grids[GRID], name=f"c{n}")
            street.make_organization(grids[GRID], code=f"o{n}", duty_phone="0371-1")

    client.force_login(leader)
    url = reverse(f"grid:{name}", args=args) + query
    fill(0)
    few = cost(client, url)
    fill(40)
    assert cost(client, url) == few <= most
