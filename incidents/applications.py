"""Applications of a handler and their reviews: rows, never a flag (domain.md 2.3).

The incident's row is locked first, then the application: two reviewers, or an application and a move, wait for each
other. What an approval does to the case is done in the same transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.scope import scope_of
from incidents import lifecycle
from incidents.application_news import tell_applicant, tell_reviewers
from incidents.application_queries import may_apply
from incidents.application_rules import KEPT, RULES, Rule, longest_days, most_of, reviewer_of
from incidents.clocks import Ledgers
from incidents.models import Application, ClockEntry, Incident, IncidentEvent, Review
from incidents.people import name_with_post
from incidents.photos import ProcessedPhoto
from incidents.photostore import save_photos
from incidents.procedure import procedure
from incidents.rights import is_handler
from incidents.states import Clock, State
from incidents.worktime import TimeUnit, due_from_ledger

Kind, Status, Result = Application.Kind, Application.Status, Review.Result

REASON_LIMIT: Final = 2000
REVIEW_LIMIT: Final = 500


def apply(
    incident_pk: int,
    kind: str,
    *,
    actor: User,
    now: datetime,
    reason: str,
    until: datetime | None = None,
    photos: Sequence[ProcessedPhoto] = (),
) -> Application:
    """Apply for more time, a rest until `until`, or against a mark of overdue; the row, waiting for its review.

    NotAllowed for anybody but the handler and its unit; NotValid without a reason or with a wrong day; NotNow when the
    case is not where the kind asks, is overdue (or was not, for an appeal), or no more can be granted.
    """
    rule = RULES[kind]
    reason = _words(reason, REASON_LIMIT)
    stored = save_photos(photos)  # before the transaction: files are slow
    with transaction.atomic(), _taken(_("Somebody has applied for the same at this moment.")):
        incident = lifecycle.lock(incident_pk)
        if not may_apply(incident, actor):
            raise NotAllowed(_("Only the handler of the case and its unit may apply."))
        ordinal = _ordinal(incident, rule, now)
        application = Application.objects.create(
            incident=incident,
            kind=kind,
            ordinal=ordinal,
            applicant=actor,
            organization=incident.handler_organization,
            reason=reason,
            until=_checked_until(rule, until, now),
            steps=len(rule.reviewers_of(ordinal)),
            applied_at=now,
            **_amount(incident, rule),
        )
        facts = _facts(application)
        lifecycle.note(
            incident_pk, IncidentEvent.Kind.APPLIED, actor=actor, now=now, text=reason, data=facts, photos=stored
        )
        tell_reviewers(application, actor=actor, now=now)
    return application


def withdraw(application_pk: int, *, actor: User, now: datetime, reason: str = "") -> Application:
    """Take a waiting application back: the applicant, or the unit that has the case; NotNow when it is decided."""
    with transaction.atomic():
        application = _locked(application_pk)
        if application.applicant_id != actor.pk and not is_handler(application.incident, actor):
            raise NotAllowed(_("Only who applied may withdraw it."))
        _still_waits(application)
        _decide(application, Status.WITHDRAWN, now)
        kind = IncidentEvent.Kind.WITHDRAWN
        text = reason.strip()[:REVIEW_LIMIT]
        lifecycle.note(application.incident_id, kind, actor=actor, now=now, text=text, data=_facts(application))
    return application


def review(application_pk: int, *, result: str, reason: str, actor: User, now: datetime) -> Application:
    """Decide about a waiting application; an approval takes effect at once, or hands it to the second reviewer.

    NotAllowed for the applicant, for who reviewed it before and without the right on the grid; NotValid without a
    reason; NotNow when it is decided already, or the case has left the handler meanwhile.
    """
    reason = _words(reason, REVIEW_LIMIT)
    if result not in Result.values:
        message = _("Approve or reject.")
        raise NotValid(message, {"result": [message]})
    with transaction.atomic(), _taken(_("Somebody has decided this at the same moment.")):
        application = _locked(application_pk)
        _check_reviewer(application, actor)
        _still_waits(application)
        _still_there(application)
        done = _write_review(application, result, reason, actor, now)
        if result == Result.REJECTED:
            _decide(application, Status.REJECTED, now)
        elif application.step < application.steps:
            application.step += 1
            application.save(update_fields=["step"])
        else:
            _decide(application, Status.APPROVED, now)
        _note_review(application, done, actor, now)
        if application.status == Status.APPROVED:
            _EFFECTS[application.kind](application, actor, now)
        _tell(application, actor, now)
    return application


# --- conditions -------------------------------------------------------------------------------------------------------


def _ordinal(incident: Incident, rule: Rule, now: datetime) -> int:
    """The number that the application would have among the granted ones; NotNow when it may not be made now."""
    if rule.states and incident.state not in rule.states:
        raise NotNow(_("Not possible now: the incident is “%(state)s”.") % {"state": State(incident.state).label})
    late = was_late(incident, now) if rule.after_due else is_late(incident, now)
    if late and not rule.after_due:
        raise NotNow(_("The case is overdue already: this must be applied for in time."))
    if rule.after_due and not late:
        raise NotNow(_("The handling was never overdue: there is nothing to appeal against."))
    rows = Application.objects.filter(incident=incident, kind=rule.kind)
    if rows.filter(status=Status.PENDING).exists():
        raise NotNow(_("One is waiting for its review."))
    # a rejected one does not consume the quota; an appeal is made once, whatever became of it
    granted = rows.count() if rule.after_due else rows.filter(status=Status.APPROVED).count()
    if granted >= most_of(rule, procedure()):
        raise NotNow(_("No more can be granted for this case."))
    return granted + 1


def is_late(incident: Incident, now: datetime) -> bool:
    """Whether the present run of the handling clock is past its deadline, by the ledger."""
    return Ledgers([incident]).reading(incident, Clock.HANDLE).is_overdue(now)


def was_late(incident: Incident, now: datetime) -> bool:
    """Whether any run of the handling clock was past its deadline, by the ledger."""
    ledgers = Ledgers(())
    return any(due_from_ledger(run, ledgers.calendar).is_overdue(now) for run in _runs(incident))


def _runs(incident: Incident) -> Iterator[list[ClockEntry]]:
    """The entries of the handling clock, one list for each start."""
    run: list[ClockEntry] = []
    for entry in ClockEntry.objects.filter(incident=incident, clock=Clock.HANDLE).order_by("sequence"):
        if entry.kind == ClockEntry.Kind.STARTED and run:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _amount(incident: Incident, rule: Rule) -> dict[str, Any]:
    """One times the original limit of the present run, for an extension."""
    if rule.kind != Kind.EXTENSION:
        return {}
    started = ClockEntry.objects.filter(incident=incident, clock=Clock.HANDLE, kind=ClockEntry.Kind.STARTED)
    first = started.order_by("-sequence").first()
    if first is None:
        raise NotNow(_("The handling has no limit: there is nothing to extend."))
    return {"amount": first.amount, "unit": first.unit}


def _checked_until(rule: Rule, until: datetime | None, now: datetime) -> datetime | None:
    if not rule.rests:
        return None
    if until is None or until <= now:
        raise _wrong("until", _("Name the day on which the work goes on; it must be later than today."))
    days = longest_days(rule, procedure())
    if until > now + timedelta(days=days):
        raise _wrong("until", _("A rest lasts at most %(days)s days.") % {"days": days})
    return until


def _words(text: str, most: int) -> str:
    text = text.strip()
    if not text:
        raise _wrong("reason", _("Say why."))
    if len(text) > most:
        raise _wrong("reason", _("At most %(count)s characters.") % {"count": most})
    return text


def _wrong(field: str, message: str) -> NotValid:
    return NotValid(message, {field: [message]})


@contextmanager
def _taken(message: str) -> Iterator[None]:
    """What the database forbids was done by somebody else first."""
    try:
        yield
    except IntegrityError as error:
        raise NotNow(message) from error


# --- reviews ----------------------------------------------------------------------------------------------------------


def _locked(application_pk: int) -> Application:
    """The application with its case, both locked, the case first."""
    incident = lifecycle.lock(Application.objects.values_list("incident_id", flat=True).get(pk=application_pk))
    rows = Application.objects.select_for_update(of=("self",)).select_related("applicant")
    application = rows.get(pk=application_pk)
    application.incident = incident
    return application


def _check_reviewer(application: Application, actor: User) -> None:
    if application.applicant_id == actor.pk:
        raise NotAllowed(_("Nobody decides about an application of his own."))
    if not scope_of(actor).can(reviewer_of(application), application.incident.grid_code):
        raise NotAllowed(_("This review is not yours to make."))
    if application.reviews.filter(approver=actor).exists():
        raise NotAllowed(_("You have reviewed it already: the second review is another person's."))


def _still_waits(application: Application) -> None:
    if application.status != Status.PENDING:
        raise NotNow(_("This application is “%(status)s” already.") % {"status": application.get_status_display()})


def _still_there(application: Application) -> None:
    """An application for the running task has no object when the case has left its handler."""
    if application.kind != Kind.APPEAL and application.incident.state not in KEPT:
        raise NotNow(_("The case has left the handler: there is nothing to grant any more."))


def _write_review(application: Application, result: str, reason: str, actor: User, now: datetime) -> Review:
    return Review.objects.create(
        application=application,
        step=application.step,
        applicant=application.applicant,
        approver=actor,
        approver_name=name_with_post(actor, application.incident.grid_code, now=now),
        result=result,
        reason=reason,
        at=now,
    )


def _decide(application: Application, status: Application.Status, now: datetime) -> None:
    application.status, application.decided_at = status, now
    application.save(update_fields=["status", "decided_at"])


def _note_review(application: Application, done: Review, actor: User, now: datetime) -> None:
    facts = _facts(application) | {"result": done.result, "step": done.step}
    kind = IncidentEvent.Kind.REVIEWED
    lifecycle.note(application.incident_id, kind, actor=actor, now=now, text=done.reason, data=facts)


def _tell(application: Application, actor: User, now: datetime) -> None:
    if application.status == Status.PENDING:
        tell_reviewers(application, actor=actor, now=now)
    else:
        tell_applicant(application, actor=actor, now=now)


def _facts(application: Application) -> dict[str, Any]:
    """What the case's history keeps of an application."""
    kept: dict[str, Any] = {"application": application.pk, "kind": application.kind, "ordinal": application.ordinal}
    if application.until:
        kept["until"] = application.until.isoformat()
    if application.amount is not None:
        kept |= {"amount": str(application.amount), "unit": application.unit}
    return kept


