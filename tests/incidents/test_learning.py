"""Learning a reader from texts: what it reads, how sure it is, what it keeps, and how it is scored."""

import subprocess
import sys
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from incidents.learning.features import HEAD_MARK, block_of, grams, normalise
from incidents.learning.linear import LinearReader, NotAReader
from incidents.learning.repeats import groups_of
from incidents.learning.scoring import FEWEST, NEVER, score, threshold_for
from incidents.learning.training import Learned, TooLittle, _material, _weighed, learn
from tests.incidents.learning import MATTERS, report, reports


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn(*reports(60))


# --- texts as n-grams


def test_width_case_blanks_and_numbers_of_a_text_do_not_matter() -> None:
    assert normalise("Ａ区 １２号楼，\n电话13812345678！") == normalise("a区99号楼电话1") == "a区0号楼电话0"


@given(st.text())
def test_no_telephone_number_is_ever_learned(text: str) -> None:
    assert not any(character.isdecimal() and character != "0" for character in normalise(text))


def test_the_beginning_counts_once_more_apart() -> None:
    found = grams("路灯坏")
    assert sorted(found) == sorted(["路", "灯", "坏", "路灯", "灯坏", "路灯坏", "^路灯", "^灯坏", "^路灯坏"])
    assert [block_of(gram) for gram in ("^路灯", "路", "路灯", "路灯坏")] == [0, 1, 2, 3]


@given(st.text(max_size=80))
def test_a_mark_in_a_text_is_no_head(text: str) -> None:
    assert not any(HEAD_MARK in gram[1:] for gram in grams(text))


# --- the reader


def test_it_reads_texts_that_it_has_not_seen(learned: Learned) -> None:
    texts, labels = reports(40, seed=2)
    answers = [learned.reader.labels[int(learned.reader.read(text).shares.argmax())] for text in texts]
    assert np.mean([answer == label for answer, label in zip(answers, labels, strict=True)]) > 0.95


@given(st.text(max_size=200))
def test_shares_of_any_text_add_up_to_one(learned: Learned, text: str) -> None:
    shares = learned.reader.read(text).shares
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert (shares >= 0).all()


def test_the_words_that_spoke_for_it_are_shown(learned: Learned) -> None:
    reading = learned.reader.read("东门口路灯不亮")
    words = learned.reader.explain(reading, learned.reader.labels.index("lamp"))
    assert any("灯" in word for word in words)
    assert all(part > 0 for part in words.values())
    assert not any(one != other and one in other for one in words for other in words)


def test_reading_is_the_arithmetic_of_learning() -> None:
    texts, _labels = reports(12)
    vocabulary, material, _groups = _material(texts, np.zeros(len(texts), dtype=np.intp), ["x", "y"])
    emphasis = np.linspace(0.5, 2, len(vocabulary), dtype=np.float32)
    nothing = np.zeros((len(vocabulary), 2), dtype=np.float32)
    reader = LinearReader(("x", "y"), vocabulary, emphasis, nothing, nothing[0], 1.0)
    row = _weighed(material, emphasis)[3].toarray()[0]
    reading = reader.read(texts[3])
    assert row[reading.found] == pytest.approx(reading.values, abs=1e-5)
    assert np.count_nonzero(row) == len(reading.found)


def test_the_same_texts_teach_the_same() -> None:
    one, other = (learn(*reports(15)) for _n in range(2))
    assert one.reader.to_bytes() == other.reader.to_bytes()
    assert one.threshold == other.threshold


def test_two_labels_are_enough() -> None:
    reader = learn(*reports(30, labels=("lamp", "dog"))).reader
    assert reader.weights.shape == (len(reader.vocabulary), 2)
    assert reader.labels[int(reader.read(report("dog", Random(9))).shares.argmax())] == "dog"


@pytest.mark.parametrize("labels", [["a", "a", "a"], ["a", "a", "b"], []])
def test_too_little_is_refused(labels: list[str]) -> None:
    with pytest.raises(TooLittle):
        learn(["路灯坏了"] * len(labels), labels)


def test_a_label_whose_texts_are_all_the_same_does_not_stop_it() -> None:
    texts, labels = reports(30, labels=("lamp",))
    assert learn([*texts, *["垃圾桶满了臭味很大没有人来清运"] * 6], [*labels, *["garbage"] * 6]).scores.size == 36


