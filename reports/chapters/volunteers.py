"""Chapter of the app `volunteers`: wishes, services and hours, micro-projects, service points (domain.md 5; 6.1)."""

from collections.abc import Iterator, Mapping
from typing import Final

from reports.chapters import volunteers_counts as counts
from reports.chapters import volunteers_tables as tables
from reports.chapters.area_tables import behind
from reports.chapters.chapter import Chapter, Compared, Told
from reports.chapters.few import FEWEST
from reports.chapters.scene import Scene
from reports.chapters.wording import change, happened, now_word
from reports.documents.prose import points
from reports.metrics import Extent

PEOPLE: Final = ("volunteers", "volunteers_new", "volunteers_serving")
"""Numbers of persons: fewer than five are told as none."""
_WISHES: Final = ("wishes", "wishes_due", "claims", "claims_due")
_SERVICE: Final = ("volunteers", "teams", "services", "certificates", "points_issued", "exchanges")
_MICRO: Final = ("micro_bids", "micro_funded", "micro_running", "micro_closed", "service_points")

Numbers = Mapping[str, int]


def count(extent: Extent) -> Numbers:
    """All figures of the chapter over `extent`, persons guarded; one query."""
    found = guarded(counts.totals(extent))
    return {name: found[name] for name in CHAPTER.words["figures"]}


def guarded(found: Numbers) -> dict[str, int]:
    """The figures without numbers of few volunteers."""
    return {name: 0 if name in PEOPLE and n < FEWEST else n for name, n in found.items()}


def write(scene: Scene, compared: Compared) -> Told:
    """What was wished and granted, who served, what small projects and places do; tables by the month."""
    told, headings = Told(), CHAPTER.words["headings"]
    areas = counts.by_area(scene.extent)
    if happened(compared, *_WISHES):
        told.section(65, "wishes", headings["wishes"], [points(list(_wishes(scene, compared, areas)))])
    if happened(compared, *_SERVICE):
        told.section(66, "volunteers", headings["volunteers"], [points(list(_service(scene, compared)))])
    if happened(compared, *_MICRO):
        told.section(67, "micro", headings["micro"], [points(list(_micro(compared)))])
    if scene.kind != "weekly":
        for place, table in tables.tables(scene, CHAPTER.words, compared, areas):
            told.table(place, table)
        told.duty += _duty(compared)
    return told


def _wishes(scene: Scene, compared: Compared, areas: Mapping[str, Numbers]) -> Iterator[str]:
    n = compared.now
    yield CHAPTER.said(compared, "wishes", now=now_word(scene), change=change(scene, compared, "wishes", "个"))
    if n["wishes_due"]:
        yield CHAPTER.said(compared, "granted", "wish_rate")
        yield from behind(scene, CHAPTER.words, areas, n, "wishes_granted", "wishes_due")
    if n["claims_due"]:
        more = [CHAPTER.said(compared, "lapsed")] if n["claims_lapsed"] else []
        yield "，".join([CHAPTER.said(compared, "contacted", "wish_contact_rate"), *more])
    if n["wishes_rated"] >= FEWEST:
        yield CHAPTER.said(compared, "wishes_good", "wish_good_rate")
    if n["wish_money"]:
        yield CHAPTER.said(compared, "wish_money")


def _service(scene: Scene, compared: Compared) -> Iterator[str]:
    n, now = compared.now, now_word(scene)
    if n["volunteers"]:
        parts = [CHAPTER.said(compared, "volunteers")]
        parts += [CHAPTER.said(compared, "new", now=now)] if n["volunteers_new"] else []
        parts += [CHAPTER.said(compared, "teams")] if n["teams"] else []
        yield "，".join(parts)
    said = CHAPTER.said(
        compared,
        "services" if n["services"] else "services_none",
        now=now,
        change=change(scene, compared, "services", "场"),
    )
    yield "，".join([said, *([CHAPTER.said(compared, "no_shows")] if n["no_shows"] else [])])
    parts = [
        CHAPTER.said(compared, name) for name, of in (("hours", "service_hours"), ("gained", "service_gained")) if n[of]
    ]
    if parts:
        yield "，".join(parts)
    if n["certificates"]:
        yield CHAPTER.said(compared, "certificates")
    if n["points_issued"] or n["exchanges"]:
        yield CHAPTER.said(compared, "points")


def _micro(compared: Compared) -> Iterator[str]:
    n = compared.now
    parts = [CHAPTER.said(compared, name) for name, of in (("bids", "micro_bids"), ("funded", "micro_funded")) if n[of]]
    if parts:
        yield "，".join(parts)
    if n["micro_running"]:
        yield CHAPTER.said(compared, "running", "micro_money_rate")
    if n["micro_closed"]:
        yield CHAPTER.said(compared, "closed")
    if n["service_points"]:
        more = [CHAPTER.said(compared, "circle", "circle_rate")] if n["homes"] else []
        yield "，".join([CHAPTER.said(compared, "places"), *more])


def _duty(compared: Compared) -> list[str]:
    """What a secretary's duty report says of it; only what there was."""
    words, n, facts = CHAPTER.words["duty"], compared.now, []
    if n["wishes_granted"]:
        facts.append(words["wishes"].format(rate=CHAPTER.said_rate(compared, "wish_rate"), **n))
    if n["services"]:
        hours = [words["hours"].format(**n)] if n["service_hours"] else []
        facts.append("，".join([words["services"].format(**n), *hours]))
    if n["micro_running"]:
        facts.append(words["micro"].format(**n))
    return facts


CHAPTER: Final = Chapter("volunteers", 65, count, write)
