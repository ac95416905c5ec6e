"""The admin of classifier versions: scores to look at, and two changes that ask first."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents.learning import store
from incidents.learning.cases import key_of
from incidents.learning.training import learn
from incidents.models import ClassifierVersion
from tests.incidents.conftest import World, make_category
from tests.incidents.learning import reports
from tests.incidents.pages import client_of

pytestmark = pytest.mark.django_db

LIST = "admin:incidents_classifierversion_changelist"


@pytest.fixture
def version(world: World) -> ClassifierVersion:
    """A trained version of two categories."""
    lamp, dog = make_category("照明设施"), make_category("犬只管理")
    texts, labels = reports(20, labels=("lamp", "dog"))
    learned = learn(texts, [key_of(lamp if label == "lamp" else dog) for label in labels])
    row = ClassifierVersion(
        trained_at=world.now,
        train_size=40,
        held_back_size=10,
        labels=list(learned.reader.labels),
        threshold=learned.threshold,
        scores=learned.scores.as_data(),
        rival_scores={"macro_f1": 0.5},
    )
    return store.keep(row, learned.reader.to_bytes())


@pytest.fixture
def office(world: World) -> Client:
    """The administrator's browser."""
    return client_of(world, "admin")


def act(client: Client, name: str, version: ClassifierVersion, **more: str) -> str:
    values = {"action": name, "_selected_action": str(version.pk)} | more
    return client.post(reverse(LIST), values, follow=True).content.decode()


def test_the_pages_show_the_scores_by_name(office: Client, version: ClassifierVersion) -> None:
    assert f"{version.scores['macro_f1']:.3f}" in office.get(reverse(LIST)).content.decode()
    page = office.get(reverse("admin:incidents_classifierversion_change", args=[version.pk])).content.decode()
    assert "照明设施" in page
    assert str(version.scores["per_class"][version.labels[0]]["f1"]) in page


def test_making_it_live_asks_first(office: Client, version: ClassifierVersion) -> None:
    assert 'name="confirmed"' in act(office, "put_to_work", version)
    version.refresh_from_db()
    assert version.state == "trained"
    act(office, "put_to_work", version, confirmed="1")
    version.refresh_from_db()
    assert (version.state, version.changed_by.username) == ("live", "admin")


def test_retiring_asks_first_too(office: Client, version: ClassifierVersion, world: World) -> None:
    store.make_live(version.pk, actor=None, now=world.now)
    act(office, "take_out", version)
    version.refresh_from_db()
    assert version.state == "live"
    act(office, "take_out", version, confirmed="1")
    version.refresh_from_db()
    assert version.state == "retired"


def test_what_cannot_be_done_is_said(office: Client, version: ClassifierVersion) -> None:
    assert "只有使用中的版本可以停用" in act(office, "take_out", version, confirmed="1")


def test_a_helper_may_look_and_not_switch(world: World, version: ClassifierVersion) -> None:
    helper = world.people["operator"]
    helper.is_staff = True
    helper.save()
    assert client_of(world, "operator").get(reverse(LIST)).status_code == 403
    act(client_of(world, "operator"), "put_to_work", version, confirmed="1")
    version.refresh_from_db()
    assert version.state == "trained"


def test_nobody_writes_a_version_by_hand(office: Client, version: ClassifierVersion) -> None:
    address = reverse("admin:incidents_classifierversion_change", args=[version.pk])
    assert office.post(address, {"state": "live"}).status_code == 403
    assert office.get(reverse("admin:incidents_classifierversion_add")).status_code == 403
