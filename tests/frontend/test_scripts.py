"""What the shared scripts promise: nothing typed is lost, nothing is sent twice, photos are small."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.frontend.sample_urls import RECEIVED

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.frontend.sample_urls"),
]


@pytest.fixture(autouse=True)
def _nothing_received() -> None:
    RECEIVED.clear()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "手机照片.jpg"
    Image.effect_noise((3000, 4000), 60).convert("RGB").save(path, quality=90)
    return path


def test_typed_words_come_back_after_a_reload(phone: Page) -> None:
    phone.goto("/sample")
    phone.get_by_label("情况").fill("楼下井盖坏了")
    phone.wait_for_timeout(600)
    phone.reload()
    expect(phone.get_by_label("情况")).to_have_value("楼下井盖坏了")


def test_a_sent_draft_does_not_come_back(phone: Page) -> None:
    phone.goto("/sample")
    phone.get_by_label("情况").fill("楼下井盖坏了")
    phone.wait_for_timeout(600)
    phone.click("#send")
    phone.wait_for_url("**/sample?done=1")
    expect(phone.get_by_label("情况")).to_have_value("")


def test_photos_of_a_draft_come_back_with_it(phone: Page, photo: Path) -> None:
    phone.goto("/sample")
    phone.set_input_files("input[type=file]", [photo])
    expect(phone.locator(".photo-list img")).to_have_count(1)
    phone.wait_for_timeout(600)
    phone.reload()
    expect(phone.locator(".photo-list img")).to_have_count(1)
    phone.click("#send")
    phone.wait_for_url("**/sample?done=1")
    assert len(RECEIVED[0]["sizes"]) == 1  # type: ignore[arg-type]
    expect(phone.locator(".photo-list img")).to_have_count(0)


def test_a_position_alone_is_no_draft(phone: Page) -> None:
    phone.goto("/sample")
    phone.click("[data-locate]")
    expect(phone.locator("#id_lon")).not_to_have_value("")
    phone.wait_for_timeout(600)
    phone.goto("/sample")
    expect(phone.locator("#id_lon")).to_have_value("")


def test_the_end_of_a_long_phone_page_is_not_under_the_tabs(phone: Page) -> None:
    phone.goto("/long")
    phone.evaluate("() => window.scrollTo(0, document.documentElement.scrollHeight)")
    bottom = phone.evaluate("() => document.querySelector('#last').getBoundingClientRect().bottom")
    assert bottom <= phone.evaluate("() => document.querySelector('.phone-bar').getBoundingClientRect().top")


def test_two_fast_taps_send_once(phone: Page) -> None:
    phone.goto("/sample")
    phone.evaluate("() => { const b = document.getElementById('send'); b.click(); b.click(); }")
    phone.wait_for_url("**/sample?done=1")
    assert len(RECEIVED) == 1


def test_each_form_carries_an_id_of_its_own(phone: Page) -> None:
    phone.goto("/sample")
    phone.click("#send")
    phone.wait_for_url("**/sample?done=1")
    assert len(str(RECEIVED[0]["draft_id"])) == 36


def test_photos_are_made_small_and_not_more_than_allowed(phone: Page, photo: Path) -> None:
    phone.goto("/sample")
    phone.set_input_files("input[type=file]", [photo, photo, photo])
    expect(phone.locator(".photo-list img")).to_have_count(2)
    phone.click("#send")
    phone.wait_for_url("**/sample?done=1")
    sizes = RECEIVED[0]["sizes"]
    assert isinstance(sizes, list)
    assert len(sizes) == 2
    assert max(sizes) < photo.stat().st_size / 2


def test_a_photo_can_be_taken_out_again(phone: Page, photo: Path) -> None:
    phone.goto("/sample")
    phone.set_input_files("input[type=file]", [photo])
    phone.locator(".photo-list button").click()
    expect(phone.locator(".photo-list img")).to_have_count(0)


def test_a_shrunk_photo_is_a_jpeg_of_at_most_1600_pixels(phone: Page, photo: Path) -> None:
    phone.goto("/sample")
    phone.set_input_files("input[type=file]", [photo])
    expect(phone.locator(".photo-list img")).to_have_count(1)
    script = """async () => {
        const file = document.querySelector('input[type=file]').files[0], image = await createImageBitmap(file);
        return [file.type, image.width, image.height];
    }"""
    assert phone.evaluate(script) == ["image/jpeg", 1200, 1600]


def test_the_place_of_the_device_is_filled_in(phone: Page) -> None:
    phone.goto("/sample")
    phone.click("[data-locate]")
    expect(phone.locator("[name=lon]")).to_have_value("113.640000")
    expect(phone.locator("[name=lat]")).to_have_value("34.742000")


def test_a_tap_on_the_map_sets_the_place(phone: Page) -> None:
    phone.goto("/sample")
    phone.locator("[data-map]").click(position={"x": 120, "y": 90})
    expect(phone.locator("[name=lon]")).not_to_have_value("")


def test_offline_nothing_is_sent_and_the_words_stay(phone: Page) -> None:
    phone.goto("/sample")
    phone.get_by_label("情况").fill("没有信号的楼道")
    phone.context.set_offline(True)
    phone.click("#send")
    expect(phone.locator("#toasts")).to_contain_text("网络不通")
    assert phone.get_by_label("情况").input_value() == "没有信号的楼道"


@pytest.mark.parametrize(("answer", "sent"), [("no", 0), ("yes", 1)])
def test_a_dangerous_step_asks_first(phone: Page, answer: str, sent: int) -> None:
    phone.goto("/sample")
    phone.click("#drop")
    expect(phone.locator("#ask")).to_contain_text("确定删除？")
    phone.click(f"#ask button[value={answer}]")
    phone.wait_for_timeout(500)
    assert len(RECEIVED) == sent


def test_dark_and_large_are_kept_on_the_device(phone: Page) -> None:
    phone.goto("/login/")
    phone.click("[data-switch-size]")
    phone.click("[data-switch-theme]")
    phone.reload()
    assert phone.evaluate("document.documentElement.className") == "size-large"
    assert phone.evaluate("document.documentElement.dataset.bsTheme") == "dark"
