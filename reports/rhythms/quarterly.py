"""季观摩: the quarter, what tours saw, typical cases, assessment, matters, honours, a block for the duty report."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from grid.models import Grid
from reports.assembly import one_reading
from reports.chapters.chapter import Told
from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.periods import Period
from reports.rhythms import advice, handed, prose, ranking, records, records_tables, tables
from reports.rhythms.compare import day_text, said_by, value
from reports.rhythms.reading import Reader, read_scene
from reports.rhythms.snapshot import compose, section
from reports.words import listed, percent, templates

Json = dict[str, Any]

READERS: Final[dict[str, Reader]] = {
    "handed": handed.handed,
    "tours": records.tours,
    "cases": records.cases,
    "assessments": records.assessments,
    "matters": records.matters,
    "honours": records.honours,
}
NAMED: Final = 3


def build(grid: Grid, period: Period, *, now: datetime) -> Json:
    """The snapshot of the quarter of `grid`, cut off at `now` when it is not over."""
    with one_reading():
        scene = read_scene("quarterly", grid, period, now=now, readers=READERS)
        return compose(scene, told(scene))


def told(scene: Scene) -> Told:
    """The report's own sections and tables; those of the apps come between them by their places."""
    made = Told()
    section(scene, made, 10, "overview", [*prose.overview(scene), _months(scene)])
    section(scene, made, 20, "timeliness", prose.timeliness(scene))
    section(scene, made, 25, "areas", ranking.told(scene))
    section(scene, made, 60, "tours", _tours(scene))
    section(scene, made, 62, "cases", _cases(scene))
    section(scene, made, 64, "assessments", _assessments(scene))
    section(scene, made, 66, "matters", _matters(scene))
    section(scene, made, 68, "honours", _honours(scene))
    section(scene, made, 80, "tasks", handed.told(scene))
    section(scene, made, 90, "advice", advice.told(scene))
    made.duty += _duty(scene)
    made.table(10, tables.summary(scene))
    made.table(11, tables.months(scene))
    made.table(20, tables.rates(scene))
    made.table(24, ranking.table(scene))
    made.table(30, tables.categories(scene))
    for place, table in records_tables.all_tables(scene):
        made.table(place, table)
    made.table(80, handed.table(scene))
    made.table(90, tables.overdue(scene))
    return made


def _words(name: str) -> Any:
    return templates("quarterly")[name]


def _months(scene: Scene) -> str:
    """Month by month, once there are two of them."""
    found = tables.by_month(scene)
    if len(found) < 2 or not any(reported or completed for _name, reported, completed in found):
        return ""
    item = _words("month_item")
    named = [
        item.format(month=name.split("年")[1].removesuffix("月"), reported=reported, completed=completed)
        for name, reported, completed in found
    ]
    return str(_words("months").format(list="，".join(named)))


def _tours(scene: Scene) -> list[str]:
    words, said = _words("tours"), said_by(scene)
    held = [tour for tour in scene.lists["tours"] if tour["is_done"]]
    planned = len(scene.lists["tours"]) - len(held)
    sentences = []
    if held:
        named = [words["item"].format(**tour | _tour(tour)) for tour in held]
        sentences.append(words["held"].format(**said, n=len(held), list=listed(named)))
    items = [item for tour in held for item in tour["items"]]
    if good := [item["topic"] for item in items if item["is_good"]]:
        sentences.append(words["looked"].format(n=len(items), good=len(good), list=listed(good[:NAMED])))
    sentences += [
        words["summary"].format(title=tour["title"], summary=" ".join(tour["summary"].split()))
        for tour in held
        if tour["summary"].strip()
    ]
    if planned:
        sentences.append(words["planned"].format(n=planned))
    return [points(sentences)] if sentences else [words["none"].format(**said)]


def _tour(tour: Mapping[str, Any]) -> dict[str, str]:
    return {"day": day_text(date.fromisoformat(tour["held_on"])), "kind": _words("tours")["kinds"][tour["kind"]]}


