"""Near duplicates: suggested when near and alike, never merged, never outside the scope."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.gis.geos import Point

from incidents.duplicates import similarity, suggest_duplicates
from incidents.models import Incident
from tests import street
from tests.incidents.conftest import World

HERE = street.inside(street.MICRO)
LONG = "建中街与汝河路交叉口向东五十米路南的下水道从上周开始一直往外冒污水，居民出行很不方便，请尽快派人处理一下，谢谢"


def suggested(
    world: World, text: str, *, by: str = "operator", point: Point | None = HERE, **more: object
) -> list[Incident]:
    given = {"category": None, "now": world.now} | more
    return suggest_duplicates(point=point, text=text, actor=world.people[by], **given)


def test_the_same_words_nearby_are_suggested(world: World) -> None:
    first = world.report(text="楼下垃圾堆了三天没人清理")
    near = Point(HERE.x + 0.001, HERE.y, srid=4326)
    assert suggested(world, "楼下垃圾堆了好几天没人清理", point=near) == [first]


def test_the_same_category_nearby_is_suggested_whatever_the_words(world: World) -> None:
    first = world.report(category=world.garbage)
    assert suggested(world, "完全不同的话", category=world.garbage) == [first]
    assert suggested(world, "完全不同的话") == []


def test_what_is_far_or_old_is_not_suggested(world: World, later: Callable[..., datetime]) -> None:
    world.report()
    assert suggested(world, "楼下垃圾堆了三天没人清", point=Point(HERE.x + 0.004, HERE.y, srid=4326)) == []
    assert suggested(world, "楼下垃圾堆了三天没人清", now=later(days=31)) == []


def test_the_same_first_48_characters_are_suggested_without_a_place(world: World) -> None:
    first = world.report(text=LONG)
    assert suggested(world, LONG[:50] + "请回电", point=None) == [first]


def test_a_sentence_sent_twice_is_suggested_without_a_place(world: World) -> None:
    words = "铁英小区3号楼一单元下水道堵了，粪水冒到院里"
    first = world.report(text=words)
    assert suggested(world, words, point=None) == [first]
    world.report(text="路灯不亮")
    assert suggested(world, "路灯不亮", point=None) == []


def test_out_of_scope_is_never_suggested(world: World) -> None:
    other = world.report(by="operator", text=LONG, point=street.inside(street.OTHER_GRID))
    assert suggested(world, LONG, point=None) == [other]
    assert suggested(world, LONG, by="gridleader", point=None) == []


def test_similarity_of_chinese_text() -> None:
    assert similarity("路灯不亮", "路灯不亮") == 1
    assert similarity("路灯不亮", "下水道堵塞") == 0
    assert similarity("", "路灯") == 0
