"""双报到: units report to the community where they sit, members to that where they live (domain.md 4.2, W62).

Three papers: the 报到单 is the report with its number; what its 需求表 asks for becomes needs (`needs.raise_need` with
`report_in`); the 登记卡 is its entries, told to the employer every quarter. At least once a year the community writes
an evaluation, which goes to the employer too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.scope import scope_of
from incidents.numbers import street_number
from incidents.people import actors_of
from notices.models import Notice
from notices.writing import Message, notify_each
from partybuilding.models import (
    CardEntry,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    ReportIn,
    Skill,
    YearlyEvaluation,
)
from partybuilding.stages import advance, keep_step

HOURS: Final = 24
LIVING: Final = (ReportIn.Status.REPORTED, ReportIn.Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class NewReport:
    """A 报到单 as typed: who reports (a unit or a member), which post she claims, what she brings."""

    unit: PartnerUnit | None = None
    member: PartyMember | None = None
    skill: Skill | None = None
    text: str = ""
    reported_on: date | None = None


def report_in(new: NewReport, *, grid: Grid, actor: User, now: datetime) -> ReportIn:
    """The unit or member reports to the community of `grid`; the paper gets its number.

    NotAllowed without `party.edit` there; NotValid by field; NotNow when she has reported already (a unit: to this
    grid; a member: anywhere) and that report is not ended.
    """
    demand(actor, "party.edit", grid.code)
    today = timezone.localdate(now)
    on = new.reported_on or today
    _check_report(new, on, today)
    words = _words(new.text)
    try:
        with transaction.atomic():
            row = ReportIn(
                grid=grid, grid_code=grid.code, unit=new.unit, member=new.member, skill=new.skill, text=words
            )
            row.reported_on = on
            row.number = street_number("report_in", "报到", grid.code, now=now)
            row.save()
            keep_step(row, before="", actor=actor, now=now)
    except IntegrityError as error:
        raise NotNow(_("This unit or member has reported already.")) from error
    return row


def _check_report(new: NewReport, on: date, today: date) -> None:
    who = _("Choose a unit or a member, not both.")
    left = new.member is not None and new.member.left_on is not None
    demand_valid(
        [
            ("member", (new.unit is None) != (new.member is None), who),
            ("member", not left, _("This member has left.")),
            ("unit", new.unit is None or new.unit.left_on is None, _("This unit has left.")),
            ("reported_on", on <= today, _("This day is still to come.")),
        ]
    )


def _words(text: str, name: str = "text", most: int = 500) -> str:
    return clean_field(name, text, max_length=most, multiline=True)


def receive(
    row: ReportIn, party: PartyOrganization | None, *, actor: User, now: datetime, version: int | None = None
) -> ReportIn:
    """The community receives the report and places it in one of its organizations (网格/微网格, W62)."""
    if party is None or party.ended_on is not None:
        message = _("Choose the organization that takes care.")
        raise NotValid(message, {"party": [message]})
    found: ReportIn = advance(row, "receive", actor=actor, now=now, version=version, party=party)
    return found


def end(row: ReportIn, why: str, *, actor: User, now: datetime, version: int | None = None) -> ReportIn:
    """The report holds no more, with a reason."""
    found: ReportIn = advance(row, "end", actor=actor, now=now, version=version, text=why)
    return found


# --- 登记卡 --------------------------------------------------------------------------------------------------------


def add_entry(row: ReportIn, text: str, hours: Decimal, *, on: date, actor: User, now: datetime) -> CardEntry:
    """One line of the card. NotAllowed without `party.edit`; NotNow unless received and placed; NotValid by field."""
    demand(actor, "party.edit", row.grid_code)
    words = _words(text, most=300)
    demand_valid(
        [
            ("text", bool(words), _("Say what was done.")),
            ("hours", 0 <= hours <= HOURS, _("Between 0 and 24 hours.")),
            ("on", row.reported_on <= on <= timezone.localdate(now), _("A day since the report, not to come.")),
        ]
    )
    with transaction.atomic():
        locked = ReportIn.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if locked.status != ReportIn.Status.ACTIVE:
            raise NotNow(_("Receive and place the report first."))
        same = CardEntry.objects.filter(report=row, on=on, text=words, hours=hours)
        if same.exists():
            raise NotNow(_("This line stands on the card already."))
        return CardEntry.objects.create(report=row, on=on, text=words, hours=hours, by=actor)


def quarter_start(day: date) -> date:
    """The first day of the quarter of `day`."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def due_entries(today: date) -> QuerySet[CardEntry]:
    """Lines of quarters that are over and of which the employer has not been told."""
    rows = CardEntry.objects.filter(on__lt=quarter_start(today), returned_at=None)
    return rows.filter(Q(report__unit__isnull=False) | Q(report__member__unit__isnull=False))


