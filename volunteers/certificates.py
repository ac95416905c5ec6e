"""志愿服务记录证明: hours certified by whoever recorded them, publicised seven days, verified by a code (W74, W75)."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from incidents.numbers import street_number
from volunteers import hours
from volunteers.models import Certificate, Volunteer
from volunteers.stages import advance, keep_step

PUBLICITY_DAYS: Final = 7
"""At least seven days (W75)."""
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
    """Write a draft with the hours of those days. NotAllowed without `volunteer.certify`; NotValid without hours."""
    volunteer = new.volunteer
    demand(actor, "volunteer.certify", volunteer.grid_code)
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


def publicise(row: Certificate, *, actor: User, now: datetime) -> Certificate:
    """Begin the seven days; the hours are those of today. NotNow when they became none."""
    minutes = hours.total(row.volunteer, since=row.starts_on, until=row.ends_on)
    if minutes <= 0:
        raise NotNow(_("There are no recorded hours in these days any more."))
    today = timezone.localdate(now)
    fields: dict[str, Any] = {
        "minutes": minutes,
        "public_from": today,
        "public_until": today + timedelta(days=PUBLICITY_DAYS),
    }
    done: Certificate = advance(row, "publicise", actor=actor, now=now, **fields)
    return done


def object_to(row: Certificate, *, text: str, actor: User, now: datetime) -> Certificate:
    """Somebody objects within the days; it is looked into and made anew, or revoked."""
    done: Certificate = advance(row, "object", actor=actor, now=now, text=text)
    return done


def revoke(row: Certificate, *, text: str, actor: User, now: datetime) -> Certificate:
    """Take it back; the page of verification says so."""
    done: Certificate = advance(row, "revoke", actor=actor, now=now, text=text)
    return done


def end_publicity(*, now: datetime) -> int:
    """Issue what was publicised for its days without an objection; safe to run again. Returns how many.

    Hours that were corrected meanwhile differ from what was publicised: such a certificate waits for a person.
    """
    rows = Certificate.objects.filter(status="publicity", public_until__lt=timezone.localdate(now))
    done = 0
    for row in rows.select_related("volunteer").order_by("id").iterator(chunk_size=500):
        if hours.total(row.volunteer, since=row.starts_on, until=row.ends_on) != row.minutes:
            continue
        try:
            advance(row, "issue", actor=None, now=now, issued_at=now)
        except NotNow:
            continue  # objected to meanwhile
        done += 1
    return done


def verified(code: str) -> Certificate | None:
    """The certificate of a verification code that may be shown: valid or revoked; None for any other."""
    if len(code) != 32 or not code.isalnum():
        return None
    rows = Certificate.objects.filter(code=code.lower(), status__in=("valid", "revoked"))
    return rows.select_related("volunteer", "grid").first()
