"""The board of wishes: who sees what of them, page by page, what is opened to the claimer, what fits whom."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.errors import NotAllowed, NotValid
from accounts.models import AccessEvent, User
from grid.models import Grid
from grid.scope import scope_of
from notices.models import Notice
from partybuilding.models import PartnerUnit
from tests import street
from tests.volunteers.conftest import make_service, make_volunteer
from volunteers import board, claims, match_queries, matching, receipts, tasks, wish_news
from volunteers.claims import Claimer
from volunteers.matching import Helper, ShiftFacts, WishFacts
from volunteers.models import Shift, SignUp, VolunteerSkill, Wish, WishClaim, WishKind, WishRound
from volunteers.receipts import NewReceipt

pytestmark = pytest.mark.django_db
SEALED = ("占桂兰", "13112345678", "2单元301", "小孙子照看")


@pytest.fixture
def grid(grids: dict[str, Grid]) -> Grid:
    return grids[street.MICRO]


@pytest.fixture
def leader(grids: dict[str, Grid]) -> User:
    person = street.make_person("leader")
    street.give_post(person, "grid_leader", grids[street.GRID])
    return person


def make_wish(grid: Grid, by: User, title: str = "两张相框", **more: Any) -> Wish:
    """A wish on the board, with everything that is sealed."""
    kind, _made = WishKind.objects.get_or_create(name="代购代办")
    values = {"kind": kind, "display_name": "占阿姨", "name": SEALED[0], "phone": SEALED[1], "door": SEALED[2]}
    values |= {"remark": SEALED[3], "status": "published", "verified_by": by, "by": by, "at": timezone.now()}
    values |= {"published_at": timezone.now(), "number": f"心愿{Wish.objects.count() + 1}号"}
    return Wish.objects.create(title=title, grid=grid, grid_code=grid.code, **values | more)


@pytest.fixture
def helper(grid: Grid, client: Client) -> User:
    """A volunteer of the grid, signed in."""
    person = street.make_person("helper", "孙七")
    make_volunteer(grid, user=person)
    client.force_login(person)
    return person


def claim_of(wish: Wish, person: User) -> WishClaim:
    volunteer = person.volunteer  # type: ignore[attr-defined]
    return claims.claim(wish, Claimer(volunteer=volunteer), actor=person, now=timezone.now())


def test_the_board_shows_what_is_public_and_nothing_else(
    client: Client, grid: Grid, leader: User, helper: User
) -> None:
    wish = make_wish(grid, leader, text="年纪大了不会网购")
    for url in (reverse("volunteers:board"), reverse("volunteers:board_wish", args=[wish.pk])):
        page = client.get(url).content.decode()
        assert "占阿姨" in page
        assert "年纪大了不会网购" in page or url.endswith("board/")
        assert not [word for word in SEALED if word in page]


def test_wishes_of_another_street_are_not_there(client: Client, grids: Any, leader: User, helper: User) -> None:
    other = make_wish(grids[street.OTHER_GRID], leader, "别处的轮椅")
    assert "别处的轮椅" not in client.get(reverse("volunteers:board")).content.decode()
    assert client.get(reverse("volunteers:board_wish", args=[other.pk])).status_code == 404


def test_who_helps_nowhere_reads_how_to_become_a_volunteer(client: Client, grid: Grid, leader: User) -> None:
    make_wish(grid, leader)
    client.force_login(street.make_person("nobody"))
    page = client.get(reverse("volunteers:board")).content.decode()
    assert "两张相框" not in page
    assert reverse("volunteers:me") in page


def test_a_withdrawn_wish_leaves_the_board_and_its_page(client: Client, grid: Grid, leader: User, helper: User) -> None:
    wish = make_wish(grid, leader, status="withdrawn")
    assert "两张相框" not in client.get(reverse("volunteers:board")).content.decode()
    assert client.get(reverse("volunteers:board_wish", args=[wish.pk])).status_code == 404


def test_pages_of_the_board_show_every_wish_once_returned_ones_first(grid: Grid, leader: User, now: datetime) -> None:
    for n in range(23):
        at = now - timedelta(hours=n // 3)
        make_wish(grid, leader, f"第{n}个", returns=2 if n == 7 else n % 2, published_at=at)
    rows, seen, params = Wish.objects.on_board(), [], {}
    for _page in range(9):
        page = board.board_page(rows, params, size=5)
        seen += page.rows
        if not page.next_url:
            break
        params = {"after": page.next_url.split("after=")[1]}
    assert seen == list(rows)
    assert seen[0].title == "第7个"


@pytest.mark.parametrize("key", ["1", "a-b-c", "0-99999999999999999-1", "99999-1-1", "-1-1-1", "0-1-1-1"])
def test_a_bad_key_of_a_page_is_refused_in_words(client: Client, helper: User, key: str) -> None:
    assert client.get(reverse("volunteers:board"), {"after": key}).status_code == 400


@pytest.mark.parametrize("name", ["board", "my_claims", "fitting"])
def test_pages_cost_the_same_for_many_wishes(
    client: Client, grid: Grid, leader: User, helper: User, django_assert_max_num_queries: Any, name: str
) -> None:
    rows = [make_wish(grid, leader, f"第{n}个", slots=1 + n % 3) for n in range(40)]
    for wish in rows[:12]:
        claim_of(wish, helper)
    url = reverse(f"volunteers:{name}")
    client.get(url)
    with django_assert_max_num_queries(18):
        assert client.get(url).status_code == 200


def test_a_wish_is_claimed_on_its_page_once(client: Client, grid: Grid, leader: User, helper: User) -> None:
    wish, key = make_wish(grid, leader), "7f4df9d9-6a5c-4b52-9d3c-111111111111"
    url = reverse("volunteers:board_wish", args=[wish.pk])
    data = {"as_who": "volunteer", "pledge": "周末送到", "client_id": key}
    first = client.post(url, data)
    row = WishClaim.objects.get()
    assert first.headers["Location"] == reverse("volunteers:my_claim", args=[row.pk])
    again = client.post(url, data)  # the second tab leads to what is hers already
    assert again.headers["Location"] == first.headers["Location"]
    assert WishClaim.objects.count() == 1


def test_whoever_comes_second_is_told_so(client: Client, grid: Grid, leader: User, helper: User) -> None:
    wish, other = make_wish(grid, leader), street.make_person("other")
    make_volunteer(grid, user=other)
    claim_of(wish, other)
    answer = client.post(reverse("volunteers:board_wish", args=[wish.pk]), {"as_who": "volunteer"})
    assert answer.status_code == 409
    assert str(claims._taken()) in answer.content.decode()


def test_the_id_of_somebody_elses_claim_is_taken(grid: Grid, leader: User, helper: User) -> None:
    wish, other = make_wish(grid, leader, slots=2), street.make_person("other")
    hers = Claimer(volunteer=make_volunteer(grid, user=other))
    row = claim_of(wish, helper)
    with pytest.raises(Exception, match=r".") as refused:
        claims.claim(wish, hers, actor=other, now=timezone.now(), client_id=row.client_id)
    assert refused.type.__name__ == "NotNow"
    assert WishClaim.objects.count() == 1


def test_only_an_active_claim_opens_who_wished_and_the_look_is_recorded(
    client: Client, grid: Grid, leader: User, helper: User
) -> None:
    row = claim_of(make_wish(grid, leader), helper)
    url = reverse("volunteers:my_claim", args=[row.pk])
    closed = client.get(url).content.decode()
    opened = client.post(url, {"step": "contact"}).content.decode()
    assert not [word for word in SEALED if word in closed]
    assert all(word in opened for word in SEALED)
    event = AccessEvent.objects.get(action="reveal")
    assert (event.actor, event.object_type, event.object_id) == (helper, "wish", str(row.wish_id))
    claims.give_up(row, actor=helper, now=timezone.now(), text="出差")
    assert client.post(url, {"step": "contact"}).status_code == 403


def test_a_claim_is_nobody_elses(client: Client, grid: Grid, leader: User, helper: User) -> None:
    row = claim_of(make_wish(grid, leader), helper)
    client.force_login(leader)
    assert client.get(reverse("volunteers:my_claim", args=[row.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        claims.contact(row, actor=leader, now=timezone.now())


def photo() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    return SimpleUploadedFile("a.jpg", picture.getvalue(), "image/jpeg")


def test_the_claimer_contacts_buys_and_delivers_on_her_phone(
    client: Client, grid: Grid, leader: User, helper: User
) -> None:
    wish = make_wish(grid, leader)
    row = claim_of(wish, helper)
    url = reverse("volunteers:my_claim", args=[row.pk])
    client.post(url, {"step": "contacted", "text": "周六上午九点", "version": row.version})
    paid = {"merchant": "新华照相馆", "goods": "相框两个", "amount": "56", "paid_on": timezone.localdate()}
    client.post(url, {"step": "receipt", "files": photo(), **paid})
    client.post(url, {"step": "delivered", "text": "送到并挂好，电话13812345678", "photos": photo()})
    row.refresh_from_db()
    wish.refresh_from_db()
    assert (row.status, wish.status, row.files.count()) == ("delivered", "delivered", 1)
    assert "13812345678" not in row.text
    assert row.receipts.get().files.count() == 1
    assert Notice.objects.filter(recipient=leader, kind__startswith="wish.delivered").exists()


def test_a_stale_form_changes_nothing(client: Client, grid: Grid, leader: User, helper: User) -> None:
    row = claim_of(make_wish(grid, leader), helper)
    claims.contacted(row, actor=helper, now=timezone.now())
    answer = client.post(
        reverse("volunteers:my_claim", args=[row.pk]), {"step": "give_up", "text": "不行", "version": 1}
    )
    assert answer.status_code == 422
    assert "不行" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "contacted"


def test_receipts_of_a_wish_stay_below_the_ceiling_together(grid: Grid, leader: User, helper: User) -> None:
    today = timezone.localdate()
    terms = {"opens_on": today, "closes_on": today, "ceiling": 100, "grid": grid, "grid_code": grid.code}
    row = claim_of(make_wish(grid, leader, round=WishRound.objects.create(name="重阳", **terms)), helper)
    given: dict[str, Any] = {"actor": helper, "now": timezone.now()}
    receipts.add_receipt(row, NewReceipt("照相馆", "相框", Decimal(60), today), **given)
    receipts.add_receipt(row, NewReceipt("照相馆", "相框", Decimal(60), today), **given)  # the same paper again
    with pytest.raises(NotValid):
        receipts.add_receipt(row, NewReceipt("文具店", "胶水", Decimal(41), today), **given)
    assert row.receipts.count() == 1


def test_the_job_reminds_once_and_then_lets_the_claim_lapse(
    grid: Grid, leader: User, helper: User, now: datetime
) -> None:
    row = claim_of(make_wish(grid, leader), helper)
    close = row.contact_by - timedelta(days=1)
    assert [wish_news.remind_claims(now=close) for _n in range(2)] == [1, 1]
    assert Notice.objects.filter(recipient=helper, kind="wish.remind").count() == 1
    WishClaim.objects.update(contact_by=now - timedelta(hours=1))
    assert [tasks.lapse_claims() for _n in range(2)] == [1, 0]
    assert Notice.objects.filter(recipient=helper, kind="wish.lapsed").count() == 1
    wish = Wish.objects.get()
    assert (wish.status, wish.returns) == ("published", 1)


def test_the_map_counts_wishes_at_the_middle_of_the_grid_never_at_a_door(
    client: Client, grid: Grid, leader: User, helper: User
) -> None:
    for _n in range(3):
        make_wish(grid, leader, point=Point(street.WEST + 0.0001, street.SOUTH + 0.0001, srid=4326))
    (spot,) = client.get(reverse("volunteers:board_points")).json()["features"]
    assert spot["properties"]["count"] == 3
    middle = [street.WEST + street.SIDE / 8, street.SOUTH + street.SIDE / 4]
    assert spot["geometry"]["coordinates"] == pytest.approx(middle)


def test_staff_follow_claims_with_helpers_masked(client: Client, grid: Grid, leader: User, helper: User) -> None:
    claim_of(make_wish(grid, leader), helper)
    WishClaim.objects.update(contact_by=timezone.now() - timedelta(hours=1))
    client.force_login(leader)
    page = client.get(reverse("volunteers:wish_claims"), {"late": "true"}).content.decode()
    assert "孙*" in page
    assert not [word for word in (*SEALED, "孙七") if word in page]
    assert client.get(reverse("volunteers:wish_claims_excel")).status_code == 200


# --- matching ---------------------------------------------------------------------------------------------------------

TODAY = date(2026, 11, 20)
HELPER = Helper(street.MICRO, frozenset({1}), {"理发": "理发"}, frozenset({6, 7}), evenings=False)


def fact(**more: Any) -> WishFacts:
    values = {"pk": 1, "grid_code": street.MICRO_EAST, "published_on": TODAY, "words": frozenset()}
    return WishFacts(**values | more)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"grid_code": street.SISTER}),
        ({"grid_code": street.SISTER}, {"grid_code": street.OTHER_GRID}),
        ({"words": frozenset({"理发", "上门"})}, {"words": frozenset({"轮椅"})}),
        ({"wanted_on": date(2026, 11, 21)}, {"wanted_on": date(2026, 11, 23)}),
        ({"returns": 1}, {}),
        ({"published_on": date(2026, 11, 1)}, {}),
    ],
)
def test_near_skilled_free_and_long_waiting_wishes_come_first(better: Any, worse: Any) -> None:
    first, second = (matching.fit_wish(HELPER, fact(**one), today=TODAY).total for one in (better, worse))
    assert 100 >= first > second >= 0


def test_full_shifts_and_those_not_for_minors_are_not_offered() -> None:
    evening = datetime(2026, 11, 21, 19, tzinfo=UTC)
    assert matching.fit_shift(HELPER, ShiftFacts(1, street.MICRO, evening, left=0)) is None
    minor = Helper(street.MICRO, is_minor=True)
    assert matching.fit_shift(minor, ShiftFacts(1, street.MICRO, evening)) is None
    fit = matching.fit_shift(HELPER, ShiftFacts(1, street.MICRO, evening))
    assert fit is not None
    assert fit.is_free is False


def test_what_fits_is_shown_with_its_reasons(client: Client, grid: Grid, leader: User, helper: User) -> None:
    skill = VolunteerSkill.objects.create(name="理发")
    volunteer: Any = helper.volunteer  # type: ignore[attr-defined]
    volunteer.skills.add(skill)
    make_wish(grid, leader, "收音机")
    fitting = make_wish(grid, leader, "上门理发")
    service = make_service(grid, leader)
    times = [timezone.now() + timedelta(days=n) for n in (2, 3)]
    mine, other = (
        Shift.objects.create(service=service, starts_at=at, ends_at=at + timedelta(hours=2), slots=2) for at in times
    )
    SignUp.objects.create(shift=mine, volunteer=volunteer, place=1, signed_at=timezone.now())
    reader = board.reader_of(helper)
    found = match_queries.wishes_for(reader, helper, now=timezone.now())
    assert found[0].thing == fitting
    assert any("理发" in words for _tone, words in found[0].reasons)
    assert [one.thing for one in match_queries.shifts_for(volunteer, now=timezone.now())] == [other]
    assert "上门理发" in client.get(reverse("volunteers:fitting")).content.decode()


def test_people_of_a_unit_and_members_stand_before_the_board_of_their_street(grids: Any, leader: User) -> None:
    person = street.make_person("unit")
    organization = street.make_organization(grids[street.STREET], "school")
    PartnerUnit.objects.create(organization=organization)
    street.give_post(person, "handler", organization)
    assert scope_of(person).organizations
    reader = board.reader_of(person)
    assert reader.streets == (street.STREET,)
    (claimer,) = claims.claimers_of(person)
    wish = make_wish(grids[street.MICRO], leader)
    assert claims.claim(wish, claimer, actor=person, now=timezone.now()).unit == claimer.unit
