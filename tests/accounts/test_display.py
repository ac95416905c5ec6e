"""Values are shown as people of a street office write them, in Chinese and in English."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from accounts.templatetags import display

FRIDAY = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai


@pytest.fixture(params=["zh-hans"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.mark.usefixtures("language")
class TestInChinese:
    def test_a_moment_is_shown_in_shanghai_time(self) -> None:
        assert display.moment(FRIDAY) == "2026年11月20日 14:05"

    def test_a_short_moment_leaves_out_the_year(self) -> None:
        assert display.short_moment(FRIDAY) == "11月20日 14:05"

    def test_a_date_has_no_time(self) -> None:
        assert display.day(date(2026, 1, 2)) == "2026年1月2日"

    def test_the_weekday_is_the_one_in_shanghai(self) -> None:
        late_thursday_in_utc = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
        assert display.weekday(late_thursday_in_utc) == "周五"

    def test_time_left_is_written_in_words(self) -> None:
        assert display.remaining(FRIDAY, FRIDAY - timedelta(hours=3, minutes=20)) == "剩余 3 小时 20 分"

    def test_time_over_is_written_in_words(self) -> None:
        assert display.remaining(FRIDAY, FRIDAY + timedelta(days=1)) == "超时 1 天"

    def test_a_span_shows_its_two_largest_units(self) -> None:
        assert display.duration(timedelta(days=2, hours=5, minutes=59)) == "2 天 5 小时"

    def test_a_span_under_a_minute_is_not_zero(self) -> None:
        assert display.duration(59) == "不到 1 分"

    def test_older_than_a_week_is_a_date(self) -> None:
        assert display.ago(FRIDAY, FRIDAY + timedelta(days=8)) == "2026年11月20日"

    def test_a_while_ago(self) -> None:
        assert display.ago(FRIDAY, FRIDAY + timedelta(minutes=20)) == "20 分前"


def test_english_has_its_own_order() -> None:
    with translation.override("en"):
        assert display.moment(FRIDAY) == "20 Nov 2026 14:05"
        assert display.weekday(FRIDAY) == "Fri"
        assert display.remaining(FRIDAY, FRIDAY - timedelta(hours=1)) == "1 hour left"


@pytest.mark.parametrize(
    ("hours", "tone"), [(-1, "danger"), (0, "warning"), (3.9, "warning"), (4, "secondary"), (90, "secondary")]
)
def test_the_tone_tells_how_near_the_due_time_is(hours: float, tone: str) -> None:
    assert display.due_tone(FRIDAY + timedelta(hours=hours), FRIDAY) == tone


@pytest.mark.parametrize(
    "show",
    [
        display.day,
        display.moment,
        display.remaining,
        display.duration,
        display.thousands,
        display.percent,
        display.masked_phone,
        display.ago,
    ],
)
def test_a_missing_value_is_a_dash(show: object) -> None:
    assert show(None) == "—"  # type: ignore[operator]


def test_numbers_have_thousands_and_rates_have_a_sign() -> None:
    assert display.thousands(1234567) == "1,234,567"
    assert display.percent(9201 / 9213, 2) == "99.87%"
    assert display.thousands(0) == "0"


def test_a_phone_shows_only_its_ends() -> None:
    assert display.masked_phone("13812345678") == "138****5678"


def test_without_a_scope_nothing_can_be_done() -> None:
    assert display.can(None, "incident.view") is False
