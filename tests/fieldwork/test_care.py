"""Care: entering, consent that runs out, what is sealed, promises, nobody answers twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from fieldwork import care, consents, households, promises
from fieldwork.models import CarePromise, CareSubject, FieldStep, Resident, Visit, VisitDuty
from incidents.models import Incident
from notices import writing
from notices.models import Notice
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import NOW, TODAY, VisitWorld

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> VisitWorld:
    return visit_world.build()


def new(world: VisitWorld, **more: Any) -> care.NewCare:
    given: dict[str, Any] = {
        "household": world.home,
        "tag": visit_world.tag("残疾人"),
        "reason": "左臂截肢",
        "basis": "consent",
        "consent_on": TODAY,
    }
    return care.NewCare(**(given | more))


def test_somebody_comes_into_care_and_the_first_step_is_kept(world: VisitWorld):
    person = Resident.objects.create(household=world.home, name="占阿姨")
    subject = care.enter(new(world, resident=person, carer=world.worker), actor=world.worker, now=NOW)
    assert (subject.grid_code, subject.since, subject.status) == (street.MICRO, TODAY, "active")
    assert FieldStep.objects.filter(subject="caresubject", subject_id=subject.pk).count() == 1


def test_the_database_never_sees_the_reason(world: VisitWorld):
    subject = care.enter(new(world, health="义肢"), actor=world.worker, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, health FROM fieldwork_caresubject WHERE id = %s", [subject.pk])
        stored = "".join(cursor.fetchone())
    assert "截肢" not in stored
    assert "义肢" not in stored


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"consent_on": None}, "consent_on"),
        ({"consent_on": TODAY + DAY}, "consent_on"),
        ({"consent_until": TODAY - DAY}, "consent_until"),
        ({"basis": "habit"}, "basis"),
        ({"reason": " "}, "reason"),
        ({"since": TODAY + DAY}, "since"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(world: VisitWorld, wrong: dict[str, Any], field: str):
    with pytest.raises(NotValid) as refusal:
        care.enter(new(world, **wrong), actor=world.worker, now=NOW)
    assert list(refusal.value.fields) == [field]


def test_nobody_is_in_care_twice_under_one_tag(world: VisitWorld):
    care.enter(new(world), actor=world.worker, now=NOW)
    with pytest.raises(NotNow):
        care.enter(new(world), actor=world.worker, now=NOW)


def test_a_sensitive_tag_needs_its_own_right_and_a_carer_who_may_see_it(world: VisitWorld):
    secret = visit_world.tag("吸毒", is_sensitive=True)
    with pytest.raises(NotAllowed):
        care.enter(new(world, tag=secret), actor=world.worker, now=NOW)
    with pytest.raises(NotValid) as refusal:
        care.enter(new(world, tag=secret, carer=world.worker), actor=world.leader, now=NOW)
    assert "carer" in refusal.value.fields


def test_a_resident_of_another_household_is_refused(world: VisitWorld):
    stranger = Resident.objects.create(household=world.household("102"), name="别人")
    with pytest.raises(NotValid) as refusal:
        care.enter(new(world, resident=stranger), actor=world.worker, now=NOW)
    assert "resident" in refusal.value.fields


def test_empty_words_leave_the_sealed_ones_and_the_record_tells_only_which(world: VisitWorld):
    subject = care.enter(new(world), actor=world.worker, now=NOW)
    care.change(subject, carer=world.leader, health="怕冷", actor=world.worker, now=NOW, version=1)
    kept = CareSubject.objects.get(pk=subject.pk)
    assert (kept.reason, kept.health, kept.carer, kept.version) == ("左臂截肢", "怕冷", world.leader, 2)
    assert "怕冷" not in FieldStep.objects.latest("id").text


def test_a_stale_form_is_refused(world: VisitWorld):
    with pytest.raises(NotNow):
        care.change(world.elder, carer=world.leader, actor=world.worker, now=NOW, version=7)


def test_the_end_needs_words_and_drops_the_visits_that_were_due(world: VisitWorld):
    plan = visit_world.plan("每月", "care", "month", tag=world.elder.tag)
    here = {"grid": world.grid, "grid_code": world.grid.code}
    duty = VisitDuty.objects.create(plan=plan, subject=world.elder, due_on=TODAY, **here)
    with pytest.raises(NotValid):
        care.end(world.elder, actor=world.worker, now=NOW, text=" ")
    ended = care.end(world.elder, actor=world.worker, now=NOW, text="搬走")
    duty.refresh_from_db()
    assert (ended.status, ended.ended_on, duty.dropped) == ("ended", TODAY, True)


def test_whoever_moves_out_is_no_longer_in_care(world: VisitWorld):
    person = Resident.objects.create(household=world.home, name="占阿姨", is_head=True)
    subject = care.enter(new(world, resident=person), actor=world.worker, now=NOW)
    households.move_out(person, TODAY, actor=world.worker, now=NOW)
    subject.refresh_from_db()
    assert (subject.status, subject.ended_on) == ("ended", TODAY)
    assert CareSubject.objects.current().filter(pk=world.elder.pk).exists()


def test_opening_the_reason_needs_right_and_purpose_and_is_recorded(world: VisitWorld):
    with pytest.raises(NotAllowed):
        care.open_reason(world.elder, actor=world.worker, purpose="上门", now=NOW)
    with pytest.raises(NotValid):
        care.open_reason(world.elder, actor=world.leader, purpose=" ", now=NOW)
    shown = care.open_reason(world.elder, actor=world.leader, purpose="联系家属", now=NOW)
    event = AccessEvent.objects.get(action=AccessEvent.Action.REVEAL)
    assert shown.reason == "独居"
    assert (event.object_type, event.object_id, event.purpose) == ("care_subject", str(world.elder.pk), "联系家属")


# --- time ---


def agreed(world: VisitWorld, until: Any) -> CareSubject:
    world.elder.basis, world.elder.consent_on, world.elder.consent_until = "consent", TODAY - 90 * DAY, until
    world.elder.carer = world.worker
    world.elder.save()
    return world.elder


def test_care_ends_the_day_after_its_consent_and_the_carer_is_told(world: VisitWorld):
    subject = agreed(world, TODAY - DAY)
    assert consents.care_expiry(now=NOW) == 2
    subject.refresh_from_db()
    step = FieldStep.objects.get(subject="caresubject", subject_id=subject.pk)
    assert (subject.status, subject.ended_on, step.by) == ("ended", TODAY, None)
    assert Notice.objects.get().recipient == world.worker


def test_before_the_last_day_the_carer_is_warned_once(world: VisitWorld):
    agreed(world, TODAY)
    for _again in range(2):
        consents.care_expiry(now=NOW)
    notice = Notice.objects.get()
    assert notice.kind == "care.consent"
    assert "独居" not in notice.title + notice.body
    assert CareSubject.objects.get(pk=world.elder.pk).status == "active"


def test_who_was_told_hides_nobody_behind_him(world: VisitWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writing, "AT_ONCE", 1)
    monkeypatch.setattr(consents, "MOST", 1)
    for day in (TODAY, TODAY + DAY):
        promise(world, due_on=day)
        consents.care_expiry(now=NOW)
    assert Notice.objects.filter(kind="care.promise").count() == 2


def test_care_that_ends_and_the_word_of_it_are_kept_together_or_not_at_all(world: VisitWorld, monkeypatch: Any):
    subject = agreed(world, TODAY - DAY)
    monkeypatch.setattr(consents, "notify_all", broken)
    with pytest.raises(RuntimeError):
        consents.care_expiry(now=NOW)
    subject.refresh_from_db()
    assert subject.status == "active"


def broken(*_given: Any, **_more: Any) -> None:
    raise RuntimeError


def test_a_new_consent_counts_from_now_on(world: VisitWorld):
    subject = agreed(world, TODAY)
    care.renew(subject, actor=world.worker, now=NOW, consent_on=TODAY, consent_until=TODAY + 365 * DAY)
    assert consents.care_expiry(now=NOW) == 0


# --- promises ---


def promise(world: VisitWorld, **more: Any) -> CarePromise:
    given: dict[str, Any] = {"title": "装扶手", "due_on": TODAY, "subject": world.elder}
    return promises.make(promises.NewPromise(**(given | more)), actor=world.worker, now=NOW)


def test_a_promise_is_kept_with_words(world: VisitWorld):
    row = promise(world)
    with pytest.raises(NotValid):
        promises.keep(row, actor=world.worker, now=NOW, text="")
    kept = promises.keep(row, actor=world.worker, now=NOW, text="装好了", version=1)
    assert (kept.status, kept.done_on, kept.result) == ("done", TODAY, "装好了")
    with pytest.raises(NotNow):
        promises.give_up(kept, actor=world.worker, now=NOW, text="不行")


def test_numbers_of_people_do_not_stand_in_the_list_of_promises(world: VisitWorld):
    assert promise(world, title="给13812345678回电话").title == "给138****5678回电话"


def test_a_promise_that_is_due_is_told_of_and_once_more_when_it_is_late(world: VisitWorld):
    promise(world, promised_on=TODAY - DAY)
    assert [consents.care_expiry(now=NOW), consents.care_expiry(now=NOW + DAY)] == [1, 1]
    assert set(Notice.objects.values_list("level", flat=True)) == {"task", "warning"}


def test_a_promise_under_a_sensitive_tag_is_hidden_like_its_subject(world: VisitWorld):
    here = {"grid": world.grid, "grid_code": world.grid.code, "promised_by": world.leader, "promised_on": TODAY}
    CarePromise.objects.create(title="找工作", subject=world.secret, due_on=TODAY, **here)
    assert not CarePromise.objects.visible_to(world.worker).exists()
    assert CarePromise.objects.visible_to(world.leader).count() == 1


# --- nobody answers ---


def visit(world: VisitWorld, outcome: str, *, hours: float) -> tuple[Visit, Incident | None]:
    at = NOW - timedelta(hours=hours)
    here = {"grid": world.grid, "grid_code": world.grid.code, "household": world.home, "by": world.worker}
    row = Visit.objects.create(subject=world.elder, outcome=outcome, at=at, received_at=at, **here)
    incident = care.note_outcome(world.elder, row, actor=world.worker, now=NOW)
    if incident:
        Visit.objects.filter(pk=row.pk).update(incident=incident)
    return row, incident


def test_two_visits_without_an_answer_make_one_incident_that_names_nobody(world: VisitWorld):
    Resident.objects.create(household=world.home, name="占阿姨", is_head=True)
    found = [visit(world, "not_home", hours=hours)[1] for hours in (40, 20, 1)]
    assert found[0] is None
    assert found[1] == found[2]
    incident = Incident.objects.get()
    words = incident.title + incident.text + incident.address
    assert not [word for word in ("占", "101", "独居", "甲状腺") if word in words]
    assert (incident.grid_code, incident.urgency) == (street.MICRO, "urgent")
    assert f"{world.elder.pk}" in incident.text


def test_a_second_tap_at_the_same_door_is_no_second_try(world: VisitWorld):
    assert [visit(world, "not_home", hours=hours)[1] for hours in (2, 1.9)] == [None, None]
    assert visit(world, "not_home", hours=1)[1] == Incident.objects.get()


def test_an_answer_between_them_makes_none(world: VisitWorld):
    for outcome, hours in (("not_home", 40), ("refused", 20), ("not_home", 1)):
        assert visit(world, outcome, hours=hours)[1] is None


def test_after_the_end_of_that_incident_two_more_make_another(world: VisitWorld):
    visit(world, "not_home", hours=60)
    _row, first = visit(world, "not_home", hours=50)
    assert first is not None
    Incident.objects.filter(pk=first.pk).update(closed_at=NOW - timedelta(hours=45))
    assert visit(world, "not_home", hours=40)[1] is None
    assert visit(world, "not_home", hours=1)[1] not in (None, first)
