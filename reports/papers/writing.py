"""Papers are drafted, issued with a number, answered and withdrawn here, and nowhere else.

A number is taken in the transaction of the issue, so it has no gap and is never given twice; from then on the database
refuses every change of the words.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from incidents.models.supervision import NumberBook
from incidents.numbers import next_number
from reports.models import Paper
from reports.papers import news
from reports.papers.wording import defaults
from reports.querysets import ANSWERED_KINDS
from reports.stages import Stage, advance, check_version, demand_stage, keep_step, open_to, stage_of

LENGTHS: Final[Mapping[str, int]] = {
    "title": 200,
    "body": 20_000,
    "masthead": 60,
    "office": 100,
    "main_to": 200,
    "sent_to": 500,
    "passed_to": 500,
    "editor": 60,
    "signer": 60,
}
"""Characters of each text, as its column has them."""
MULTILINE: Final = frozenset({"title", "body"})
LINKS: Final = frozenset({"due_on", "organization", "incident", "report"})
REPLY_LENGTH: Final = 5000
FIRST_AT_MOST: Final = 9999


def create(kind: str, grid: Grid, *, title: str, body: str, actor: User, now: datetime, **fields: Any) -> Paper:
    """Write a draft of the office of `grid`; what is not given comes from the office's usual words.

    `fields`: any of LENGTHS and LINKS. NotAllowed without `report.write` on the grid, NotValid by field.
    """
    demand(actor, "report.write", grid.code)
    given = checked(grid.code, {"title": title, "body": body, **fields})
    with transaction.atomic():
        paper = Paper.objects.create(
            kind=Paper.Kind(kind),
            grid=grid,
            grid_code=grid.code,
            year=timezone.localtime(now).year,
            written_by=actor,
            created_at=now,
            **(defaults(kind, grid) | given),
        )
        keep_step(paper, before="", actor=actor, now=now)
    return paper


def edit(pk: int, *, actor: User, now: datetime, version: int | None = None, **fields: Any) -> Paper:
    """Change a draft. NotNow for one that is issued or that somebody changed since `version` was read."""
    with transaction.atomic():
        paper = _locked(pk)
        demand(actor, "report.write", paper.grid_code)
        given = checked(paper.grid_code, fields)
        if paper.status != Paper.Status.DRAFT:
            raise NotNow(_("It is issued: its words do not change any more. Withdraw it and write a new one."))
        check_version(paper, version)
        for name, value in given.items():
            setattr(paper, name, value)
        paper.version += 1
        paper.save(update_fields=["version", *given])
        keep_step(paper, before=paper.status, actor=actor, now=now)
    return paper


def _locked(pk: int) -> Paper:
    return Paper.objects.select_for_update(of=("self",)).select_related("organization").get(pk=pk)


def checked(code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their texts cleaned; NotValid with what is wrong in each. TypeError for a field that is none."""
    if unknown := set(fields) - set(LENGTHS) - LINKS:
        raise TypeError(f"no such fields of a paper: {sorted(unknown)}")
    given, wrong = dict(fields), {}
    for name in set(LENGTHS) & set(fields):
        try:
            given[name] = clean_text(fields[name] or "", max_length=LENGTHS[name], multiline=name in MULTILINE)
        except NotValid as error:
            wrong[name] = [str(error)]
    if "title" in given and not given["title"] and "title" not in wrong:
        wrong["title"] = [_("A title is needed.")]
    wrong |= _wrong_links(code, given)
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return given


