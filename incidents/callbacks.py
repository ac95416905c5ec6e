"""回访: who is called back after a case ended, and what was answered (domain.md 2.5). The only writer of call-backs.

A sample is drawn by a recorded seed, so that anybody can repeat the draw. Whoever handled a case never asks about it.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.models import Grid
from grid.scope import scope_of
from incidents import lifecycle, solving
from incidents.callback_queries import READERS
from incidents.models import Assignment, CallBack, CallBackSample, Incident, IncidentEvent
from incidents.overview import midnight
from incidents.people import supervisors
from incidents.procedure import procedure
from incidents.states import State
from notices.models import Notice
from notices.writing import notify

ENDED: Final = (State.CLOSED, State.ANSWERED)
HANDLING_MOVES: Final = ("self_handle", "take", "next_step", "feedback", "finish", "confirm")
MOST_ATTEMPTS: Final = 3
CALL_WITHIN: Final = timedelta(days=3)
"""From the draw to the call; between two attempts a day passes."""
NEXT_ATTEMPT: Final = timedelta(days=1)
CATCH_UP_DAYS: Final = 7
"""After an outage the daily draw makes up for so many days."""
LARGEST_SEED: Final = 2**63 - 1
Contact = CallBack.Contact


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call. `reopen_reason` asks for the case to be opened again."""

    contact: str
    responded: bool | None = None
    solved: bool | None = None
    satisfaction: str = ""
    words: str = ""
    reopen_reason: str = ""

    @property
    def is_unhappy(self) -> bool:
        """Not solved, or not satisfied."""
        return self.solved is False or self.satisfaction == CallBack.Satisfaction.UNSATISFIED


# --- drawing ----------------------------------------------------------------------------------------------------------


