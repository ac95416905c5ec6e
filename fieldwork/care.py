"""Care: who is looked after, on which legal basis, by whom, until when (domain.md 3.5, PIPL 13 and 47)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.reveals import reveal
from accounts.text_guard import clean_field
from fieldwork.models import CareSubject, Household, PopulationTag, Resident, VisitDuty
from fieldwork.no_answer import note_outcome
from fieldwork.stages import advance, keep_step
from grid.access import demand
from grid.scope import scope_of
from grid.stages import check_version

REASON_LENGTH: Final = 500
HEALTH_LENGTH: Final = 1000
WORDS: Final = {"reason": gettext_lazy("reason"), "health": gettext_lazy("health"), "carer": gettext_lazy("carer")}

__all__ = ["NewCare", "Opened", "change", "end", "end_with_move", "enter", "note_outcome", "open_reason", "renew"]


@dataclass(frozen=True, slots=True)
class NewCare:
    """What is known when somebody comes into care; `resident` None means the whole household."""

    household: Household
    tag: PopulationTag
    reason: str
    basis: str
    resident: Resident | None = None
    health: str = ""
    consent_on: date | None = None
    consent_until: date | None = None
    carer: User | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a reveal shows: the sealed words of a subject and whom they are about."""

    reason: str
    health: str
    name: str
    phone: str


def enter(new: NewCare, *, actor: User, now: datetime) -> CareSubject:
    """Take somebody into care: with the person's consent (its day) or under a duty of law; keeps the first step.

    NotAllowed without `care.edit` in the grid, or `care.sensitive` for a sensitive tag; NotValid names the fields that
    are wrong; NotNow when the same person is in care under the same tag already.
    """
    today = timezone.localdate(now)
    code = new.household.grid_code
    demand(actor, "care.edit", code)
    if new.tag.is_sensitive:
        demand(actor, "care.sensitive", code)
    texts = _checked(new, today)
    try:
        with transaction.atomic():
            subject = CareSubject.objects.create(**_columns(new, today), **texts, entered_by=actor)
            keep_step(subject, before="", actor=actor, now=now)
    except IntegrityError as error:
        if "care_subject_once" not in str(error):
            raise
        raise NotNow(_("This person is in care under this tag already."), {"tag": [_("Already in care.")]}) from error
    return subject


def change(
    subject: CareSubject,
    *,
    actor: User,
    now: datetime,
    carer: User | None,
    reason: str = "",
    health: str = "",
    version: int | None = None,
) -> CareSubject:
    """Another carer, or other words (empty words leave the sealed ones as they are). The record says which, never what.

    NotNow when the care has ended or somebody changed it meanwhile.
    """
    demand(actor, "care.edit", subject.grid_code)
    given = {"reason": _text("reason", reason, REASON_LENGTH), "health": _text("health", health, HEALTH_LENGTH)}
    words = {name: text for name, text in given.items() if text}
    if carer is not None and carer.pk != subject.carer_id:
        _check_carer(carer, subject.grid_code, subject.tag)
    with transaction.atomic():
        locked = _locked(subject, version)
        changed = [*words, *(["carer"] if locked.carer_id != (carer.pk if carer else None) else [])]
        if not changed:
            return locked
        locked.carer = carer
        for name, text in words.items():
            setattr(locked, name, text)
        _save(locked, *changed)
        names = "、".join(str(WORDS[name]) for name in changed)
        keep_step(locked, before=locked.status, actor=actor, now=now, text=_("Changed: %(fields)s") % {"fields": names})
    return locked


def renew(
    subject: CareSubject,
    *,
    actor: User,
    now: datetime,
    consent_on: date | None,
    consent_until: date | None,
    version: int | None = None,
) -> CareSubject:
    """Note that the person agreed again, and until when; also turns a care by duty into one by consent."""
    demand(actor, "care.edit", subject.grid_code)
    _refuse(_consent_errors(CareSubject.Basis.CONSENT, consent_on, consent_until, timezone.localdate(now)))
    with transaction.atomic():
        locked = _locked(subject, version)
        locked.basis = CareSubject.Basis.CONSENT
        locked.consent_on, locked.consent_until = consent_on, consent_until
        _save(locked, "basis", "consent_on", "consent_until")
        keep_step(locked, before=locked.status, actor=actor, now=now, text=_("Agreed again"))
    return locked


def end(subject: CareSubject, *, actor: User, now: datetime, text: str, version: int | None = None) -> CareSubject:
    """End the care and say why; the visits that were due for it fall away."""
    with transaction.atomic():
        ended: CareSubject = advance(
            subject, "end", actor=actor, now=now, version=version, text=text, ended_on=timezone.localdate(now)
        )
        drop_duties([subject.pk])
    return ended


