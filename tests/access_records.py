"""Sample objects of honours, typical cases and records for the access matrix: one of each on a side of the border."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from grid.models import Grid
from reports.models import (
    HonourPlace,
    HonourRound,
    HonourTitle,
    Matter,
    Nomination,
    OutsideFigure,
    Tour,
    TourItem,
    TypicalCase,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


@dataclass
class Records:
    """The sample objects, all of one community."""

    round: HonourRound
    nomination: Nomination
    typical: TypicalCase
    tour: Tour
    item: TourItem
    matter: Matter


def sample_records(grid: Grid, word: str, admin: User, now: datetime) -> Records:
    """Written at once: a decided round with one award, a draft of a case, a tour, a matter, a figure."""
    title, _made = HonourTitle.objects.get_or_create(name="最美网格员")
    place = {"grid": grid, "grid_code": grid.code}
    one = HonourRound.objects.create(
        name=f"{word}表彰", period_start=FIRST, period_end=LAST, status="decided", decided_on=LAST, **place
    )
    nomination = Nomination.objects.create(
        place=HonourPlace.objects.create(round=one, title=title, heading="最美网格员", places=1),
        name=f"{word}先进",
        grid=grid,
        reason="好",
        status="awarded",
        certificate=f"2026-{grid.code}",
        nominated_by=admin,
        nominated_at=now,
    )
    tour = Tour.objects.create(title=f"{word}观摩", held_on=LAST, **place)
    OutsideFigure.objects.create(
        system=f"{word}平台", measure="上报", period_start=FIRST, period_end=LAST, value=1, entered_at=now, **place
    )
    return Records(
        round=one,
        nomination=nomination,
        typical=TypicalCase.objects.create(title=f"{word}案例", created_at=now, written_by=admin, **place),
        tour=tour,
        item=TourItem.objects.create(tour=tour, topic="网格设置"),
        matter=Matter.objects.create(topic="环境卫生", title=f"{word}实事", **place),
    )
