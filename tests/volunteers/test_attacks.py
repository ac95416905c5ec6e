"""What somebody with an ordinary account tries, and does not get (reliability.md 4)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_hours, make_service, make_volunteer
from volunteers import certificates, hours
from volunteers.certificates import NewCertificate
from volunteers.models import Certificate, HourRecord, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(grids: dict[str, Grid]) -> User:
    """The head of a community, who is a volunteer in it herself."""
    person = street.make_person("head", real_name="王主任")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


@pytest.fixture
def other(grids: dict[str, Grid]) -> User:
    """A second one with the same rights."""
    person = street.make_person("deputy", real_name="李副主任")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


@pytest.fixture
def own(grids: dict[str, Grid], head: User, now: datetime) -> Volunteer:
    """The head's own row, with three hours yesterday."""
    made = make_volunteer(grids[street.MICRO], "王主任", user=head)
    make_hours(made, make_service(grids[street.MICRO], head), 180, start=now - timedelta(days=1))
    return made


def new_certificate(volunteer: Volunteer, now: datetime) -> NewCertificate:
    today = timezone.localdate(now)
    words = {"issuer": "东福民社区", "head": "王主任", "handler": "赵六", "contact": "0371-60000000"}
    return NewCertificate(volunteer=volunteer, starts_on=today - timedelta(days=30), ends_on=today, **words)


# --- her own hours, certificates, points ------------------------------------------------------------------------------


def test_nobody_takes_over_or_corrects_her_own_hours(own: Volunteer, head: User, other: User, now: datetime) -> None:
    record, today = HourRecord.objects.get(), timezone.localdate(now)
    with pytest.raises(NotAllowed):
        hours.take_over(own, 6000, on=today, source="全国系统", actor=head, now=now)
    with pytest.raises(NotAllowed):
        hours.correct(record, 1440, reason="漏记", actor=head, now=now)
    assert hours.total(own) == 180
    hours.correct(record, 120, reason="早退", actor=other, now=now)
    assert hours.total(own) == 120


def test_nobody_certifies_herself(own: Volunteer, head: User, other: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        certificates.draft(new_certificate(own, now), actor=head, now=now)
    row = certificates.draft(new_certificate(own, now), actor=other, now=now)
    with pytest.raises(NotAllowed):
        certificates.publicise(row, actor=head, now=now)
    certificates.publicise(row, actor=other, now=now)
    with pytest.raises(NotAllowed):
        certificates.again(row, actor=head, now=now)
    certificates.object_to(row, text="没来", actor=other, now=now)
    with pytest.raises(NotAllowed):
        certificates.dismiss(row, text="来了", actor=head, now=now)
    assert Certificate.objects.get().status == "objected"


def test_a_certifier_does_not_read_who_objected_to_her_own_certificate(
    own: Volunteer, other: User, head: User, now: datetime, client: Client
) -> None:
    row = certificates.draft(new_certificate(own, now), actor=other, now=now)
    certificates.publicise(row, actor=other, now=now)
    certificates.object_to(row, text="当天没来", actor=other, now=now)
    seen: dict[str, Any] = {}
    for person in (head, other):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        seen[person.username] = client.get(reverse("volunteers:certificate", args=[row.pk])).content.decode()
    assert "当天没来" in seen["deputy"]
    assert "当天没来" not in seen["head"]
    assert "李副主任" not in seen["head"]
