"""志愿服务记录证明: hours certified by whoever recorded them, publicised seven days, verified by a code (W74, W75)."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from incidents.numbers import street_number
from notices.jobs import each
from volunteers import hours
from volunteers.models import Certificate, Volunteer
from volunteers.service_news import certificate_told
from volunteers.stages import advance, keep_step, steps_of
from volunteers.standing import demand_not_hers

PUBLICITY_DAYS: Final = 7
"""At least seven days (W75)."""
CODE: Final = re.compile(r"[0-9a-f]{32}")
LENGTHS: Final = {"issuer": 100, "head": 50, "handler": 50, "contact": 100, "remark": 300}


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """What is certified: the days of a volunteer's service, and who answers for it."""

    volunteer: Volunteer
    starts_on: date
    ends_on: date
    issuer: str
    head: str
    handler: str
    contact: str
    remark: str = ""


def draft(new: NewCertificate, *, actor: User, now: datetime) -> Certificate:
    """Write a draft with the hours of those days. NotValid without hours.

    NotAllowed without `volunteer.certify`, and for oneself.
    """
    volunteer = new.volunteer
    demand(actor, "volunteer.certify", volunteer.grid_code)
    demand_not_hers(volunteer, actor)
    words = {name: clean_text(getattr(new, name), max_length=length) for name, length in LENGTHS.items()}
    minutes = hours.total(volunteer, since=new.starts_on, until=new.ends_on)
    missing = [(name, bool(words[name]), _("This is needed.")) for name in ("issuer", "head", "handler", "contact")]
    demand_valid(
        [
            *missing,
            (
                "ends_on",
                new.starts_on <= new.ends_on <= timezone.localdate(now),
                _("Up to today, after the first day."),
            ),
            ("starts_on", minutes > 0, _("There are no recorded hours in these days.")),
        ]
    )
    with transaction.atomic():
        made = Certificate.objects.create(
            **words,
            number=street_number("certificate", "志愿证明", volunteer.grid_code, now=now),
            code=secrets.token_hex(16),
            volunteer=volunteer,
            starts_on=new.starts_on,
            ends_on=new.ends_on,
            minutes=minutes,
            grid=volunteer.grid,
            grid_code=volunteer.grid_code,
            by=actor,
            at=now,
        )
        keep_step(made, before="", actor=actor, now=now)
    return made


def publicise(row: Certificate, *, actor: User, now: datetime, version: int | None = None) -> Certificate:
    """Begin the seven days; the hours are those of today. NotNow when they became none, NotAllowed for one's own."""
    demand_not_hers(row.volunteer, actor)
    fields = {"minutes": _present_minutes(row), **_days(now)}
    return _told(advance(row, "publicise", actor=actor, now=now, version=version, **fields), "", now)


def _present_minutes(row: Certificate) -> int:
    minutes = _minutes(row)
    if minutes <= 0:
        raise NotNow(_("There are no recorded hours in these days any more."))
    return minutes


def _minutes(row: Certificate) -> int:
    return hours.total(row.volunteer, since=row.starts_on, until=row.ends_on)


def _days(now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    return {"public_from": today, "public_until": today + timedelta(days=PUBLICITY_DAYS)}


def _told(row: Certificate, text: str, now: datetime) -> Certificate:
    certificate_told(row, text, now=now)
    return row


def object_to(row: Certificate, *, text: str, actor: User, now: datetime) -> Certificate:
    """Somebody who may read what is publicised objects within the days; it is then looked into.

    NotAllowed for whoever may not read it, and for one's own certificate.
    """
    readable = Certificate.objects.in_publicity(actor).filter(pk=row.pk)
    if row.volunteer.user_id == actor.pk or (row.status == Certificate.Status.PUBLICITY and not readable.exists()):
        raise NotAllowed(_("You may not object to this certificate."))
    words = clean_text(text, max_length=500, multiline=True)
    return _told(advance(row, "object", actor=actor, now=now, text=words), "", now)


def dismiss(row: Certificate, *, text: str, actor: User, now: datetime, version: int | None = None) -> Certificate:
    """The objection is not upheld: the days begin anew, with the hours of today. Not for the objector or oneself."""
    demand_not_hers(row.volunteer, actor)
    last = Certificate.Status.OBJECTED
    if any(step.after == last and step.by_id == actor.pk for step in steps_of(row)[-1:]):
        raise NotAllowed(_("Whoever objected does not decide about it."))
    fields = {"minutes": _present_minutes(row), **_days(now)}
    words = clean_text(text, max_length=500, multiline=True)
    return _told(advance(row, "dismiss", actor=actor, now=now, version=version, text=words, **fields), "", now)


def revoke(row: Certificate, *, text: str, actor: User, now: datetime, version: int | None = None) -> Certificate:
    """Take it back, also before it was valid; the page of verification says so of one that was valid."""
    words = clean_text(text, max_length=500, multiline=True)
    return _told(advance(row, "revoke", actor=actor, now=now, version=version, text=words), words, now)


def end_publicity(*, now: datetime) -> int:
    """Issue what was publicised for its days without an objection; safe to run again. Returns how many.

    Hours that were corrected meanwhile differ from what was publicised: such a certificate waits for a person.
    """
    rows = Certificate.objects.filter(status="publicity", public_until__lt=timezone.localdate(now))
    found = rows.select_related("volunteer__user").order_by("id").iterator(chunk_size=500)
    return each(found, lambda row: _issue(row, now))


def _issue(row: Certificate, now: datetime) -> bool:
    """Make it valid if the hours are still those that were publicised, with nobody correcting them meanwhile."""
    with transaction.atomic():
        # a correction locks the volunteer as well
        Volunteer.objects.select_for_update(of=("self",)).get(pk=row.volunteer_id)
        if _minutes(row) != row.minutes:
            return False
        _told(advance(row, "issue", actor=None, now=now, issued_at=now), "", now)
    return True


def again(row: Certificate, *, actor: User, now: datetime, version: int | None = None) -> Certificate:
    """Publicise once more with the hours of today, when they were corrected within the days. NotNow when they fit."""
    demand_not_hers(row.volunteer, actor)
    if _minutes(row) == row.minutes:
        raise NotNow(_("The hours are those that were publicised."))
    fields = {"minutes": _present_minutes(row), **_days(now)}
    return _told(advance(row, "again", actor=actor, now=now, version=version, **fields), "", now)


def verified(code: str) -> Certificate | None:
    """The certificate of a verification code that may be shown: valid, or revoked after it was; None for any other."""
    if not CODE.fullmatch(code):
        return None
    rows = Certificate.objects.filter(code=code, status__in=("valid", "revoked"), issued_at__isnull=False)
    return rows.select_related("volunteer", "grid").defer("grid__boundary").first()


def own_block(volunteer: Volunteer, now: datetime) -> dict[str, Any]:
    """What the volunteer's own page shows: her hours, stars and certificates that count or are on their way."""
    minutes = hours.total(volunteer)
    living = volunteer.certificates.exclude(status__in=("draft", "revoked"))
    return {"minutes": minutes, "stars": hours.standing(minutes), "certificates": list(living[:3])}
