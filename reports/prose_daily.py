"""The text of the daily report, written from the numbers of its snapshot (sentences: data/daily.json)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from reports.documents.prose import points
from reports.periods import PEOPLE_TIME
from reports.words import listed, moment, percent, span, templates

Json = dict[str, Any]
Snapshot = Mapping[str, Any]

NAMED: Final = 3
"""How many categories, areas or units a sentence names."""
UNCLASSIFIED: Final = "none"
"""The key of the line of incidents without category; no sentence calls that a category."""


def write_text(snapshot: Snapshot) -> Json:
    """Title, sections of paragraphs, and foot note."""
    words, values = templates("daily"), _common(snapshot)
    title = words["interim_title" if snapshot["interim"] else "title"]
    sections = [
        ("overview", _overview(snapshot, values)),
        ("timeliness", [points(_timeliness(snapshot))]),
        ("focus", [points(_focus(snapshot))]),
        ("matters", _matters(snapshot)),
    ]
    return {
        "title": title.format(**values),
        "short_title": words["short_title"].format(**values),
        "office": words["office"].format(**values),
        "sections": [{"heading": words["headings"][key], "paragraphs": text} for key, text in sections],
        "footnote": words["footnote"].format(version=snapshot["version"], as_of=_as_of(snapshot)),
    }


def _common(snapshot: Snapshot) -> dict[str, Any]:
    """What every sentence may name."""
    day = date.fromisoformat(snapshot["period"]["first"])
    values: dict[str, Any] = {"grid": snapshot["grid"]["name"], "month": day.month, "day": day.day}
    values["clock"] = f"{datetime.fromisoformat(snapshot['as_of']).astimezone(PEOPLE_TIME):%H:%M}"
    values["span"] = templates("daily")["interim_span" if snapshot["interim"] else "span"].format(**values)
    return values | dict(snapshot["total"]["numbers"])


def _as_of(snapshot: Snapshot) -> str:
    if snapshot["interim"]:
        return moment(snapshot["as_of"])
    day = date.fromisoformat(snapshot["period"]["last"])
    return f"{day.year}年{day.month}月{day.day}日24时"


# --- 总体情况 --------------------------------------------------------------------------------------------------------


def _overview(snapshot: Snapshot, values: Mapping[str, Any]) -> list[str]:
    words = templates("daily")["overview"]
    rate = snapshot["total"]["rates"]["same_day_rate"]["value"]
    same_day_rate = "" if rate is None else f"，当日办结率{percent(rate)}"
    said = {**values, "change": _change(snapshot), "same_day_rate": same_day_rate}
    first = words["reported" if said["reported"] else "nothing"]
    completed = words["interim_completed" if snapshot["interim"] else "completed"]
    flow = "".join(sentence.format(**said) for sentence in (first, words["flow"], completed, words["balance"]))
    return [flow, *_busiest(snapshot)]


def _change(snapshot: Snapshot) -> str:
    more = snapshot["total"]["numbers"]["reported"] - snapshot["previous"]["reported"]
    kind = "more" if more > 0 else "less" if more < 0 else "same"
    return str(templates("daily")["change"][kind].format(n=abs(more)))


def _busiest(snapshot: Snapshot) -> list[str]:
    """Which categories and areas reported most; nothing when nothing was reported."""
    words, reported = templates("daily")["overview"], snapshot["total"]["numbers"]["reported"]
    categories = _top([row for row in snapshot["categories"] if row["key"] not in ("", UNCLASSIFIED)])
    areas = _top([row for row in snapshot["areas"] if row["key"] != snapshot["grid"]["code"]])
    sentences = []
    if categories:
        share = percent(sum(row["numbers"]["reported"] for row in categories) / reported)
        sentences.append(words["categories"].format(list=_named(categories), share=share))
    if areas:
        sentences.append(words["areas"].format(list=_named(areas)))
    return ["".join(sentences)] if sentences else []


def _top(rows: Sequence[Json], number: str = "reported") -> list[Json]:
    with_any = [row for row in rows if row["numbers"][number]]
    return sorted(with_any, key=lambda row: (-row["numbers"][number], row["key"]))[:NAMED]


def _named(rows: Sequence[Json], number: str = "reported") -> str:
    return listed([f"{row['name']}（{row['numbers'][number]}件）" for row in rows])


# --- 办理时效 --------------------------------------------------------------------------------------------------------


def _timeliness(snapshot: Snapshot) -> list[str]:
    return [_handled(snapshot), _closed(snapshot), _quality(snapshot), _overdue(snapshot)]


def _handled(snapshot: Snapshot) -> str:
    words, rate = templates("daily")["timeliness"], snapshot["total"]["rates"]["on_time_handling_rate"]
    if not rate["below"]:
        return str(words["not_handled"])
    handled = snapshot["total"]["rates"]["handling_rate"]["above"]
    return str(
        words["handled"].format(
            should_handle=rate["below"], handled=handled, handled_on_time=rate["above"], rate=percent(rate["value"])
        )
    )


def _closed(snapshot: Snapshot) -> str:
    words, rates = templates("daily")["timeliness"], snapshot["total"]["rates"]
    closing, on_time = rates["closing_rate"], rates["on_time_closing_rate"]
    if not closing["below"]:
        return str(words["not_closed"])
    return str(
        words["closed"].format(
            should_close=closing["below"],
            closed=closing["above"],
            closed_on_time=on_time["above"],
            rate=percent(closing["value"]),
            on_time=percent(on_time["value"]),
        )
    )


def _quality(snapshot: Snapshot) -> str:
    numbers, rate = snapshot["total"]["numbers"], snapshot["total"]["rates"]["rework_rate"]
    sentence = templates("daily")["timeliness"]["quality"]
    return str(sentence.format(reworked=numbers["reworked"], returned=numbers["returned"], rate=percent(rate["value"])))


def _overdue(snapshot: Snapshot) -> str:
    words, numbers = templates("daily")["timeliness"], snapshot["total"]["numbers"]
    newly = numbers["newly_overdue"]
    if not numbers["overdue_open"]:
        return str(words["no_overdue"].format(newly=words["newly"].format(n=newly) if newly else ""))
    text = words["overdue"].format(newly=newly, open=numbers["overdue_open"], unhandled=numbers["overdue_unhandled"])
    late = _top(snapshot["units"], "overdue_unhandled")
    return str(text + (words["units"].format(list=_named(late, "overdue_unhandled")) if late else ""))


# --- 重点关注 --------------------------------------------------------------------------------------------------------


def _focus(snapshot: Snapshot) -> list[str]:
    words = templates("daily")["focus"]
    points = [words["hot"].format(**issue) for issue in snapshot["hot"]]
    points += [words["rising"].format(**issue) for issue in snapshot["rising"]]
    if snapshot["overdue"]:
        case = snapshot["overdue"][0]
        points.append(words["overdue"].format(**_case(case), span=span(case["overdue"])))
    named = {case["id"] for case in snapshot["overdue"][:1]}
    for case in [case for case in snapshot["waiting"][:1] if case["id"] not in named]:
        points.append(words["waiting"].format(**_case(case), span=span(case["waiting"])))
    return points or [words["nothing"]]


def _case(case: Mapping[str, Any]) -> dict[str, str]:
    return {
        "number": case["number"],
        "title": case["title"],
        "area": case["grid_name"] or case["area_name"],
        "holder": holder(case),
    }


def holder(case: Mapping[str, Any]) -> str:
    """Who has the case: the unit and person, or the desk whose turn it is."""
    desk: str = templates("daily")["stages"][case["state"]][1]
    if desk:
        return desk
    return "·".join(name for name in (case["unit"], case["person"]) if name) or "—"


# --- 提请会商事项 ----------------------------------------------------------------------------------------------------


def _matters(snapshot: Snapshot) -> list[str]:
    words, matters = templates("daily")["matters"], snapshot["matters"]
    if not matters:
        return [words["nothing"]]
    points = [f"{n}.{matter['who']}：{matter['text']}" for n, matter in enumerate(matters, 1)]
    return [words["intro"], *points, words["deadline"]]
