"""Service points: when they are open, who writes the board, who is near, and the ten-minute circle."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Building, Compound, Grid, Organization
from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers import circle, service_points
from volunteers.models import PointKind, ServicePoint
from volunteers.service_points import Facts, in_season, standing

pytestmark = pytest.mark.django_db
HERE = Point(113.605, 34.705, srid=4326)
METRES = 1 / 111_320


def moment(day: str, clock: str = "10:00") -> datetime:
    """A moment of Beijing."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo("Asia/Shanghai"))


def make_point(grid: Grid, name: str = "清凉驿站", place: Point = HERE, **more: Any) -> ServicePoint:
    kind, _made = PointKind.objects.get_or_create(name=more.pop("kind", "清凉驿站"))
    return ServicePoint.objects.create(kind=kind, name=name, place=place, grid=grid, grid_code=grid.code, **more)


@pytest.fixture
def worker(grids: dict[str, Grid]) -> User:
    person = street.make_person("worker")
    street.give_post(person, "grid_leader", grids[street.GRID])
    return person


@pytest.mark.parametrize(
    ("season", "day", "holds"),
    [
        (("06-01", "09-30"), "2026-07-15", True),
        (("06-01", "09-30"), "2026-10-01", False),
        (("11-15", "03-15"), "2026-01-02", True),
        (("11-15", "03-15"), "2026-11-15", True),
        (("11-15", "03-15"), "2026-03-16", False),
        (("", ""), "2026-03-16", True),
    ],
)
def test_a_season_holds_also_over_the_new_year_and_the_database_agrees(
    grids: dict[str, Grid], season: tuple[str, str], day: str, holds: bool
) -> None:
    point = make_point(grids[street.MICRO], season_from=season[0], season_until=season[1])
    on = date.fromisoformat(day)
    assert service_points.season_holds(point, on) is holds
    assert ServicePoint.objects.filter(in_season(on)).exists() is holds


@pytest.mark.parametrize(
    ("hours", "clock", "said", "code"),
    [
        ("08:30-12:00, 14:30-18:00", "11:59", None, "open"),
        ("08:30-12:00, 14:30-18:00", "12:00", None, "closed"),
        ("00:00-24:00", "23:59", None, "open"),
        ("见门口", "10:00", None, "unknown"),
        ("08:30-12:00", "10:00", False, "closed"),
        ("08:30-12:00", "20:00", True, "open"),
    ],
)
def test_the_board_comes_before_the_hours(
    grids: dict[str, Grid], hours: str, clock: str, said: bool | None, code: str
) -> None:
    point = make_point(grids[street.MICRO], hours=hours)
    assert standing(point, moment("2026-07-15", clock), said).code == code


def test_the_board_keeps_who_opened_and_closed_when(grids: dict[str, Grid], worker: User, now: datetime) -> None:
    point = make_point(grids[street.MICRO])
    for is_open in (True, True, False):
        service_points.say_open(point, is_open=is_open, actor=worker, now=now)
    assert list(point.openings.values_list("is_open", "by")) == [(False, worker.pk), (True, worker.pk)]
    row = service_points.with_board(ServicePoint.objects.all(), timezone.localdate(now)).get()
    assert (row.said_open, row.said_by) == (False, "worker")


def test_the_board_is_for_staff_there_and_the_people_of_the_unit(grids: dict[str, Grid], now: datetime) -> None:
    unit = Organization.objects.create(grid=grids[street.SISTER], name="日间照料", kind="social", code="care")
    head, stranger = street.make_person("head"), street.make_person("stranger")
    street.give_post(head, "org_head", unit)
    point = make_point(grids[street.MICRO], organization=unit)
    assert service_points.say_open(point, is_open=True, actor=head, now=now).by == head
    with pytest.raises(NotAllowed):
        service_points.say_open(point, is_open=True, actor=stranger, now=now)
    with pytest.raises(NotValid):
        service_points.say_open(point, is_open=True, actor=head, now=now, on=date(2020, 1, 1))
    service_points.put_out_of_use(point, in_use=False, actor=_officer(grids))
    with pytest.raises(NotNow):
        service_points.say_open(point, is_open=True, actor=head, now=now)


