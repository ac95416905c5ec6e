"""The tables that all three rhythms share, as JSON (reports.cells): numbers with their past, rates, categories …"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters.scene import Scene
from reports.indicators import INDICATORS, MEASURE_BY_NAME, UNIT_MEASURE_BY_NAME
from reports.metrics import Tally
from reports.prose_daily import UNCLASSIFIED
from reports.rhythms.compare import period_words, shared
from reports.rhythms.prose import by_day, case_holder, place_of
from reports.words import templates

Json = dict[str, Any]

SUMMARY: Final = (
    "reported",
    "self_handled",
    "filed",
    "not_accepted",
    "cancelled",
    "dispatched",
    "handled",
    "closed",
    "completed",
    "same_day",
    "returned",
    "reworked",
    "extended",
    "newly_overdue",
    "open_start",
    "open_end",
    "resting",
    "overdue_open",
    "overdue_unhandled",
)
LINE: Final = ("reported", "completed", "handled", "open_end", "overdue_open")
UNIT_COLUMNS: Final = ("dispatched", "handled", "returned", "reworked", "in_hand", "overdue_unhandled")
TOP_CATEGORIES: Final = 10


def title(name: str) -> str:
    """The caption of a shared table."""
    return str(shared()["tables"][name])


def head(scene: Scene, *names: str) -> list[str]:
    """Column titles; 本周, 上周, 环比 as the period has them."""
    words = {**shared()["columns"], **period_words(scene)}
    return [words[name] for name in names]


def has_year(scene: Scene) -> bool:
    """Whether the report compares with a year ago."""
    return scene.kind != "weekly"


def summary(scene: Scene) -> Json:
    """Each measure beside the period before (环比) and, from the month on, a year ago (同比)."""
    rows = []
    for name in SUMMARY:
        now, measure = scene.counts.total.numbers[name], MEASURE_BY_NAME[name]
        line = [cell(measure.label, hint=measure.meaning), cell(now, "count", measure=name)]
        line += _against(now, _number(scene.previous, name), with_difference=True)
        if has_year(scene):
            line += _against(now, _number(scene.year_ago, name), with_difference=False)
        rows.append(row(line, is_total=True))
    names = [
        "measure",
        "now",
        "previous",
        "change",
        "growth",
        *(["year_ago", "growth_year"] if has_year(scene) else []),
    ]
    return cells.table(
        "summary", title("summary"), head(scene, *names), rows, unit="件", widths=(6, 3, 3, 3, *[4] * (len(names) - 4))
    )


def _number(counts: Any, name: str) -> int | None:
    return None if counts is None else int(counts.total.numbers[name])


def _against(now: int, before: int | None, *, with_difference: bool) -> Iterator[Json]:
    """The older number, the difference, the relative change; dashes where nothing is known."""
    yield cell(before, "count")
    if with_difference:
        yield cell(None if before is None else now - before, "change")
    yield cell(round((now - before) / before, 4) if before else None, "growth")


def rates(scene: Scene) -> Json:
    """Each indicator with numerator and denominator, and how it moved; the formula stays in Excel and on the page."""
    rows = []
    for indicator in INDICATORS:
        above, below = scene.counts.total.ratios[indicator.name]
        line = [cell(indicator.label, hint=indicator.formula), rate_cell(above, below)]
        line += [cell(above, "count"), cell(below, "count")]
        now, before = cells.ratio(above, below), _ratio(scene.previous, indicator.name)
        line += [cell(before, "rate"), cell(_gap(now, before), "points")]
        if has_year(scene):
            line.append(cell(_ratio(scene.year_ago, indicator.name), "rate"))
        rows.append(row(line))
    names = ["indicator", "now", "above", "below", "previous", "points", *(["year_ago"] if has_year(scene) else [])]
    return cells.table("rates", title("rates"), head(scene, *names), rows, widths=(5, *[3] * (len(names) - 1)))


def _ratio(counts: Any, name: str) -> float | None:
    return None if counts is None else cells.ratio(*counts.total.ratios[name])


def _gap(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else round(now - before, 4)


def categories(scene: Scene) -> Json:
    """The busiest categories with their past, and all others together so that the column adds up."""
    order = sorted(
        scene.counts.categories.items(),
        key=lambda item: (-item[1].numbers["reported"], -item[1].numbers["ever"], item[0] or 0),
    )
    top, rest = order[:TOP_CATEGORIES], order[TOP_CATEGORIES:]
    rows = [_category(scene, pk, tally) for pk, tally in top]
    if rest:
        numbers = {name: sum(tally.numbers[name] for _pk, tally in rest) for name in ("reported", "completed")}
        before = _sum_before(scene, {pk for pk, _tally in top})
        rows.append(row(_category_cells("其他类别合计", numbers, before, [0, 0], measured=False)))
    names = ("category", "reported", "previous", "change", "completed", "completion_rate")
    words = {**shared()["columns"], **period_words(scene), **_labels("reported", "completed")}
    return cells.table(
        "categories",
        title("categories"),
        [words[name] for name in names],
        rows,
        unit="件",
        by="category",
        widths=(7, 3, 3, 3, 3, 4),
        chart=cells.chart("bar", [1]),
    )


def _labels(*names: str) -> dict[str, str]:
    return {name: MEASURE_BY_NAME[name].label for name in names}


def _category(scene: Scene, pk: int | None, tally: Tally) -> Json:
    old = scene.previous.categories.get(pk) if scene.previous else None
    before = None if scene.previous is None else old.numbers["reported"] if old else 0
    name, numbers = scene.names.category(pk), tally.numbers
    made = _category_cells(name, numbers, before, [numbers["completed"], numbers["reported"]], measured=True)
    return row(made, key=str(pk or UNCLASSIFIED))


def _category_cells(
    name: str, numbers: Mapping[str, int], before: int | None, ratio: Sequence[int], *, measured: bool
) -> list[Json]:
    now = numbers["reported"]
    return [
        cell(name),
        cell(now, "count", measure="reported" if measured else ""),
        cell(before, "count"),
        cell(None if before is None else now - before, "change"),
        cell(numbers["completed"], "count", measure="completed" if measured else ""),
        rate_cell(*ratio),
    ]


def _sum_before(scene: Scene, top: set[int | None]) -> int | None:
    if scene.previous is None:
        return None
    return sum(tally.numbers["reported"] for pk, tally in scene.previous.categories.items() if pk not in top)


def units(scene: Scene) -> Json:
    """One line per handling unit, most dispatched first; no ranks (law 14)."""
    order = sorted(
        scene.counts.units.items(),
        key=lambda item: (-item[1].numbers["dispatched"] - item[1].numbers["in_hand"], item[0]),
    )
    rows = []
    for key, tally in order:
        counted = [cell(tally.numbers[name], "count", measure=name) for name in UNIT_COLUMNS]
        rate = rate_cell(*tally.ratios["on_time_handling_rate"])
        rows.append(row([cell(scene.names.unit(key, scene.code)), *counted, rate], key=key))
    header = [*head(scene, "name_unit"), *(UNIT_MEASURE_BY_NAME[name].label for name in UNIT_COLUMNS)]
    return cells.table(
        "units",
        title("units"),
        [*header, *head(scene, "on_time_rate")],
        rows,
        unit="件",
        by="unit",
        widths=(9, 3, 3, 3, 3, 3, 3, 5),
        note=shared()["unit_note"],
    )


def days(scene: Scene) -> Json:
    """Reported and completed per day, drawn as lines."""
    rows = [
        row([cell(each["day"].isoformat(), "day"), cell(each["reported"], "count"), cell(each["completed"], "count")])
        for each in by_day(scene)
    ]
    header = [*head(scene, "day"), *_labels("reported", "completed").values()]
    return cells.table("days", title("days"), header, rows, unit="件", chart=cells.chart("line", [1, 2]))


def months(scene: Scene) -> Json:
    """Reported and completed per month of the period, drawn as columns."""
    rows = [
        row([cell(name), cell(reported, "count"), cell(completed, "count")])
        for name, reported, completed in by_month(scene)
    ]
    header = [*head(scene, "month"), *_labels("reported", "completed").values()]
    return cells.table("months", title("months"), header, rows, unit="件", chart=cells.chart("column", [1, 2]))


def by_month(scene: Scene) -> list[tuple[str, int, int]]:
    """(月份, reported, completed) of the months that have begun."""
    found: dict[tuple[int, int], list[int]] = {}
    for each in by_day(scene):
        day: date = each["day"]
        sums = found.setdefault((day.year, day.month), [0, 0])
        sums[0] += each["reported"]
        sums[1] += each["completed"]
    return [(f"{year}年{month}月", *sums) for (year, month), sums in found.items()]  # type: ignore[misc]


def overdue(scene: Scene) -> Json:
    """Overdue cases with place, holder and how late they are; the longest first."""
    rows = [row(_case(scene, case)) for case in scene.lists["overdue"]]
    total = scene.counts.total.numbers["overdue_open"]
    note = shared()["rest"].format(n=total - len(rows)) if total > len(rows) else ""
    header = head(scene, "number", "title", "area", "state", "holder", "due_at", "overdue")
    return cells.table("overdue", title("overdue"), header, rows, widths=(13, 11, 7, 5, 8, 6, 6), note=note)


def _case(scene: Scene, case: Mapping[str, Any]) -> list[Json]:
    return [
        cell(case["number"], "case"),
        cell(case["title"], hint=case["category"]),
        cell(scene.names.grids.get(case["grid_code"], "") or scene.area(case["area"])),
        cell(templates("daily")["states"][case["state"]]),
        cell(case_holder(scene, case)),
        cell(case["due_at"], "moment"),
        cell(case["overdue"], "span"),
    ]


def hot(scene: Scene) -> Json:
    """What was reported again and again in one place."""
    rows = [
        row(
            [
                cell(place_of(scene, each)),
                cell(each["category"]),
                cell(scene.area(each["area"])),
                cell(each["reported"], "count"),
            ]
        )
        for each in scene.lists["hot"]
    ]
    header = [*head(scene, "place", "category", "area"), MEASURE_BY_NAME["reported"].label]
    return cells.table("hot", title("hot"), header, rows, unit="件", widths=(6, 6, 5, 3))