def return_cards(*, now: datetime) -> int:
    """The job: after a quarter every card with new lines goes back to the employer, whose people are told once.

    No notice names a member. Returns the number of cards. Lines of members without an employer wait for one.
    """
    with transaction.atomic():
        entries = list(due_entries(timezone.localdate(now)).select_for_update(of=("self",), skip_locked=True))
        CardEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(returned_at=now)
        cards = ReportIn.objects.filter(pk__in={entry.report_id for entry in entries})
        rows = list(cards.select_related("unit__organization", "member__unit__organization", "grid"))
        notify_each(_card_messages(rows, now), now=now)
    return len(rows)


def employer_of(row: ReportIn) -> PartnerUnit | None:
    """Whom the card goes back to: the unit that reported, or the member's employer."""
    return row.unit or (row.member.unit if row.member else None)


def _card_messages(rows: list[ReportIn], now: datetime) -> Iterator[Message]:
    quarter = quarter_start(timezone.localdate(now))
    for row in rows:
        title = _("A card of work in the community came back: %(number)s") % {"number": row.number}
        yield _message(row, title, f"card:{row.pk}:{quarter}", now)


def _message(row: ReportIn, title: str, key: str, now: datetime) -> Message:
    unit = employer_of(row)
    return Message(
        recipients=list(actors_of([unit.organization_id], timezone.localdate(now))) if unit else [],
        kind="party.report_in",
        level=Notice.Level.INFO,
        title=title,
        body=row.grid.name,
        url=reverse("partybuilding:report_in_card", args=[row.pk]),
        dedupe_key=f"report_in:{key}",
        grid_code=row.grid_code,
        payload={"number": row.number},
    )


# --- yearly evaluation ------------------------------------------------------------------------------------------------


def evaluate(row: ReportIn, year: int, grade: str, text: str, *, actor: User, now: datetime) -> YearlyEvaluation:
    """What the community writes about a year. NotNow for a second one.

    NotAllowed without `party.edit` there, for the member herself and for people of the unit that reported. NotValid by
    field: a year in which the report did not hold, no grade, no reason.
    """
    demand(actor, "party.edit", row.grid_code)
    _demand_other(row, actor)
    words = _words(text, most=1000)
    demand_valid(
        [
            ("year", row.reported_on.year <= year <= timezone.localdate(now).year, _("This cannot be the year.")),
            ("grade", grade in YearlyEvaluation.Grade.values, _("Choose one of the list.")),
            ("text", bool(words), _("Say why in a few words.")),
        ]
    )
    try:
        with transaction.atomic():
            return YearlyEvaluation.objects.create(report=row, year=year, grade=grade, text=words, by=actor, at=now)
    except IntegrityError as error:
        raise NotNow(_("This year is evaluated already.")) from error


def is_her_own(row: ReportIn, user: Any) -> bool:
    """Whether the report is of `user` herself or of the unit that she works for."""
    hers = row.member is not None and row.member.user_id == user.pk
    return hers or (row.unit is not None and row.unit.organization_id in scope_of(user).organizations)


def _demand_other(row: ReportIn, actor: User) -> None:
    if is_her_own(row, actor):
        raise NotAllowed(_("Nobody evaluates herself or her own unit."))


def send_evaluation(evaluation: YearlyEvaluation, *, actor: User, now: datetime) -> YearlyEvaluation:
    """The evaluation goes to the employer, whose people are told. NotNow a second time, or without an employer."""
    row = evaluation.report
    demand(actor, "party.edit", row.grid_code)
    if employer_of(row) is None:
        raise NotNow(_("No employer is known."))
    with transaction.atomic():
        locked: YearlyEvaluation = YearlyEvaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
        if locked.sent_at is not None:
            raise NotNow(_("This was sent already."))
        locked.sent_at = now
        locked.save(update_fields=["sent_at"])
        said = {"year": locked.year, "number": row.number}
        title = _("The community has evaluated the year %(year)s: %(number)s") % said
        notify_each([_message(row, title, f"evaluation:{locked.pk}", now)], now=now)
    return locked


def without_evaluation(rows: QuerySet[ReportIn], year: int) -> QuerySet[ReportIn]:
    """Living reports of `rows` that held in `year` and have no evaluation for it; at least one a year is due (W62)."""
    evaluated = YearlyEvaluation.objects.filter(year=year).values("report")
    return rows.filter(status__in=LIVING, reported_on__year__lte=year).exclude(pk__in=evaluated)
