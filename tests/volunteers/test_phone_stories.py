"""What people with a phone in their hand met: a start page that was nobody's."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import street
from tests.volunteers import wish_world
from tests.volunteers.wish_world import Wishing

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Wishing:
    return wish_world.build()


def test_who_holds_no_post_starts_at_what_she_does_herself(world: Wishing, client: Client) -> None:
    client.force_login(world.people["volunteer"])
    page = client.get("/", follow=True)
    assert page.redirect_chain == [(reverse("incidents:phone_home"), 302)]
    assert reverse("volunteers:board") in page.content.decode()


def test_a_stranger_finds_the_way_to_become_a_volunteer_on_her_start_page(world: Wishing, client: Client) -> None:
    client.force_login(street.make_person("stranger"))
    assert reverse("volunteers:me") in client.get("/", follow=True).content.decode()
