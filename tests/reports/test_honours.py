"""Honours: who may be put forward, passed and awarded; numbers of certificates; who sees what."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO

import docx
import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid, Post
from grid.posts import PostKind
from notices.models import Notice
from reports.honours import deciding, documents, nominating, rounds
from reports.honours.nominating import Candidate
from reports.honours.reading import nominations_for, rounds_for
from reports.honours.titles import load_titles
from reports.models import HonourPlace, HonourRound, HonourTitle, Nomination, Paper, Step
from tests import street
from tests.reports.conftest import at

NOW = at("10:00")
Status = Nomination.Status


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def secretary(grids: dict[str, Grid], roles: dict[str, User]) -> User:
    person = street.make_person("secretary", "书记")
    street.give_post(person, "street_secretary", grids[street.STREET])
    return person


@pytest.fixture
def titles(db: None) -> dict[str, HonourTitle]:
    load_titles()
    return {title.name: title for title in HonourTitle.objects.all()}


def open_round(grids: dict[str, Grid], titles: dict[str, HonourTitle], secretary: User, *places: int) -> HonourRound:
    pioneer = titles["汝河网格先锋"]
    headings = ("优秀三级网格长", "优秀微网格员")
    specs = [rounds.PlaceSpec(pioneer, heading, n) for heading, n in zip(headings, places, strict=False)]
    first, last = date(2023, 1, 1), date(2023, 6, 30)
    grid = grids[street.STREET]
    return rounds.open_round(grid, name="2023年上半年", first=first, last=last, places=specs, actor=secretary, now=NOW)


@pytest.fixture
def one(grids: dict[str, Grid], titles: dict[str, HonourTitle], secretary: User) -> HonourRound:
    return open_round(grids, titles, secretary, 1, 2)


def put(one: HonourRound, person: User, actor: User, heading: int = 0) -> Nomination:
    post = Post.objects.select_related("user", "grid").get(user=person)
    place = list(one.places.order_by("id"))[heading]
    return nominating.nominate(place, Candidate.of_post(post), reason="走访入户、化解矛盾", actor=actor, now=NOW)


def passed(one: HonourRound, rows: list[Nomination], secretary: User) -> None:
    rounds.close_nominations(one, actor=secretary, now=NOW)
    for row in rows:
        nominating.support(row, text="同意", actor=secretary, now=NOW)


def test_titles_come_once_and_each_with_its_source(titles: dict[str, HonourTitle]) -> None:
    assert load_titles() == 0
    assert titles["汝河网格先锋"].prize == "网格先锋奖"
    wanted = {"最美网格员", "微网格员（楼栋长）", "微网实格优秀案例", "城乡社区发展治理优秀单位", "优秀社区书记"}
    wanted |= {"优秀网格长（员）", "网格先进工作者", "网格事务明白人", "群众心声代言人", "为民服务贴心人"}
    assert wanted <= set(titles)
    assert all(title.source for title in titles.values())


def test_name_unit_and_post_come_from_the_register(one: HonourRound, roles: dict[str, User]) -> None:
    row = put(one, roles["gridleader"], roles["community"])
    assert (row.name, row.unit) == ("gridleader", f"网格001001 {PostKind.GRID_LEADER.label}")
    assert row.grid_id == Grid.objects.get(code=street.GRID).pk
    assert Step.objects.get(subject="nomination", subject_id=row.pk).by == roles["community"]


def test_nobody_is_put_forward_from_elsewhere_twice_or_too_late(
    one: HonourRound, roles: dict[str, User], grids: dict[str, Grid], secretary: User
) -> None:
    outsider = street.make_person("outsider")
    street.give_post(outsider, "grid_worker", grids[street.OTHER_GRID])
    with pytest.raises(NotAllowed):
        put(one, outsider, roles["community"])
    put(one, roles["gridleader"], roles["community"])
    with pytest.raises(NotValid):
        put(one, roles["gridleader"], roles["community"])
    rounds.close_nominations(one, actor=secretary, now=NOW)
    with pytest.raises(NotNow):
        put(one, roles["microleader"], roles["community"])


def test_a_person_title_takes_no_unit(one: HonourRound, roles: dict[str, User], grids: dict[str, Grid]) -> None:
    unit = Candidate("某单位", "", grids[street.COMMUNITY])
    with pytest.raises(NotValid) as refused:
        nominating.nominate(one.places.first(), unit, reason="好", actor=roles["community"], now=NOW)
    assert "post" in refused.value.fields


def test_the_review_needs_words_another_person_and_a_free_place(
    one: HonourRound, roles: dict[str, User], secretary: User
) -> None:
    first = put(one, roles["gridleader"], roles["community"])
    second = put(one, roles["microleader"], roles["community"])
    own = put(one, roles["operator"], secretary, heading=1)
    with pytest.raises(NotNow):
        nominating.support(first, text="同意", actor=secretary, now=NOW)
    rounds.close_nominations(one, actor=secretary, now=NOW)
    with pytest.raises(NotValid):
        nominating.support(first, text=" ", actor=secretary, now=NOW)
    with pytest.raises(NotAllowed):
        nominating.support(own, text="同意", actor=secretary, now=NOW)
    with pytest.raises(NotAllowed):
        nominating.support(first, text="同意", actor=roles["community"], now=NOW)
    assert nominating.support(first, text="同意", actor=secretary, now=NOW).review == "同意"
    with pytest.raises(NotNow):  # one place only
        nominating.support(second, text="同意", actor=secretary, now=NOW)
    assert Nomination.objects.get(pk=second.pk).status == Status.NOMINATED
    assert nominating.decline(second, text="名额已满", actor=secretary, now=NOW).status == Status.DECLINED


def test_an_objection_stops_the_decision_until_it_is_looked_at(
    one: HonourRound, roles: dict[str, User], secretary: User
) -> None:
    row = put(one, roles["gridleader"], roles["community"])
    passed(one, [], secretary)
    with pytest.raises(NotNow):  # not reviewed yet
        rounds.show(one, days=5, actor=secretary, now=NOW)
    nominating.support(row, text="同意", actor=secretary, now=NOW)
    shown = rounds.show(one, days=5, actor=secretary, now=NOW)
    assert shown.public_until == date(2026, 11, 23)
    later = NOW + timedelta(days=6)
    with pytest.raises(NotNow):
        deciding.decide(one, actor=secretary, now=NOW + timedelta(days=5))
    nominating.object_to(row, text="居民来电反映履职不到位", actor=roles["operator"], now=NOW)
    with pytest.raises(NotNow):
        deciding.decide(one, actor=secretary, now=later)
    nominating.support(row, text="经核实不属实", actor=secretary, now=later)
    with pytest.raises(NotAllowed):
        deciding.decide(one, actor=roles["shiftleader"], now=later)
    assert deciding.decide(one, actor=secretary, now=later).status == HonourRound.Status.DECIDED


def fill(place: HonourPlace, grid: Grid, actor: User) -> None:
    """As many passed nominations as there are places, written at once."""
    people = User.objects.bulk_create(
        User(username=f"p{place.pk}-{n}", real_name=f"先锋{place.pk}{n:02d}", password="!") for n in range(place.places)
    )
    Nomination.objects.bulk_create(
        Nomination(
            place=place,
            name=person.real_name,
            unit="网格长",
            person=person,
            grid=grid,
            reason="好",
            status=Status.SUPPORTED,
            nominated_by=actor,
            nominated_at=NOW,
        )
        for person in people
    )


def test_twelve_and_seventy_one_make_eighty_three(
    grids: dict[str, Grid], titles: dict[str, HonourTitle], secretary: User, roles: dict[str, User]
) -> None:
    one = open_round(grids, titles, secretary, 12, 71)
    for place in one.places.all():
        fill(place, grids[street.COMMUNITY], roles["community"])
    passed(one, [], secretary)
    rounds.show(one, days=5, actor=secretary, now=NOW)
    later = NOW + timedelta(days=6)
    decided = deciding.decide(one, actor=secretary, now=later)
    awarded = Nomination.objects.filter(place__round=one, status=Status.AWARDED)
    numbers = sorted(awarded.values_list("certificate", flat=True))
    assert len(set(numbers)) == 12 + 71 == 83
    assert (numbers[0], numbers[-1]) == ("2023-汝河网格先锋-0001", "2023-汝河网格先锋-0083")
    assert Notice.objects.filter(dedupe_key__startswith="honoured:").count() == 83
    assert decided.paper is not None
    assert decided.paper.kind == Paper.Kind.COMMENDATION
    assert "优秀三级网格长" in decided.paper.body
    _check_documents(decided)
    with pytest.raises(NotNow):
        deciding.decide(one, actor=secretary, now=later)


def _check_documents(one: HonourRound) -> None:
    word = docx.Document(BytesIO(documents.word(one, now=NOW)))
    assert sorted(len(table.rows) - 1 for table in word.tables) == [12, 71]
    book = openpyxl.load_workbook(BytesIO(documents.excel(one, now=NOW)))
    assert sorted(sheet.max_row - 3 for sheet in book) == [12, 71]


def test_a_second_round_of_the_year_goes_on_counting(
    grids: dict[str, Grid], titles: dict[str, HonourTitle], secretary: User, roles: dict[str, User]
) -> None:
    for wanted in ("2023-汝河网格先锋-0001", "2023-汝河网格先锋-0002"):
        one = open_round(grids, titles, secretary, 1)
        row = put(one, roles["gridleader"], roles["community"])
        passed(one, [row], secretary)
        rounds.show(one, days=1, actor=secretary, now=NOW)
        deciding.decide(one, actor=secretary, now=NOW + timedelta(days=2))
        assert Nomination.objects.get(pk=row.pk).certificate == wanted


def test_a_community_sees_the_round_above_and_only_its_own_nominations_before_the_showing(
    one: HonourRound, roles: dict[str, User], secretary: User, grids: dict[str, Grid]
) -> None:
    sister = street.make_person("sister")
    street.give_post(sister, "community_head", grids[street.SISTER])
    row = put(one, roles["gridleader"], roles["community"])
    assert one in rounds_for(roles["community"])
    assert one in rounds_for(sister)
    assert row in nominations_for(roles["community"])
    assert row not in nominations_for(sister)
    passed(one, [row], secretary)
    rounds.show(one, days=5, actor=secretary, now=NOW)
    assert row in nominations_for(sister)
    assert not rounds_for(roles["gridleader"])


def test_opinions_and_objections_are_not_shown_to_a_sister_community(
    client: Client, one: HonourRound, roles: dict[str, User], secretary: User, grids: dict[str, Grid]
) -> None:
    sister = street.make_person("sister")
    street.give_post(sister, "community_head", grids[street.SISTER])
    row = put(one, roles["gridleader"], roles["community"])
    passed(one, [row], secretary)
    rounds.show(one, days=5, actor=secretary, now=NOW)
    nominating.object_to(row, text="二楼住户反映不实", actor=secretary, now=NOW)
    nominating.support(row, text="复核属实", actor=secretary, now=NOW)
    seen = {}
    for person in (secretary, roles["community"], sister):
        client.force_login(person)
        page = client.get(reverse("reports:nomination", args=[row.pk])).content.decode()
        assert "走访入户、化解矛盾" in page
        seen[person] = [words in page for words in ("二楼住户反映不实", "复核属实")]
    assert list(seen.values()) == [[True, True], [True, True], [False, False]]


def test_the_honoured_finds_the_own_certificate_and_nobody_elses(
    client: Client, one: HonourRound, roles: dict[str, User], secretary: User
) -> None:
    row = put(one, roles["gridleader"], roles["community"])
    passed(one, [row], secretary)
    rounds.show(one, days=1, actor=secretary, now=NOW)
    client.force_login(roles["microleader"])  # the public list is open to everybody of the street
    assert row.name in client.get(reverse("reports:my_honours")).content.decode()
    deciding.decide(one, actor=secretary, now=NOW + timedelta(days=2))
    address = reverse("reports:certificate", args=[row.pk])
    client.force_login(roles["gridleader"])
    assert address in client.get(reverse("reports:my_honours")).content.decode()
    assert "荣誉证书" in client.get(address).content.decode()
    client.force_login(roles["microleader"])
    assert client.get(address).status_code == 404


def test_a_round_is_opened_and_filled_through_the_pages(
    client: Client, titles: dict[str, HonourTitle], secretary: User, roles: dict[str, User]
) -> None:
    client.force_login(secretary)
    given = {"grid": street.STREET, "name": "年度", "period_start": "2026-01-01", "period_end": "2026-12-31"}
    line = {"title_0": titles["最美网格员"].pk, "heading_0": "最美网格员", "places_0": 3}
    assert client.post(reverse("reports:honour_new"), {**given, **line}).status_code == 302
    one = HonourRound.objects.get()
    client.force_login(roles["community"])
    page = reverse("reports:honour_nominate", args=[one.pk])
    post = Post.objects.get(user=roles["gridleader"])
    assert client.post(page, {"post": post.pk, "reason": ""}).status_code == 422
    assert client.post(page, {"post": post.pk, "reason": "好"}).status_code == 302
    row = Nomination.objects.get()
    client.force_login(secretary)
    step = reverse("reports:honour_step", args=[one.pk])
    assert client.post(step, {"stage": "review", "version": one.version}).status_code == 302
    assert client.post(step, {"stage": "review", "version": one.version}).status_code == 409
    support = {"stage": "support", "text": "同意", "version": row.version}
    assert client.post(reverse("reports:nomination_step", args=[row.pk]), support).status_code == 302
    assert "处置" in client.get(reverse("reports:nomination", args=[row.pk])).content.decode()


def test_the_page_of_a_round_costs_the_same_for_many_nominations(
    client: Client,
    one: HonourRound,
    grids: dict[str, Grid],
    titles: dict[str, HonourTitle],
    secretary: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    big = open_round(grids, titles, secretary, 40)
    fill(big.places.get(), grids[street.COMMUNITY], secretary)
    client.force_login(secretary)
    for row in (one, big):
        with django_assert_max_num_queries(14):
            assert client.get(reverse("reports:honour", args=[row.pk])).status_code == 200
    for name in ("honours", "honour_history"):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(f"reports:{name}")).status_code == 200


def test_systems_read_rounds_and_awards(
    client: Client, one: HonourRound, secretary: User, roles: dict[str, User]
) -> None:
    put(one, roles["gridleader"], roles["community"])
    client.force_login(secretary)
    found = client.get(f"/api/v1/honour-rounds/{one.pk}/").json()
    assert [place["put_forward"] for place in found["places"]] == [1, 0]
    assert client.get("/api/v1/nominations/", {"round": one.pk}).json()["results"][0]["heading"] == "优秀三级网格长"
