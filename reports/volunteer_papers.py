"""The certificate of a volunteer's service (志愿服务记录证明) as a paper: what order no. 67 asks for (W74, W75)."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import segno
from django.conf import settings
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from reports.documents.blocks import Block, Heading, NumberLine, Paragraph, Picture, Signature, Table, Title
from reports.documents.prose import date_text, number_text
from reports.party_papers.kind import Named, PaperKind, facts
from reports.words import templates
from volunteers import people_secrets
from volunteers.models import Certificate, HourRecord
from volunteers.standing import is_volunteer, masked

Status = Certificate.Status


@dataclass(frozen=True, slots=True)
class Line:
    """The hours of one service within the days of a certificate."""

    title: str
    first: date
    last: date
    times: int
    minutes: int


def words() -> Any:
    """The sentences of the paper; document text is Chinese data."""
    return templates("volunteer_papers")


def _rows(user: Any) -> QuerySet[Certificate]:
    rows: QuerySet[Certificate] = Certificate.objects.visible_to(user)
    return rows.select_related("volunteer", "grid").defer("grid__boundary")


def lines_of(row: Certificate) -> list[Line]:
    """The services that the hours come from, in the order of their first day, as they were when it was issued.

    Corrections count with the service that they correct; hours of other systems are one line. One query.
    """
    records = HourRecord.objects.filter(volunteer=row.volunteer_id, on__range=(row.starts_on, row.ends_on))
    if row.issued_at is not None:
        records = records.filter(at__lte=row.issued_at)
    by = records.order_by().values("sign_up__shift__service", title=F("sign_up__shift__service__title"))
    found: Any = by.annotate(
        first=Min("on"), last=Max("on"), n=Count("pk", filter=~Q(kind="correction")), minutes=Sum("minutes")
    )
    made = [
        Line(one["title"] or words()["taken_over"], one["first"], one["last"], one["n"], one["minutes"])
        for one in found
        if one["minutes"]
    ]
    return sorted(made, key=lambda line: (line.first, line.title))


def blocks(row: Certificate, name: str) -> Iterator[Block]:
    """Title, number, state, who served how long, the services, the issuer, the code to verify it, the signature."""
    own = words()
    said = {
        "name": name or masked(row.volunteer).name,
        "number": row.volunteer.number,
        "first": date_text(row.starts_on),
        "last": date_text(row.ends_on),
        "hours": _hours(row.minutes),
    }
    yield Title(own["title"])
    yield NumberLine(row.number)
    if state := _state(row):
        yield NumberLine(state)
    yield facts(_pairs(own["facts"], said["name"], said["number"], own["term"].format(**said), _hours_text(row)))
    yield Paragraph(own["text"].format(**said))
    yield from _services(row)
    yield Heading(1, own["heading_issuer"])
    given = (row.issuer, row.head, row.handler, row.contact, row.number, _code(row), row.remark)
    yield facts(_pairs(own["issuer_facts"], *given))
    if address := verify_address(row):
        yield Picture(qr_picture(address), own["picture"])
    yield Signature(row.issuer, _day(row))


def _services(row: Certificate) -> Iterator[Block]:
    """The table of services; without it when it would not make the certified sum."""
    own, lines = words(), lines_of(row)
    if sum(line.minutes for line in lines) != row.minutes:
        yield Paragraph(own["changed"])
        return
    table: list[tuple[Any, ...]] = [
        (n, line.title, _days(line), line.times or "", _hours(line.minutes)) for n, line in enumerate(lines, 1)
    ]
    table.append(("", own["total"], "", sum(line.times for line in lines), _hours(row.minutes)))
    yield Heading(1, own["heading"])
    yield Table(own["header"], table, widths=(2, 8, 6, 2, 3))


def _pairs(labels: list[str], *values: Any) -> dict[str, Any]:
    return dict(zip(labels, values, strict=True))


def _state(row: Certificate) -> str:
    span = {"first": _text(row.public_from), "last": _text(row.public_until)}
    return str(words()["status"][row.status].format(**span))


def _text(day: date | None) -> str:
    return date_text(day) if day else ""


def _hours(minutes: int) -> str:
    return number_text(Decimal(minutes) / 60)


def _hours_text(row: Certificate) -> str:
    return str(words()["hours"].format(hours=_hours(row.minutes)))


def _days(line: Line) -> str:
    first = date_text(line.first)
    return first if line.first == line.last else words()["span"].format(first=first, last=date_text(line.last))


def _code(row: Certificate) -> str:
    """The code is given out with the certificate, not before."""
    return row.code if row.issued_at is not None else ""


def verify_address(row: Certificate) -> str:
    """Where anybody verifies it; "" before it was issued, and where the site has no name of its own (SITE_URL)."""
    if not settings.SITE_URL or row.issued_at is None:
        return ""
    try:
        return f"{settings.SITE_URL}{reverse('volunteers:verify', args=[row.code])}"
    except NoReverseMatch:
        return ""


def qr_picture(text: str) -> bytes:
    """The QR code of `text` as a PNG; the same text gives the same bytes."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def _day(row: Certificate) -> date:
    return timezone.localdate(row.issued_at or row.at)


CERTIFICATE: Final = PaperKind(
    name="service_certificate",
    word="service_certificate_word",
    rows=_rows,
    blocks=blocks,
    stem=lambda row: words()["file"].format(number=row.number),
    on=_day,
    code=lambda row: row.grid_code,
    back=lambda row: ("volunteers:certificate", row.pk),
    named=Named(
        person=lambda row: row.volunteer,
        may_reveal=people_secrets.may_reveal,
        reveal=people_secrets.reveal_volunteer,
        is_own=lambda volunteer, user: is_volunteer(user, volunteer),
    ),
    signed=lambda row: row.issuer,
)
