"""How a number stands to the period before and to a year ago, in words; silent where there is nothing to compare."""

from datetime import date
from typing import Any, Final

from reports.chapters.scene import Scene
from reports.documents.prose import chinese_number
from reports.metrics import Tally
from reports.periods import number_in_year
from reports.words import moment, templates

LEAST_CASES: Final = 20
"""No rank and no grade under so many cases (issue 4; architecture.md, law 14)."""

SMALL: Final = 10
"""A relative change of fewer cases than this says nothing; nor does one of many times."""
MANY_TIMES: Final = 10


def shared() -> Any:
    """The sentences of all three rhythms, data/rhythms.json."""
    return templates("rhythms")


def period_words(scene: Scene) -> dict[str, str]:
    """本周, 上周 … of the report; of a running period the period before is as long."""
    words = dict(shared()["periods"][scene.kind])
    if scene.interim:
        words["previous"] = words["same_span"]
        words["year_ago"] = words.get("year_span", "")
    return words


def said_by(scene: Scene) -> dict[str, Any]:
    """What every sentence may name: grid, span, 本周, all measures."""
    return {
        "grid": scene.grid.name,
        "span": span_text(scene),
        "level": level_word(scene),
        **period_words(scene),
        **scene.counts.total.numbers,
    }


def level_word(scene: Scene) -> str:
    """What the areas of the report are: 社区, 网格 …"""
    return str(shared()["levels"].get(str(scene.grid.level + 1), "区域"))


def dates(scene: Scene) -> dict[str, Any]:
    """The period in the parts that titles name."""
    first, last = scene.period.first, scene.period.last
    year, number = number_in_year(scene.kind, scene.period)
    return {
        "grid": scene.grid.name,
        "year": year,
        "number": number,
        "month": first.month,
        "quarter": chinese_number((first.month + 2) // 3),
        "first": day_text(first),
        "last": day_text(last),
    }


def day_text(day: date) -> str:
    """11月16日."""
    return f"{day.month}月{day.day}日"


def span_text(scene: Scene) -> str:
    """The time that the numbers are of."""
    text = templates(scene.kind)["span"].format(**dates(scene))
    return f"{text}（截至{moment(scene.end)}）" if scene.interim else text


# --- differences ------------------------------------------------------------------------------------------------------


def change(scene: Scene, name: str, *, unit: str = "件", year: bool = True) -> str:
    """“，较上周增加5件，环比增长8.3%；较去年同月…” of a measure; "" where nothing is known of either time."""
    now, words = scene.counts.total.numbers[name], period_words(scene)
    parts = []
    for other, than, word in (
        (scene.previous, words["previous"], words["growth"]),
        (scene.year_ago if year else None, words.get("year_ago", ""), words.get("growth_year", "")),
    ):
        if other is not None:
            parts.append(difference(now, other.total.numbers[name], than=than, word=word, unit=unit))
    return "".join(f"，{part}" for part in parts)


def difference(now: int, before: int, *, than: str, word: str, unit: str = "件") -> str:
    """“较上周增加5件，环比增长8.3%”; without a rate where too little was there before."""
    words, more = shared()["compare"], now - before
    if not more:
        return str(words["same"].format(than=than))
    text = words["more" if more > 0 else "less"].format(than=than, n=abs(more), unit=unit)
    if before < SMALL or abs(more) > MANY_TIMES * before:
        return str(text)
    percent = f"{abs(more) / before * 100:.1f}%"
    return str(text + words["up" if more > 0 else "down"].format(word=word, percent=percent))


def rate_change(scene: Scene, name: str) -> str:
    """“，较上周提高1.2个百分点” of an indicator; "" where one of the two has no denominator."""
    now = value(scene.counts.total, name)
    before = value(scene.previous.total, name) if scene.previous else None
    if now is None or before is None:
        return ""
    words, than = shared()["compare"], period_words(scene)["previous"]
    points = round((now - before) * 100, 1)
    if not points:
        return f"，{words['same'].format(than=than)}"
    kind = "points_up" if points > 0 else "points_down"
    return f"，{words[kind].format(than=than, n=f'{abs(points):.1f}')}"


def value(tally: Tally, name: str) -> float | None:
    """An indicator; None of nothing."""
    above, below = tally.ratios[name]
    return above / below if below else None


def unknown_past(scene: Scene) -> str:
    """A remark when there is nothing to compare with, else ""."""
    if scene.previous is not None:
        return ""
    return str(shared()["compare"]["no_previous"].format(than=period_words(scene)["previous"])) + "。"
