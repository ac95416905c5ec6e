"""The rhythm of a real street: how many cases a day and at which hour (made up, seeded)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from incidents.demo.texts import THEMES, Theme

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
WEEKDAY: Final = (1.12, 1.06, 1.03, 1.02, 1.05, 0.86, 0.78)
"""Monday is the heaviest day; at the weekend patrols are thinner."""
HOUR: Final = (1, 1, 1, 1, 1, 2, 5, 12, 24, 27, 22, 14, 7, 9, 18, 23, 21, 15, 11, 9, 7, 5, 3, 2)
"""Two peaks, at 9 and at 15, and an evening tail."""


def is_wet(day: date) -> bool:
    """Whether it rains on the made-up `day`: about one day in five, in spells."""
    return (day.toordinal() // 3 * 2654435761) % 11 < 2


def how_many(day: date, per_day: float, random: Random) -> int:
    """Cases on `day` around the mean `per_day`."""
    mean = per_day * WEEKDAY[day.weekday()] * (1.25 if is_wet(day) else 1.0)
    return max(0, round(random.gauss(mean, mean**0.5)))


def moment(day: date, random: Random) -> datetime:
    """A time of `day` (UTC) by the hours' weights."""
    hour = random.choices(range(24), HOUR)[0]
    at = datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), SHANGHAI)
    return at.astimezone(UTC)


def theme_at(at: datetime, random: Random, themes: Sequence[Theme] = THEMES) -> Theme:
    """What is reported at `at`: drains and puddles on wet days, noise and lamps at night."""
    local = at.astimezone(SHANGHAI)
    wet, night = is_wet(local.date()), local.hour >= 20 or local.hour < 6
    weights = [t.weight * (t.rain if wet else 1.0) * (t.night if night else 1.0) for t in themes]
    return random.choices(list(themes), weights)[0]


def days_before(today: date, count: int) -> list[date]:
    """The `count` days that end with yesterday, oldest first."""
    return [today - timedelta(days=n) for n in range(count, 0, -1)]
