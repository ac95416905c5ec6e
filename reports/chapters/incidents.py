"""Chapter of the app `incidents`: hazards, disputes, what people say, the 12345 hotline, whistles and supervision.

Tables ③, ④ and ⑤ of a grid bulletin (domain.md 6.1, W34), the columns of a 12345 bulletin (W36), the three rates (2.5).
"""

from collections.abc import Mapping
from typing import Any, Final

from reports.chapters import incidents_counts as counts
from reports.chapters import incidents_tables as tables
from reports.chapters.chapter import Chapter, Compared, Told
from reports.chapters.scene import Scene
from reports.chapters.wording import change, happened, now_word
from reports.documents.prose import points
from reports.metrics import Extent
from reports.words import listed

Json = dict[str, Any]

NAMED: Final = 3


def count(extent: Extent) -> Mapping[str, int]:
    """All figures of the chapter over `extent`, in six queries."""
    return (
        counts.facts(extent)
        | counts.disputes(extent)
        | counts.answers(extent)
        | counts.whistles(extent)
        | counts.supervisions(extent)
    )


def write(scene: Scene, compared: Compared) -> Told:
    """Weekly: whistles and supervision; from the month on hazards, disputes and what people say, with their tables."""
    told, headings = Told(), CHAPTER.words["headings"]
    if happened(compared, "whistles", "supervised", "urged"):
        told.section(70, "whistles", headings["whistles"], [points(_whistles(scene, compared))])
    if scene.kind == "weekly":
        return told
    if happened(compared, "hazards_reported", "hazards_open"):
        told.section(40, "hazards", headings["hazards"], [points(_hazards(scene, compared))])
    if happened(compared, "disputes_entered", "disputes_settled", "disputes_failed", "disputes_open"):
        told.section(45, "disputes", headings["disputes"], [points(_disputes(scene, compared))])
    if happened(compared, "assigned", "hotline_dispatched", "hotline_called"):
        told.section(50, "people", headings["people"], [points(_people(scene, compared))])
    for place, table in tables.tables(scene, CHAPTER.words):
        told.table(place, table)
    told.duty += _duty(compared)
    return told


def _hazards(scene: Scene, compared: Compared) -> list[str]:
    words, n = CHAPTER.words["hazards_text"], compared.now
    said = {
        "now": now_word(scene),
        "reported": n["hazards_reported"],
        "completed": n["hazards_completed"],
        "open": n["hazards_open"],
        "change": change(scene, compared, "hazards_reported"),
    }
    if not n["hazards_reported"]:
        return [words["none" if n["hazards_open"] else "nothing"].format(**said)]
    most = [f"{row['name']}（{row['reported']}件）" for row in counts.hazards(scene)[:NAMED] if row["reported"]]
    return [words["some"].format(**said) + words["kinds"].format(list=listed(most))]


def _disputes(scene: Scene, compared: Compared) -> list[str]:
    words, n = CHAPTER.words["disputes_text"], compared.now
    rate = words["rate"].format(rate=CHAPTER.said_rate(compared, "settled_rate")) if n["disputes_ended"] else ""
    sentences = [
        words["some"].format(
            now=now_word(scene),
            entered=n["disputes_entered"],
            settled=n["disputes_settled"],
            open=n["disputes_open"],
            change=change(scene, compared, "disputes_entered"),
            rate=rate,
        )
    ]
    if n["disputes_failed"]:
        sentences.append(words["failed"].format(failed=n["disputes_failed"]))
    kinds = counts.disputes_by_kind(scene.extent)
    most = sorted((kind for kind in kinds if kinds[kind]["entered"]), key=lambda kind: (-kinds[kind]["entered"], kind))
    if most:
        names = CHAPTER.words["dispute_kinds"]
        items = [f"{names[kind]}（{kinds[kind]['entered']}件）" for kind in most[:NAMED]]
        sentences.append(words["kinds"].format(list=listed(items)))
    return sentences


def _people(scene: Scene, compared: Compared) -> list[str]:
    words, n = CHAPTER.words["people_text"], compared.now
    said = {"now": now_word(scene), "assigned": n["assigned"], "called_back": n["called_back"]}
    said |= {
        name: CHAPTER.said_rate(compared, f"{name}_rate_said") for name in ("response", "resolution", "satisfaction")
    }
    sentences = [words["rates" if n["assigned"] else "none"].format(**said)]
    if n["hotline_dispatched"]:
        sentences.append(
            words["hotline"].format(
                dispatched=n["hotline_dispatched"],
                on_time=n["hotline_on_time"],
                late=n["hotline_late"],
                open=n["hotline_open"],
                closing=CHAPTER.said_rate(compared, "hotline_closing_rate"),
                rate=CHAPTER.said_rate(compared, "hotline_on_time_rate"),
                change=change(scene, compared, "hotline_dispatched"),
            )
        )
    if n["hotline_called"]:
        unhappy = n["hotline_unhappy"]
        rate = CHAPTER.said_rate(compared, "hotline_unhappy_rate")
        sentences.append(words["unhappy"].format(n=unhappy, rate=rate) if unhappy else words["happy"])
    return sentences


def _whistles(scene: Scene, compared: Compared) -> list[str]:
    words, n = CHAPTER.words["whistles_text"], compared.now
    now, sentences = now_word(scene), [words["no_whistles"].format(now=now_word(scene))]
    if n["whistles"]:
        ratio = {"above": n["whistle_in_time"], "below": n["whistle_due"]}
        rate = CHAPTER.said_rate(compared, "whistle_response_rate")
        said = {"units": n["whistle_units"], "done": n["whistle_done"], "whistles": n["whistles"], "now": now}
        said["response"] = words["response"].format(rate=rate, **ratio) if n["whistle_due"] else ""
        said["change"] = change(scene, compared, "whistles", "次")
        sentences = [words["whistles"].format(**said)]
    if not n["supervised"] and not n["urged"]:
        return [*sentences, words["no_supervised"].format(now=now)]
    ratio = {"above": n["replied_in_time"], "below": n["reply_due"]}
    replies = words["replies"].format(rate=CHAPTER.said_rate(compared, "reply_rate"), **ratio) if n["reply_due"] else ""
    return [*sentences, words["supervised"].format(supervised=n["supervised"], urged=n["urged"]) + replies]


def _duty(compared: Compared) -> list[str]:
    """What a secretary's duty report says of it; only what there was."""
    words, n = CHAPTER.words["duty"], compared.now
    facts = []
    if n["disputes_entered"] or n["disputes_settled"]:
        facts.append(words["disputes"].format(entered=n["disputes_entered"], settled=n["disputes_settled"]))
    if n["hazards_reported"]:
        facts.append(words["hazards"].format(reported=n["hazards_reported"], completed=n["hazards_completed"]))
    if n["called_back"]:
        rate = CHAPTER.said_rate(compared, "satisfaction_rate_said")
        facts.append(words["people"].format(rate=rate, called_back=n["called_back"]))
    if n["whistles"]:
        facts.append(words["whistles"].format(whistles=n["whistles"]))
    return facts


CHAPTER: Final = Chapter("incidents", 40, count, write)
