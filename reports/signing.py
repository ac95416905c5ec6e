"""A report's paper on its way: checked, signed by a second person, sent to those who should read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from grid.models import Grid, Post
from grid.posts import PostKind
from notices.writing import notify
from reports import stages
from reports.editing import must_stand, text_of
from reports.models import Report, ReportCopy, ReportPaper
from reports.periods import local_day
from reports.stages import Stage
from reports.words import listed, templates
from reports.writing import READERS, readers

STREET_LEVEL: Final = 3
STREET_CODE: Final = 9
"""Digits of a street's code."""
SENT_TO_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True)
class Sending:
    """To whom a report goes: the lines 送 and 发 of the paper, grids whose readers get it, and single persons."""

    main: str
    copied: str = ""
    grids: Sequence[Grid] = ()
    people: Sequence[User] = ()


def open_steps(paper: ReportPaper, user: Any) -> list[Stage]:
    """The steps that `user` may take now; none for a report that a later issue corrects."""
    if Report.objects.filter(corrects=paper.report_id).exists():
        return []
    return stages.open_to(paper, user)


def take(
    paper: ReportPaper, name: str, *, actor: User, now: datetime, version: int | None = None, text: str = ""
) -> ReportPaper:
    """Check, reopen or sign. Errors as `stages.advance`; NotNow as well when a later issue corrects the report."""
    written: dict[str, dict[str, Any]] = {
        "check": {"checked_by": actor},
        "reopen": {"checked_by": None},
        "sign": {"signed_by": actor, "signed_at": now},
    }
    fields = written.get(name)
    if fields is None:
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    must_stand(paper.report)
    taken: ReportPaper = stages.advance(paper, name, actor=actor, now=now, version=version, text=text, **fields)
    return taken


def send(
    paper: ReportPaper, sending: Sending, *, actor: User, now: datetime, version: int | None = None
) -> ReportPaper:
    """Send a signed paper: keep 送/发, give everybody a copy and a notice, all in one transaction.

    NotValid without receivers, or for people who read no reports and grids that are not above or below this one.
    """
    report = paper.report
    must_stand(report)
    _check(report, sending, local_day(now))
    people = _receivers(sending, actor, local_day(now))
    with transaction.atomic():
        sent: ReportPaper = stages.advance(
            paper, "send", actor=actor, now=now, version=version, sent_to=_address(sending), sent_at=now
        )
        copies = [ReportCopy(paper=sent, user=user, sent_at=now) for user in people]
        ReportCopy.objects.bulk_create(copies, ignore_conflicts=True)
        _tell(sent, people, now)
    return sent


def first_sending(report: Report) -> Sending:
    """What the form begins with: 送 and 发 as this kind of report usually goes, and the grid above."""
    words = templates("daily" if report.kind == Report.Kind.DAILY else "rhythms")
    low = "" if report.grid.level <= STREET_LEVEL else "_low"
    sent = listed([each.format(grid=report.grid_name) for each in words[f"sent_to{low}"]])
    copied = listed([each.format(grid=report.grid_name) for each in words[f"passed_to{low}"]])
    return Sending(sent, copied, grids_near(report).filter(level=report.grid.level - 1))


def grids_near(report: Report) -> Any:
    """The grids above this one, and those right below, with the number of readers; no polygons."""
    above = [report.grid_code[:length] for length in (4, 6, STREET_CODE, 12) if length < len(report.grid_code)]
    rows = Grid.objects.territorial()
    near = rows.filter(code__in=above) | rows.filter(parent=report.grid, level__lte=Grid.Level.COMMUNITY)
    return near.order_by("level", "code").defer("boundary")


def with_readers(grids: Any, day: date) -> list[tuple[Grid, int]]:
    """Every grid with the number of people who read reports there; one query beside that of the grids."""
    found = list(grids)
    posts = Post.objects.on(day).filter(kind__in=READERS, grid__in=found, user__is_active=True).order_by()
    counts = dict(posts.values_list("grid").annotate(n=Count("user", distinct=True)))
    return [(grid, counts.get(grid.pk, 0)) for grid in found]


def people_near(report: Report, day: date) -> Any:
    """Who may be named as a receiver: people of this street and of the grids above it who read reports somewhere."""
    posts = _posts_near(report, day)
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("real_name", "pk")


def posts_near(report: Report, day: date) -> dict[int, str]:
    """What those people are, in words: post and grid, by person."""
    rows = _posts_near(report, day).order_by("-pk").values_list("user", "kind", "grid__name")
    return {user: f"{PostKind(kind).label}，{grid}" for user, kind, grid in rows}


def _posts_near(report: Report, day: date) -> Any:
    street = report.grid_code[:STREET_CODE]
    above = [street[:length] for length in (4, 6)]
    posts = Post.objects.on(day).filter(kind__in=READERS)
    return posts.filter(Q(grid__code__startswith=street) | Q(grid__code__in=above))


def receipts(paper: ReportPaper) -> list[ReportCopy]:
    """Who has got a copy, and who has opened it."""
    return list(paper.copies.select_related("user").order_by("user__real_name", "pk"))


def opened(report: Report, user: Any, *, now: datetime) -> None:
    """Keep that `user` has opened the copy, the first time."""
    ReportCopy.objects.filter(paper__report=report, user=user.pk, opened_at__isnull=True).update(opened_at=now)


def _check(report: Report, sending: Sending, day: date) -> None:
    near = set(grids_near(report).values_list("pk", flat=True))
    known = set(people_near(report, day).values_list("pk", flat=True))
    demand_valid(
        [
            ("main", bool(sending.main.strip()), _("Say to whom it is sent.")),
            ("main", len(sending.main) <= SENT_TO_LENGTH, _("At most 1000 characters.")),
            ("copied", len(sending.copied) <= SENT_TO_LENGTH, _("At most 1000 characters.")),
            ("grids", {grid.pk for grid in sending.grids} <= near, _("Choose grids above or right below this one.")),
            ("people", {user.pk for user in sending.people} <= known, _("Choose people of the list.")),
        ]
    )


def _receivers(sending: Sending, actor: User, day: date) -> list[User]:
    """Everybody once, without the sender."""
    everybody = [*readers([grid.code for grid in sending.grids], day), *sending.people]
    return [user for user in {user.pk: user for user in everybody}.values() if user.pk != actor.pk]


def _address(sending: Sending) -> str:
    lines = [("送：", sending.main), ("发：", sending.copied)]
    return "\n".join(word + "、".join(text.split()) for word, text in lines if text.strip())


def _tell(paper: ReportPaper, people: Sequence[User], now: datetime) -> None:
    report, text = paper.report, text_of(paper)
    notify(
        recipients=people,
        kind="report.sent",
        level="info",
        title=text["short_title"],
        body=text["sections"][0]["paragraphs"][0],
        url=reverse("reports:detail", args=[report.pk]),
        dedupe_key=f"report:sent:{report.pk}",
        grid_code=report.grid_code,
        payload={"report": report.pk, "kind": report.kind, "issue": report.issue},
        now=now,
    )
