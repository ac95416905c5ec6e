"""Versions of the reader: taught by ended cases, live only when better, one at a time, and never in dispatch's way."""

import os
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.errors import NotNow
from incidents import tasks
from incidents.classify import THRESHOLD
from incidents.learning import reader as reading
from incidents.learning import retraining, retraining_process, store
from incidents.learning.cases import Example, examples, key_of, lesson_of
from incidents.learning.reader import current_reader
from incidents.learning.retraining import Outcome, retrain
from incidents.learning.training import learn
from incidents.models import Category, ClassifierFile, ClassifierVersion, Incident
from incidents.models.incident import Closing, Locating, Source
from incidents.states import State
from notices.models import Job
from tests.incidents.conftest import World, make_category
from tests.incidents.learning import report, reports

pytestmark = pytest.mark.django_db

LIVE, TRAINED, RETIRED = (ClassifierVersion.State(name) for name in ("live", "trained", "retired"))


@pytest.fixture
def matters(world: World) -> dict[str, Category]:
    """Three categories whose keywords no report has."""
    names = {"garbage": "垃圾清运", "lamp": "照明设施", "dog": "犬只管理"}
    return {label: make_category(name, keywords=(f"词{label}",)) for label, name in names.items()}


@pytest.fixture
def ended(world: World, matters: dict[str, Category]) -> Callable[..., None]:
    """Writes ended cases; the state machine has its own tests."""

    def make(each: int, *, seed: int = 1, **more: Any) -> None:
        start, random = Incident.objects.count(), Random(seed)
        labels = [label for label in matters for _n in range(each)]
        random.shuffle(labels)
        for number, label in enumerate(labels, start=start):
            title, text = report(label, random).split("\n")
            at = world.now - timedelta(days=90) + timedelta(minutes=number)
            values = {"state": State.CLOSED, "closing": Closing.NORMAL, "category": matters[label]} | more
            rows.append(Incident(
                number=f"20260101-{number:06d}", title=title, text=text, source=Source.DESK, closed_at=at,
                grid=grid, grid_code=grid.code, located_by=Locating.CHOSEN, state_since=at, reported_at=at, **values,
            ))  # fmt: skip
        with connection.cursor() as cursor:  # without the histories that the laws ask for
            cursor.execute("SET session_replication_role = replica")
            Incident.objects.bulk_create(rows)
            cursor.execute("SET session_replication_role = origin")
        rows.clear()

    rows: list[Incident] = []
    grid = next(iter(world.grids.values()))
    return make


@pytest.fixture
def version(world: World, matters: dict[str, Category]) -> Callable[..., ClassifierVersion]:
    """Keeps a trained version of the three matters."""
    texts, labels = reports(30)
    learned = learn(texts, [key_of(matters[label]) for label in labels])

    def make(**more: Any) -> ClassifierVersion:
        values = {
            "trained_at": world.now, "train_size": 90, "held_back_size": 20, "threshold": learned.threshold,
            "labels": list(learned.reader.labels), "scores": {"macro_f1": 0.9},
        } | more  # fmt: skip
        return store.keep(ClassifierVersion(**values), learned.reader.to_bytes())

    return make


# --- what teaches


def test_ended_cases_teach_with_their_last_category(world: World, matters: dict[str, Category]) -> None:
    world.incident(State.CLOSED)
    world.incident(State.DISPATCHED)
    found = examples(now=world.now)
    assert [one.label for one in found] == [key_of(world.garbage)]
    assert "楼下垃圾堆了三天没人清" in found[0].text


@pytest.mark.parametrize(
    "more", [{"closing": Closing.ERROR}, {"is_genuine": False}, {"state": State.CANCELLED}, {"category": None}]
)
def test_errors_and_what_was_not_so_teach_nothing(
    world: World, ended: Callable[..., None], more: dict[str, Any]
) -> None:
    ended(1, **more)
    assert examples(now=world.now) == []


def test_made_up_cases_teach_only_without_real_ones(world: World, ended: Callable[..., None]) -> None:
    ended(2, is_demo=True)
    assert len(examples(now=world.now)) == 6
    ended(1)
    assert len(examples(now=world.now)) == 3


def test_the_newest_cases_are_held_back_and_rare_categories_not_learned() -> None:
    rows = [Example(str(number), "rare" if number == 3 else f"often{number % 2}") for number in range(100)]
    lesson = lesson_of(rows)
    assert [one.text for one in lesson.held_back] == [str(number) for number in range(80, 100)]
    assert {one.label for one in lesson.learned} == {"often0", "often1"}


# --- retraining


