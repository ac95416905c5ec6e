"""The usual words of papers (data/papers.json): offices, numbers, who gets what. Document text is Chinese data."""

from typing import Any, Final

from grid.models import Grid
from reports.models import Paper
from reports.words import templates

USUAL: Final = ("masthead", "office", "sent_to", "passed_to", "editor", "signer")
"""What an office writes alike on every paper of a kind."""


def words() -> Any:
    """The words of all papers."""
    return templates("papers")


def office_of(grid: Grid) -> str:
    """建中街街道 → 建中街街道办事处; 建中街社区 → 建中街社区居民委员会; a grid of another name is its own office."""
    for ending, more in words()["offices"].items():
        if grid.name.endswith(ending):
            return f"{grid.name}{more}"
    return str(grid.name)


def defaults(kind: str, grid: Grid) -> dict[str, Any]:
    """What a new paper begins with: as on the last one of the kind that the office issued, else the usual words."""
    rows = Paper.objects.filter(grid=grid, kind=kind, number__isnull=False)
    last = rows.order_by("-pk").values(*USUAL).first()
    if last:
        return dict(last)
    given = {"grid": grid.name, "office": office_of(grid)}
    return {name: text.format(**given) for name, text in words()["usual"][kind].items()}


def short_name(office: str) -> str:
    """建中街街道办事处 → 建中街, for numbers."""
    for ending in words()["short_without"]:
        if office.endswith(ending) and office != ending:
            return office.removesuffix(ending)
    return office


def number_text(paper: Paper) -> str:
    """第64期, 建中街整改〔2026〕3号; "" before the issue. Made of what is frozen with the paper."""
    if paper.number is None:
        return ""
    form = words()["numbers"][paper.kind]
    return str(form.format(short=short_name(paper.office), year=paper.year, number=paper.number))


def kind_name(kind: str) -> str:
    """信息简报, 整改通知书, 日调度报告 …"""
    return str(words()["names"].get(kind) or words()["kinds"][kind])
