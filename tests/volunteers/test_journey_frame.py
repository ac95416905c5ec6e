"""占阿姨's photo frames: 82, her four children far away, she cannot order online. Played on pages only (row 2.7)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AccessEvent, User
from fieldwork.models import QuickNote
from notices.models import Notice
from tests import street
from tests.incidents.pages import photo
from tests.volunteers import wish_world
from tests.volunteers.conftest import make_volunteer
from tests.volunteers.wish_world import Wishing
from volunteers.models import VolunteerFile, Wish, WishClaim

pytestmark = pytest.mark.django_db
SEALED = ("占桂兰", "13100008282", "2单元302", "耳背")


@pytest.fixture
def world() -> Wishing:
    """The street, and four volunteers who are the “children” of the grid."""
    made = wish_world.build()
    for n in range(4):
        made.people[f"child{n}"] = street.make_person(f"child{n}")
        make_volunteer(made.grids[street.GRID], name=f"儿女{n}", user=made.people[f"child{n}"])
    return made


def noted(world: Wishing) -> QuickNote:
    """The grid leader writes it down in the stairwell and hands it on."""
    data = {"client_id": str(uuid4()), "text": "占阿姨八十二岁，四个儿女在外地，想给两张老照片配相框", "lon": "113.605"}
    browser = world.browser("gridleader")
    assert browser.post(reverse("fieldwork:note_new"), {**data, "lat": "34.71"}).status_code == 302
    note = QuickNote.objects.get()
    browser.post(reverse("fieldwork:note_become", args=[note.pk, "wish"]))
    return note


def collected(world: Wishing, note: QuickNote) -> Wish:
    """The note stands among those that wait; its page and that list lead to the form."""
    browser = world.browser("gridleader")
    address = f"{reverse('volunteers:wish_new')}?note={note.pk}"
    for page in (reverse("fieldwork:note", args=[note.pk]), reverse("volunteers:wish_notes")):
        assert address in browser.get(page).content.decode()
    form = browser.get(address).context["form"]
    data = {"client_id": form["client_id"].value(), "title": "两张相框", "kind": world.kind.pk, "slots": 4}
    data |= {"text": "自己不会网上买，也下不了楼。", "display_name": "占阿姨", "amount": "60", "at_door": "on"}
    sealed = dict(zip(("name", "phone", "door", "remark"), SEALED, strict=True))
    refused = browser.post(address, {**data, **sealed, "text": "占桂兰要的"})
    assert (refused.status_code, Wish.objects.count()) == (422, 0)
    assert browser.post(address, {**data, **sealed}).status_code == 302
    assert browser.get(address)["Location"] == reverse("volunteers:wish", args=[Wish.objects.get().pk])
    return Wish.objects.get()


def step(world: Wishing, wish: Wish, name: str, **data: Any) -> None:
    """One step on the staff's page, which must offer it."""
    wish.refresh_from_db()
    address = reverse("volunteers:wish_confirm", args=[wish.pk])
    if name != "confirm":
        address = reverse("volunteers:wish_step", args=[wish.pk, name])
    assert address in world.get("gridleader", "wish", wish.pk).content.decode()
    answer = world.browser("gridleader").post(address, {"version": wish.version, **data})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    wish.refresh_from_db()


def claimed(world: Wishing, wish: Wish, who: str) -> WishClaim:
    """A helper finds it on the board, sees nothing that is sealed, and claims it."""
    assert f'href="{reverse("volunteers:board_wish", args=[wish.pk])}"' in world.get(who, "board").content.decode()
    page = world.get(who, "board_wish", wish.pk)
    assert not [word for word in SEALED if word in page.content.decode()]
    data = {"client_id": page.context["form"]["client_id"].value(), "as_who": "volunteer", "pledge": "周末一起去"}
    assert world.post(who, "board_wish", wish.pk, **data).status_code == 302
    return WishClaim.objects.get(wish=wish, user=world.people[who])


def granted(world: Wishing, row: WishClaim, who: str, **receipt: Any) -> None:
    """She opens whom to visit, contacts her, buys with a receipt, and says what was done."""
    shown = world.post(who, "my_claim", row.pk, step="contact").content.decode()
    assert all(word in shown for word in SEALED)
    assert world.post(who, "my_claim", row.pk, step="contacted", text="周六上午").status_code == 302
    if receipt:
        given = {"step": "receipt", **receipt, "files": [photo(colour="green")]}
        assert world.post(who, "my_claim", row.pk, **given).status_code == 302
    assert world.post(who, "my_claim", row.pk, step="delivered", text="相框挂好了").status_code == 302


def test_the_photo_frames_from_the_note_to_the_archive(world: Wishing) -> None:
    wish = collected(world, noted(world))
    assert (wish.status, wish.source, wish.verified_by) == ("verified", "note", world.people["gridleader"])
    step(world, wish, "publish")

    rows = {f"child{n}": claimed(world, wish, f"child{n}") for n in range(4)}
    wish.refresh_from_db()
    assert (wish.status, sorted(row.slot for row in rows.values())) == ("claimed", [1, 2, 3, 4])
    assert world.get("volunteer", "board_wish", wish.pk).context["form"] is None

    day = wish.at.date().isoformat()
    receipt = {"merchant": "百货店", "goods": "两张相框", "amount": "58", "paid_on": day}
    for who, row in rows.items():
        granted(world, row, who, **(receipt if who == "child0" else {}))
    wish.refresh_from_db()
    assert wish.status == "delivered"
    assert AccessEvent.objects.filter(action="reveal", object_type="wish").count() == 4

    page = world.get("gridleader", "wish", wish.pk).content.decode()
    paper = VolunteerFile.objects.get()
    assert "百货店" in page
    assert reverse("volunteers:file", args=[paper.public_id]) in page
    step(world, wish, "confirm", how="visit", rating=5, thanks="像又多了四个儿女")
    step(world, wish, "call_back", text="天天看着照片")
    step(world, wish, "archive")
    assert (wish.status, {row.status for row in WishClaim.objects.all()}) == ("archived", {"done"})
    told = Notice.objects.filter(kind="wish.granted", body__contains="四个儿女").values_list("recipient", flat=True)
    assert set(told) == {world.people[who].pk for who in rows}


def test_only_who_has_to_do_with_it_opens_the_receipt(world: Wishing) -> None:
    wish = world.published(slots=2, **dict(zip(("name", "phone", "door", "remark"), SEALED, strict=True)))
    row = claimed(world, wish, "child0")
    claimed(world, wish, "child1")
    receipt = {"merchant": "百货店", "goods": "相框", "amount": "58", "paid_on": wish.at.date().isoformat()}
    granted(world, row, "child0", **receipt)
    address = reverse("volunteers:file", args=[VolunteerFile.objects.get().public_id])
    for who, status in (("child0", 200), ("child1", 404), ("gridleader", 200), ("outsider", 404)):
        answer = world.browser(who).get(address)
        assert answer.status_code == status, who
        if status == 200:  # read to its end, which closes the file
            assert b"".join(answer.streaming_content)


def test_the_way_from_a_note_stands_with_who_follows_wishes(world: Wishing) -> None:
    note = noted(world)
    people = {role: User.objects.get(pk=world.people[role].pk) for role in ("gridleader", "microleader")}
    for role, shown in (("gridleader", True), ("microleader", False)):
        assert people[role]
        page = world.browser(role).get(reverse("fieldwork:note", args=[note.pk])).content.decode()
        assert bool(re.search(r"wishes/new/\?note=", page)) is shown
