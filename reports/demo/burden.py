"""Made-up uses of forms: three weeks, in which reporting a case became shorter."""

import random
from datetime import datetime, timedelta
from typing import Final

from grid.demo.divisions import JIANZHONG
from grid.posts import PostKind
from reports.models import FormUse
from reports.periods import local_day

DAYS: Final = 21
SHORTER: Final = 7
"""Days ago when two questions were taken out of the phone form."""
USES: Final = (
    # post, form, forms a day, fields each, photos each, seconds each
    (PostKind.GRID_LEADER, "incidents:report", 14, 4, 2, 95),
    (PostKind.GRID_LEADER, "incidents:move:feedback", 9, 2, 1, 70),
    (PostKind.GRID_WORKER, "incidents:report", 22, 4, 2, 110),
    (PostKind.GRID_WORKER, "incidents:move:feedback", 12, 2, 1, 75),
    (PostKind.MICRO_LEADER, "incidents:report", 31, 4, 2, 125),
    (PostKind.MICRO_LEADER, "incidents:grid_task_part_step:report", 11, 3, 1, 140),
    (PostKind.COMMUNITY_HEAD, "incidents:dispute_new", 3, 11, 0, 380),
    (PostKind.COMMUNITY_HEAD, "incidents:move:close", 6, 1, 0, 35),
    (PostKind.COMMITTEE_MEMBER, "incidents:dispute_move:visit", 8, 4, 0, 210),
    (PostKind.OPERATOR, "incidents:intake_desk", 40, 8, 0, 150),
    (PostKind.OPERATOR, "incidents:call_back", 12, 5, 0, 185),
    (PostKind.HANDLER, "incidents:move:feedback", 26, 2, 2, 90),
    (PostKind.STREET_SECRETARY, "incidents:application", 4, 1, 0, 60),
)


def build_burden(now: datetime) -> None:
    """Rows as the pages would have counted them; the same for the same day."""
    today, dice = local_day(now), random.Random(4)
    rows = []
    for ago in range(DAYS):
        for post, form, often, fields, photos, seconds in USES:
            made = max(0, round(dice.gauss(often, often**0.5)))
            longer = form == "incidents:report" and ago >= SHORTER
            timed = round(made * 0.8)
            rows.append(
                FormUse(
                    day=today - timedelta(days=ago),
                    grid_code=JIANZHONG,
                    post=post,
                    form=form,
                    sent=made,
                    refused=dice.randint(0, made // 8),
                    fields=made * (fields + 2 * longer),
                    photos=made * photos,
                    seconds=timed * (seconds + 40 * longer),
                    timed=timed,
                )
            )
    FormUse.objects.bulk_create(row for row in rows if row.sent)
