"""整改通知书: issued with a number, being put right, looked at again, closed, handed to enforcement, or withdrawn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork import hazards, order_news, stages
from fieldwork.models import Hazard, Inspection, Recheck, RectificationNotice
from grid.access import demand
from grid.models import Organization
from grid.once import sealed_key
from grid.stages import check_version
from incidents.intake import NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.numbers import street_number

USUAL_DAYS: Final = 7
"""What the form proposes as the deadline."""
USUAL_DEMAND: Final = "对所列隐患逐项整改到位，整改前后拍照留存。"
"""Where nothing else is demanded; text of a document, in Chinese whatever the reader's language."""
LONGEST: Final = timedelta(days=180)
OPEN: Final = (RectificationNotice.Status.ISSUED, RectificationNotice.Status.FIXING)
Result = Recheck.Result


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is demanded of whom until when; without `demand` that all of them are put right."""

    hazards: Collection[int]
    deadline: date
    demand: str = ""
    received_by: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a re-inspection found; `fixed` are the hazards (ids) that are put right when only some are."""

    result: str
    text: str = ""
    new_deadline: date | None = None
    fixed: Collection[int] = ()


def issue(inspection: Inspection, order: NewOrder, *, actor: User, now: datetime) -> RectificationNotice:
    """Issue a notice for open hazards of the inspection; its number comes last, so that none is lost.

    NotAllowed without inspection.order there; NotValid for no hazard, one that is not open, or a day that is no
    deadline.
    """
    demand(actor, "inspection.order", inspection.grid_code)
    _check_day(order.deadline, timezone.localdate(now))
    with transaction.atomic():
        rows = list(Hazard.objects.select_for_update().filter(inspection=inspection, pk__in=order.hazards))
        _check_hazards(rows, order)
        notice = RectificationNotice.objects.create(
            grid=inspection.grid,
            grid_code=inspection.grid_code,
            place_id=inspection.place_id,
            inspection=inspection,
            demand=_demand(order),
            deadline=order.deadline,
            issued_by=actor,
            issued_at=now,
            received_by=clean_text(order.received_by, max_length=50),
            number=street_number("safety", "消安整改", inspection.grid_code, now=now),
        )
        stages.keep_step(notice, before="", actor=actor, now=now)
        hazards.move_all(rows, "order", actor=actor, now=now, notice=notice)
        order_news.issued(notice, actor=actor, now=now)
    return notice


def _check_hazards(rows: list[Hazard], order: NewOrder) -> None:
    if not rows or len(rows) != len(set(order.hazards)):
        said = _("Choose the hazards of this inspection that the notice is about.")
        raise NotValid(said, {"hazards": [said]})
    if any(row.status != Hazard.Status.OPEN for row in rows):
        raise NotNow(_("One of the hazards is not open any more."))


def _check_day(day: date, today: date, *, name: str = "deadline") -> None:
    if not today < day <= today + LONGEST:
        said = _("Give a day after today, within half a year.")
        raise NotValid(said, {name: [said]})


def _demand(order: NewOrder) -> str:
    return clean_text(order.demand, max_length=3000, multiline=True) or USUAL_DEMAND


# --- afterwards -------------------------------------------------------------------------------------------------------


def begin(
    notice: RectificationNotice, *, actor: User, now: datetime, version: int | None, text: str = ""
) -> RectificationNotice:
    """The place has begun to put it right."""
    found: RectificationNotice = stages.advance(notice, "fix", actor=actor, now=now, version=version, text=text)
    return found


def recheck(
    notice: RectificationNotice, look: Look, *, actor: User, now: datetime, version: int | None = None
) -> RectificationNotice:
    """Look again: everything is put right and the notice is closed, or a new deadline is set.

    NotNow for a notice that has ended; NotValid when something is missing but not said, or for a wrong day.
    """
    demand(actor, "field.write", notice.grid_code)
    _check_look(look, timezone.localdate(now))
    with transaction.atomic():
        locked = _locked(notice, version)
        Recheck.objects.create(
            notice=locked,
            result=look.result,
            text=clean_text(look.text, max_length=500, multiline=True),
            new_deadline=look.new_deadline,
            by=actor,
            at=now,
        )
        _put_right(locked, look, actor=actor, now=now)
        if look.result == Result.FIXED:
            done: RectificationNotice = stages.advance(
                locked, "close", actor=actor, now=now, text=look.text, ended_at=now
            )
            return done
        return _go_on(locked, look, actor=actor, now=now)