def _officer(grids: dict[str, Grid]) -> User:
    person = street.make_person("officer")
    street.give_post(person, "party_officer", grids[street.STREET])
    return person


def test_a_point_is_entered_once_in_a_grid_and_only_where_one_works(grids: dict[str, Grid], worker: User) -> None:
    kind = PointKind.objects.create(name="积分超市")
    facts = Facts(grids[street.MICRO], kind, "超市", HERE)
    assert service_points.open_point(facts, actor=worker).reach == 800
    with pytest.raises(NotValid):
        service_points.open_point(facts, actor=worker)
    with pytest.raises(NotValid):
        service_points.open_point(Facts(grids[street.MICRO], kind, "半季", HERE, season_from="06-01"), actor=worker)
    with pytest.raises(NotAllowed):
        service_points.open_point(Facts(grids[street.SISTER], kind, "别处", HERE), actor=worker)


def test_a_volunteer_sees_the_points_of_her_street_the_nearest_first(grids: dict[str, Grid]) -> None:
    person = street.make_person("v")
    make_volunteer(grids[street.MICRO], user=person)
    far = make_point(grids[street.SISTER], "远", Point(113.63, 34.705, srid=4326))
    near = make_point(grids[street.MICRO], "近")
    make_point(grids[street.OTHER_GRID], "别街")
    make_point(grids[street.MICRO], "停用", is_active=False)
    rows = service_points.near(service_points.points_seen_by(person), HERE)
    assert list(rows) == [near, far]
    assert rows[0].away.m == 0
    assert not service_points.points_seen_by(street.make_person("nobody")).exists()


def build_homes(grids: dict[str, Grid]) -> None:
    """100 households at the point, 50 at 700 m, 30 at 900 m, 20 without a place."""
    compound = Compound.objects.create(grid=grids[street.GRID], name="甲院", point=HERE, households=999)
    values = {"compound": compound, "grid": grids[street.MICRO]}
    Building.objects.create(name="1", households=100, point=HERE, **values)
    Building.objects.create(name="2", households=50, point=Point(HERE.x, HERE.y + 700 * METRES, srid=4326), **values)
    far = Point(HERE.x, HERE.y + 900 * METRES, srid=4326)
    Compound.objects.create(grid=grids[street.GRID], name="乙院", point=far, households=30)
    Compound.objects.create(grid=grids[street.SISTER], name="丙院", households=20)


def test_the_circle_counts_households_within_the_walk(grids: dict[str, Grid]) -> None:
    build_homes(grids)
    make_point(grids[street.MICRO])
    make_point(grids[street.MICRO], "停用", Point(HERE.x, HERE.y + 900 * METRES, srid=4326), is_active=False)
    found = {one.code: one for one in circle.coverage(circle.Question(street.STREET))}
    here, sister = found[street.COMMUNITY], found[street.SISTER]
    assert (here.placed, here.near, here.unplaced) == (180, 150, 0)
    assert (sister.placed, sister.share, sister.unplaced) == (0, None, 20)
    assert circle.whole(list(found.values())).share == pytest.approx(150 / 180)
    wider = circle.coverage(circle.Question(street.STREET, metres=1000))
    assert wider[0].near == 180


def test_the_circle_asks_by_kind_and_season_and_says_where_a_point_is_missed(grids: dict[str, Grid]) -> None:
    build_homes(grids)
    point = make_point(grids[street.MICRO], season_from="06-01", season_until="09-30")
    other = PointKind.objects.create(name="政务服务点")
    assert circle.coverage(circle.Question(street.STREET, kinds=(other.pk,)))[0].near == 0
    winter = circle.Question(street.STREET, kinds=(point.kind_id,), in_season_on=date(2026, 12, 1))
    assert circle.coverage(winter)[0].near == 0
    missed = circle.outside(circle.Question(street.STREET))
    assert [(one.name, one.households) for one in missed] == [("乙院", 30)]
    assert missed[0].metres == pytest.approx(900, abs=5)


def test_the_circle_of_one_community_leaves_the_others_out(grids: dict[str, Grid]) -> None:
    build_homes(grids)
    make_point(grids[street.MICRO])
    assert [one.code for one in circle.coverage(circle.Question(street.COMMUNITY))] == [street.COMMUNITY]
