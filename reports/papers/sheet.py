"""The blocks of a paper as templates read them: the page shows what Word gets."""

from collections.abc import Iterable
from typing import Any

from reports.documents.blocks import Block, Picture, numbered
from reports.documents.prose import date_text
from reports.models import Paper
from reports.papers.layout import blocks


def sheet_of(paper: Paper) -> list[dict[str, Any]]:
    """Each block with the name of its kind ("masthead", "title", "heading" …) and its parts."""
    return shown(blocks(paper))


def shown(made: Iterable[Block]) -> list[dict[str, Any]]:
    """The blocks of any paper, for the page that prints."""
    return [_shown(block) for block in numbered(made)]


def _shown(block: Block) -> dict[str, Any]:
    parts = dict(vars(block))
    if "on" in parts and not isinstance(parts["on"], str):
        parts["on"] = date_text(parts["on"])
    if isinstance(block, Picture):
        parts["data"] = block.data
    if "name" in parts:
        parts["name_text"] = parts.pop("name")
    return {**parts, "name": type(block).__name__.lower()}
