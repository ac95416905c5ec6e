"""Finds the chapters: every module of this package that has a `CHAPTER`. Nobody keeps a list."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from reports import chapters
from reports.chapters.chapter import Chapter, Compared
from reports.chapters.scene import Scene
from reports.metrics import Extent

Json = dict[str, Any]


@cache
def all_chapters() -> tuple[Chapter, ...]:
    """Every chapter, in the order of the reports."""
    names = sorted(info.name for info in pkgutil.iter_modules(chapters.__path__))
    modules = [import_module(f"{chapters.__name__}.{name}") for name in names]
    found = [module.CHAPTER for module in modules if hasattr(module, "CHAPTER")]
    return tuple(sorted(found, key=lambda chapter: (chapter.place, chapter.name)))


def counted(chapter: Chapter, scene: Scene) -> Compared:
    """The figures of `chapter` for the periods of `scene`."""

    def of(extent: Extent, wanted: object) -> Mapping[str, int] | None:
        return chapter.count(extent) if wanted is not None else None

    previous, year_ago = of(scene.before, scene.previous), of(scene.year_before, scene.year_ago)
    return Compared(chapter.count(scene.extent), previous, year_ago)


def definitions() -> list[Json]:
    """Label and meaning of every figure and ratio of every chapter, for the explanation page and the last sheet."""
    return [
        {
            "chapter": chapter.name,
            "title": chapter.title,
            "name": each.name,
            "label": each.label,
            "meaning": each.meaning,
        }
        for chapter in all_chapters()
        for each in chapter.explained
    ]
