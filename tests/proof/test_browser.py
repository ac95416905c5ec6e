"""Four people at real browsers play one case: report and handle on phones, check at the desk, read the report."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect

from house.stack import PASSWORD, Stack
from tests.patience import PATIENCE_MS
from tests.proof.conftest import Platform, ask
from tests.proof.visitor import wait_for

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
GRID = "410103008001001"
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 13; HarmonyOS) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36"
)
WORDS = "小区门口路灯不亮，晚上出行不便，请尽快维修"
Sitting = Callable[..., AbstractContextManager[Page]]


@dataclass
class Trouble:
    """Everything that a browser complained about, and every address outside the platform."""

    address: str
    said: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to one page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"error in a script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.said.append(f"outside: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.said.append(f"{response.status}: {response.request.method} {response.url}")


@pytest.fixture(scope="module")
def running(platform: Platform) -> Stack:
    """The whole platform on the demo street."""
    return platform("browser")


@pytest.fixture(scope="module")
def place(running: Stack) -> dict[str, float]:
    """Where the grid leader stands: inside the own grid."""
    sql = """SELECT ST_Y(p), ST_X(p) FROM
    (SELECT ST_PointOnSurface(boundary) AS p FROM grid_grid WHERE code = %s) AS x"""
    ((latitude, longitude),) = ask(running, sql, GRID)
    return {"latitude": latitude, "longitude": longitude}


@pytest.fixture(scope="module")
def trouble(running: Stack) -> Trouble:
    return Trouble(running.url)


@pytest.fixture(scope="module")
def sitting(browser: Browser, running: Stack, place: dict[str, float], trouble: Trouble) -> Sitting:
    """Signs a person in at a browser of a given size; the window is closed at the end."""

    @contextmanager
    def sit(login: str, size: dict[str, int]) -> Iterator[Page]:
        context = browser.new_context(
            base_url=running.url,
            viewport=size,
            is_mobile=size is PHONE,
            has_touch=size is PHONE,
            user_agent=PHONE_AGENT if size is PHONE else None,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation=place,
            permissions=["geolocation", "clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        trouble.watch(page)
        page.goto("/login/")
        page.fill("[name=username]", login)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        yield page
        context.close()

    return sit


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo as a phone makes it."""
    image = Image.effect_noise((2000, 1500), 30).convert("RGB")
    ImageDraw.Draw(image).ellipse((700, 400, 1300, 1000), fill=(240, 200, 80))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    path = tmp_path_factory.mktemp("photos") / "路灯.jpg"
    path.write_bytes(file.getvalue())
    return path


@pytest.fixture(scope="module")
def number(sitting: Sitting, picture: Path, pictures: Path) -> str:
    """The grid leader's report from the phone; gives its number."""
    with sitting("gridleader", PHONE) as page:
        page.goto("/today/")
        shoot(page, pictures / "1-gridleader-home.png")
        page.goto("/report/")
        page.fill("[name=text]", WORDS)
        page.set_input_files("[name=photos]", picture)
        expect(page.locator(".photo-list img")).to_have_count(1)
        page.click("[data-locate]")
        expect(page.locator("[name=lon]")).not_to_have_value("")
        shoot(page, pictures / "2-gridleader-report.png")
        page.click(".report-send")
        page.wait_for_url("**/sent/")
        shoot(page, pictures / "3-gridleader-sent.png")
        return page.locator(".sent-number").inner_text()


def shoot(page: Page, path: Path) -> None:
    """A picture of the whole page once its own pictures, its map and its charts are there."""
    page.wait_for_function(
        "[...document.images].filter(i => i.loading !== 'lazy' || i.complete).every(i => i.complete)"
    )
    page.wait_for_timeout(500)  # charts and maps move into their place
    # on a phone only the first screen: the bars that stick would lie across a long picture
    page.screenshot(path=path, full_page=page.viewport_size == DESK)


def state_of(running: Stack, number: str) -> str:
    ((state,),) = ask(running, "SELECT state FROM incidents_incident WHERE number = %s", number)
    return str(state)