def _check_look(look: Look, today: date) -> None:
    if look.result not in Result.values:
        raise NotValid(_("Please correct the marked fields."), {"result": [_("Choose what was found.")]})
    if look.result != Result.FIXED and not look.text.strip():
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say what is still missing.")]})
    if look.new_deadline and look.result != Result.FIXED:
        _check_day(look.new_deadline, today, name="new_deadline")
    if look.new_deadline and look.result == Result.FIXED:
        said = _("What is put right needs no new deadline.")
        raise NotValid(said, {"new_deadline": [said]})


def _locked(notice: RectificationNotice, version: int | None) -> RectificationNotice:
    locked = RectificationNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    check_version(locked, version)
    if locked.status not in OPEN:
        raise NotNow(_("This notice has ended: %(status)s.") % {"status": locked.get_status_display()})
    return locked


def _put_right(notice: RectificationNotice, look: Look, *, actor: User, now: datetime) -> None:
    rows = notice.hazards.filter(status=Hazard.Status.ORDERED)
    if look.result != Result.FIXED:
        rows = rows.filter(pk__in=look.fixed) if look.result == Result.PARTLY else rows.none()
    hazards.move_all(rows, "fix", actor=actor, now=now, fixed_at=now)


def _go_on(notice: RectificationNotice, look: Look, *, actor: User, now: datetime) -> RectificationNotice:
    deadline = look.new_deadline or notice.deadline
    if notice.status == RectificationNotice.Status.ISSUED:
        found: RectificationNotice = stages.advance(
            notice, "fix", actor=actor, now=now, text=look.text, deadline=deadline
        )
        return found
    notice.deadline, notice.version = deadline, notice.version + 1
    notice.save(update_fields=["deadline", "version"])
    return notice


def transfer(
    notice: RectificationNotice,
    organization: Organization,
    *,
    actor: User,
    now: datetime,
    version: int | None = None,
    text: str = "",
    as_case: bool = True,
) -> RectificationNotice:
    """Hand what cannot be put right to the enforcement department (domain.md 3.8); `as_case`: as a case of its own.

    The hazards under the notice go along. The department's people are told.
    """
    demand(actor, "inspection.order", notice.grid_code)
    if not organization.is_active or not notice.grid_code.startswith(organization.grid.code):
        said = _("This unit does not serve the place.")
        raise NotValid(said, {"organization": [said]})
    with transaction.atomic():
        locked = _locked(notice, version)
        case = _case(locked, organization, text, actor=actor, now=now) if as_case else None
        hazards.move_all(locked.hazards.filter(status=Hazard.Status.ORDERED), "transfer", actor=actor, now=now)
        done: RectificationNotice = stages.advance(
            locked, "transfer", actor=actor, now=now, text=text, organization=organization, incident=case, ended_at=now
        )
        order_news.transferred(done, actor=actor, now=now)
    return done


def _case(
    notice: RectificationNotice, organization: Organization, text: str, *, actor: User, now: datetime
) -> Incident:
    place = notice.place
    words = [
        _("%(place)s did not put right what notice %(number)s demands; handed to %(unit)s.")
        % {"place": place.name, "number": notice.number, "unit": organization.name},
        *(hazard.text for hazard in notice.hazards.order_by("pk")),
        notice.demand,
        text,
    ]
    return report_incident(
        NewIncident(
            title=_("Fire hazard not put right: %(place)s") % {"place": place.name[:60]},
            text="\n".join(part for part in words if part),
            source=Source.PATROL,
            grid=notice.grid,
            point=place.point,
            address=place.address,
            external_id=sealed_key(f"rectification:{notice.pk}"),
        ),
        actor=actor,
        now=now,
    )


def withdraw(
    notice: RectificationNotice, *, actor: User, now: datetime, text: str, version: int | None = None
) -> RectificationNotice:
    """It was wrong: its hazards wait again. Needs the reason."""
    with transaction.atomic():
        locked = _locked(notice, version)
        done: RectificationNotice = stages.advance(locked, "withdraw", actor=actor, now=now, text=text, ended_at=now)
        waiting = locked.hazards.filter(status=Hazard.Status.ORDERED)
        hazards.move_all(waiting, "reopen", actor=actor, now=now, notice=None)
    return done


def possible_departments(code: str) -> QuerySet[Organization]:
    """The departments that serve the place, nearest first."""
    rows = Organization.objects.active().serving(code).exclude(kind=Organization.Kind.TASK_GROUP)
    return rows.select_related("grid").defer("grid__boundary").order_by("-grid__level", "name")