def end_with_move(resident: Resident, *, now: datetime) -> int:
    """Somebody moved out: the care of this person ends with it, without a right of its own; how many ended.

    Called by `households.move_out` in its transaction.
    """
    rows = list(CareSubject.objects.current().filter(resident=resident).defer("reason", "health"))
    for subject in rows:
        advance(subject, "end", actor=None, now=now, text=_("Moved out"), ended_on=timezone.localdate(now))
    drop_duties([subject.pk for subject in rows])
    return len(rows)


def drop_duties(subjects: list[int]) -> int:
    """The rounds that wait for these subjects fall away; how many."""
    return VisitDuty.objects.filter(subject__in=subjects).waiting().update(dropped=True)


def open_reason(
    subject: CareSubject, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> Opened:
    """What is sealed about a subject, in clear, after the purpose stands in the record of access.

    NotAllowed without `care.reveal` in the grid; NotValid without a purpose; NotNow beyond the day's number.
    """
    demand(actor, "care.reveal", subject.grid_code)
    reveal(
        actor=actor,
        object_type="care_subject",
        object_id=subject.pk,
        fields="reason,health,name,phone",
        purpose=purpose,
        now=now,
        request=request,
    )
    person = subject.resident
    return Opened(
        reason=subject.reason,
        health=subject.health,
        name=person.name if person else "",
        phone=person.phone if person else "",
    )


# --- checks -----------------------------------------------------------------------------------------------------------


def _checked(new: NewCare, today: date) -> dict[str, str]:
    """The clean words; NotValid with every wrong field at once."""
    wrong = _consent_errors(new.basis, new.consent_on, new.consent_until, today)
    checks = (
        ("basis", new.basis in CareSubject.Basis.values, _("Choose the legal basis.")),
        ("tag", new.tag.is_active, _("This tag is not used any more.")),
        ("reason", bool(new.reason.strip()), _("Say in a few words why.")),
        ("household", new.household.is_active, _("This household is not there any more.")),
        ("resident", _lives_there(new), _("This person does not live in the household.")),
        ("since", new.since is None or new.since <= today, _("This day is still to come.")),
    )
    wrong |= {name: [said] for name, good, said in checks if not good}
    try:
        if new.carer is not None:
            _check_carer(new.carer, new.household.grid_code, new.tag)
    except NotValid as error:
        wrong |= {name: list(said) for name, said in error.fields.items()}
    _refuse(wrong)
    return {
        "reason": _text("reason", new.reason, REASON_LENGTH),
        "health": _text("health", new.health, HEALTH_LENGTH),
    }


def _lives_there(new: NewCare) -> bool:
    person = new.resident
    return person is None or (person.household_id == new.household.pk and person.moved_out_on is None)


def _consent_errors(basis: str, given: date | None, until: date | None, today: date) -> dict[str, list[str]]:
    if basis != CareSubject.Basis.CONSENT:
        return {}
    if given is None:
        return {"consent_on": [_("Give the day on which the person agreed.")]}
    if given > today:
        return {"consent_on": [_("This day is still to come.")]}
    if until is not None and until < today:
        return {"consent_until": [_("This day is over.")]}
    return {}


def _check_carer(carer: User, code: str, tag: PopulationTag) -> None:
    """NotValid for somebody who may not see such care there."""
    needed = "care.sensitive" if tag.is_sensitive else "care.view"
    if not (carer.is_active and scope_of(carer).can(needed, code)):
        raise NotValid(_("Please correct the marked fields."), {"carer": [_("This person may not see care there.")]})


def _refuse(wrong: dict[str, list[str]]) -> None:
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _text(name: str, value: str, length: int) -> str:
    return clean_field(name, value, max_length=length, multiline=True)


# --- writing ----------------------------------------------------------------------------------------------------------


def _columns(new: NewCare, today: date) -> dict[str, Any]:
    agreed = new.basis == CareSubject.Basis.CONSENT
    return {
        "household": new.household,
        "resident": new.resident,
        "grid_id": new.household.grid_id,
        "grid_code": new.household.grid_code,
        "tag": new.tag,
        "basis": new.basis,
        "consent_on": new.consent_on if agreed else None,
        "consent_until": new.consent_until if agreed else None,
        "carer": new.carer,
        "since": new.since or today,
    }


def _locked(subject: CareSubject, version: int | None) -> CareSubject:
    """The row under a lock; NotNow when it changed meanwhile or the care is over."""
    locked: CareSubject = CareSubject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    check_version(locked, version)
    if locked.status != CareSubject.Status.ACTIVE:
        raise NotNow(_("This care has ended."))
    return locked


def _save(locked: CareSubject, *fields: str) -> None:
    locked.version += 1
    locked.save(update_fields=[*fields, "version"])
