"""Several people at once for one place: the database decides, nobody comes twice."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from partybuilding import activities, signups
from partybuilding.activities import NewActivity
from partybuilding.models import ActivityKind
from tests import street
from tests.incidents.test_parallel import together

NOW = datetime.fromisoformat("2026-11-20T09:00:00+08:00")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_sign_up_at_once_one_has_the_place_and_the_others_wait_in_order() -> None:
    grids = street.build_streets()
    roles = street.make_roles(grids)
    new = NewActivity(
        ActivityKind.objects.create(name="义诊"),
        "义诊",
        "广场",
        NOW + timedelta(days=1),
        NOW + timedelta(days=1, hours=1),
        places=1,
    )
    given = {"grid": grids[street.COMMUNITY], "actor": roles["community"], "client_id": uuid4()}
    activity, _made = activities.plan(new, **given, now=NOW)
    names = ("gridleader", "microleader", "cadre", "gridleader", "microleader", "cadre")
    answers = together(*(lambda by=name: signups.sign_up(activity, actor=roles[by], now=NOW) for name in names))
    assert not [one for one in answers if isinstance(one, Exception)]
    rows = list(activity.people.order_by("pk"))
    assert [row.presence for row in rows] == ["signed_up", "waiting", "waiting"]
    both = together(*(lambda: signups.withdraw(activity, actor=rows[0].user, now=NOW) for _again in range(2)))
    assert both == [None, None]
    assert [row.presence for row in activity.people.order_by("pk")] == ["signed_up", "waiting"]
