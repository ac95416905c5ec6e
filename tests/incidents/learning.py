"""Made-up reports for the tests of learning: three matters that differ in their words, the same from the same seed."""

from random import Random

MATTERS = {
    "garbage": ("垃圾堆放没有人清运", "垃圾桶满了臭味很大", "建筑垃圾倒在绿化带", "生活垃圾遍地都是"),
    "lamp": ("路灯不亮晚上很黑", "路灯坏了看不清路", "楼道照明灯不亮", "灯杆倾斜路灯闪烁"),
    "dog": ("邻居养狗不拴绳", "流浪狗追咬小孩", "大型犬半夜狂叫扰民", "狗粪便没有清理"),
}
PLACES = ("建华小区", "政通路", "三号楼", "东门口", "学院路", "嵩山南里", "幸福家园", "菜市场", "七号院", "广场")
TAILS = ("请尽快处理", "好几天了", "麻烦来看看", "大家意见很大", "上次说过还没解决", "谢谢")


def report(label: str, random: Random) -> str:
    """One report of a matter: title and text."""
    words, place = random.choice(MATTERS[label]), random.choice(PLACES)
    text = f"{place}{words}，{random.choice(TAILS)}，{random.choice(MATTERS[label])}。"
    return f"{place}{words}\n{text}"


def reports(each: int, *, seed: int = 1, labels: tuple[str, ...] = tuple(MATTERS)) -> tuple[list[str], list[str]]:
    """(texts, labels), mixed."""
    random = Random(seed)
    found = [(report(label, random), label) for label in labels for _n in range(each)]
    random.shuffle(found)
    return [text for text, _label in found], [label for _text, label in found]
