"""Puts a report together: text, numbers, tables and definitions as one JSON, with a hash of what it was made from."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from reports.assembly import line
from reports.chapters.chapter import Told
from reports.chapters.scene import Scene
from reports.chapters.shelf import all_chapters, counted, definitions
from reports.documents.prose import points
from reports.indicators import DEFINITION_VERSION, INDICATORS, MEASURES
from reports.metrics import Counts
from reports.rhythms.compare import dates, level_word, shared
from reports.words import moment, templates

Json = dict[str, Any]

DUTY: Final = 88
"""The place of the block for the duty report: before the advice."""


def section(scene: Scene, told: Told, place: int, key: str, paragraphs: Sequence[str]) -> None:
    """Add one of the report's own sections, by its heading in data/<kind>.json."""
    heading = templates(scene.kind)["headings"][key].format(level=level_word(scene))
    told.section(place, key, heading, paragraphs)


def compose(scene: Scene, told: Told) -> Json:
    """The snapshot of `scene`: what the report itself told, with the chapters of all apps in their places."""
    chapters = {}
    for chapter in all_chapters():
        if scene.kind not in chapter.kinds:
            continue
        compared = counted(chapter, scene)
        added = chapter.told(scene, compared)
        told.sections += added.sections
        told.tables += added.tables
        told.duty += added.duty
        chapters[chapter.name] = {
            "numbers": dict(compared.now),
            "previous": compared.previous and dict(compared.previous),
            "year_ago": compared.year_ago and dict(compared.year_ago),
            "rates": chapter.ratios(compared.now),
        }
    if scene.kind == "quarterly":
        section(scene, told, DUTY, "duty", duty(told))
    made = {
        "version": DEFINITION_VERSION,
        "kind": scene.kind,
        "grid": {"code": scene.grid.code, "name": scene.grid.name, "level": scene.grid.level},
        "period": {"first": scene.period.first.isoformat(), "last": scene.period.last.isoformat()},
        "as_of": scene.end.isoformat(),
        "interim": scene.interim,
        "text": _text(scene, told),
        "numbers": numbers(scene),
        "chapters": chapters,
        "tables": [table for _place, table in sorted(told.tables, key=lambda item: item[0])],
        "definitions": _definitions(),
    }
    return made | {"inputs": digest(made)}


def duty(told: Told) -> list[str]:
    """网格运转情况 as a block that a secretary pastes into the quarterly duty report (inventory 2.18)."""
    facts = points(told.duty)
    return [templates("quarterly")["duty"]["intro"], facts] if facts else []


def digest(made: Json) -> str:
    """A hash over everything that was read, besides the incidents' own (listings.input_hash)."""
    content = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def numbers(scene: Scene) -> Json:
    """All measures and rates of the whole grid: now, the period before, a year ago (None: no data of that time)."""
    return {
        "total": line("", "", scene.counts.total),
        "previous": _line(scene.previous),
        "year_ago": _line(scene.year_ago),
    }


def _line(counts: Counts | None) -> Json | None:
    return None if counts is None else line("", "", counts.total)


def _text(scene: Scene, told: Told) -> Json:
    words, common, values = templates(scene.kind), shared(), dates(scene)
    return {
        "title": words["interim_title" if scene.interim else "title"].format(**values),
        "subtitle": words["subtitle"].format(**values),
        "short_title": words["short_title"].format(**values),
        "office": common["office"].format(**values),
        "sections": [each for _place, each in sorted(told.sections, key=lambda item: item[0])],
        "footnote": common["footnote"].format(version=DEFINITION_VERSION, as_of=_as_of(scene)),
    }


def _as_of(scene: Scene) -> str:
    if scene.interim:
        return moment(scene.end)
    last: date = scene.period.last
    return f"{last.year}年{last.month}月{last.day}日24时"


def _definitions() -> list[Json]:
    """What each number means, kept with the report."""
    rows = [{"label": measure.label, "meaning": measure.meaning} for measure in MEASURES]
    rows += [{"label": indicator.label, "meaning": indicator.formula} for indicator in INDICATORS]
    return [*rows, *({"label": each["label"], "meaning": each["meaning"]} for each in definitions())]