def test_the_grid_leader_reports_with_photo_and_point(running: Stack, number: str) -> None:
    sql = """SELECT located_by, grid_code, (SELECT count(*) FROM incidents_attachment AS a WHERE a.incident_id = i.id)
    FROM incidents_incident AS i WHERE number = %s"""
    ((how, code, photos),) = ask(running, sql, number)
    assert how == "inside"
    assert code.startswith(GRID)
    assert photos == 1


def test_the_worker_dispatches_it(running: Stack, number: str) -> None:
    assert wait_for(lambda: state_of(running, number) == "dispatched", what="dispatch")


def test_the_department_takes_it_on_the_phone_and_feeds_back(
    running: Stack, sitting: Sitting, number: str, picture: Path, pictures: Path
) -> None:
    wait_for(lambda: state_of(running, number) == "dispatched", what="dispatch")
    with sitting("department", PHONE) as page:
        page.goto("/tasks/")
        expect(page.locator('nav a[href="/report/"]')).to_have_count(0)  # a department does not report
        shoot(page, pictures / "4-department-tasks.png")
        page.click(f'form[action="/incidents/{number}/moves/take/"] button')
        page.wait_for_load_state()
        page.goto(f"/incidents/{number}/moves/feedback/")
        page.fill("[name=text]", "已更换灯具和线路，恢复照明。")
        page.set_input_files("[name=photos]", picture)
        expect(page.locator(".photo-list img")).to_have_count(1)
        shoot(page, pictures / "5-department-feedback.png")
        page.click(".move-send button")
        page.wait_for_url(lambda url: "feedback" not in url)
        shoot(page, pictures / "6-department-done.png")
    assert state_of(running, number) == "handled"


def send(running: Stack, page: Page, number: str, move: str, state: str) -> None:
    """Press the button of the open form of a move, and wait until the case stands where it leads."""
    page.locator(f'form[action="/incidents/{number}/moves/{move}/"] .move-send button').first.click()
    wait_for(lambda: page.wait_for_timeout(100) or state_of(running, number) == state, what=move)


def test_the_operator_checks_and_closes_it_at_the_desk(
    running: Stack, sitting: Sitting, number: str, picture: Path, pictures: Path
) -> None:
    with sitting("operator", DESK) as page:
        shoot(page, pictures / "7-operator-overview.png")
        page.goto("/desk/?tab=check")
        page.click(f'.desk-row[data-number="{number}"] .desk-link')
        case = page.locator(f'#desk-case[data-number="{number}"]')
        expect(case.locator(".before-after img")).to_have_count(2)
        shoot(page, pictures / "8-operator-desk.png")
        send(running, page, number, "start_check", "checking")
        page.goto(f"/desk/?tab=check&case={number}")
        case.locator("[name=text]").first.fill("到场查看，路灯已亮，照片属实。")
        case.locator("[name=photos]").first.set_input_files(picture)
        expect(case.locator(".photo-list img").first).to_be_visible()
        send(running, page, number, "pass_check", "checked")
        page.goto(f"/desk/?tab=close&case={number}")
        send(running, page, number, "close_checked", "closed")
        page.goto(f"/incidents/{number}/")
        shoot(page, pictures / "9-operator-case.png")


def test_the_shift_leader_opens_the_daily_report(running: Stack, sitting: Sitting, number: str, pictures: Path) -> None:
    with sitting("shiftleader", DESK) as page:
        page.goto("/reports/")
        shoot(page, pictures / "10-shiftleader-reports.png")
        page.locator("a.month-report").last.click()
        expect(page.locator("h1, .page-title").first).to_contain_text("建中街")
        shoot(page, pictures / "11-shiftleader-report.png")
        page.goto("/reports/preview/?grid=410103008")
        shoot(page, pictures / "12-shiftleader-today.png")


def test_no_browser_complained_and_nothing_came_from_outside(trouble: Trouble, pictures: Path) -> None:
    assert len(list(pictures.glob("*.png"))) >= 12, "the tests before this one did not run"
    assert trouble.said == []
