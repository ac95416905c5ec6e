"""Chapter of the app `fieldwork`: notes, patrols, visits, care, inspections, training (domain.md 6.1, W34 ②⑥⑦; W59)."""

from collections.abc import Mapping
from typing import Final

from reports import cells
from reports.chapters import fieldwork_counts as counts
from reports.chapters import fieldwork_tables as tables
from reports.chapters.chapter import Chapter, Compared, Told
from reports.chapters.scene import Scene
from reports.chapters.wording import change, happened, now_word
from reports.documents.prose import points
from reports.metrics import Extent
from reports.words import listed, percent

NAMED: Final = 3
LEAST_ROUNDS: Final = 20
"""An area with fewer rounds is not named for its rate."""
_WORK: Final = ("notes", "patrols", "findings", "doors")
_VISITS: Final = ("visits", "visits_due", "care", "promises_due", "promises_made")


def count(extent: Extent) -> Mapping[str, int]:
    """All figures of the chapter over `extent`; one query per table of field work."""
    found = counts.totals(extent) | {"care": counts.care(extent).told}
    return {name: found[name] for name in CHAPTER.words["figures"]}


def write(scene: Scene, compared: Compared) -> Told:
    """What was walked, whom was visited, what was inspected, who was trained; from the month on with tables."""
    told, words = Told(), CHAPTER.words
    headings = words["headings"]
    areas = counts.by_area(scene.extent)
    if happened(compared, *_WORK):
        told.section(55, "field", headings["field"], [points(_work(scene, compared))])
    if happened(compared, *_VISITS):
        told.section(56, "field_visits", headings["visits"], [points(_visits(scene, compared, areas))])
    if happened(compared, "inspections"):
        told.section(57, "inspections", headings["inspections"], [points(_inspections(scene, compared))])
    if happened(compared, "trainings"):
        told.section(58, "training", headings["training"], [points(_training(scene, compared))])
    if scene.kind != "weekly":
        for place, table in tables.tables(scene, words, compared, areas):
            told.table(place, table)
        told.duty += _duty(compared)
    return told


def _work(scene: Scene, compared: Compared) -> list[str]:
    words, n = CHAPTER.words, compared.now
    said = {"now": now_word(scene), "change": change(scene, compared, "notes", "条"), **n}
    sentences = [words["work" if n["notes"] or n["patrols"] else "work_none"].format(**said)]
    if n["night_patrols"]:
        sentences.append(words["night"].format(n=n["night_patrols"]))
    if n["doors"]:
        sentences.append(words["doors"].format(**n))
    return sentences


def _visits(scene: Scene, compared: Compared, areas: Mapping[str, Mapping[str, int]]) -> list[str]:
    words, n = CHAPTER.words, compared.now
    said = {"now": now_word(scene), "change": change(scene, compared, "visits", "次"), **n}
    sentences = [words["visits" if n["visits"] else "visits_none"].format(**said)]
    if n["visits_due"]:
        due = words["due"].format(
            due=n["visits_due"],
            done=n["visits_done"],
            late=n["visits_late"],
            rate=CHAPTER.said_rate(compared, "visit_rate"),
        )
        sentences.append(due)
        sentences += _behind(scene, compared, areas)
    if n["care"]:
        sentences.append(words["care"].format(n=counts.care(scene.extent).shown))
    if n["promises_due"]:
        rate = CHAPTER.said_rate(compared, "promise_rate")
        sentences.append(words["promises"].format(due=n["promises_due"], kept=n["promises_kept"], rate=rate))
    if n["promises_made"]:
        sentences.append(words["promises_made"].format(n=n["promises_made"]))
    return sentences


def _behind(scene: Scene, compared: Compared, areas: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The areas with the lowest rates, where they are below the whole; areas, never persons."""
    mean = cells.ratio(compared.now["visits_done"], compared.now["visits_due"]) or 0.0
    rates = {
        code: line["visits_done"] / line["visits_due"]
        for code, line in areas.items()
        if code != scene.code and line["visits_due"] >= LEAST_ROUNDS
    }
    low = sorted((code for code in rates if rates[code] < mean), key=lambda code: (rates[code], code))[:NAMED]
    if len(rates) < 2 or not low:
        return []
    item = CHAPTER.words["behind_item"]
    named = [item.format(name=scene.area(code), rate=percent(rates[code])) for code in low]
    return [CHAPTER.words["behind"].format(list=listed(named))]


def _inspections(scene: Scene, compared: Compared) -> list[str]:
    words, n = CHAPTER.words, compared.now
    said = {"now": now_word(scene), "change": change(scene, compared, "inspections", "家次"), **n}
    sentences = [words["inspections"].format(**said)]
    if n["hazards"]:
        sentences.append(words["fixed"].format(rate=CHAPTER.said_rate(compared, "hazard_rate"), **n))
    return sentences


def _training(scene: Scene, compared: Compared) -> list[str]:
    return [CHAPTER.words["training"].format(now=now_word(scene), **compared.now)]


def _duty(compared: Compared) -> list[str]:
    """What a secretary's duty report says of it; only what there was."""
    words, n = CHAPTER.words["duty"], compared.now
    facts = []
    if n["visits"]:
        name = "visits" if n["visits_due"] else "visits_only"
        facts.append(words[name].format(visits=n["visits"], rate=CHAPTER.said_rate(compared, "visit_rate")))
    if n["inspections"]:
        facts.append(words["hazards"].format(places=n["places"], hazards=n["hazards"], fixed=n["hazards_fixed"]))
    if n["promises_due"]:
        facts.append(words["promises"].format(due=n["promises_due"], kept=n["promises_kept"]))
    if n["trainings"]:
        facts.append(words["training"].format(trainings=n["trainings"], trained=n["trained"]))
    return facts


CHAPTER: Final = Chapter("fieldwork", 55, count, write)
