"""A phone whose network dies: written, killed, opened again, it arrives once. And what the pages weigh."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from house import processes
from house.programs import answers
from house.stack import PASSWORD, Stack
from tests.patience import PATIENCE_MS
from tests.proof.conftest import Platform, ask
from tests.proof.visitor import wait_for

pytestmark = pytest.mark.browser

PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
)
WORDS = "地下车库没有信号，消防门打不开"
NOTE = "二单元楼梯间灯泡坏了，已告诉物业"
Phone = Callable[[], BrowserContext]
FIRST_LOAD = 200_000  # bytes on the line
LATER = 30_000


@pytest.fixture(scope="module")
def running(platform: Platform) -> Stack:
    """The whole platform on the demo street."""
    return platform("offline")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the phone's browser keeps what it has: the same before and after it was killed."""
    return tmp_path_factory.mktemp("phone")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "门.jpg"
    Image.effect_noise((1200, 900), 40).convert("RGB").save(path, quality=90)
    return path


@pytest.fixture
def phone(browser: Browser, chromium: dict[str, Any], running: Stack, home: Path) -> Phone:
    """Opens the browser of the phone, from its folder."""
    return lambda: opened(browser, chromium, running, home)


def opened(browser: Browser, chromium: dict[str, Any], running: Stack, home: Path) -> BrowserContext:
    made = browser.browser_type.launch_persistent_context(
        home,
        **chromium,
        base_url=running.url,
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        user_agent=PHONE_AGENT,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    made.set_default_timeout(PATIENCE_MS)
    return made


def sign_in(page: Page, login: str = "gridleader") -> None:
    page.goto("/login/")
    page.fill("[name=username]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def counted(running: Stack) -> tuple[int, int, int]:
    """Cases with the words, their photos, notes with the words."""
    sql = """SELECT (SELECT count(*) FROM incidents_incident WHERE text = %s),
    (SELECT count(*) FROM incidents_attachment AS a
     JOIN incidents_incident AS i ON i.id = a.incident_id WHERE i.text = %s),
    (SELECT count(*) FROM fieldwork_quicknote WHERE text = %s)"""
    ((cases, photos, notes),) = ask(running, sql, WORDS, WORDS, NOTE)
    return cases, photos, notes


def test_written_while_nothing_answers_killed_and_arrived_once(
    phone: Phone, running: Stack, photo: Path, pictures: Path
) -> None:
    before = phone()
    page = before.new_page()
    sign_in(page)
    page.goto("/m/waiting/")
    page.wait_for_function(
        '() => navigator.serviceWorker.controller && !!JSON.parse(localStorage.getItem("gg.kept") || "{}").at'
    )
    web = running.children["web"]
    processes.end_group(web, signal.SIGKILL)
    page.goto("/report/")
    page.fill("[name=text]", WORDS)
    page.set_input_files("[name=photos]", photo)
    expect(page.locator(".photo-list img")).to_have_count(1)
    page.click(".report-send")
    page.wait_for_url("**/m/waiting/")
    page.goto("/notes/new/")
    page.fill("[name=text]", NOTE)
    page.click(".report-send")
    page.wait_for_url("**/m/waiting/")
    expect(page.locator("[data-queue-rows] article")).to_have_count(2)
    page.screenshot(path=pictures / "13-gridleader-offline.png")
    before.close()  # the whole browser, not only the tab
    assert counted(running) == (0, 0, 0)

    running.start(web)
    wait_for(lambda: answers(running.url), what="the web server")
    after = phone()
    page = after.new_page()
    page.goto("/m/waiting/")
    expect(page.locator("[data-queue-rows] article")).to_have_count(0)
    page.reload()
    page.wait_for_timeout(1000)
    after.close()
    assert counted(running) == (1, 1, 1)


def bytes_of(page: Page, address: str) -> int:
    """What one page brought over the line, all files together."""
    line = page.context.new_cdp_session(page)
    sizes: list[float] = []
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    line.detach()
    return int(sum(sizes))


def test_the_first_page_and_the_later_ones_fit_a_slow_line(browser: Browser, running: Stack) -> None:
    context = browser.new_context(
        base_url=running.url, viewport={"width": 390, "height": 844}, user_agent=PHONE_AGENT, service_workers="block"
    )
    page = context.new_page()
    first = bytes_of(page, "/login/")
    sign_in(page)
    first += bytes_of(page, "/today/")
    later = {address: bytes_of(page, address) for address in ("/report/", "/notes/new/", "/tasks/", "/m/waiting/")}
    context.close()
    assert 0 < first <= FIRST_LOAD, first
    assert max(later.values()) <= LATER, later
