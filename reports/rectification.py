"""整改通知书 of an inspection as a document after GB/T 9704: the page that prints and the Word file are the same."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Final

from django.utils import timezone

from fieldwork.models import RectificationNotice
from grid.models import Grid
from reports.documents.blocks import Block, Document, Heading, Imprint, NumberLine, Paragraph, Signature, Title
from reports.documents.prose import date_text
from reports.documents.word import build_word
from reports.papers.sheet import shown
from reports.papers.wording import office_of
from reports.periods import PEOPLE_TIME, local_day
from reports.words import templates

STREET_DIGITS: Final = 9
ENDED: Final = ("closed", "transferred", "withdrawn")


def word(notice: RectificationNotice) -> bytes:
    """The notice as .docx; the same notice gives the same bytes."""
    return build_word(document(notice))


def sheet(notice: RectificationNotice) -> list[dict[str, Any]]:
    """The same blocks for the page that prints."""
    return shown(blocks(notice))


def document(notice: RectificationNotice) -> Document:
    """The document; the only time in it is the day of the notice."""
    as_of = datetime.combine(timezone.localdate(notice.issued_at), time(), PEOPLE_TIME)
    return Document(file_stem(notice), list(blocks(notice)), as_of, office(notice))


def file_stem(notice: RectificationNotice) -> str:
    """The name of the file without its ending."""
    place = notice.place.name.replace("/", "／")[:60]
    return str(templates("rectification")["file"].format(number=notice.number, place=place))


def office(notice: RectificationNotice) -> str:
    """Who orders: the office of the street where the place lies."""
    street = Grid.objects.only("name", "code").filter(code=notice.grid_code[:STREET_DIGITS]).first()
    return office_of(street) if street else str(notice.grid.name)


def blocks(notice: RectificationNotice) -> Iterator[Block]:
    """Title, number, what was found, what is demanded until when, what came of it, and the lines to sign."""
    words, by = templates("rectification"), office(notice)
    yield Title(words["title"])
    yield NumberLine(notice.number)
    yield Paragraph(words["to"].format(place=notice.place.name), indent=False)
    hazards = list(notice.hazards.order_by("pk"))
    yield Paragraph(_intro(notice, len(hazards), words))
    yield Heading(1, words["heading_hazards"])
    for n, hazard in enumerate(hazards, 1):
        serious = words["serious"] if hazard.is_serious else ""
        yield Paragraph(words["hazard"].format(n=n, text=hazard.text.rstrip("。"), serious=serious))
    yield from _demand(notice, words)
    yield Heading(1, words["heading_place"])
    yield Paragraph(_place(notice, words))
    yield Paragraph("")
    yield Paragraph(words["signed"])
    yield Signature(by, timezone.localdate(notice.issued_at))
    yield Imprint("", words["imprint"].format(office=by, day=date_text(timezone.localdate(notice.issued_at))))


def _intro(notice: RectificationNotice, count: int, words: Any) -> str:
    look = notice.inspection
    who = look.by.real_name
    if look.companions:
        who = words["companions"].format(inspector=who, companions=look.companions)
    given = {"day": date_text(local_day(look.at)), "inspectors": who, "count": count}
    if look.checklist is None:
        return str(words["intro_free"].format(**given))
    return str(words["intro"].format(checklist=look.checklist.name, **given))


def _demand(notice: RectificationNotice, words: Any) -> Iterator[Block]:
    """The demand, the first deadline and how it moved, and the end."""
    rechecks = list(notice.rechecks.all())
    yield Heading(1, words["heading_demand"])
    for line in notice.demand.splitlines():
        yield Paragraph(line)
    yield Paragraph(words["deadline"].format(deadline=date_text(notice.deadline)))
    yield Paragraph(words["after"])
    for one in rechecks:
        if one.new_deadline:
            given = {"day": date_text(local_day(one.at)), "deadline": date_text(one.new_deadline)}
            yield Paragraph(words["new_deadline"].format(result=one.get_result_display(), **given))
    if notice.status in ENDED and notice.ended_at:
        unit = notice.organization.name if notice.organization else ""
        day = date_text(local_day(notice.ended_at))
        yield Paragraph(words["status"][notice.status].format(day=day, unit=unit))


def _place(notice: RectificationNotice, words: Any) -> str:
    place = notice.place
    given = {"kind": place.kind.name, "address": place.address or "—", "grid": notice.grid.name}
    return str(words["place"].format(place=place.name, **given))