def test_too_few_cases_leave_all_as_it_is(world: World, ended: Callable[..., None]) -> None:
    ended(10)
    assert retrain(now=world.now).version is None
    assert not ClassifierVersion.objects.exists()


def test_the_first_version_goes_live_because_it_beats_the_lexicon(
    world: World, ended: Callable[..., None], matters: dict[str, Category]
) -> None:
    ended(60)
    version = retrain(now=world.now).version
    assert version is not None
    assert version.state == LIVE
    assert version.scores["macro_f1"] > 0.9 > version.rival_scores["macro_f1"]
    assert (version.train_size, version.held_back_size) == (144, 36)
    found = current_reader().classify("广场流浪狗追咬小孩\n广场流浪狗追咬小孩，大型犬半夜狂叫扰民，谢谢。")
    assert (found.category, found.version) == (matters["dog"], version.pk)


def test_what_is_not_better_stays_out(world: World, ended: Callable[..., None]) -> None:
    ended(60)
    first, second = (retrain(now=world.now).version for _n in range(2))
    assert first
    assert second
    assert second.state == TRAINED
    assert ClassifierVersion.objects.get(state=LIVE) == first
    assert second.rival_scores["macro_f1"] == second.scores["macro_f1"]


def test_a_better_one_takes_over(
    world: World, ended: Callable[..., None], version: Callable[..., ClassifierVersion], matters: dict[str, Category]
) -> None:
    texts, labels = reports(20, labels=("lamp", "dog"))
    poor = learn(texts, [key_of(matters["dog" if label == "lamp" else "lamp"]) for label in labels])
    old = version()
    ClassifierFile.objects.filter(version=old).update(content=poor.reader.to_bytes())
    sha256 = store.hashlib.sha256(poor.reader.to_bytes()).hexdigest()
    ClassifierVersion.objects.filter(pk=old.pk).update(sha256=sha256)
    store.make_live(old.pk, actor=None, now=world.now)
    ended(60)
    outcome = retrain(now=world.now)
    old.refresh_from_db()
    assert outcome.version
    assert outcome.version.state == LIVE
    assert (old.state, old.retired_at) == (RETIRED, world.now)


def test_a_second_training_at_the_same_time_is_refused(world: World) -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [retraining._ONE_AT_A_TIME])
        with pytest.raises(NotNow):
            retrain(now=world.now)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [retraining._ONE_AT_A_TIME])
    other.close()
    assert isinstance(retrain(now=world.now), Outcome)
    assert isinstance(retrain(now=world.now), Outcome)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_it_learns(
    world: World, ended: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(60)
    seen = []
    monkeypatch.setattr(retraining, "learn", lambda *rows: (seen.append(connection.in_atomic_block), learn(*rows))[1])
    retrain(now=timezone.now())
    assert seen == [False]


@pytest.fixture
def child_reads_this_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is started finds the database of the tests."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    monkeypatch.setenv("DATABASE_URL", urlunsplit(address))


@pytest.mark.usefixtures("child_reads_this_database")
def test_the_weekly_job_trains_in_a_process_of_its_own_and_notes_it(db: None) -> None:
    assert tasks.retrain_classifier() == 0
    noted = Job.objects.get(name="incidents.retrain_classifier")
    assert (noted.last_count, noted.last_error) == (0, "")


@pytest.mark.usefixtures("child_reads_this_database")
def test_a_training_that_fails_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retraining_process, "COMMAND", "no_such_command")
    with pytest.raises(retraining_process.TrainingFailed, match="no_such_command"):
        retraining_process.run()


# --- versions


def test_only_one_version_is_live(version: Callable[..., ClassifierVersion], world: World) -> None:
    one, other = version(), version()
    store.make_live(one.pk, actor=None, now=world.now)
    store.make_live(other.pk, actor=world.people["admin"], now=world.now)
    assert list(ClassifierVersion.objects.order_by("pk").values_list("state", flat=True)) == [RETIRED, LIVE]
    with pytest.raises(IntegrityError), transaction.atomic():
        ClassifierVersion.objects.filter(pk=one.pk).update(state=LIVE)


def test_a_live_version_is_not_made_live_again(version: Callable[..., ClassifierVersion], world: World) -> None:
    one = version()
    store.make_live(one.pk, actor=None, now=world.now)
    with pytest.raises(NotNow):
        store.make_live(one.pk, actor=None, now=world.now)


def test_only_the_live_version_retires(version: Callable[..., ClassifierVersion], world: World) -> None:
    one = version()
    with pytest.raises(NotNow):
        store.retire(one.pk, actor=None, now=world.now)
    store.make_live(one.pk, actor=None, now=world.now)
    store.retire(one.pk, actor=world.people["admin"], now=world.now)
    one.refresh_from_db()
    assert (one.state, one.changed_by) == (RETIRED, world.people["admin"])


