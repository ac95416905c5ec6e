"""Classification by words: clear words decide, competing or missing words leave it to a person, the parts are kept."""

import pytest

from incidents.catalogue import load_categories
from incidents.classify import THRESHOLD, Vocabulary, classify
from tests.incidents.conftest import make_category


@pytest.fixture
def vocabulary(db: None) -> Vocabulary:
    load_categories()
    return Vocabulary.current()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("小区东门路灯不亮好几天了，晚上看不见路", "路灯照明"),
        ("下水道堵塞，污水外溢到路面", "下水道堵塞或破损"),
        ("三号楼一楼阳台下搭棚，属于违建", "私搭乱建"),
        ("邻居家大型犬遛狗不拴绳", "养犬纠纷"),
        ("饭店油烟扰民，油烟太大", "油烟污染"),
        ("井盖破损，很危险", "井盖缺损"),
        ("楼道充电有消防隐患", "消防隐患"),
        ("拖欠工资，农民工讨薪", "拖欠工资/劳资纠纷"),
        ("门禁坏了进不了单元门", "门禁"),
    ],
)
def test_clear_words_decide(vocabulary: Vocabulary, text: str, name: str) -> None:
    found = classify(text, given=None, vocabulary=vocabulary)
    assert found.category is not None, found
    assert found.category.name == name
    assert found.confidence >= THRESHOLD


@pytest.mark.parametrize("text", ["你好，我想反映一个情况", "", "路灯照明和健身设施还有门禁和电梯都坏了"])
def test_missing_or_competing_words_leave_it_to_a_person(vocabulary: Vocabulary, text: str) -> None:
    found = classify(text, given=None, vocabulary=vocabulary)
    assert found.category is None
    assert found.confidence < THRESHOLD


def test_the_parts_of_the_score_are_kept(vocabulary: Vocabulary) -> None:
    best = classify("路灯不亮", given=None, vocabulary=vocabulary).candidates[0].as_data()
    assert best["words"] == {"路灯": 1.0, "灯不亮": 2.0, "路灯不亮": 3.0}
    assert best["score"] == 3.0


def test_what_was_given_is_kept_without_a_look(db: None) -> None:
    lamp = make_category("路灯", keywords=("路灯",))
    assert classify("垃圾", given=lamp).category == lamp


def test_categories_out_of_use_are_not_proposed(db: None) -> None:
    make_category("路灯", keywords=("路灯",), is_active=False)
    assert classify("路灯路灯", given=None).candidates == ()


def test_a_title_weighs_more_than_what_is_mentioned_beside_it(vocabulary: Vocabulary) -> None:
    text = "学校门口的电梯和公交站旁边，医院对面的路灯不亮"
    assert classify(text, given=None, vocabulary=vocabulary).category is None
    found = classify(f"路灯不亮了，路灯照明坏了\n{text}", given=None, vocabulary=vocabulary)
    assert found.category is not None
    assert found.category.name == "路灯照明"


def test_one_weak_word_is_left_to_a_person_also_under_a_title_made_from_it(vocabulary: Vocabulary) -> None:
    text = "我想问一下学校的事"
    for given in (text, f"{text}\n{text}", f"{text[:6]}\n{text}"):
        assert classify(given, given=None, vocabulary=vocabulary).category is None