# --- its file


def test_it_comes_back_from_its_file_and_reads_the_same(learned: Learned) -> None:
    again = LinearReader.from_bytes(learned.reader.to_bytes())
    for text in reports(5, seed=3)[0]:
        assert again.read(text).shares == pytest.approx(learned.reader.read(text).shares, abs=2e-3)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04cos\nsystem\n(S'true'\ntR.", b"x" * 200])
def test_anything_else_is_no_reader(content: bytes) -> None:
    with pytest.raises(NotAReader):
        LinearReader.from_bytes(content)


def test_arrays_that_do_not_fit_together_are_no_reader(learned: Learned) -> None:
    reader = learned.reader
    broken = LinearReader(reader.labels[:2], reader.vocabulary, reader.emphasis, reader.weights, reader.bias, 1.0)
    with pytest.raises(NotAReader, match="fit together"):
        LinearReader.from_bytes(broken.to_bytes())


def test_web_and_workers_do_without_scikit_learn() -> None:
    code = """
import django; django.setup()
import sys, config.urls, incidents.tasks
assert "incidents.learning.reader" in sys.modules and "incidents.learning.hot" in sys.modules
print([name for name in ("sklearn", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- twins


def test_twins_are_one_group_and_others_are_not() -> None:
    texts = reports(30)[0]
    complaint = "五矿万境负一楼面积缩水开发商拒绝赔偿并且恶意断电断网已经三个月没有答复业主们非常着急"
    texts += [complaint, complaint.replace("已经三个月", "至今")]
    _vocabulary, _material_of, groups = _material(texts, np.zeros(len(texts), dtype=np.intp), ["x", "y"])
    assert groups[-1] == groups[-2]
    assert list(groups).count(groups[-1]) == 2


def test_texts_of_common_words_only_are_each_for_itself() -> None:
    assert len(set(groups_of(sparse.csr_matrix(np.ones((30, 4), dtype=np.float32))))) == 30


# --- scores


def test_scores_are_those_that_one_reckons_by_hand() -> None:
    answers = [("a", 0.9), ("a", 0.8), ("b", 0.7), (None, 0.1)]
    found = score(answers, ["a", "b", "b", "b"], threshold=0.75)
    assert found.accuracy == 0.5
    assert found.per_class["a"].f1 == pytest.approx(2 / 3)
    assert found.per_class["b"].f1 == pytest.approx(0.5)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.5) / 2)
    assert (found.coverage, found.precision) == (0.5, 0.5)
    assert found.confusion == {"a": {"a": 1}, "b": {"": 1, "a": 1, "b": 1}}


def test_a_label_that_is_answered_but_never_true_is_no_class_of_its_own() -> None:
    found = score([("a", 1.0), ("c", 1.0)], ["a", "a"], threshold=0.5)
    assert set(found.per_class) == {"a"}


ANSWERS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.2, 0.5, 0.8, 0.9, 0.99])), max_size=120)


@given(ANSWERS)
def test_from_the_threshold_on_the_wanted_share_is_right(rows: list[tuple[bool, float]]) -> None:
    answers = [("a", confidence) for _right, confidence in rows]
    truth = ["a" if right else "b" for right, _confidence in rows]
    threshold = threshold_for(answers, truth)
    alone = [right for right, confidence in rows if confidence >= threshold]
    if threshold == NEVER:
        return
    assert len(alone) >= FEWEST
    assert sum(alone) >= 0.95 * len(alone)


def test_a_few_lucky_answers_prove_no_threshold() -> None:
    few = [("a", 0.9)] * (FEWEST - 1)
    assert threshold_for(few, ["a"] * len(few)) == NEVER
    assert threshold_for([*few, ("a", 0.9)], ["a"] * FEWEST) == 0.9


def test_nothing_reaches_the_threshold_never() -> None:
    found = score([("a", 1.0)] * 3, ["a"] * 3, threshold=NEVER)
    assert (found.coverage, found.precision) == (0, 0)


def test_confidence_is_about_how_often_it_is_right(learned: Learned) -> None:
    assert learned.scores.calibration_error < 0.1
    assert learned.scores.accuracy > 0.95
    assert set(learned.reader.labels) == set(MATTERS)