def _adopted(scene: Scene) -> tuple[int, int]:
    """Submitted in the quarter, and adopted in it."""
    found = scene.lists["cases"]
    return sum(each["is_new"] for each in found), sum(each["status"] == "adopted" for each in found)


def _cases(scene: Scene) -> list[str]:
    words, found = _words("cases"), scene.lists["cases"]
    if not found:
        return [words["none"].format(**said_by(scene))]
    submitted, adopted = _adopted(scene)
    sentences = [words["summary"].format(**said_by(scene), submitted=submitted, adopted=adopted)]
    for status in ("adopted", "submitted"):
        named = [words["item"].format(title=each["title"]) for each in found if each["status"] == status]
        if named:
            sentences.append(words[status].format(list=listed(named[:NAMED])))
    return [points(sentences)]


def _assessments(scene: Scene) -> list[str]:
    words, found = _words("assessments"), scene.lists["assessments"]
    sentences = [_assessment(each, words) for each in found]
    return [points(sentences)] if sentences else [words["none"].format(**said_by(scene))]


def _assessment(each: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    lines = each["lines"]
    counted: Counter[str] = records.grades(lines)
    grades = [words["grade"].format(grade=grade, n=n) for grade, n in sorted(counted.items(), key=_by_size)]
    without = sum(not line["grade"] for line in lines)
    if without:
        grades.append(words["unranked"].format(n=without))
    subject = words["subjects"][each["subject"]]
    days = {name: day_text(date.fromisoformat(each[name])) for name in ("first", "last")}
    said = {"scheme": each["scheme"], "n": len(lines), "subject": subject, "grades": listed(grades), **days}
    parts = [words["summary"].format(**said)]
    first = [line["name"] for line in lines if line["rank"] is not None][:NAMED]
    if len(first) > 1:
        parts.append(words["first"].format(list=listed(first)))
    if each["status"] == "published":
        parts.append(words["open"])
    return "，".join(parts)


def _by_size(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _matters(scene: Scene) -> list[str]:
    words, found = _words("matters"), scene.lists["matters"]
    if not found:
        return [words["none"].format(**said_by(scene))]
    done = [each for each in found if each["status"] == "done"]
    households = sum(each["households"] or 0 for each in done)
    helped = words["households"].format(n=households) if households else ""
    doing = sum(each["status"] == "doing" for each in found)
    sentences = [words["summary"].format(**said_by(scene), done=len(done), doing=doing, households=helped)]
    if late := sum(each["is_late"] for each in found):
        sentences.append(words["late"].format(n=late))
    return [points(sentences)]


def _honours(scene: Scene) -> list[str]:
    words = _words("honours")
    sentences = []
    for each in scene.lists["honours"]:
        named = [words["place"].format(**place) for place in each["places"]]
        if named:
            n = sum(place["n"] for place in each["places"])
            sentences.append(words["summary"].format(round=each["name"], list=listed(named), n=n))
    return [points(sentences)] if sentences else [words["none"].format(**said_by(scene))]


def _duty(scene: Scene) -> list[str]:
    """What a secretary reports of the running of the grids: facts of this report, ready to be pasted."""
    return [sentence for sentence in _duty_facts(scene) if sentence]


def _duty_facts(scene: Scene) -> Iterator[str]:
    words, said, total = _words("duty"), said_by(scene), scene.counts.total
    if said["reported"] or said["completed"]:
        done = said["completed"] / said["reported"] if said["reported"] else None
        rates = {"on_time": value(total, "on_time_handling_rate"), "closing": value(total, "closing_rate")}
        shown = {name: percent(rate) for name, rate in (rates | {"completion": done}).items()}
        yield words["events"].format(**said, **shown)
    else:
        yield words["events_none"].format(**said)
    if scene.lists["hot"]:
        yield words["hot"].format(n=len(scene.lists["hot"]))
    yield words["overdue"].format(n=said["overdue_open"]) if said["overdue_open"] else words["no_overdue"]
    n = handed.counts(scene)
    if n["given"] or n["done"]:
        yield words["tasks"].format(**n)
    submitted, adopted = _adopted(scene)
    if submitted or adopted:
        yield words["cases"].format(submitted=submitted, adopted=adopted)
