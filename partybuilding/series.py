"""Series of activities under one theme (二七区社区“邻居节”: 美好二七 出彩有我)."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from partybuilding.models import ActivitySeries

COLUMNS: Final = ("name", "theme", "starts_on", "ends_on", "text", "is_active")
HELD: Final = Q(activities__status="held")


def in_lists(user: Any) -> QuerySet[ActivitySeries]:
    """The series that `user` sees, with how many activities were held and how many people came."""
    rows: QuerySet[ActivitySeries] = ActivitySeries.objects.visible_to(user).annotate(
        total=Count("activities"),
        held=Count("activities", filter=HELD),
        street=Count("activities", filter=HELD & Q(activities__level="street")),
        community=Count("activities", filter=HELD & Q(activities__level="community")),
        came=Sum("activities__attended", filter=HELD),
        gained=Sum("activities__beneficiaries", filter=HELD),
    )
    return rows.select_related("grid").defer("grid__boundary")


def write(series: ActivitySeries | None, given: Mapping[str, Any], *, grid: Grid, actor: User) -> ActivitySeries:
    """Keep a series of `grid`, a new one when `series` is None. NotAllowed without activity.edit there; NotValid."""
    demand(actor, "activity.edit", grid.code)
    columns = {name: given[name] for name in COLUMNS}
    starts, ends = columns["starts_on"], columns["ends_on"]
    demand_valid(
        (
            ("name", bool(columns["name"].strip()), _("Give it a name.")),
            ("ends_on", not (starts and ends) or ends >= starts, _("It ends after it begins.")),
        )
    )
    row = series or ActivitySeries(grid=grid, grid_code=grid.code)
    for name, value in columns.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        message = _("There is a series of this name here already.")
        raise NotValid(message, {"name": [message]}) from error
    return row
