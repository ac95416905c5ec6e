"""The wishes of the demo street: every state, consistent, and the photo frames of 占阿姨 wait for a helper."""

import pytest
from django.utils import timezone

from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers.demo.wishes import build_wishes
from volunteers.dictionaries import load_dictionaries
from volunteers.models import VolunteerStep, Wish, WishClaim

pytestmark = pytest.mark.django_db


def test_wishes_stand_in_every_state_and_the_story_can_be_played() -> None:
    grids = street.build_streets()
    street.make_roles(grids)
    load_dictionaries()
    for n in range(4):
        make_volunteer(grids[street.GRID], user=street.make_person(f"helper{n}"))
    now = timezone.now()
    assert build_wishes(now) == Wish.objects.count() == 101
    assert set(Wish.objects.values_list("status", flat=True)) == set(Wish.Status.values)
    story = Wish.objects.on_board().get(display_name="占阿姨")
    assert (story.status, story.grid_code, story.slots) == ("published", street.GRID, 1)
    late = WishClaim.objects.filter(status="active", contact_by__lt=now)
    assert not late.exists()
    assert not VolunteerStep.objects.filter(at__gt=now).exists()
    assert not Wish.objects.filter(status="claimed").exclude(claims__status__in=["active", "contacted"]).exists()


def test_without_volunteers_nothing_is_claimed() -> None:
    street.make_roles(street.build_streets())
    load_dictionaries()
    assert build_wishes(timezone.now()) == 40
    assert not WishClaim.objects.exists()
