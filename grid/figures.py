"""The numbers of an overview page: each one with the list behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, the page with the list behind it and its query; a tone only where somebody must act."""

    label: str
    value: int
    page: str
    query: Mapping[str, Any] = field(default_factory=dict)
    hint: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers of one subject."""

    title: str
    symbol: str
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its address."""

    figure: Figure
    url: str


def tiles(app: str, found: list[Section]) -> list[tuple[Section, list[Tile]]]:
    """The sections with the addresses of their figures, pages of `app`."""
    return [(part, [Tile(one, address(app, one.page, one.query)) for one in part.figures]) for part in found]


def address(app: str, page: str, query: Mapping[str, Any]) -> str:
    """The page of that name with its query; "" where no such page is installed."""
    try:
        return f"{reverse(f'{app}:{page}')}?{urlencode(query, doseq=True)}"
    except NoReverseMatch:
        return ""
