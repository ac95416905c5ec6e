"""The tables of the quarterly report made from the office's records."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports import cells
from reports.cells import cell, row
from reports.chapters.scene import Scene
from reports.rhythms.tables import head, title
from reports.words import templates

Json = dict[str, Any]


def all_tables(scene: Scene) -> Iterator[tuple[int, Json]]:
    """Checklist of the tours, cases, results of assessments, matters, honours; with their places."""
    yield 60, _tours(scene)
    yield 62, _cases(scene)
    yield 64, _assessments(scene)
    yield 66, _matters(scene)
    yield 68, _honours(scene)


def _words(name: str) -> Any:
    return templates("quarterly")[name]


def _tours(scene: Scene) -> Json:
    """One line per item looked at; a tour without a checklist has one line of its own."""
    rows = []
    for tour in scene.lists["tours"]:
        for item in tour["items"] or [{"topic": "", "finding": tour["summary"], "is_good": None}]:
            good = "" if item["is_good"] is None else "√" if item["is_good"] else "×"
            made = [cell(tour["held_on"], "day"), cell(tour["title"]), cell(tour["host"]), cell(item["topic"])]
            rows.append(row([*made, cell(" ".join(item["finding"].split())), cell(good)]))
    header = head(scene, "date", "tour", "host", "item", "finding", "good")
    return cells.table("tours", title("tours"), header, rows, unit="项", widths=(4, 8, 6, 7, 11, 4))


def _cases(scene: Scene) -> Json:
    status = _words("cases")["status"]
    rows = [
        row(
            [
                cell(number, "rank"),
                cell(each["title"]),
                cell(each["grid"]),
                cell(each["submitted_to"]),
                cell(status[each["status"]]),
                cell(each["answer"]),
            ]
        )
        for number, each in enumerate(scene.lists["cases"], 1)
    ]
    header = head(scene, "order", "title", "host", "submitted_to", "status", "answer")
    return cells.table("cases", title("cases"), header, rows, unit="篇", widths=(3, 11, 6, 7, 5, 8))


def _assessments(scene: Scene) -> Json:
    """Area and units only: those of kinds of post are told in numbers of grades."""
    rows = []
    for each in scene.lists["assessments"]:
        rows += [row(_line(each, line)) for line in each["lines"] if each["subject"] != "post"]
    header = head(scene, "scheme", "subject", "cases_count", "score", "rank", "grade", "status")
    return cells.table("assessments", title("assessments"), header, rows, unit="", widths=(9, 7, 3, 4, 3, 4, 7))


def _line(each: Mapping[str, Any], line: Mapping[str, Any]) -> list[Json]:
    return [
        cell(each["scheme"]),
        cell(line["name"]),
        cell(line["cases"], "count"),
        cell(line["score"], "number"),
        cell(line["rank"], "rank"),
        cell(line["grade"]),
        cell(_words("assessments")["status"][each["status"]]),
    ]


def _matters(scene: Scene) -> Json:
    status = _words("matters")["status"]
    rows = [
        row(
            [
                cell(number, "rank"),
                cell(each["topic"]),
                cell(each["title"]),
                cell(each["owner"]),
                cell(each["planned_on"] or None, "day"),
                cell(each["done_on"] or None, "day"),
                cell(each["households"], "count"),
                cell(status[each["status"]]),
            ]
        )
        for number, each in enumerate(scene.lists["matters"], 1)
    ]
    header = head(scene, "order", "topic", "matter", "owner", "due_on", "done_on", "households", "status")
    return cells.table("matters", title("matters"), header, rows, unit="件", widths=(3, 5, 10, 6, 5, 5, 4, 5))


def _honours(scene: Scene) -> Json:
    rows = [
        row(
            [
                cell(each["decided_on"], "day"),
                cell(each["name"]),
                cell(place["heading"]),
                cell(place["title"]),
                cell(place["n"], "count"),
            ]
        )
        for each in scene.lists["honours"]
        for place in each["places"]
    ]
    header = head(scene, "date", "scheme", "holder_name", "honour", "cases_count")
    return cells.table("honours", title("honours"), header, rows, unit="个", widths=(4, 10, 8, 7, 3))
