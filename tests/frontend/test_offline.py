"""Daily forms without a network, in a real browser: kept on the phone, sent later, each exactly once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from fieldwork import knocking
from fieldwork.models import Hazard, Inspection, KnockAction, KnockedDoor, Patrol, QuickNote, Visit
from incidents.models import Incident
from tests import street
from tests.fieldwork import inspecting, visit_world
from tests.incidents.conftest import World, build_world
from tests.patience import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "楼道里没有信号，三楼灯坏了"
AGENT = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        user_agent=AGENT,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def phone(world: World, context: BrowserContext, live_server: LiveServer) -> Iterator[Page]:
    """The grid leader's phone with the app ready."""
    with app(context, world.people["gridleader"], live_server) as page:
        yield page


@contextmanager
def app(context: BrowserContext, user: User, live_server: LiveServer) -> Iterator[Page]:
    """A phone on which the worker rules and the empty forms are kept; an error in a script fails the test."""
    sign_in(context, user, live_server)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/m/waiting/")
    ready(page)
    yield page
    assert errors == []


def sign_in(context: BrowserContext, user: User, live_server: LiveServer) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    context.add_cookies([{"name": "gg_session", "value": client.cookies["gg_session"].value, "url": live_server.url}])


def ready(page: Page) -> None:
    page.wait_for_function(
        """() => navigator.serviceWorker.controller && !!JSON.parse(localStorage.getItem("gg.kept") || "{}").at"""
    )


def write(page: Page, words: str = WORDS, photo: Path | None = None) -> None:
    """Fill the report form and press its button."""
    page.goto("/report/")
    page.fill("[name=text]", words)
    if photo:
        page.set_input_files("[name=photos]", photo)
        expect(page.locator(".photo-list img")).to_have_count(1)
    page.click(".report-send")


def waiting(page: Page, count: int) -> None:
    expect(page.locator("[data-queue-rows] article")).to_have_count(count)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "灯.jpg"
    Image.effect_noise((800, 600), 60).convert("RGB").save(path, quality=90)
    return path


def test_written_without_a_network_killed_and_sent_once_when_it_is_back(phone: Page, photo: Path) -> None:
    context = phone.context
    context.set_offline(True)
    write(phone, photo=photo)
    phone.wait_for_url("**/m/waiting/")
    waiting(phone, 1)
    phone.close(run_before_unload=False)
    again = context.new_page()
    again.goto("/m/")  # a page that was not kept: the page of what waits stands in for it
    expect(again.locator("[data-not-here]")).to_be_visible()
    waiting(again, 1)
    assert Incident.objects.count() == 0
    context.set_offline(False)
    again.goto("/m/waiting/")
    waiting(again, 0)
    again.reload()
    assert Incident.objects.get().text == WORDS
    assert Incident.objects.get().attachments.count() == 1


def test_a_page_that_was_loaded_past_the_worker_is_taken_over(phone: Page) -> None:
    phone.context.new_cdp_session(phone).send("Page.reload", {"ignoreCache": True})
    phone.wait_for_event("load")
    ready(phone)


def test_a_page_that_could_not_be_kept_at_once_is_kept_soon(
    world: World, context: BrowserContext, live_server: LiveServer
) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503)

    context.route("**/report/", refuse)
    with app(context, world.people["gridleader"], live_server) as page:
        assert len(refused) == 1
        assert page.evaluate("async () => !!(await caches.match('/report/'))")


def test_an_answer_that_was_lost_makes_no_second_case(phone: Page) -> None:
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    phone.context.route("**/report/", lose)
    write(phone)
    phone.wait_for_url("**/m/waiting/")
    assert Incident.objects.count() == len(lost) == 1
    phone.goto("/m/waiting/")
    waiting(phone, 0)
    assert Incident.objects.count() == 1


def test_with_a_network_the_case_follows_at_once(phone: Page) -> None:
    write(phone)
    phone.wait_for_url("**/sent/")
    phone.goto("/report/")
    assert phone.input_value("[name=text]") == ""
    phone.goto("/m/waiting/")
    waiting(phone, 0)


