"""Switches that are off (architecture.md law 14): what the rules forbid as a habit, on for a while by decision."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork.models import PolicySwitch
from grid.access import demand
from grid.models import Grid

LONGEST: Final = timedelta(days=90)
"""A need of safety or emergency passes; whoever needs longer decides again."""
REASON_LENGTH: Final = 300
OFFERED: Final = (PolicySwitch.Name.CHECK_IN,)
"""Tracks are not among them: nothing here records one, so there is nothing to switch on."""


def is_on(name: str, code: str, *, today: date) -> bool:
    """Whether the switch is on in the grid `code` or one above it; one query. Without a valid row it is off."""
    above = [code[:n] for n in range(4, len(code) + 1)]
    rows = PolicySwitch.objects.filter(name=name, grid_code__in=above, starts_on__lte=today, ends_on__gt=today)
    return rows.exists()


def switch_on(
    name: str, *, grid: Grid, reason: str, starts_on: date, ends_on: date, actor: User, today: date
) -> PolicySwitch:
    """Switch on below `grid` from `starts_on` until `ends_on` (excluded), at most 90 days.

    NotAllowed without policy.decide there, NotValid for a missing reason or days that do not fit, NotNow when it is on.
    """
    demand(actor, "policy.decide", grid.code)
    reason = clean_text(reason, max_length=REASON_LENGTH)
    wrong: dict[str, list[str]] = {}
    if name not in OFFERED:
        wrong["name"] = [_("There is no such switch. Tracks are never recorded.")]
    if not reason:
        wrong["reason"] = [_("Say for which safety or emergency.")]
    if starts_on < today:
        wrong["starts_on"] = [_("Not before today.")]
    if not starts_on < ends_on <= starts_on + LONGEST:
        wrong["ends_on"] = [_("An end after the beginning, at most 90 days later.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    days = {"starts_on": starts_on, "ends_on": ends_on}
    with transaction.atomic():
        Grid.objects.select_for_update(of=("self",)).only("pk").get(pk=grid.pk)  # two deciders do not both switch it on
        same = PolicySwitch.objects.filter(name=name, grid=grid, starts_on__lt=ends_on, ends_on__gt=starts_on)
        if same.exists():
            raise NotNow(_("This switch is on in these days already."))
        return PolicySwitch.objects.create(
            name=name, grid=grid, grid_code=grid.code, reason=reason, approved_by=actor, **days
        )


def switch_off(switch: PolicySwitch, *, actor: User, today: date) -> PolicySwitch | None:
    """End a switch before its day: from today on, from tomorrow when it began today. NotNow when it has ended.

    None for one that never came into force: it is withdrawn.
    """
    demand(actor, "policy.decide", switch.grid_code)
    with transaction.atomic():
        locked = PolicySwitch.objects.select_for_update(of=("self",)).get(pk=switch.pk)
        if locked.ends_on <= today:
            raise NotNow(_("This switch is off already."))
        if locked.starts_on > today:
            locked.delete()
            return None
        locked.ends_on = max(today, locked.starts_on + timedelta(days=1))
        locked.save(update_fields=["ends_on"])
    return locked
