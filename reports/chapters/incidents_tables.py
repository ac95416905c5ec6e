"""The tables of the chapter of `incidents`; each stands only where there is something to show."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from incidents.models import CallBack
from incidents.rates import Rates as Three
from incidents.rates import Weights, by_community, total
from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters import incidents_counts as counts
from reports.chapters.scene import Scene
from reports.chapters.wording import heads, total_word
from reports.metrics import Tally

Json = dict[str, Any]
Words = Mapping[str, Any]


def tables(scene: Scene, words: Words) -> Iterator[tuple[int, Json]]:
    """Events by area, hazards by category, disputes by kind, the three rates by community, the hotline by area."""
    by_area = counts.facts_by_area(scene.extent)
    yield 25, _events(scene, words, by_area)
    yield 40, _hazards(scene, words)
    yield 45, _disputes(scene, words)
    yield 50, _satisfaction(scene, words)
    yield 51, _hotline(scene, words, by_area)


def _codes(scene: Scene, some: Sequence[str]) -> list[str]:
    """All areas of the grid by code, the grid itself last when it has cases of its own."""
    return sorted({*scene.areas, *some}, key=lambda code: (code == scene.code, code))


def _events(scene: Scene, words: Words, by_area: Mapping[str, Mapping[str, int]]) -> Json:
    """③ reported, completed, completion rate, reported upward and its share."""

    def line(name: str, tally: Tally | None, up: int, key: str = "", *, is_total: bool = False) -> Json:
        reported = tally.numbers["reported"] if tally else 0
        done = tally.numbers["completed"] if tally else 0
        counted = [cell(reported, "count", measure="reported"), cell(done, "count", measure="completed")]
        made = [cell(name), *counted, rate_cell(done, reported), cell(up, "count"), rate_cell(up, reported)]
        return row(made, key=key, is_total=is_total)

    areas = scene.counts.areas
    rows = [
        line(scene.area(code), areas.get(code), by_area.get(code, {}).get("reported_up", 0), code)
        for code in _codes(scene, [*areas])
    ]
    up = sum(each["reported_up"] for each in by_area.values())
    if rows:
        rows.append(line(total_word(), scene.counts.total, up, is_total=True))
    header = heads(words, "area", "reported", "completed", "completion", "up", "share")
    return cells.table(
        "events",
        words["tables"]["events"],
        header,
        rows,
        unit="件",
        by="area",
        widths=(7, 3, 3, 4, 4, 4),
        chart=cells.chart("column", [1, 2]),
        note=words["notes"]["completion"],
    )


def _hazards(scene: Scene, words: Words) -> Json:
    """④ per category of hazards."""
    rows = []
    for each in counts.hazards(scene):
        before = each["before"]
        gap = None if before is None else each["reported"] - before
        measured = [
            cell(each[name], "count", measure=name) for name in ("reported", "completed", "open_end", "overdue_open")
        ]
        made = [cell(each["name"]), measured[0], cell(before, "count"), cell(gap, "change"), *measured[1:]]
        rows.append(row(made, key=str(each["pk"])))
    header = heads(words, "category", "reported", "previous", "change", "completed", "open", "overdue")
    title = words["tables"]["hazards"]
    return cells.table("hazards", title, header, rows, unit="件", by="category", widths=(6, 3, 4, 3, 3, 4, 3))


def _disputes(scene: Scene, words: Words) -> Json:
    """⑤ per kind of dispute."""
    names, found = words["dispute_kinds"], counts.disputes_by_kind(scene.extent)
    shown = ("entered", "settled", "failed", "open")
    rows = []
    for kind in (kind for kind in names if kind in found and any(found[kind][each] for each in shown)):
        line = found[kind]
        numbers = [cell(line[name], "count") for name in shown]
        rows.append(row([cell(names[kind]), *numbers, rate_cell(line["settled"], line["ended"])]))
    if rows:
        sums = {name: sum(line[name] for line in found.values()) for name in (*shown, "ended")}
        numbers = [cell(sums[name], "count") for name in shown]
        rate = rate_cell(sums["settled"], sums["ended"])
        rows.append(row([cell(total_word()), *numbers, rate], is_total=True))
    header = heads(words, "kind", "entered", "settled", "failed", "mediating", "settled_rate")
    title = words["tables"]["disputes"]
    return cells.table("disputes", title, header, rows, unit="件", widths=(5, 3, 4, 4, 4, 5))


def _satisfaction(scene: Scene, words: Words) -> Json:
    """The three rates per community (incidents.rates), most call-backs first."""
    mine = CallBack.objects.filter(incident__grid_code__startswith=scene.code)
    span: Json = {"start": scene.extent.start, "end": scene.end, "weights": Weights()}
    rows = [
        row(_rates(scene.area(line.key) if line.key == scene.code else line.name, line.rates))
        for line in by_community(mine, **span)
    ]
    if rows:
        rows.append(row(_rates(total_word(), total(mine, **span)), is_total=True))
    header = heads(words, "area", "assigned", "response", "reached", "resolution", "satisfaction")
    title, note = words["tables"]["satisfaction"], words["notes"]["rates"]
    return cells.table("satisfaction", title, header, rows, unit="件", widths=(7, 3, 4, 4, 4, 4), note=note)


def _rates(name: str, found: Three) -> list[Json]:
    return [
        cell(name),
        cell(found.assigned, "count"),
        rate_cell(found.contacted, found.assigned),
        cell(found.called_back, "count"),
        rate_cell(found.solved, found.called_back),
        rate_cell(found.satisfied, found.called_back),
    ]


def _hotline(scene: Scene, words: Words, by_area: Mapping[str, Mapping[str, int]]) -> Json:
    """The columns of a 12345 bulletin (W36), per area that had hotline cases dispatched."""
    unhappy = _unhappy(scene)
    nothing = dict.fromkeys(("hotline_called", "hotline_unhappy"), 0)
    rows, sums = [], dict.fromkeys((*HOTLINE, *nothing), 0)
    for code in _codes(scene, [*by_area, *unhappy]):
        line = {name: by_area.get(code, {}).get(name, 0) for name in HOTLINE} | unhappy.get(code, nothing)
        if any(line.values()):
            rows.append(row(_hot_cells(scene.area(code), line), key=code))
            sums = {name: sums[name] + line[name] for name in sums}
    if rows:
        rows.append(row(_hot_cells(total_word(), sums), is_total=True))
    names = ("dispatched", "on_time", "late", "not_done", "closing", "on_time_rate", "unhappy", "unhappy_rate")
    header, title = heads(words, "area", *names), words["tables"]["hotline"]
    note = words["notes"]["hotline"]
    return cells.table("hotline", title, header, rows, unit="件", widths=(7, 3, 3, 3, 3, 5, 5, 3, 5), note=note)


HOTLINE = ("hotline_dispatched", "hotline_on_time", "hotline_late", "hotline_open", "hotline_closed")


def _unhappy(scene: Scene) -> dict[str, dict[str, int]]:
    """Reached and unhappy reporters of hotline cases per area."""
    found: dict[str, dict[str, int]] = {}
    for each in counts.hotline_answers(scene.extent):
        found[each["area"]] = {"hotline_called": each["called"], "hotline_unhappy": each["unhappy"]}
    return found


def _hot_cells(name: str, line: Mapping[str, int]) -> list[Json]:
    counted = [cell(line[each], "count") for each in HOTLINE[:4]]
    return [
        cell(name),
        *counted,
        rate_cell(line["hotline_closed"], line["hotline_dispatched"]),
        rate_cell(line["hotline_on_time"], line["hotline_dispatched"]),
        cell(line["hotline_unhappy"], "count"),
        rate_cell(line["hotline_unhappy"], line["hotline_called"]),
    ]