def _wrong_links(code: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the paper is about must lie in the office's grid; a unit may also serve it from above."""
    wrong = {}
    for name in ("incident", "report"):
        row = given.get(name)
        if row is not None and not row.grid_code.startswith(code):
            wrong[name] = [_("It lies outside the grid of this office.")]
    unit = given.get("organization")
    if unit is not None and not (unit.grid.code.startswith(code) or code.startswith(unit.grid.code)):
        wrong["organization"] = [_("It lies outside the grid of this office.")]
    return wrong


# --- steps ------------------------------------------------------------------------------------------------------------


def issue(pk: int, *, actor: User, now: datetime, version: int | None = None, first: int | None = None) -> Paper:
    """Give the next number and the date, and tell the unit. From here on the words are frozen.

    `first` is the number to begin with when this office has issued none of the kind this year on the platform (63
    bulletins had gone out on paper before); it counts for nothing afterwards. NotAllowed, NotNow as every step;
    NotValid when something is missing.
    """
    with transaction.atomic():
        paper = _locked(pk)
        demand(actor, "report.sign", paper.grid_code)
        if paper.status == Paper.Status.DRAFT:
            _check_ready(paper, timezone.localdate(now))
        year, number = _take_number(paper, first, now)
        given: dict[str, Any] = {"number": number, "year": year, "issued_on": timezone.localdate(now)}
        issued: Paper = advance(paper, "issue", actor=actor, now=now, version=version, **given)
        news.tell_issued(issued, actor=actor, now=now)
    return issued


def _check_ready(paper: Paper, today: date) -> None:
    is_notice = paper.kind in ANSWERED_KINDS
    to_whom = bool(paper.organization_id or paper.main_to)
    in_time = paper.due_on is not None and paper.due_on >= today
    demand_valid(
        [
            ("body", bool(paper.body), _("The text is empty.")),
            ("office", bool(paper.office), _("Say which office issues it.")),
            ("organization", not is_notice or to_whom, _("Say to whom the notice goes.")),
            ("due_on", not is_notice or in_time, _("Give the day until which an answer is due, not before today.")),
            ("masthead", paper.kind != Paper.Kind.BULLETIN or bool(paper.masthead), _("A bulletin needs its name.")),
        ]
    )


def book_of(paper: Paper) -> str:
    """The name of the number book: one per office and kind."""
    return f"paper:{paper.kind}:{paper.grid_id}"


def _take_number(paper: Paper, first: int | None, now: datetime) -> tuple[int, int]:
    """The next number of the year; two papers at once get two of them, as the book's row is locked."""
    if first is not None:
        if not 1 <= first <= FIRST_AT_MOST:
            raise NotValid(_("Please correct the marked fields."), {"first": [_("Between 1 and 9999.")]})
        book = NumberBook(name=book_of(paper), year=timezone.localtime(now).year, last=first - 1)
        NumberBook.objects.bulk_create([book], ignore_conflicts=True)
    return next_number(book_of(paper), now=now)


def may_choose_first(paper: Paper, *, now: datetime) -> bool:
    """Whether the number to begin with may be given: none of the kind was issued here this year."""
    return not NumberBook.objects.filter(name=book_of(paper), year=timezone.localtime(now).year).exists()


def answer(
    pk: int, *, actor: User, now: datetime, text: str, replied_on: date | None = None, version: int | None = None
) -> Paper:
    """Enter what the unit answered to a notice, and on which day (today when not given); the unit may do so itself."""
    day = replied_on or timezone.localdate(now)
    with transaction.atomic():
        paper = _locked(pk)
        demand_stage(paper, stage_of(paper, "answer"), actor)
        if paper.kind not in ANSWERED_KINDS:
            raise NotNow(_("Only notices are answered."))
        words = _checked_answer(paper, text, day, timezone.localdate(now))
        given: dict[str, Any] = {"reply": words, "replied_on": day}
        short = words if len(words) <= 500 else f"{words[:499]}…"
        answered: Paper = advance(paper, "answer", actor=actor, now=now, version=version, text=short, **given)
        news.tell_answered(answered, actor=actor, now=now)
    return answered


def _checked_answer(paper: Paper, text: str, day: date, today: date) -> str:
    wrong, words = {}, ""
    try:
        words = clean_text(text, max_length=REPLY_LENGTH, multiline=True)
    except NotValid as error:
        wrong["text"] = [str(error)]
    if not words and not wrong:
        wrong["text"] = [_("Say what the unit answered.")]
    if paper.issued_on is not None and not paper.issued_on <= day <= today:
        wrong["replied_on"] = [_("Between the day of the notice and today.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return words


def withdraw(pk: int, *, actor: User, now: datetime, reason: str, version: int | None = None) -> Paper:
    """Take a paper back with a reason. One that was issued keeps its number: the number is used up."""
    with transaction.atomic():
        withdrawn: Paper = advance(_locked(pk), "withdraw", actor=actor, now=now, version=version, text=reason)
        if withdrawn.number is not None:
            news.tell_withdrawn(withdrawn, reason, actor=actor, now=now)
    return withdrawn


def steps_open(paper: Paper, user: Any) -> list[Stage]:
    """The steps that `user` may take now; only notices are answered."""
    return [one for one in open_to(paper, user) if one.name != "answer" or paper.kind in ANSWERED_KINDS]
