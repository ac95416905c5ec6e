"""Pages of points and of the shop: what they show, to whom, in how many queries; jobs that tell of them."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from grid.models import Grid
from notices.models import Notice
from tests import street
from tests.incidents.test_parallel import together
from tests.volunteers.conftest import make_hours, make_rule, make_service, make_volunteer
from volunteers import points, shop, shop_items, shop_news, statements
from volunteers.models import Exchange, PointAccount, PointEntry, PointRule, ShopItem, Volunteer
from volunteers.shop_items import NewItem

pytestmark = pytest.mark.django_db


class Shop:
    """A community with a shop, its keeper, and a volunteer with 20 points."""

    def __init__(self, grids: dict[str, Grid], now: datetime) -> None:
        self.grids, self.now, self.grid = grids, now, grids[street.COMMUNITY]
        self.keeper, self.person = street.make_person("keeper", "店员"), street.make_person("sunqi", "孙七一")
        street.give_post(self.keeper, "community_head", self.grid)
        self.volunteer = make_volunteer(grids[street.MICRO], "孙七一", user=self.person)
        self.give(self.volunteer, 20)

    def give(self, volunteer: Volunteer, n: int) -> None:
        points.bonus(volunteer, n, key=uuid4().hex, text="奖励", actor=self.keeper, now=self.now)

    def item(self, name: str = "洗衣液", *, price: int = 10, stock: int = 3) -> ShopItem:
        return shop_items.put_on_offer(NewItem(name, price, stock), grid=self.grid, actor=self.keeper, now=self.now)

    def exchange(self, item: ShopItem | None = None) -> Exchange:
        return shop.exchange(item or self.item(), self.volunteer, actor=self.person, now=self.now)

    def client(self, who: User | None = None) -> Client:
        browser = Client()
        browser.force_login(who or self.person, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    def balance(self) -> int:
        return PointAccount.objects.get(volunteer=self.volunteer).balance


@pytest.fixture
def made(grids: dict[str, Grid], now: datetime) -> Shop:
    return Shop(grids, now)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_from_the_phone_to_the_counter(made: Shop) -> None:
    item, browser = made.item(), made.client()
    page = text(browser.get(reverse("volunteers:shop_item", args=[item.pk])))
    once = re.search(r'name="client_id" value="([^"]+)"', page)
    assert once
    sent = {"client_id": once[1], "price": 10}
    answers = [browser.post(reverse("volunteers:shop_item", args=[item.pk]), sent) for _twice in range(2)]
    row = Exchange.objects.get()
    assert {answer["Location"] for answer in answers} == {reverse("volunteers:my_exchange", args=[row.pk])}
    code = text(browser.get(answers[0]["Location"]))
    assert f"{row.code[:4]} {row.code[4:]}" in code
    assert "<svg" in code
    counter = made.client(made.keeper)
    found = counter.get(
        reverse("volunteers:counter"), {"code": f"https://x.example/volunteers/counter/?code={row.code}"}
    )
    assert found["Location"] == reverse("volunteers:exchange", args=[row.pk])
    counter.post(found["Location"], {"step": "hand_out", "version": row.version})
    row.refresh_from_db()
    assert (row.status, row.handed_out_by, made.balance()) == ("handed_out", made.keeper, 1000)


def test_a_price_that_rose_meanwhile_is_told_before_anything_is_taken(made: Shop) -> None:
    item = made.item()
    shop_items.change(item, NewItem("洗衣液", 15), actor=made.keeper)
    answer = made.client().post(reverse("volunteers:shop_item", args=[item.pk]), {"price": 10})
    assert answer.status_code == 422
    assert (Exchange.objects.count(), made.balance()) == (0, 2000)


def test_what_the_counter_cancels_comes_back_and_is_told(made: Shop) -> None:
    row = made.exchange()
    url = reverse("volunteers:exchange", args=[row.pk])
    assert made.client(made.keeper).post(url, {"step": "cancel", "text": "破损"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, made.balance(), row.item.stock) == ("cancelled", 2000, 3)
    assert Notice.objects.get(recipient=made.person).kind == "exchange.cancelled"


def test_nobody_opens_the_points_or_the_code_of_another(made: Shop) -> None:
    row, other = made.exchange(), street.make_person("other")
    make_volunteer(made.grid, user=other)
    browser = made.client(other)
    assert browser.get(reverse("volunteers:my_exchange", args=[row.pk])).status_code == 404
    assert "20" not in re.findall(r"<strong>([^<]*)</strong>", text(browser.get(reverse("volunteers:my_points"))))
    counter = made.client(made.keeper)
    pages = [
        reverse("volunteers:counter"),
        reverse("volunteers:exchange", args=[row.pk]),
        reverse("volunteers:exchanges"),
    ]
    for page in (text(counter.get(url)) for url in pages):
        assert not [word for word in (row.code, "孙七一") if word in page]


def test_the_shop_of_another_community_offers_her_nothing(made: Shop) -> None:
    head = street.make_person("head")
    street.give_post(head, "community_head", made.grids[street.SISTER])
    item = shop_items.put_on_offer(NewItem("雨伞", 5, 3), grid=made.grids[street.SISTER], actor=head, now=made.now)
    assert made.client().get(reverse("volunteers:shop_item", args=[item.pk])).status_code == 404
    row = made.exchange()
    assert made.client(head).get(reverse("volunteers:exchange", args=[row.pk])).status_code == 404
    assert made.client(head).get(reverse("volunteers:counter"), {"code": row.code}).status_code == 422


def test_who_has_no_account_exchanges_at_the_counter(made: Shop) -> None:
    old, item = make_volunteer(made.grid), made.item()
    made.give(old, 10)
    sent = {"volunteer": old.number, "item": item.pk, "client_id": str(uuid4())}
    counter = made.client(made.keeper)
    assert counter.post(reverse("volunteers:counter_for"), sent).status_code == 302
    assert Exchange.objects.get().volunteer == old
    sent |= {"volunteer": made.volunteer.number, "client_id": str(uuid4())}
    assert counter.post(reverse("volunteers:counter_for"), sent).status_code == 403


def test_a_keeper_does_not_hand_out_to_herself(made: Shop) -> None:
    own = make_volunteer(made.grid, user=made.keeper)
    PointEntry.objects.create(
        kind="bonus",
        key="a",
        giver=points.platform_account("issue"),
        taker=points.account_of(own),
        amount=1000,
        at=made.now,
    )
    row = shop.exchange(made.item(), own, actor=made.keeper, now=made.now)
    url = reverse("volunteers:exchange", args=[row.pk])
    assert made.client(made.keeper).post(url, {"step": "hand_out"}).status_code == 403


def test_the_stock_changes_with_a_reason_that_is_kept(made: Shop) -> None:
    item, counter = made.item(), made.client(made.keeper)
    url = reverse("volunteers:item_restock", args=[item.pk])
    assert counter.post(url, {"amount": 5, "text": "进货"}).status_code == 302
    assert counter.post(url, {"amount": -9, "text": "破损"}).status_code == 422
    page = text(counter.get(reverse("volunteers:item", args=[item.pk])))
    assert "3 → 8" in page
    assert "进货" in page


def test_a_rule_is_set_and_taken_back_on_its_page(made: Shop) -> None:
    counter, later = made.client(made.keeper), timezone.localdate() + timedelta(days=3)
    sent = {"grid": made.grid.code, "name": "新规则", "per_hour": "1.5", "cap_hours": "2", "starts_on": later}
    assert counter.post(reverse("volunteers:point_rule_new"), sent).status_code == 302
    rule = PointRule.objects.get()
    assert "新规则" in text(counter.get(reverse("volunteers:point_rules")))
    assert counter.post(reverse("volunteers:point_rule_withdraw", args=[rule.pk])).status_code == 302
    assert not PointRule.objects.exists()


def test_pages_cost_the_same_with_one_row_and_with_many(made: Shop) -> None:
    make_rule(made.grid)
    own, staff = made.client(), made.client(made.keeper)
    names = ["my_points", "shop", "me"], ["counter", "exchanges", "items", "point_rules"]

    def costs() -> dict[str, int]:
        found = {}
        for browser, pages in zip((own, staff), names, strict=True):
            for name in pages:
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(reverse(f"volunteers:{name}")).status_code == 200
                found[name] = len(asked)
        return found

    made.exchange(made.item(price=1))
    earn(made, 60)
    costs()  # the first visit of a session costs more
    before = costs()
    for n in range(5):
        made.exchange(made.item(f"物品{n}", price=1))
        earn(made, 60 + n)
    assert costs() == before


def earn(made: Shop, minutes: int, *, days: int = 1) -> None:
    start = made.now - timedelta(days=days, minutes=minutes)
    record = make_hours(made.volunteer, make_service(made.grid, made.keeper), minutes, start=start)
    points.settle(record, now=made.now)


def test_a_statement_adds_up_and_is_told_once(made: Shop) -> None:
    make_rule(made.grid)
    earn(made, 90)
    made.exchange()
    month = statements.first_of_month(timezone.localdate(made.now))
    found = statements.statement(points.account_of(made.volunteer), month)
    assert (found.opening, found.closing, len(found.lines)) == (0, made.balance(), 3)
    assert found.changes == {"earn": 150, "bonus": 2000, "redeem": -1000, "expire": 0, "reverse": 0}
    after = statements.statement(points.account_of(made.volunteer), statements.next_month(month))
    assert (after.opening, after.closing, after.lines) == (1150, 1150, [])
    later = timezone.make_aware(datetime.combine(statements.next_month(month), datetime.min.time()))
    assert [statements.send_statements(now=later + timedelta(hours=n)) for n in (1, 7)] == [1, 0]
    notice = Notice.objects.get(kind="points.statement")
    assert not re.search(r"11[.]?5", notice.title + notice.body)
    assert made.client().get(notice.url).status_code == 200


def test_who_takes_no_part_gets_no_statement(made: Shop) -> None:
    assert made.client().post(reverse("volunteers:my_points_part"), {"wants": "false"}).status_code == 302
    assert statements.send_statements(now=made.now + timedelta(days=32)) == 0
    made.volunteer.refresh_from_db()
    assert (made.volunteer.wants_points, made.balance()) == (False, 2000)


def test_what_waits_is_reminded_of_once_before_its_last_day(made: Shop) -> None:
    made.exchange()
    assert shop_news.remind_pick_ups(now=made.now) == 0
    for _twice in range(2):
        shop_news.remind_pick_ups(now=made.now + timedelta(days=shop.PICK_UP_DAYS - 1))
    assert Notice.objects.filter(kind="exchange.remind").count() == 1


def test_systems_read_their_own_balance_and_tills_hand_out(made: Shop) -> None:
    row, own, till = made.exchange(), APIClient(), APIClient()
    own.force_login(made.person)
    till.force_login(made.keeper)
    assert own.get("/api/v1/volunteers/points/balance/").json()["balance"] == 1000
    assert [one["amount"] for one in own.get("/api/v1/volunteers/points/").json()["results"]] == [-1000, 2000]
    assert till.get("/api/v1/volunteers/points/").json()["results"] == []
    assert till.get("/api/v1/volunteers/points/balance/").status_code == 409
    assert own.get("/api/v1/volunteers/exchanges/").status_code == 403
    assert row.code not in text(till.get("/api/v1/volunteers/exchanges/"))
    url = "/api/v1/volunteers/exchanges/hand-out/"
    assert till.post(url, {"code": row.code}, format="json").json()["status"] == "handed_out"
    assert [till.post(url, {"code": code}, format="json").status_code for code in (row.code, "NOTHING1")] == [409, 400]


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_want_the_last_item_one_gets_it_and_nobody_else_pays() -> None:
    now = timezone.now()
    made = Shop(street.build_streets(), now)
    item, people = made.item(price=5, stock=1), [street.make_person(f"p{n}") for n in range(4)]
    rows = [make_volunteer(made.grid, user=person) for person in people]
    for row in rows:
        made.give(row, 5)
    calls = [lambda row=row: shop.exchange(item, row, actor=row.user, now=now) for row in rows for _again in range(2)]
    answers = together(*calls)
    won = [one for one in answers if isinstance(one, Exchange)]
    assert len(won) == 1
    assert {type(one).__name__ for one in answers if one not in won} == {"NotNow"}
    item.refresh_from_db()
    balances = sorted(PointAccount.objects.filter(volunteer__in=rows).values_list("balance", flat=True))
    assert (item.stock, balances) == (0, [0, 500, 500, 500])
    again = won[0]
    winner = again.volunteer.user
    assert winner is not None
    taken = together(
        lambda: shop.cancel(again, actor=winner, now=now),
        lambda: shop.hand_out(again.code, actor=made.keeper, now=now),
        lambda: shop.exchange(item, again.volunteer, actor=winner, now=now),
    )
    again.refresh_from_db()
    assert sum(isinstance(one, Exchange) for one in taken[:2]) == 1
    assert again.status in ("cancelled", "handed_out")
