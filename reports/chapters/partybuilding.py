"""Chapter of the app `partybuilding`: organizations, lists, councils, activities (domain.md 4; 6.1, W34 ①)."""

from collections.abc import Iterator, Mapping
from typing import Final

from reports.chapters import partybuilding_counts as counts
from reports.chapters import partybuilding_tables as tables
from reports.chapters.area_tables import behind
from reports.chapters.chapter import Chapter, Compared, Told
from reports.chapters.few import FEWEST, hidden
from reports.chapters.scene import Scene
from reports.chapters.wording import change, happened, now_word
from reports.documents.prose import points
from reports.metrics import Extent
from reports.words import listed

PEOPLE: Final = ("members", "members_found", "members_brought_in")
"""Numbers of members: fewer than five are told as none."""
_TREE: Final = ("organizations", "members", "links", "contacts", "reports_in", "shifts", "calls")
_LISTS: Final = ("orders", "units", "needs_due", "projects_done", "projects_due", "pledges_due", "deliveries")
_COUNCILS: Final = ("councils", "resolutions", "opinions")

Numbers = Mapping[str, int]


def count(extent: Extent) -> Numbers:
    """All figures of the chapter over `extent`, members guarded; one query."""
    found = guarded(counts.totals(extent))
    return {name: found[name] for name in CHAPTER.words["figures"]}


def guarded(found: Numbers) -> dict[str, int]:
    """The figures without numbers of few members: those told as none, and a mode that the total would give away."""
    few = hidden({name: found[name] for name in counts.MODES})
    few |= {name for name in PEOPLE if found[name] < FEWEST}
    return {name: 0 if name in few else n for name, n in found.items()}


def write(scene: Scene, compared: Compared) -> Told:
    """Who is organized and serves, what was needed and given, what was decided, what was held; tables by the month."""
    told, headings = Told(), CHAPTER.words["headings"]
    areas = counts.by_area(scene.extent)
    if happened(compared, *_TREE):
        told.section(61, "party", headings["tree"], [points([*_tree(compared), *_service(scene, compared)])])
    if happened(compared, *_LISTS):
        told.section(62, "party_lists", headings["lists"], [points(list(_lists(scene, compared, areas)))])
    if happened(compared, *_COUNCILS):
        told.section(63, "party_councils", headings["councils"], [points(list(_councils(scene, compared)))])
    if happened(compared, "activities"):
        told.section(64, "party_activities", headings["activities"], [points([_activities(scene, compared)])])
    if scene.kind != "weekly":
        for place, table in tables.tables(scene, CHAPTER.words, compared, areas):
            told.table(place, table)
        told.duty += _duty(compared)
    return told


def _tree(compared: Compared) -> Iterator[str]:
    n, words = compared.now, CHAPTER.words
    if n["organizations"]:
        yield CHAPTER.said(compared, "tree")
        yield CHAPTER.said(compared, "coverage", "party_coverage_rate")
    if n["posts_planned"]:
        yield CHAPTER.said(compared, "posts", "party_post_rate")
    if n["members"]:
        modes = [words["mode"].format(name=label, n=n[name]) for name, label in words["modes"].items() if n[name]]
        yield "，".join([CHAPTER.said(compared, "members"), *([listed(modes)] if modes else [])])
    if n["members_found"]:
        more = [CHAPTER.said(compared, "brought_in")] if n["members_brought_in"] else []
        yield "，".join([CHAPTER.said(compared, "found"), *more])


def _service(scene: Scene, compared: Compared) -> Iterator[str]:
    n, now = compared.now, now_word(scene)
    if n["links"]:
        yield CHAPTER.said(compared, "links", "link_contact_rate", now=now)
    if n["reports_in"]:
        yield CHAPTER.said(compared, "reports_in", now=now)
    if n["shifts"]:
        yield CHAPTER.said(compared, "shifts", "duty_rate")
    if n["calls"]:
        yield CHAPTER.said(compared, "calls")


def _lists(scene: Scene, compared: Compared, areas: Mapping[str, Numbers]) -> Iterator[str]:
    n = compared.now
    if n["units"]:
        yield CHAPTER.said(compared, "units")
    if n["needs_due"]:
        more = change(scene, compared, "needs", "项")
        yield CHAPTER.said(compared, "needs", "need_rate", now=now_word(scene), change=more)
        yield from behind(scene, CHAPTER.words, areas, n, "needs_met", "needs_due")
    if n["projects_done"]:
        yield CHAPTER.said(compared, "projects")
    if n["projects_due"]:
        yield CHAPTER.said(compared, "projects_due", "project_rate")
    if n["pledges_due"]:
        yield CHAPTER.said(compared, "pledges", "pledge_rate")
    if n["deliveries"]:
        yield CHAPTER.said(compared, "deliveries")
    if n["orders"]:
        yield CHAPTER.said(compared, "orders", "order_rate", change=change(scene, compared, "orders", "单"))
    if n["orders_rated"] >= FEWEST:
        yield CHAPTER.said(compared, "orders_good", "order_good_rate")


def _councils(scene: Scene, compared: Compared) -> Iterator[str]:
    n = compared.now
    more = change(scene, compared, "councils", "次")
    yield CHAPTER.said(compared, "councils" if n["councils"] else "councils_none", now=now_word(scene), change=more)
    if n["resolutions"]:
        yield CHAPTER.said(compared, "resolutions", "decision_rate")
    if n["opinions"]:
        yield CHAPTER.said(compared, "opinions", "opinion_rate")
    if n["opinions_rated"] >= FEWEST:
        yield CHAPTER.said(compared, "opinions_rated")


def _activities(scene: Scene, compared: Compared) -> str:
    name = "activities" if compared.now["activities"] else "activities_none"
    return CHAPTER.said(compared, name, now=now_word(scene), change=change(scene, compared, "activities", "场"))


def _duty(compared: Compared) -> list[str]:
    """What a secretary's duty report says of it; only what there was."""
    words, n, facts = CHAPTER.words["duty"], compared.now, []
    if n["organizations"]:
        facts.append(words["tree" if n["members"] else "tree_only"].format(**n))
    if n["needs_met"] or n["projects_done"]:
        facts.append(words["lists"].format(**n))
    if n["councils"]:
        name = "councils" if n["resolutions"] else "councils_only"
        facts.append(words[name].format(rate=CHAPTER.said_rate(compared, "decision_rate"), **n))
    if n["activities"]:
        facts.append(words["activities"].format(**n))
    return facts


CHAPTER: Final = Chapter("partybuilding", 61, count, write)