def test_files_of_old_versions_go_their_scores_stay(version: Callable[..., ClassifierVersion], world: World) -> None:
    live = version()
    store.make_live(live.pk, actor=None, now=world.now)
    rest = [version() for _n in range(store.FILES_KEPT + 2)]
    kept = set(ClassifierFile.objects.values_list("version", flat=True))
    assert kept == {live.pk, *(one.pk for one in rest[-store.FILES_KEPT :])}
    assert ClassifierVersion.objects.count() == len(rest) + 1
    with pytest.raises(NotNow):
        store.make_live(rest[0].pk, actor=None, now=world.now)


# --- the reader in use


def test_on_day_one_the_lexicon_reads(world: World) -> None:
    found = current_reader().classify("坏垃圾，垃圾堆了三天")
    assert (found.category, found.version) == (world.garbage, None)
    assert found.confidence >= THRESHOLD


def test_what_was_given_is_kept(world: World, matters: dict[str, Category]) -> None:
    assert current_reader().classify("坏垃圾", given=matters["dog"]).category == matters["dog"]


@pytest.fixture
def live(version: Callable[..., ClassifierVersion], world: World) -> ClassifierVersion:
    """A live version of the three matters."""
    return store.make_live(version(threshold=0.6).pk, actor=None, now=world.now)


LAMP = "学院路路灯坏了看不清路\n学院路路灯坏了看不清路，楼道照明灯不亮。"


def test_a_live_version_decides_and_says_by_which_words(live: ClassifierVersion, matters: dict[str, Category]) -> None:
    found = current_reader().classify(LAMP)
    assert found.category == matters["lamp"]
    best = found.candidates[0].as_data()
    assert best["category"] == matters["lamp"].pk
    assert any("灯" in word for word in best["words"])
    assert 0.6 <= found.confidence <= 1


def test_below_its_threshold_a_person_decides(live: ClassifierVersion, matters: dict[str, Category]) -> None:
    ClassifierVersion.objects.update(threshold=1.0)
    found = current_reader().classify(LAMP)
    assert found.category is None
    assert found.candidates[0].category == matters["lamp"]


def test_the_lexicon_decides_what_the_version_has_never_learned(live: ClassifierVersion) -> None:
    noise = make_category("施工噪音", keywords=("打桩机噪音", "凌晨施工噪音"))
    ClassifierVersion.objects.update(threshold=0.999)
    found = current_reader().classify("打桩机噪音，凌晨施工噪音")
    assert (found.category, found.version) == (noise, None)


def test_when_both_are_sure_of_different_things_a_person_decides(
    live: ClassifierVersion, matters: dict[str, Category]
) -> None:
    noise = make_category("施工噪音", keywords=("打桩机噪音", "凌晨施工噪音"))
    found = current_reader().classify(LAMP + "打桩机噪音，凌晨施工噪音。")
    assert found.category is None
    assert [one.category for one in found.candidates[:2]] == [noise, matters["lamp"]]


def test_a_category_out_of_use_is_not_proposed(live: ClassifierVersion, matters: dict[str, Category]) -> None:
    Category.objects.filter(pk=matters["lamp"].pk).update(is_active=False)
    found = current_reader().classify(LAMP)
    assert matters["lamp"] not in [one.category for one in found.candidates]
    assert found.category is None


def test_a_damaged_file_is_not_read_and_the_lexicon_goes_on(live: ClassifierVersion, world: World) -> None:
    reading._model.cache_clear()
    ClassifierFile.objects.update(content=b"something else")
    found = current_reader().classify("坏垃圾，垃圾堆了三天")
    assert (found.category, found.version) == (world.garbage, None)


def test_a_process_reads_the_file_once_and_notices_a_new_version(
    live: ClassifierVersion,
    version: Callable[..., ClassifierVersion],
    world: World,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    current_reader()
    with django_assert_num_queries(2):
        assert current_reader().live is not None
    other = store.make_live(version().pk, actor=None, now=world.now)
    found = current_reader().live
    assert found is not None
    assert found.version == other.pk


def test_a_batch_of_forty_texts_is_cheap(live: ClassifierVersion) -> None:
    reader, texts = current_reader(), reports(14, seed=8)[0][:40]
    reader.classify(texts[0])
    start = timezone.now()
    for text in texts:
        reader.classify(text)
    assert timezone.now() - start < timedelta(seconds=1)
