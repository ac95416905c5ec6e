"""民生实事清单: what was promised to whom, by whom, until when, and what came of it (row 4.17)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_field
from fieldwork.models import CarePromise, CareSubject, Household
from fieldwork.stages import advance, keep_step
from grid.access import demand
from grid.models import Grid

TITLE_LENGTH: Final = 200
RESULT_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class NewPromise:
    """What is promised until when: to somebody in care, to a household, or to a whole grid."""

    title: str
    due_on: date
    subject: CareSubject | None = None
    household: Household | None = None
    grid: Grid | None = None
    promised_on: date | None = None


def make(new: NewPromise, *, actor: User, now: datetime) -> CarePromise:
    """Write the promise of `actor` into the list. NotAllowed without `care.edit` in the grid; NotValid by field.

    Phone and identity numbers in the title are masked: the list is read by more people than the file of the person.
    """
    subject = new.subject
    household = new.household or (subject.household if subject else None)
    place = subject or household
    grid = place.grid if place else new.grid
    if grid is None:
        raise NotValid(_("Please correct the marked fields."), {"grid": [_("Say where the promise was made.")]})
    code = place.grid_code if place else grid.code
    demand(actor, "care.edit", code)
    made_on = new.promised_on or timezone.localdate(now)
    title = _line("title", new.title, TITLE_LENGTH)
    demand_valid(
        [
            ("title", bool(title), _("Say what is promised.")),
            ("due_on", new.due_on >= made_on, _("This day is before the promise.")),
            ("promised_on", made_on <= timezone.localdate(now), _("This day is still to come.")),
        ]
    )
    with transaction.atomic():
        promise = CarePromise.objects.create(
            title=title,
            household=household,
            subject=subject,
            grid=grid,
            grid_code=code,
            promised_by=actor,
            promised_on=made_on,
            due_on=new.due_on,
        )
        keep_step(promise, before="", actor=actor, now=now)
    return promise


def keep(promise: CarePromise, *, actor: User, now: datetime, text: str, version: int | None = None) -> CarePromise:
    """The promise was kept today; `text` says how. NotNow when it is not open any more."""
    result = _line("text", text, RESULT_LENGTH)
    kept: CarePromise = advance(
        promise,
        "keep",
        actor=actor,
        now=now,
        version=version,
        text=result,
        result=result,
        done_on=timezone.localdate(now),
    )
    return kept


def give_up(promise: CarePromise, *, actor: User, now: datetime, text: str, version: int | None = None) -> CarePromise:
    """The promise cannot be kept; `text` says why, and stays in the list."""
    result = _line("text", text, RESULT_LENGTH)
    dropped: CarePromise = advance(promise, "drop", actor=actor, now=now, version=version, text=result, result=result)
    return dropped


def _line(name: str, value: str, length: int) -> str:
    return mask_numbers(clean_field(name, value, max_length=length, multiline=name == "text"))