def choose(keys: Collection[int], *, percent: int, seed: int) -> list[int]:
    """The drawn keys, ascending: `percent` of them, rounded up. The same keys, percent and seed give the same draw."""
    count = -(-len(keys) * percent // 100)
    return sorted(Random(seed).sample(sorted(keys), count))  # noqa: S311 - must be repeatable, not secret


def draw(
    *,
    starts_at: datetime,
    ends_at: datetime,
    grid_code: str,
    percent: int,
    now: datetime,
    seed: int,
    actor: User | None,
) -> CallBackSample:
    """Draw from the cases of the subtree that ended in the period and left a phone; `actor` None is the daily job.

    NotAllowed when the actor does not call back there; NotValid for a percent or period that is none. An ending that
    another sample has drawn already is called once.
    """
    if actor is not None and not scope_of(actor).can("incident.call_back", grid_code):
        raise NotAllowed(_("You do not call reporters back there."))
    if not (1 <= percent <= 100 and starts_at < ends_at <= now and 0 <= seed <= LARGEST_SEED):
        raise NotValid(_("Choose a period that has ended, and a share of 1 to 100 percent."))
    rounds = dict(population(starts_at, ends_at, grid_code))
    with transaction.atomic():
        sample = CallBackSample.objects.create(
            starts_at=starts_at,
            ends_at=ends_at,
            grid_code=grid_code,
            percent=percent,
            seed=seed,
            population=len(rounds),
            drawn_by=actor,
            drawn_at=now,
        )
        chosen = choose(rounds, percent=percent, seed=seed)
        rows = [CallBack(incident_id=pk, round=rounds[pk], sample=sample, due_at=now + CALL_WITHIN) for pk in chosen]
        CallBack.objects.bulk_create(rows, ignore_conflicts=True)
    return sample


def population(starts_at: datetime, ends_at: datetime, grid_code: str) -> Iterable[tuple[int, int]]:
    """(primary key, which ending) of the ended cases whose reporter can be called; one query."""
    rows = Incident.objects.under(grid_code).filter(state__in=ENDED, closed_at__gte=starts_at, closed_at__lt=ends_at)
    rows = rows.exclude(contact_index="").order_by("pk")
    return ((pk, count + 1) for pk, count in rows.values_list("pk", "reopen_count"))


def draw_due(*, now: datetime) -> int:
    """Draw every street's cases of yesterday, and of the days before that no run has drawn; returns the samples made.

    A second run on the same day finds the samples of the first.
    """
    percent = procedure().call_back_share
    if percent == 0:
        return 0
    streets = list(Grid.objects.current(timezone.localdate(now)).filter(level=Grid.Level.STREET).values_list("code"))
    today = timezone.localdate(now)
    days = [today - timedelta(days=ago) for ago in range(CATCH_UP_DAYS, 0, -1)]
    return sum(_draw_day(day, code, percent, now) for day in days for (code,) in streets)


@transaction.atomic
def _draw_day(day: date, code: str, percent: int, now: datetime) -> bool:
    start, end = midnight(day), midnight(day + timedelta(days=1))
    # one run at a time: a second draw of the same day would choose others besides
    Grid.objects.select_for_update(no_key=True).values("pk").get(code=code)
    done = CallBackSample.objects.filter(starts_at=start, ends_at=end, grid_code=code, drawn_by__isnull=True)
    if done.exists():
        return False
    # nobody can know beforehand which cases will be asked about; afterwards everybody can repeat it
    seed = secrets.randbelow(LARGEST_SEED)
    draw(starts_at=start, ends_at=end, grid_code=code, percent=percent, seed=seed, actor=None, now=now)
    return True


# --- who may ask ------------------------------------------------------------------------------------------------------


def handled_by(incident_pk: int) -> set[int]:
    """Everybody who had a hand in the handling of the case; two queries."""
    moves = IncidentEvent.objects.filter(incident=incident_pk, move__in=HANDLING_MOVES, actor__isnull=False)
    tasks = Assignment.objects.filter(incident=incident_pk, user__isnull=False)
    return {*moves.values_list("actor_id", flat=True), *tasks.values_list("user_id", flat=True)}


def check_asker(incident: Incident, actor: User, *, capability: str = "incident.call_back") -> None:
    """NotAllowed unless the actor holds the capability there and never handled the case."""
    if not scope_of(actor).can(capability, incident.grid_code):
        raise NotAllowed(_("You may not do this here."))
    if actor.pk in handled_by(incident.pk):
        raise NotAllowed(_("You handled this case yourself: somebody else must ask about it."))


# --- the answer -------------------------------------------------------------------------------------------------------


def record(pk: int, answer: Answer, *, actor: User, now: datetime) -> CallBack:
    """Write down one call, and what follows from it: solved or not, the news to the supervisors, the reopening.

    Raises NotNow (already called, or left out), NotAllowed (not the actor's to ask, or to reopen) and NotValid.
    """
    answer_words = _checked(answer)
    with transaction.atomic():
        call = _lock(pk)
        if call.called_at or call.is_excluded:
            raise NotNow(_("This call-back has been made already."))
        check_asker(call.incident, actor)
        _write(call, answer, answer_words, actor, now)
        if call.called_at:
            _follow(call, answer, actor=actor, now=now)
    return call


def _lock(pk: int) -> CallBack:
    rows = CallBack.objects.select_for_update(of=("self",), no_key=True).select_related("incident")
    found: CallBack = rows.defer("incident__contact_name", "incident__contact_phone").get(pk=pk)
    return found


def _checked(answer: Answer) -> str:
    """The cleaned words; NotValid names what is missing."""
    wrong: dict[str, list[str]] = {}
    if answer.contact not in Contact.values:
        wrong["contact"] = [_("Say whether the reporter was reached.")]
    if answer.contact == Contact.REACHED:
        if answer.solved is None:
            wrong["solved"] = [_("Say whether it was solved.")]
        if answer.satisfaction not in CallBack.Satisfaction.values:
            wrong["satisfaction"] = [_("Say how satisfied the reporter was.")]
    elif answer.solved is not None or answer.satisfaction:
        wrong["contact"] = [_("Without contact there is no answer to write down.")]
    if answer.reopen_reason.strip() and not answer.is_unhappy:
        wrong["reopen_reason"] = [_("Only an unhappy answer opens a case again.")]
    try:
        words = clean_text(answer.words, max_length=2000, multiline=True)
    except NotValid as error:
        words, wrong["words"] = "", [str(error)]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return words


def _write(call: CallBack, answer: Answer, words: str, actor: User, now: datetime) -> None:
    """The row. Nobody answering stands as the result from the third attempt on."""
    call.attempts += 1
    call.checker, call.contact, call.responded = actor, answer.contact, answer.responded
    call.solved, call.satisfaction, call.answer = answer.solved, answer.satisfaction, words
    if answer.contact == Contact.NO_ANSWER and call.attempts < MOST_ATTEMPTS:
        call.due_at = now + NEXT_ATTEMPT
    else:
        call.called_at = now
    call.save(
        update_fields=[
            "attempts", "checker", "contact", "responded", "solved", "satisfaction", "answer", "due_at", "called_at"
        ]
    )  # fmt: skip


def _follow(call: CallBack, answer: Answer, *, actor: User, now: datetime) -> None:
    """Put it into the history of the case, in the order in which a reader understands it."""
    incident = call.incident
    with translation.override(settings.LANGUAGE_CODE):
        text = summary(call)
        data = {"call_back": call.pk, "contact": call.contact, "solved": call.solved, "satisfaction": call.satisfaction}
        lifecycle.note(incident.pk, IncidentEvent.Kind.CALLED_BACK, actor=actor, now=now, text=text, data=data)
        if answer.solved is True:
            solving.found_solved(incident.pk, actor=actor, now=now, data={"call_back": call.pk})
        elif answer.solved is False:
            solving.withdraw(incident.pk, actor=actor, now=now, text=_("The reporter says it is not solved."))
        if answer.is_unhappy:
            _tell_supervisors(call, now=now)
    if answer.reopen_reason.strip():
        lifecycle.perform(incident.pk, "reopen", actor=actor, now=now, reason=answer.reopen_reason)


def summary(call: CallBack) -> str:
    """The result in a line, without the reporter's own words: more people read the case than may call."""
    parts = [call.get_contact_display()]
    if call.contact == Contact.REACHED:
        parts += [_("solved") if call.solved else _("not solved"), call.get_satisfaction_display()]
    return " · ".join(str(part) for part in parts)


def _tell_supervisors(call: CallBack, *, now: datetime) -> None:
    incident = call.incident
    people = [user for user in supervisors(incident, now=now) if user.pk != call.checker_id]
    notify(
        recipients=people,
        kind="call_back.unhappy",
        level=Notice.Level.WARNING,
        title=_("Unhappy call-back: %(title)s") % {"title": incident.title},
        body="\n".join((incident.number, summary(call))),
        url=reverse("incidents:detail", args=[incident.number]),
        dedupe_key=f"call_back:{call.pk}:unhappy",
        grid_code=incident.grid_code,
        payload={"number": incident.number, "solved": call.solved, "satisfaction": call.satisfaction},
        now=now,
    )


def may_reopen(incident: Incident, user: Any) -> bool:
    """Whether an unhappy answer may be followed by a reopening of this user."""
    return any(move.name == "reopen" for move in lifecycle.allowed_moves(incident, user))


# --- left out ---------------------------------------------------------------------------------------------------------


def exclude(pk: int, *, reason: str, actor: User, now: datetime) -> CallBack:
    """剔除: leave a call-back out of the rates, with the reason. Needs `incident.approve`; a handler may not."""
    reason = clean_text(reason, max_length=200)
    if not reason:
        raise NotValid(_("A reason is needed."), {"reason": [_("A reason is needed.")]})
    return _set_excluded(pk, reason, actor=actor, now=now)


def include(pk: int, *, actor: User, now: datetime) -> CallBack:
    """Let a call-back count again."""
    return _set_excluded(pk, "", actor=actor, now=now)


def _set_excluded(pk: int, reason: str, *, actor: User, now: datetime) -> CallBack:
    with transaction.atomic():
        call = _lock(pk)
        check_asker(call.incident, actor, capability="incident.approve")
        if call.is_excluded == bool(reason):
            raise NotNow(_("Somebody has decided this meanwhile."))
        call.is_excluded, call.exclusion_reason = bool(reason), reason
        call.save(update_fields=["is_excluded", "exclusion_reason"])
        with translation.override(settings.LANGUAGE_CODE):
            words = _("The call-back is left out of the rates: %(reason)s") % {"reason": reason}
            text = words if reason else _("The call-back counts in the rates again.")
            lifecycle.note(call.incident_id, IncidentEvent.Kind.REMARK, actor=actor, now=now, text=text)
    return call


def for_case(incident: Incident, user: Any) -> dict[str, Any]:
    """The call-backs of a case as its page shows them; one query, none for a case that never ended."""
    if incident.closed_at is None:
        return {"calls": [], "may_open": False}
    calls = list(CallBack.objects.filter(incident=incident).select_related("checker").order_by("round"))
    scope = scope_of(user)
    return {"calls": calls, "may_open": any(scope.can(name, incident.grid_code) for name in READERS)}
