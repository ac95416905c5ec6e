"""The sections that all three rhythms share: overview, timeliness, structure, hot issues (data/rhythms.json)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.metrics import Tally
from reports.prose_daily import holder
from reports.rhythms.compare import (
    change,
    day_text,
    period_words,
    rate_change,
    said_by,
    shared,
    unknown_past,
    value,
)
from reports.words import listed, percent, span, staff_of

Json = dict[str, Any]

NAMED: Final = 3


# --- 总体情况 ---------------------------------------------------------------------------------------------------------


def overview(scene: Scene) -> list[str]:
    """What came in, what was done, what is open, each with its changes."""
    words, said = shared()["overview"], said_by(scene)
    first = words["reported" if said["reported"] else "nothing"].format(**said | {"change": change(scene, "reported")})
    flow = words["flow"].format(**said) if _moved(said) else ""
    return [first + flow, completed(scene), balance(scene) + busiest_day(scene), unknown_past(scene)]


def _moved(said: Mapping[str, Any]) -> bool:
    names = ("filed", "dispatched", "handled", "closed", "not_accepted", "cancelled")
    return any(said[name] for name in names)


def completed(scene: Scene) -> str:
    """What was completed, and how much of it on the day of its report."""
    words, said = shared()["overview"], said_by(scene)
    rate = value(scene.counts.total, "same_day_rate")
    said["same_day_rate"] = words["same_day_rate"].format(rate=percent(rate)) if rate is not None else ""
    said["change"] = change(scene, "completed")
    return str(words["completed" if said["completed"] else "completed_none"].format(**said))


def balance(scene: Scene) -> str:
    """What was open at the beginning and the end."""
    words, said = shared()["overview"], said_by(scene)
    if not said["open_start"] and not said["open_end"]:
        return str(words["balance_none"])
    said["change"] = change(scene, "open_end", year=False)
    parts = [words["stages"][name].format(n=said[name]) for name in words["stages"] if said[name]]
    return str(words["balance"].format(**said, parts=f"，其中{listed(parts)}" if parts else ""))


def by_day(scene: Scene) -> list[Json]:
    """Reported and completed on each day of the period that has begun."""
    rows: dict[date, Json] = {
        day: {"day": day, "reported": 0, "completed": 0}
        for day in scene.period.days
        if not scene.interim or day <= scene.end.date()
    }
    for row in scene.lists["daily"]:
        if row["day"] in rows:
            rows[row["day"]]["reported"] += row["reported"]
            rows[row["day"]]["completed"] += row["completed"]
    return list(rows.values())


def busiest_day(scene: Scene) -> str:
    """The day with most reports, when one stands out."""
    rows = sorted(by_day(scene), key=lambda row: (-row["reported"], row["day"]))
    if len(rows) < 2 or rows[0]["reported"] < 2 or rows[0]["reported"] == rows[1]["reported"]:
        return ""
    text = shared()["overview"]["busiest_day"]
    return str(text.format(day=day_text(rows[0]["day"]), n=rows[0]["reported"]))


# --- 办理时效 ---------------------------------------------------------------------------------------------------------


def timeliness(scene: Scene) -> list[str]:
    """Handling, closing, quality and overdue work in four points."""
    return [points([_handled(scene), _closed(scene), _quality(scene), _overdue(scene)])]


def _handled(scene: Scene) -> str:
    words, total = shared()["timeliness"], scene.counts.total
    above, below = total.ratios["on_time_handling_rate"]
    if not below:
        return str(words["not_handled"].format(**said_by(scene)))
    shift = rate_change(scene, "on_time_handling_rate")
    return str(words["handled"].format(above=above, below=below, rate=percent(above / below), change=shift))


def _closed(scene: Scene) -> str:
    words, total = shared()["timeliness"], scene.counts.total
    above, below = total.ratios["closing_rate"]
    if not below:
        return str(words["not_closed"].format(**said_by(scene)))
    on_time = percent(value(total, "on_time_closing_rate"))
    shift = rate_change(scene, "closing_rate")
    return str(
        words["closed"].format(above=above, below=below, rate=percent(above / below), on_time=on_time, change=shift)
    )


def _quality(scene: Scene) -> str:
    words, said = shared()["timeliness"], said_by(scene)
    name = "quality" if said["reworked"] or said["returned"] else "quality_none"
    return str(words[name].format(**said, rate=percent(value(scene.counts.total, "rework_rate"))))


def _overdue(scene: Scene) -> str:
    words, said = shared()["timeliness"], said_by(scene)
    newly = said["newly_overdue"]
    if not said["overdue_open"]:
        return str(words["no_overdue"] + (words["newly"].format(**said, n=newly) if newly else ""))
    shift = change(scene, "overdue_open", year=False)
    text = words["overdue"].format(
        newly=newly, open=said["overdue_open"], unhandled=said["overdue_unhandled"], change=shift
    )
    late = top_units(scene, "overdue_unhandled")
    return str(text + (words["overdue_units"].format(list=_items(late)) if late else ""))


def top_units(scene: Scene, number: str) -> list[tuple[str, int]]:
    """The units with most of a number, by name."""
    counted = {key: tally.numbers[number] for key, tally in scene.counts.units.items()}
    order = sorted((key for key, n in counted.items() if n), key=lambda key: (-counted[key], key))
    return [(scene.names.unit(key, scene.code), counted[key]) for key in order[:NAMED]]


# --- 类别、点位、热点 -------------------------------------------------------------------------------------------------


def _items(rows: Sequence[tuple[str, int]], form: str = "item") -> str:
    return listed([shared()["structure"][form].format(name=name, n=n) for name, n in rows])


def structure(scene: Scene) -> list[str]:
    """Which categories and places report most, and what rose and fell."""
    words, said = shared()["structure"], said_by(scene)
    sentences = []
    if most := _top(scene.counts.categories):
        share = percent(sum(n for _pk, n in most) / said["reported"])
        named = [(scene.names.category(pk), n) for pk, n in most]
        sentences.append(words["categories"].format(list=_items(named), share=share))
    sentences += _moves(scene)
    places = [(row["name"], row["reported"]) for row in scene.lists.get("places", [])[:NAMED] if row["reported"] > 1]
    if places:
        sentences.append(words["places"].format(list=_items(places)))
    return [points(sentences)]


def _top(categories: Mapping[int | None, Tally]) -> list[tuple[int, int]]:
    counted = [(pk, tally.numbers["reported"]) for pk, tally in categories.items() if pk and tally.numbers["reported"]]
    return sorted(counted, key=lambda item: (-item[1], item[0]))[:NAMED]


def moved_categories(scene: Scene) -> list[tuple[int, int, int]]:
    """(category, reported now, difference to the period before), the greatest rise first; nothing without a past."""
    if scene.previous is None:
        return []
    now, before = scene.counts.categories, scene.previous.categories
    rows = []
    for pk in {pk for pk in (*now, *before) if pk}:
        here = now[pk].numbers["reported"] if pk in now else 0
        there = before[pk].numbers["reported"] if pk in before else 0
        rows.append((pk, here, here - there))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _moves(scene: Scene) -> list[str]:
    words, rows = shared()["structure"], moved_categories(scene)
    than = period_words(scene)["previous"]
    more = [(scene.names.category(pk), gap) for pk, _now, gap in rows[:NAMED] if gap > 0]
    less = [(scene.names.category(pk), gap) for pk, _now, gap in reversed(rows[-NAMED:]) if gap < 0]
    parts = []
    if more:
        parts.append(words["more"].format(than=than, list=_items(more, "moved")))
    if less:
        parts.append(words["less"].format(than=than, list=_items(less, "moved")))
    return ["，".join(parts)] if parts else []


def focus(scene: Scene) -> list[str]:
    """What comes again and again, and the case that is overdue longest."""
    words, said = shared()["focus"], said_by(scene)
    sentences = [words["hot"].format(**said | {**row, "place": place_of(scene, row)}) for row in scene.lists["hot"]]
    if scene.lists["overdue"]:
        case = scene.lists["overdue"][0]
        named = {"number": case["number"], "title": plain_title(case["title"]), "holder": case_holder(scene, case)}
        area = scene.names.grids.get(case["grid_code"], "") or scene.area(case["area"])
        sentences.append(words["overdue"].format(**named, area=area, span=span(case["overdue"])))
    return [points(sentences)] if sentences else [words["nothing"].format(**said)]


def plain_title(text: str) -> str:
    """A case's title as it stands inside a sentence: without its full stop."""
    return text.rstrip("。．.！!？?；;，,、 ")


def place_of(scene: Scene, row: Mapping[str, Any]) -> str:
    """The compound, else the grid."""
    return str(row["compound"] or scene.area(row["place"]))


def case_holder(scene: Scene, case: Mapping[str, Any]) -> str:
    """The unit or desk that has a case; persons of the grids are named together, never by name (law 14)."""
    named = {**case, "person": "" if case["unit"] or not case["person"] else staff_of(scene.area(case["area"]))}
    return holder(named)
