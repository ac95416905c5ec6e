"""Pages, files and addresses of activities."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AccessEvent, User
from grid.models import Grid
from incidents.demo.pictures import sample_picture
from partybuilding import signups, stories
from partybuilding.dictionaries import load_dictionaries
from partybuilding.files import files_visible_to
from partybuilding.models import Activity, ActivityKind, ActivityPerson, ActivitySeries, PartyFile, Story
from tests import street
from tests.partybuilding.test_activities import NOW, held, planned

PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    load_dictionaries()
    return street.build_streets()


@pytest.fixture
def roles(grids: dict[str, Grid]) -> dict[str, User]:
    return street.make_roles(grids)


@pytest.fixture
def activity(grids: dict[str, Grid], roles: dict[str, User]) -> Activity:
    """Of the community, tomorrow, with one place."""
    return planned(grids[street.COMMUNITY], roles["community"], places=1)


def page(client: Client, name: str, /, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"partybuilding:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def post(client: Client, name: str, /, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"partybuilding:{name}", args=args), data)


def test_an_office_plans_notes_and_holds_an_activity_on_its_pages(
    grids: dict[str, Grid], roles: dict[str, User], client: Client
) -> None:
    client.force_login(roles["community"])
    kind = ActivityKind.objects.get(name="主题党日").pk
    typed = {"grid": street.COMMUNITY, "kind": kind, "title": "主题党日", "place": "党群服务站", "level": ""}
    assert post(client, "activity_new", **typed).status_code == 422
    times = {"starts_at": "2026-11-20T14:00", "ends_at": "2026-11-20T16:00"}
    assert post(client, "activity_new", **typed, **times).status_code == 302
    made = Activity.objects.get()
    assert post(client, "activity_put_down", made.pk).status_code == 422
    assert post(client, "activity_put_down", made.pk, name="占桂芳").status_code == 302
    assert post(client, "activity_put_down", made.pk, person="gridleader").status_code == 302
    first, second = made.people.order_by("pk")
    with time_machine.travel(NOW + timedelta(hours=5, minutes=30), tick=False):
        client.force_login(roles["community"])  # the old session has run out
        marks = {f"a{first.pk}-presence": "present", f"a{second.pk}-presence": "absent"}
        assert post(client, "activity_attendance", made.pk, **marks).status_code == 302
        assert post(client, "activity_outcome", made.pk, attended="0").status_code == 422
        photo = SimpleUploadedFile("a.jpg", sample_picture().content, "image/jpeg")
        sent = post(client, "activity_outcome", made.pk, version="1", attended="9", members_count="3", photos=photo)
        assert sent.status_code == 302
        shown = page(client, "activity", made.pk)
    made.refresh_from_db()
    assert (made.status, made.attended, made.files.count()) == ("held", 9, 1)
    assert "占**" in shown
    assert "占桂芳" not in shown


def test_everybody_around_signs_up_or_waits_and_sees_no_names(
    activity: Activity, roles: dict[str, User], client: Client
) -> None:
    User.objects.filter(pk=roles["gridleader"].pk).update(real_name="赵网格")
    client.force_login(roles["gridleader"])
    assert (
        "已报名"
        in client.post(reverse("partybuilding:activity_sign_up", args=[activity.pk]), follow=True).content.decode()
    )
    client.force_login(roles["department"])
    client.post(reverse("partybuilding:activity_sign_up", args=[activity.pk]))
    shown = page(client, "activity", activity.pk)
    assert "候补" in shown
    assert "赵网格" not in shown
    assert post(client, "activity_put_down", activity.pk, name="李四").status_code == 403
    assert client.get(reverse("partybuilding:activity_excel", args=[activity.pk])).status_code == 403
    client.force_login(roles["community"])
    assert "赵网格" in page(client, "activity", activity.pk)


def test_the_sign_in_sheet_is_masked_and_its_taking_recorded(
    activity: Activity, roles: dict[str, User], client: Client
) -> None:
    signups.put_down(activity, name="占桂芳", actor=roles["community"], now=NOW)
    client.force_login(roles["community"])
    answer = client.get(reverse("partybuilding:activity_excel", args=[activity.pk]))
    cells = [cell for row in load_workbook(BytesIO(answer.content)).active.values for cell in row]
    assert "占**" in cells
    assert "占桂芳" not in cells
    assert AccessEvent.objects.filter(action="export", object_type="activity").count() == 1


def test_lists_cost_the_same_for_one_and_for_thirty(
    activity: Activity, grids: dict[str, Grid], roles: dict[str, User], client: Client
) -> None:
    told: dict[str, Any] = {"about": "她", "text": "故事", "actor": roles["community"], "now": NOW}
    client.force_login(roles["community"])
    names = ("activities", "activity_calendar", "activity_counts", "series_list", "stories")
    counted = {}
    for more in (1, 25):
        for n in range(more):
            row = planned(grids[street.COMMUNITY], roles["community"], title=f"活动{more}-{n}")
            signups.sign_up(row, actor=roles["microleader"], now=NOW)
            stories.tell_story(row, title=f"故事{more}-{n}", **told)
            ActivitySeries.objects.create(name=f"系列{more}-{n}", grid=row.grid, grid_code=row.grid_code)
        for name in names:
            page(client, name)
            with CaptureQueriesContext(connection) as found:
                page(client, name)
            assert counted.setdefault(name, len(found)) == len(found), name
    assert max(counted.values()) <= 14, counted


def test_filters_stand_in_the_address_and_unknown_ones_are_refused(
    activity: Activity, roles: dict[str, User], client: Client
) -> None:
    client.force_login(roles["microleader"])
    url = reverse("partybuilding:activities")

    def rows(**query: str) -> list[Any]:
        return list(client.get(url, query).context["page"].rows)

    assert rows(status="planned", level="community") == rows(from_day="2026-11-21") == [activity]
    assert rows(level="street") == rows(mine="true") == rows(q="电影") == []
    signups.sign_up(activity, actor=roles["microleader"], now=NOW)
    assert rows(mine="true") == [activity]
    for query in ({"colour": "red"}, {"from_day": "0000"}, {"kind": "999999"}):
        assert client.get(url, query).status_code == 400
    assert client.get(reverse("partybuilding:activity_calendar"), {"month": "2026-13"}).status_code == 400


def test_every_number_of_the_counts_opens_a_list_of_that_many(
    grids: dict[str, Grid], roles: dict[str, User], client: Client
) -> None:
    held(grids[street.STREET], roles["partyofficer"], 10)
    for _n in range(2):
        held(grids[street.COMMUNITY], roles["community"], 10)
    client.force_login(roles["partyofficer"])
    context = client.get(reverse("partybuilding:activity_counts")).context
    numbers = [(n, url) for _label, n, url in context["total"] if n]
    numbers += [(n, url) for grid, levels, _tally in context["grids"] if grid for _label, n, url in levels if n]
    assert [n for n, _url in numbers] == [1, 2, 2]
    for n, url in numbers:
        assert len(client.get(url).context["page"].rows) == n
    sheet = load_workbook(BytesIO(client.get(reverse("partybuilding:activity_counts_excel")).content)).active
    assert any(row[2:7] == (0, 1, 2, 0, 3) for row in sheet.values)
    other = client.get(reverse("partybuilding:activity_counts"), {"grid": street.OTHER_COMMUNITY})
    assert other.status_code == 404


def test_neighbours_vote_on_the_pages_and_the_office_chooses(
    activity: Activity, roles: dict[str, User], client: Client
) -> None:
    client.force_login(roles["community"])
    post(client, "story_new", activity.pk, title="钥匙", about="占阿姨", text="她有大家的钥匙")
    story = Story.objects.get()
    client.force_login(roles["microleader"])
    assert post(client, "story_new", activity.pk, title="a", about="b", text="c").status_code == 403
    assert post(client, "story_vote", story.pk).status_code == 302
    assert post(client, "story_choose", story.pk).status_code == 403
    assert "我的一票" in page(client, "stories")
    client.force_login(roles["community"])
    post(client, "story_choose", story.pk)
    assert "睦邻典型" in page(client, "story", story.pk)
    assert post(client, "story_vote", story.pk).status_code == 409


def test_a_page_opens_on_the_phone_and_for_nobody_of_another_street(
    activity: Activity, grids: dict[str, Grid], roles: dict[str, User], client: Client
) -> None:
    phone = Client(headers={"user-agent": PHONE})
    phone.force_login(roles["microleader"])
    for name in ("activities", "activity_calendar", "series_list", "stories"):
        page(phone, name)
    assert activity.title in page(phone, "activity", activity.pk)
    stranger = street.make_person("stranger")
    street.give_post(stranger, "grid_leader", grids[street.OTHER_GRID])
    client.force_login(stranger)
    assert not client.get(reverse("partybuilding:activities")).context["page"].rows
    assert client.get(reverse("partybuilding:activity", args=[activity.pk])).status_code == 404
    assert post(client, "activity_sign_up", activity.pk).status_code == 404


def test_the_api_gives_numbers_and_no_names_and_signs_its_caller_up(
    activity: Activity, roles: dict[str, User], client: Client
) -> None:
    signups.sign_up(activity, actor=roles["gridleader"], now=NOW)
    client.force_login(roles["microleader"])
    (row,) = client.get("/api/v1/party/activities/").json()["results"]
    assert (row["level"], row["kind"], row["places"]) == ("community", "义诊", 1)
    one = client.post(f"/api/v1/party/activities/{activity.pk}/sign-up/").json()
    assert (one["signed_up"], one["waiting"], one["mine"]) == (1, 1, "waiting")
    assert "gridleader" not in str(one)
    back = client.post(f"/api/v1/party/activities/{activity.pk}/withdraw/").json()
    assert (back["waiting"], back["mine"]) == (0, None)
    assert client.get("/api/v1/party/activities/?colour=red").status_code == 400
    for name in ("activity-series", "stories"):
        assert client.get(f"/api/v1/party/{name}/").json()["results"] == []


def test_the_month_shows_each_day_of_the_reader(activity: Activity, roles: dict[str, User], client: Client) -> None:
    client.force_login(roles["microleader"])
    context = client.get(reverse("partybuilding:activity_calendar")).context
    assert context["days"] == [(timezone.localdate(activity.starts_at), [activity])]
    assert not client.get(reverse("partybuilding:activity_calendar"), {"month": "2026-01"}).context["days"]


def test_who_came_sees_the_photos_without_a_post_and_nobody_else(
    activity: Activity, roles: dict[str, User], client: Client, django_user_model: type[User]
) -> None:
    came, other = (django_user_model.objects.create_user(name, password=None) for name in ("came", "other"))
    photo, paper = ({"name": name, "is_photo": name == "a.jpg", "sha256": name[0] * 64} for name in ("a.jpg", "b.pdf"))
    kept = [_kept_file(activity, roles["community"], **one) for one in (photo, paper)]
    row = ActivityPerson.objects.create(activity=activity, user=came, presence="present", at=NOW)
    assert [one.pk for one in files_visible_to(came)] == [kept[0].pk]
    assert not files_visible_to(other).exists()
    ActivityPerson.objects.filter(pk=row.pk).update(presence="waiting")
    assert not files_visible_to(came).exists()


def test_the_phone_has_the_main_button_of_a_list_once(
    activity: Activity, roles: dict[str, User], client: Client
) -> None:
    client.force_login(roles["community"])
    for name, button in (("members", "member_new"), ("report_ins", "report_in_new"), ("needs", "need_new")):
        said = client.get(reverse(f"partybuilding:{name}"), headers={"user-agent": PHONE}).content.decode()
        bar = said.split("phone-actions", 1)[1].split("</div>", 1)[0]
        assert reverse(f"partybuilding:{button}") in bar, name


def _kept_file(activity: Activity, by: User, **more: Any) -> PartyFile:
    more |= {"file": more["name"], "size": 1, "content_type": "image/jpeg", "uploaded_by": by, "uploaded_at": NOW}
    return PartyFile.objects.create(public_id=uuid.uuid4(), activity=activity, width=0, height=0, **more)