def test_who_was_signed_out_meanwhile_signs_in_and_nothing_is_lost(
    phone: Page, world: World, live_server: LiveServer
) -> None:
    phone.goto("/report/")
    Session.objects.all().delete()
    phone.fill("[name=text]", WORDS)
    phone.click(".report-send")
    phone.wait_for_url("**/login/?next=*waiting*")
    assert Incident.objects.count() == 0
    sign_in(phone.context, world.people["gridleader"], live_server)
    phone.goto("/m/waiting/")
    waiting(phone, 0)
    assert Incident.objects.get().text == WORDS


def test_another_person_on_the_same_phone_sends_nothing_of_it(
    phone: Page, world: World, live_server: LiveServer
) -> None:
    phone.context.set_offline(True)
    write(phone)
    phone.wait_for_url("**/m/waiting/")
    sign_in(phone.context, world.people["operator"], live_server)  # first: with a network it is sent within a moment
    phone.context.set_offline(False)
    phone.goto("/m/waiting/")
    expect(phone.locator("[data-queue-others]")).to_be_visible()
    waiting(phone, 0)
    assert WORDS not in phone.content()
    assert Incident.objects.count() == 0


def test_what_the_server_refuses_comes_back_into_its_form(phone: Page) -> None:
    phone.context.set_offline(True)
    write(phone, "\u202e灯坏了")
    phone.wait_for_url("**/m/waiting/")
    phone.context.set_offline(False)
    phone.goto("/m/waiting/")
    phone.click("[data-act=correct]")
    expect(phone.locator("[name=text]")).to_have_value("\u202e灯坏了")
    expect(phone.locator(".offline-error").first).to_be_visible()
    phone.fill("[name=text]", WORDS)
    phone.click(".report-send")
    phone.wait_for_url("**/sent/")
    phone.goto("/m/waiting/")
    waiting(phone, 0)
    assert Incident.objects.get().text == WORDS


def test_two_versions_are_shown_and_a_person_chooses(phone: Page, world: World) -> None:
    given = uuid4()
    world.report(text="先收到的说法", client_uuid=given)
    phone.goto("/report/")
    phone.evaluate(f"() => document.querySelector('[name=client_uuid]').value = '{given}'")
    phone.fill("[name=text]", WORDS)
    phone.click(".report-send")
    phone.wait_for_url("**/m/waiting/")
    row = phone.locator("[data-queue-rows] article")
    expect(row).to_contain_text("先收到的说法")
    expect(row).to_contain_text(WORDS)
    row.locator("[data-act=fresh]").click()
    waiting(phone, 0)
    assert {one.text for one in Incident.objects.all()} == {"先收到的说法", WORDS}


def test_signing_out_asks_first_and_then_leaves_nothing_on_the_phone(phone: Page) -> None:
    phone.context.set_offline(True)
    write(phone)
    phone.wait_for_url("**/m/waiting/")
    phone.context.route("**/m/state/", lambda route: route.abort())  # the network is back, but nothing gets through yet
    phone.context.set_offline(False)
    phone.goto("/me/")
    phone.click('form[action="/logout/"] button')
    expect(phone.locator("#ask")).to_contain_text("1")
    phone.click("#ask button[value=yes]")
    phone.wait_for_url("**/login/")
    left = """async () => (await caches.keys()).includes("gg-pages") || await new Promise(yes => {
        const open = indexedDB.open("gg-queue");
        open.onsuccess = () => { const all = open.result.transaction("entries").objectStore("entries").getAll();
                                 all.onsuccess = () => yes(all.result.length > 0); };
    })"""
    assert phone.evaluate(left) is False
    assert Incident.objects.count() == 0


# --- the daily forms of field work ---


def press(page: Page, selector: str) -> None:
    """Send one form and wait until the phone has put it aside."""
    count = page.evaluate("() => window.ggQueue.all().then(rows => rows.length)")
    page.click(selector)
    page.wait_for_function(
        f"() => window.ggQueue.all().then(rows => window.ggSeen = rows.length) && window.ggSeen > {count}"
    )
    page.wait_for_load_state()


