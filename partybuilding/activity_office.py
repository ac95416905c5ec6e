"""Whose an activity is: the office of its level. One of the street, held in a community, stays the street's."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from grid.access import demand
from partybuilding.models import Activity

DIGITS: Final[Mapping[str, int]] = {
    Activity.Level.GRID: 15,
    Activity.Level.COMMUNITY: 12,
    Activity.Level.STREET: 9,
    Activity.Level.DISTRICT: 6,
}
"""How many digits of the code name the office of a level, the lowest first."""


def office_of(activity: Activity) -> str:
    """The code under which rights on the activity are asked."""
    return str(activity.grid_code[: DIGITS[activity.level]])


def demand_office(activity: Activity, actor: User) -> None:
    """NotAllowed without activity.edit there."""
    demand(actor, "activity.edit", office_of(activity))


def locked_activity(pk: int) -> Activity:
    """The activity, locked: places are given out by one at a time."""
    found: Activity = Activity.objects.select_for_update(of=("self",)).select_related("kind").get(pk=pk)
    return found


def demand_status(activity: Activity, *wanted: str) -> None:
    """NotNow in another status."""
    if activity.status not in wanted:
        status = activity.get_status_display()
        raise NotNow(_("This step is not possible now: the status is “%(status)s”.") % {"status": status})
