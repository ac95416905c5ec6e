"""买相框: what an old person who lives alone asked for at a visit, promised and done (domain.md 10, row 2.7)."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone, translation

from fieldwork import promises
from fieldwork.models import CarePromise, CareSubject, Visit
from fieldwork.promises import NewPromise
from fieldwork.visits import NewVisit, record_visit
from grid.demo.divisions import JIANZHONG
from incidents.demo.cast import gather_cast

GRID_DIGITS: Final = 15
"""The leader of the third-level grid makes promises; micro-grid leaders do not."""
TAG: Final = "独居老人"
ASKED: Final = "八十二岁，独居，四个儿女都在外地。想给两张老照片配相框，自己下不了楼。"
TITLE: Final = "代买两个相框，把老照片挂起来（独居老人）"
RESULT: Final = "买回两个相框，当天装好挂上，老人很高兴"


def build_orders(now: datetime) -> int:
    """The visit of four days ago, the promise of that day, kept the day before yesterday; through the business."""
    rows = CareSubject.objects.current().filter(grid_code__startswith=JIANZHONG, tag__name=TAG, is_demo=True)
    subject = rows.select_related("household__grid", "household__building", "grid", "tag").order_by("pk").first()
    if subject is None:
        return 0
    actor, asked = gather_cast().leader_of(subject.grid_code[:GRID_DIGITS]), now - timedelta(days=4)
    with translation.override("zh-hans"):
        new = NewVisit(Visit.Outcome.MET, subject=subject, text=ASKED)
        visit, _made = record_visit(new, actor=actor, now=asked)
        wish = NewPromise(TITLE, timezone.localdate(asked) + timedelta(days=5), subject=subject)
        promise = promises.make(wish, actor=actor, now=asked)
        promises.keep(promise, actor=actor, now=now - timedelta(days=2), text=RESULT)
    Visit.objects.filter(pk=visit.pk).update(is_demo=True)
    return CarePromise.objects.filter(pk=promise.pk).update(is_demo=True)
