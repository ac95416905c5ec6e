"""Wishes: what is public and what is sealed, rounds and ceilings, what the one who wished says (domain.md 5.1)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, User
from fieldwork.models import QuickNote
from notices.models import Notice
from tests import street
from tests.volunteers import wish_world
from tests.volunteers.wish_world import Wishing
from volunteers import claims, wish_rounds, wish_secrets, wishes
from volunteers.claims import Claimer
from volunteers.models import VolunteerStep, Wish, WishRound

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Wishing:
    return wish_world.build()


def delivered(world: Wishing, **more: Any) -> Wish:
    """A wish that the volunteer has granted."""
    wish, person = world.published(**more), world.people["volunteer"]
    row = claims.claim(wish, Claimer(volunteer=person.volunteer), actor=person, now=world.now)
    claims.delivered(row, actor=person, now=world.now, text="送到家了")
    wish.refresh_from_db()
    return wish


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("title", "占桂兰要两张相框"),
        ("text", "送到3号楼2单元601"),
        ("text", "打1381234 5678找她"),
        ("display_name", "桂兰阿姨"),
    ],
)
def test_nothing_that_tells_who_she_is_gets_into_public_words(world: Wishing, field: str, words: str) -> None:
    with pytest.raises(NotValid) as refused:
        world.wish(phone="13812345678", door="3号楼2单元601", **{field: words})
    assert set(refused.value.fields) == {field}


def test_the_stored_digest_tells_no_phone_and_the_same_id_gives_the_first(world: Wishing) -> None:
    first = world.wish(phone="0371-6000 0000")
    new = wishes.NewWish(title="x", name="占桂兰", kind=world.kind, grid=world.grids[street.MICRO], phone="13812345678")
    with pytest.raises(NotNow):
        wishes.collect(new, actor=world.people["gridleader"], now=world.now, client_id=first.client_id)
    assert first.phone == "037160000000"
    assert Wish.objects.count() == 1


def test_a_compound_surname_stays_whole_when_nobody_gave_a_better_word() -> None:
    assert (wishes.shown_as("占桂兰"), wishes.shown_as("欧阳春花")) == ("占居民", "欧阳居民")


def test_a_wish_is_corrected_before_others_read_it_and_the_record_names_fields_only(world: Wishing) -> None:
    wish = world.wish(phone="13812345678")
    new = wishes.NewWish(title="三张相框", name="", display_name="占阿姨", kind=world.kind, remark="耳背")
    wish = wishes.edit(wish, new, actor=world.people["gridleader"], now=world.now, version=1)
    step = VolunteerStep.objects.filter(subject="wish", subject_id=wish.pk).last()
    assert (wish.title, wish.name, wish.phone, wish.remark) == ("三张相框", "占桂兰", "13812345678", "耳背")
    assert step is not None
    assert "耳背" not in step.text
    assert "三张" not in step.text
    with pytest.raises(NotNow):
        wishes.edit(wish, new, actor=world.people["gridleader"], now=world.now, version=1)
    with pytest.raises(NotNow):
        wishes.edit(world.published(), new, actor=world.people["gridleader"], now=world.now)


def test_a_round_takes_wishes_of_its_grids_below_its_ceiling_on_its_days(world: Wishing) -> None:
    here, elsewhere = world.round(ceiling=Decimal(200)), world.round(name="另街", code=street.OTHER_STREET)
    over = world.round(
        name="清明", opens_on=timezone.localdate() - timedelta(9), closes_on=timezone.localdate() - timedelta(1)
    )
    assert world.wish(round=here, amount=Decimal(200)).round == here
    for batch, amount, field in ((here, 201, "amount"), (elsewhere, 1, "round"), (over, 1, "round")):
        with pytest.raises(NotValid) as refused:
            world.wish(round=batch, amount=Decimal(amount))
        assert set(refused.value.fields) == {field}


def test_unclaimed_wishes_go_into_the_next_round_ahead_of_the_others(world: Wishing) -> None:
    first = world.round()
    cheap, dear = world.published(round=first), world.published(round=first, amount=Decimal(900))
    claimed, helped = delivered(world, round=first), world.published(round=first, slots=2)
    person = world.people["volunteer"]
    claims.claim(helped, Claimer(volunteer=person.volunteer), actor=person, now=world.now)
    next_day = world.now + timedelta(days=1)
    day = timezone.localdate(next_day)
    following = WishRound.objects.create(
        grid=first.grid, grid_code=first.grid_code, name="冬至", opens_on=day, closes_on=day, ceiling=500
    )
    assert (wish_rounds.carry_over(now=next_day), wish_rounds.carry_over(now=next_day)) == (1, 0)
    rows = {wish.pk: wish for wish in Wish.objects.select_related("round")}
    assert (rows[cheap.pk].round, rows[cheap.pk].returns) == (following, 1)
    assert {rows[row.pk].round for row in (dear, claimed, helped)} == {first}


def test_one_note_becomes_one_wish(world: Wishing) -> None:
    grid, by = world.grids[street.MICRO], world.people["gridleader"]
    values = {"text": "占阿姨想要相框", "grid": grid, "grid_code": grid.code, "by": by, "at": world.now}
    note = QuickNote.objects.create(**values, received_at=world.now)
    with pytest.raises(NotNow):
        world.wish(note=note)
    QuickNote.objects.filter(pk=note.pk).update(became="wish")
    assert world.wish(note=note).note == note
    with pytest.raises(NotNow):
        world.wish(note=note)


def test_whoever_granted_it_neither_confirms_nor_calls_back(world: Wishing) -> None:
    wish = delivered(world)
    street.give_post(world.people["volunteer"], "committee_member", world.grids[street.COMMUNITY])
    both = User.objects.get(pk=world.people["volunteer"].pk)  # her rights are read anew
    how: dict[str, Any] = {"how": "上门", "rating": 5, "thanks": ""}
    with pytest.raises(NotNow):
        wishes.confirm(wish, **how, actor=both, now=world.now)
    wish = wishes.confirm(wish, **how, actor=world.people["gridleader"], now=world.now)
    with pytest.raises(NotNow):
        wishes.call_back(wish, text="很满意", actor=both, now=world.now)


def test_helpers_read_her_thanks_and_nobody_reads_who_she_is(world: Wishing) -> None:
    wish = delivered(world, phone="13812345678", door="2单元601")
    wishes.confirm(
        wish, how="上门", rating=5, thanks="谢谢，13812345678", actor=world.people["gridleader"], now=world.now
    )
    told = Notice.objects.get(kind="wish.granted", recipient=world.people["volunteer"])
    said = f"{told.title} {told.body}"
    assert "谢谢" in said
    assert not any(word in said for word in ("占桂兰", "13812345678", "601"))


def test_a_wish_is_archived_after_she_was_called_back_once(world: Wishing) -> None:
    leader = world.people["gridleader"]
    wish = wishes.confirm(delivered(world), how="电话", rating=4, thanks="", actor=leader, now=world.now)
    with pytest.raises(NotNow):
        wishes.step(wish, "archive", actor=leader, now=world.now)
    wish = wishes.call_back(wish, text="一直挂在墙上", actor=leader, now=world.now)
    with pytest.raises(NotNow):
        wishes.call_back(wish, text="再打一次", actor=leader, now=world.now)
    assert wishes.step(wish, "archive", actor=leader, now=world.now).status == "archived"


def test_a_withdrawn_wish_ends_its_claims_and_its_helpers_are_told(world: Wishing) -> None:
    wish, person = world.published(slots=2), world.people["volunteer"]
    row = claims.claim(wish, Claimer(volunteer=person.volunteer), actor=person, now=world.now)
    wish.refresh_from_db()
    wishes.step(wish, "withdraw", actor=world.people["gridleader"], now=world.now, text="子女已买")
    row.refresh_from_db()
    assert row.status == "given_up"
    assert Notice.objects.filter(kind="wish.withdrawn", recipient=person).count() == 1


def test_who_wished_is_opened_for_a_purpose_by_whoever_may(world: Wishing) -> None:
    wish = world.wish(phone="13812345678", door="2单元601")
    assert wish_secrets.masked(wish) == wish_secrets.ShownWisher("占**", "138****5678", "")
    given: dict[str, Any] = {"purpose": "核实心愿", "now": world.now}
    clear = wish_secrets.reveal_wish(wish, actor=world.people["gridleader"], **given)
    assert (clear.name, clear.phone, clear.place) == ("占桂兰", "13812345678", "2单元601")
    assert AccessEvent.objects.filter(action="reveal", object_type="wish").count() == 1
    for role in ("cadre", "outsider", "volunteer"):
        with pytest.raises(NotAllowed):
            wish_secrets.reveal_wish(wish, actor=world.people[role], **given)


def test_nobody_collects_or_verifies_where_she_has_no_right(world: Wishing) -> None:
    with pytest.raises(NotAllowed):
        world.wish(by="outsider")
    with pytest.raises(NotAllowed):
        wishes.verify(world.wish(), actor=world.people["cadre"], now=world.now, text="电话")