# --- what an approval does --------------------------------------------------------------------------------------------


def _extend(application: Application, actor: User, now: datetime) -> None:
    assert application.amount is not None
    lifecycle.extend(
        application.incident_id,
        clock=Clock.HANDLE,
        amount=application.amount,
        unit=TimeUnit(application.unit),
        actor=actor,
        now=now,
        reason=application.reason,
        data={"application": application.pk, "ordinal": application.ordinal},
    )


def _rest(application: Application, actor: User, now: datetime) -> None:
    if application.until is None or application.until <= now:
        raise NotNow(_("The day on which the work was to go on has passed: reject it, the unit may apply anew."))
    lifecycle.perform(
        application.incident_id,
        RULES[application.kind].move,
        actor=actor,
        now=now,
        text=application.reason,
        data={"application": application.pk},
        sanctioned=True,
        until=application.until,
    )


def _excuse(application: Application, actor: User, now: datetime) -> None:
    lifecycle.change(
        application.incident_id,
        IncidentEvent.Kind.EXCUSED,
        actor=actor,
        now=now,
        text=application.reason,
        data={"application": application.pk},
        was_excused=True,
    )


_EFFECTS: Final = {
    Kind.EXTENSION.value: _extend,
    Kind.SUSPENSION.value: _rest,
    Kind.DEFERRAL.value: _rest,
    Kind.APPEAL.value: _excuse,
}
