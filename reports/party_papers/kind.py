"""What every paper of a row (of party work, of volunteers) has: its blocks, its file, its day, who signs it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from grid.models import Grid
from partybuilding.models import PartyOrganization
from reports.documents.blocks import Block, Document, Table
from reports.documents.word import build_word
from reports.papers.sheet import shown
from reports.papers.wording import office_of
from reports.periods import PEOPLE_TIME
from reports.words import templates

COMMUNITY_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Named:
    """The person whose name stands on a paper: masked, whole for herself, or opened with a purpose that is kept."""

    person: Callable[[Any], Any]
    """The person of a row; None where the row has none."""
    may_reveal: Callable[[Any, Any], bool]
    """Whether a user may open the name of the person."""
    reveal: Callable[..., Any]
    """Opens it for `actor` and a `purpose`, and records that; what it gives has a `name`."""
    is_own: Callable[[Any, Any], bool] = lambda person, user: False
    """Whether the person is the user."""


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One kind of paper of a row. `blocks` take the name to print whole; "" prints it masked."""

    name: str
    """What the record of exports calls it, and the name of its page."""
    word: str
    """The name of the address of its Word file."""
    rows: Callable[[Any], Any]
    """The rows that a user sees, with what the blocks read."""
    blocks: Callable[[Any, str], Iterator[Block]]
    stem: Callable[[Any], str]
    on: Callable[[Any], date]
    code: Callable[[Any], str]
    back: Callable[[Any], tuple[str, int]]
    """The page the paper belongs to: its name and id."""
    named: Named | None = None
    """Whose name stands on it."""
    signed: Callable[[Any], str] | None = None
    """Who issues it, where the row says so; else the party organization there."""

    def person(self, row: Any) -> Any:
        """Whose name stands on the paper of `row`; None for nobody's."""
        return self.named.person(row) if self.named else None

    def own_name(self, row: Any, user: Any) -> str:
        """The whole name for the person herself; "" for everybody else."""
        person = self.person(row)
        return str(person.name) if self.named and person is not None and self.named.is_own(person, user) else ""


def words() -> Any:
    """The sentences of all these papers; document text is Chinese data."""
    return templates("party_papers")


def word(kind: PaperKind, row: Any, name: str = "") -> bytes:
    """The paper as .docx; the same row gives the same bytes. `name` is the person's, when it may be told."""
    as_of = datetime.combine(kind.on(row), time(), PEOPLE_TIME)
    author = kind.signed(row) if kind.signed else issuer(kind.code(row))
    return build_word(Document(kind.stem(row), list(kind.blocks(row, name)), as_of, author))


def sheet(kind: PaperKind, row: Any, name: str = "") -> list[dict[str, Any]]:
    """The same blocks for the page that prints."""
    return shown(kind.blocks(row, name))


def issuer(code: str) -> str:
    """Who signs: the party organization of the community (of the street) where it lies, else its office."""
    own = code[:COMMUNITY_DIGITS]
    kinds = (PartyOrganization.Kind.COMMUNITY, PartyOrganization.Kind.WORK_COMMITTEE)
    rows = PartyOrganization.objects.filter(grid_code=own, kind__in=kinds, ended_on=None).select_related("organization")
    if party := rows.order_by("pk").first():
        return str(party.organization.name)
    grid = Grid.objects.only("name", "code").filter(code=own).first()
    return office_of(grid) if grid else ""


def facts(pairs: dict[str, Any]) -> Table:
    """A table of two columns without a head: what it is, and its value (a dash for nothing)."""
    head, value = words()["facts"]
    rows = [(label, text if text not in (None, "") else "—") for label, text in pairs.items()]
    return Table((head, value), rows, widths=(4, 12))
