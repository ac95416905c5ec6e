"""社区吹哨、党员报到: a community calls its members to a joint task (五联); each answers (rows 1.22, 1.25)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_field, clean_fields
from grid.access import demand
from grid.models import Grid
from grid.once import write_once
from incidents.models import Incident
from partybuilding import duty_news
from partybuilding.models import CallAnswer, CardEntry, JointTaskKind, MemberCall, PartyMember, ReportIn
from partybuilding.stages import advance, keep_step
from partybuilding.standing import is_near, member_of

Answer = CallAnswer.Answer
Status = MemberCall.Status
LENGTHS: Final = {"title": 100, "place": 100, "text": 2000}
MOST_PEOPLE: Final = 500
LATEST: Final = timedelta(days=90)
MOST_HOURS: Final = Decimal(24)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call as typed; `incident` is what it is blown for."""

    kind: JointTaskKind
    title: str
    place: str
    starts_at: datetime
    people: int = 1
    text: str = ""
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted of one member: came or missed, and for how many hours."""

    answer: str
    hours: Decimal = Decimal(0)


def calls_for(rows: QuerySet[Any]) -> QuerySet[MemberCall]:
    """With what lists show: kind, grid, incident, and how many are coming, came, and gave hours."""
    found: QuerySet[MemberCall] = rows.annotate(
        coming=Count("answers", filter=Q(answers__answer__in=(Answer.COMING, Answer.CAME))),
        came=Count("answers", filter=Q(answers__answer=Answer.CAME)),
        hours=Sum("answers__hours", default=Decimal(0)),
    )
    return found.select_related("kind", "grid", "incident").defer("grid__boundary")


def blow(new: NewCall, *, grid: Grid, actor: User, now: datetime, client_id: UUID) -> tuple[MemberCall, bool]:
    """Call the members who live in `grid` and below; they are told at once. And whether it was made now.

    NotAllowed without council.edit there; NotValid by field. The same `client_id` gives the first call.
    """
    demand(actor, "council.edit", grid.code)
    _check(new, grid, now)
    columns = _columns(new)
    given = {name: getattr(value, "pk", value) for name, value in columns.items()} | {"grid": grid.code}

    def write(digest: str) -> MemberCall:
        call = MemberCall.objects.create(
            grid=grid, grid_code=grid.code, by=actor, at=now, client_id=client_id, digest=digest, **columns
        )
        keep_step(call, before="", actor=actor, now=now)
        duty_news.call_blown(call, actor=actor, now=now)
        return call

    return write_once(MemberCall, client_id, given, actor=actor, write=write)


def _columns(new: NewCall) -> dict[str, Any]:
    """As it is stored: without phone and identity numbers, because many read it."""
    words = {name: mask_numbers(text) for name, text in clean_fields(new, LENGTHS).items()}
    return {
        **words,
        "kind": new.kind,
        "starts_at": new.starts_at,
        "people": new.people,
        "incident": new.incident,
    }


def _check(new: NewCall, grid: Grid, now: datetime) -> None:
    incident = new.incident
    here = incident is None or incident.grid_code.startswith(grid.code) or grid.code.startswith(incident.grid_code)
    demand_valid(
        [
            ("kind", new.kind.is_active, _("This kind is no longer in use.")),
            ("title", bool(new.title.strip()), _("Say what it is about.")),
            ("place", bool(new.place.strip()), _("Say where.")),
            ("starts_at", now < new.starts_at <= now + LATEST, _("It begins after now, within 90 days.")),
            ("people", 1 <= new.people <= MOST_PEOPLE, _("At least one, at most 500.")),
            ("incident", here, _("The case lies elsewhere.")),
        ]
    )


# --- answers ----------------------------------------------------------------------------------------------------------


def answer(call: MemberCall, said: str, *, actor: User, now: datetime) -> CallAnswer:
    """The member answers for herself, coming or cannot, until it ends; she may change her mind. Twice is once.

    NotAllowed for whoever is no member of the place; NotNow when it has ended, or she was noted already.
    """
    member = member_of(actor)
    if member is None or not is_near(member, call.grid_code):
        raise NotAllowed(_("Only members of the community answer."))
    demand_valid([("answer", said in (Answer.COMING, Answer.CANNOT), _("Choose one of the answers shown."))])
    with transaction.atomic():
        _locked(call.pk)
        found = CallAnswer.objects.filter(call=call, member=member).first()
        if found is None:
            return CallAnswer.objects.create(call=call, member=member, answer=said, at=now)
        if found.answer in (Answer.CAME, Answer.MISSED):
            raise NotNow(_("It is noted already whether you came."))
        if found.answer != said:
            found.answer, found.at = said, now
            found.save(update_fields=["answer", "at"])
        return found


def put_down(call: MemberCall, member: PartyMember, *, actor: User, now: datetime) -> CallAnswer:
    """Staff put down a member who answered by phone or simply came; a second time changes nothing."""
    demand(actor, "council.edit", call.grid_code)
    near = member.left_on is None and is_near(member, call.grid_code)
    demand_valid([("member", near, _("Choose a member of the community."))])
    with transaction.atomic():
        _locked(call.pk)
        made, _new = CallAnswer.objects.get_or_create(
            call=call, member=member, defaults={"answer": Answer.COMING, "at": now}
        )
    return made


def note(call: MemberCall, marks: Mapping[int, Mark], *, actor: User, now: datetime) -> int:
    """Note who came and for how many hours, by the key of the answer; how many were noted. NotNow before it begins."""
    demand(actor, "council.edit", call.grid_code)
    with transaction.atomic():
        locked = _locked(call.pk)
        if now < locked.starts_at:
            raise NotNow(_("It has not begun yet."))
        rows = list(locked.answers.select_for_update().filter(pk__in=list(marks)))
        for row in rows:
            _mark(row, marks[row.pk], now)
        CallAnswer.objects.bulk_update(rows, ["answer", "hours", "at"])
    return len(rows)


def _mark(row: CallAnswer, mark: Mark, now: datetime) -> None:
    hours_fit = 0 <= mark.hours <= MOST_HOURS and (mark.hours == 0 or mark.answer == Answer.CAME)
    demand_valid(
        [
            ("answer", mark.answer in Answer.values, _("Choose one of the answers shown.")),
            ("hours", hours_fit, _("Hours are for those who came: 0 to 24.")),
        ]
    )
    row.answer, row.hours, row.at = mark.answer, mark.hours, now


# --- the end ----------------------------------------------------------------------------------------------------------


def finish(call: MemberCall, result: str, *, actor: User, now: datetime, version: int | None = None) -> MemberCall:
    """It is done: what came of it. NotNow before it begins and while somebody is not noted as come or missed."""
    words = mask_numbers(clean_field("result", result, max_length=1000))
    demand_valid([("result", bool(words), _("Say what came of it."))])
    with transaction.atomic():
        locked = _locked(call.pk)
        if now < locked.starts_at:
            raise NotNow(_("It has not begun yet."))
        waiting = locked.answers.filter(answer=Answer.COMING).count()
        if waiting:
            raise NotNow(_("%(n)s members are not noted yet: say who came.") % {"n": waiting})
        done: MemberCall = advance(locked, "finish", actor=actor, now=now, version=version, result=words)
        _onto_cards(done, actor=actor)
        duty_news.call_ended(done, actor=actor, now=now, called_off=False, text=words)
    return done


def _onto_cards(call: MemberCall, *, actor: User) -> None:
    """Whoever came has it on the 登记卡 that goes back to her employer (W62), if she reported to a community."""
    came = {row.member_id: row.hours for row in call.answers.filter(answer=Answer.CAME)}
    reports = ReportIn.objects.filter(member__in=came, status=ReportIn.Status.ACTIVE)
    on = timezone.localdate(call.starts_at)
    CardEntry.objects.bulk_create(
        CardEntry(report_id=pk, on=on, text=call.title, hours=came[member], by=actor)
        for pk, member in reports.values_list("pk", "member_id")
    )


def call_off(call: MemberCall, text: str, *, actor: User, now: datetime, version: int | None = None) -> MemberCall:
    """It does not take place; whoever said that she comes is told why."""
    with transaction.atomic():
        off: MemberCall = advance(call, "call_off", actor=actor, now=now, version=version, text=text)
        duty_news.call_ended(off, actor=actor, now=now, called_off=True, text=text)
    return off


def _locked(pk: int) -> MemberCall:
    """The call, as long as it is open."""
    call: MemberCall = MemberCall.objects.select_for_update(of=("self",)).get(pk=pk)
    if call.status != Status.BLOWN:
        raise NotNow(_("This call has ended: %(status)s.") % {"status": call.get_status_display()})
    return call
