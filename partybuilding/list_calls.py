"""半年征集: needs and resources are called for once in half a year (W98)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from partybuilding import list_news
from partybuilding.models import ListCall


@dataclass(frozen=True, slots=True)
class NewCall:
    """For which half-year, until when, in which grid and everything below it."""

    grid: Grid
    year: int
    half: int
    opens_on: date
    closes_on: date
    text: str = ""


def call_for_lists(new: NewCall, *, actor: User, now: datetime) -> ListCall:
    """Open the call and tell the units and communities. NotNow when this half-year was called for already."""
    demand(actor, "party.decide", new.grid.code)
    today = timezone.localdate(now)
    demand_valid(
        [
            ("closes_on", new.opens_on <= new.closes_on, _("The last day is before the first one.")),
            ("closes_on", new.closes_on >= today, _("This day has passed.")),
            ("half", new.half in ListCall.Half.values, _("Choose the half-year.")),
            ("year", abs(new.year - today.year) <= 1, _("This year is too far away.")),
        ]
    )
    try:
        with transaction.atomic():
            call = ListCall.objects.create(
                grid=new.grid,
                grid_code=new.grid.code,
                year=new.year,
                half=new.half,
                opens_on=new.opens_on,
                closes_on=new.closes_on,
                text=clean_field("text", new.text, max_length=2000, multiline=True),
                by=actor,
            )
            list_news.called(call, now=now)
    except IntegrityError as error:
        raise NotNow(_("Lists for this half-year were called for already.")) from error
    return call