def test_a_whole_patrol_without_a_network_arrives_in_its_order(phone: Page) -> None:
    phone.context.set_offline(True)
    phone.goto("/patrols/start/")
    press(phone, "form[data-offline=patrol] button")
    phone.wait_for_url("**/patrols/under-way/")
    phone.fill("form[data-offline=finding] [name=text]", "充电线横在楼道里")
    press(phone, "form[data-offline=finding] button")
    phone.wait_for_url("**/patrols/under-way/")
    press(phone, "form[data-offline=finish] .phone-bar button")
    phone.wait_for_url("**/m/waiting/")
    waiting(phone, 3)
    phone.context.set_offline(False)
    phone.goto("/m/waiting/")
    waiting(phone, 0)
    patrol = Patrol.objects.get()
    assert patrol.status == Patrol.Status.FINISHED
    assert patrol.findings.get().text == "充电线横在楼道里"
    assert patrol.finished_at <= patrol.received_at


def test_a_note_and_a_visit_without_a_network_keep_the_moment_they_were_written(phone: Page, world: World) -> None:
    phone.context.set_offline(True)
    phone.goto("/notes/new/")
    phone.fill("[name=text]", "三号楼张贴小广告")
    press(phone, "form[data-offline=note] .report-send")
    phone.goto(f"/visits/new/?grid={world.people['gridleader'].posts.get().grid_id}")
    phone.fill("[name=text]", "老人一切都好")
    press(phone, "form[data-offline=visit] .report-send")
    phone.wait_for_url("**/m/waiting/")
    written = timezone.now()
    phone.wait_for_timeout(1500)
    phone.context.set_offline(False)
    phone.goto("/m/waiting/")
    waiting(phone, 0)
    for record in (QuickNote.objects.get(), Visit.objects.get()):
        assert record.at <= written < record.received_at


def action_under_way(world: visit_world.VisitWorld) -> KnockAction:
    """A door-knock action in a building of two flats."""
    world.household("102")
    now = timezone.now()
    days = {"starts_on": timezone.localdate(now), "ends_on": timezone.localdate(now)}
    new = knocking.NewAction(title="体育场噪声", question="几点以后吵？", buildings=[world.building], **days)
    made = knocking.make_action(new, grid=world.grids[street.COMMUNITY], actor=world.leader, now=now)
    return knocking.start(made, actor=world.leader, now=now)


def test_doors_are_walked_without_a_network(
    transactional_db: None, context: BrowserContext, live_server: LiveServer
) -> None:
    world = visit_world.build()
    action = action_under_way(world)
    with app(context, world.worker, live_server) as page:
        context.set_offline(True)
        page.goto(f"/knocks/{action.pk}/walk/")
        forms = page.locator("form[data-offline=door]")
        expect(forms).to_have_count(2)
        press(page, "form[data-offline=door] >> nth=0 >> button[value=not_home]")
        expect(forms.first).to_be_hidden()  # the next door, not the same again
        page.locator("article").nth(1).locator("a.btn").click()
        expect(page.locator("[name=room]")).to_have_value("102")
        page.fill("[name=opinion]", "九点以后太吵")
        press(page, ".report-send")
        page.wait_for_url("**/m/waiting/")
        context.set_offline(False)
        page.goto("/m/waiting/")
        waiting(page, 0)
    heard = {door.room: (door.answer, door.opinion) for door in KnockedDoor.objects.all()}
    assert heard == {"101": ("not_home", ""), "102": ("answered", "九点以后太吵")}


def test_an_inspection_without_a_network_arrives_once_with_each_photo_at_its_item(
    transactional_db: None, context: BrowserContext, live_server: LiveServer, photo: Path
) -> None:
    scene = inspecting.build()
    form = f"/inspections/places/{scene.shop.pk}/inspect/"
    with app(context, scene.people["gridleader"], live_server) as page:
        context.set_offline(True)
        page.goto(form)
        lines = page.locator(".check-line")
        lines.nth(1).locator(".check-label").click()
        lines.nth(1).locator("input[type=file]").set_input_files(photo)
        expect(lines.nth(1).locator(".photo-list img")).to_have_count(1)
        page.wait_for_timeout(600)  # the draft is written after a pause
        page.goto(form)
        expect(lines.nth(1).locator(".photo-list img")).to_have_count(1)
        expect(page.locator(".photo-list img")).to_have_count(1)
        page.click(".report-send")
        waiting(page, 1)
        context.set_offline(False)
        waiting(page, 0)
    hazard = Hazard.objects.get()
    assert (hazard.item_id, hazard.photos.count(), Inspection.objects.count()) == (scene.items[1].pk, 1, 1)
