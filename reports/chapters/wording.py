"""Words that the chapters share: which period is spoken of, and how a figure changed."""

from collections.abc import Mapping
from typing import Any

from reports.chapters.chapter import Compared
from reports.chapters.scene import Scene
from reports.words import templates


def now_word(scene: Scene) -> str:
    """本周, 本月, 本季度."""
    return str(templates("rhythms")["periods"][scene.kind]["now"])


def heads(words: Mapping[str, Any], *names: str) -> list[str]:
    """The words of a chapter above the columns `names`."""
    return [words["columns"][name] for name in names]


def total_word() -> str:
    """合计."""
    return str(templates("rhythms")["columns"]["total"])


def change(scene: Scene, compared: Compared, name: str, unit: str = "件") -> str:
    """“，较上月增加3件”, and the same of a year ago where it is known."""
    words, names = templates("rhythms")["compare"], templates("rhythms")["periods"][scene.kind]
    text = ""
    last, year = ("same_span", "year_span") if scene.interim else ("previous", "year_ago")
    for before, than in ((compared.previous, names[last]), (compared.year_ago, names.get(year, ""))):
        if before is not None and than:
            more = compared.now[name] - before[name]
            kind = "more" if more > 0 else "less" if more < 0 else "same"
            text += "，" + words[kind].format(than=than, n=abs(more), unit=unit)
    return text


def happened(compared: Compared, *names: str) -> bool:
    """Something happened now or in the period before: else the app is not in use and the section is left out."""
    times = [each for each in (compared.now, compared.previous) if each is not None]
    return any(each[name] for each in times for name in names)
