"""Partners of the demo streets: units, agreements with files, seats in grand committees, alliances, claimed stars.

The names and numbers are those of the founding documents: five star partners (domain.md 0.43), four co-building units
(0.44), a framework agreement over 57 unmanaged compounds (1.10), three alliances with 500 issues solved and 600
activities (4.24 to 4.27). This year's last deliveries are written by the business functions.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG, MINGGONG
from grid.demo.names import person_name, phone_number
from grid.models import Compound, Grid, Organization, Post
from grid.posts import PostKind
from incidents.documents import read_upload
from partybuilding import stars
from partybuilding.demo import unit_texts as texts
from partybuilding.files import attach
from partybuilding.models import (
    Agreement,
    Alliance,
    AllianceMember,
    CommitteeSeat,
    PartnerKind,
    PartnerUnit,
    PartyOrganization,
    PartyStep,
    Star,
    StarClaim,
    StarDelivery,
)

SEED: Final = 20261121
NAMES_FROM: Final = 9_000
SEATS: Final = 3
"""Part-time members of one grand committee."""
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES: Final = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass
class _Desk:
    """What it is made with."""

    now: datetime
    today: date
    random: Random
    grids: dict[str, Grid]
    officer: User
    units: dict[str, PartnerUnit] = field(default_factory=dict)

    def grid(self, where: str) -> Grid:
        """A community of the main street by its last digits, or the street."""
        return self.grids.get(JIANZHONG + where) or self.grids[JIANZHONG]


def build_units(now: datetime) -> int:
    """Write the partners and what they do; gives their number. Nothing without a main street and people in it."""
    grids = {grid.code: grid for grid in Grid.objects.filter(level__lte=4).defer("boundary")}
    officer = _officer()
    if officer is None or JIANZHONG not in grids:
        return 0
    desk = _Desk(now, timezone.localdate(now), Random(SEED), grids, officer)
    for number, one in enumerate((*texts.UNITS, texts.LEFT)):
        desk.units[one.name] = _unit(desk, number, one, desk.grid(one.where))
    _leave(desk)
    _sign(desk)
    _framework(desk)
    _seats(desk)
    _alliances(desk)
    _claims(desk)
    return PartnerUnit.objects.filter(is_demo=True).count()


def _officer() -> User | None:
    """Who enters things: the party-building office, else whoever leads the street."""
    posts = Post.objects.filter(grid__code=JIANZHONG, kind__in=(PostKind.PARTY_OFFICER, PostKind.SHIFT_LEADER))
    first = posts.select_related("user").order_by("kind", "pk").first()
    return first.user if first is not None else None


def _unit(desk: _Desk, number: int, one: texts.DemoUnit, grid: Grid) -> PartnerUnit:
    body, _made = Organization.objects.get_or_create(
        grid=grid, name=one.name, defaults={"kind": one.kind, "code": f"partner-{number}", "is_demo": True}
    )
    joined = desk.today - timedelta(days=365 * one.years + number * 3)
    unit, _made = PartnerUnit.objects.get_or_create(
        organization=body,
        defaults={
            "contact_name": person_name(NAMES_FROM + number),
            "contact_phone": phone_number(NAMES_FROM + number),
            "strengths": one.strengths,
            "joined_on": joined,
            "party": PartyOrganization.objects.filter(kind="joint", organization__name__contains=one.name[4:8]).first(),
            "is_demo": True,
        },
    )
    unit.kinds.set(PartnerKind.objects.filter(name__in=one.kinds))
    _step(desk, unit, "joined", joined)
    return unit


def _step(desk: _Desk, row: Any, after: str, day: date, *, before: str = "", text: str = "") -> None:
    at = datetime.combine(day, datetime.min.time(), timezone.get_current_timezone()) + timedelta(hours=10)
    subject = row._meta.model_name
    given = {"before": before, "after": after, "by": desk.officer, "at": min(at, desk.now), "text": text}
    PartyStep.objects.create(subject=subject, subject_id=row.pk, **given)


def _leave(desk: _Desk) -> None:
    unit = desk.units.pop(texts.LEFT.name)
    unit.left_on = desk.today - timedelta(days=90)
    unit.save(update_fields=["left_on"])
    _step(desk, unit, "left", unit.left_on, text="店铺搬迁")


# --- agreements -------------------------------------------------------------------------------------------------------


def _sign(desk: _Desk) -> None:
    """Each unit has a co-building agreement; two end soon, one has ended, the municipal centre has plans."""
    for number, unit in enumerate(desk.units.values()):
        start = (unit.joined_on or desk.today) + timedelta(days=7)
        end = start + timedelta(days=365 * 3)
        if number % 9 == 4:
            end = desk.today + timedelta(days=20 + number)
        if number % 11 == 7:
            end = desk.today - timedelta(days=30)
        _agreement(desk, unit, "co_building", f"{unit}共建协议", start, end)
    centre = desk.units["郑州市市政设施事务中心"]
    for title, text in texts.PLANS:
        row = _agreement(desk, centre, "plan", title, desk.today - timedelta(days=150), None, text=text)
        _file(desk, row, f"{title}.docx", [title, text])


def _agreement(
    desk: _Desk, unit: PartnerUnit, kind: str, title: str, start: date, end: date | None, *, text: str = ""
) -> Agreement:
    grid = unit.organization.grid
    row = Agreement.objects.create(
        unit=unit,
        grid=grid,
        grid_code=grid.code,
        kind=kind,
        title=title[:100],
        text=text,
        signed_on=start,
        starts_on=start,
        ends_on=end,
        is_demo=True,
    )
    _step(desk, row, "signed", start)
    return row


def _framework(desk: _Desk) -> None:
    """红色物业服务框架协议: one company, 57 compounds that nobody manages."""
    if MINGGONG not in desk.grids:
        return
    unit = _unit(desk, 90, texts.FRAMEWORK_UNIT, desk.grids[MINGGONG])
    start = desk.today - timedelta(days=200)
    end = start + timedelta(days=365 * 2)
    row = _agreement(desk, unit, "property", texts.FRAMEWORK, start, end, text=texts.FRAMEWORK_TEXT)
    row.compounds.set(Compound.objects.filter(is_unmanaged=True, grid__code__startswith=MINGGONG))
    _file(desk, row, f"{texts.FRAMEWORK}.docx", [texts.FRAMEWORK, *texts.FRAMEWORK_TEXT.splitlines()])


def _file(desk: _Desk, row: Agreement, name: str, lines: list[str]) -> None:
    attach([read_upload(_word(lines), name)], owner=row, actor=desk.officer, now=desk.now)


def _word(lines: list[str]) -> bytes:
    """The smallest Word document with these lines."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    body = f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>'
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _HEAD + _TYPES)
        archive.writestr("_rels/.rels", _HEAD + _RELATIONS)
        archive.writestr("word/document.xml", body)
    return out.getvalue()


# --- seats and alliances ----------------------------------------------------------------------------------------------


def _seats(desk: _Desk) -> None:
    """Each grand committee of the main street has three part-time members of units that serve there."""
    committees = PartyOrganization.objects.filter(is_grand=True, grid_code__startswith=JIANZHONG, ended_on=None)
    units, rows = list(desk.units.values()), []
    for n, party in enumerate(committees.order_by("grid_code")):
        near = [unit for unit in units if party.grid_code.startswith(unit.organization.grid.code)]
        start = n * SEATS
        for k in range(min(SEATS, len(near))):
            number = start + k
            rows.append(
                CommitteeSeat(
                    party=party,
                    unit=near[number % len(near)],
                    holder=person_name(NAMES_FROM + 100 + number),
                    post=texts.POSTS[number % len(texts.POSTS)],
                    duties=texts.DUTIES[number % len(texts.DUTIES)],
                    since=desk.today - timedelta(days=300 + number),
                )
            )
    CommitteeSeat.objects.bulk_create(rows)


def _alliances(desk: _Desk) -> None:
    grid = desk.grids[JIANZHONG]
    for number, (name, kind, solved, held, text) in enumerate(texts.ALLIANCES):
        founded = desk.today - timedelta(days=700 - 60 * number)
        row, _made = Alliance.objects.get_or_create(
            grid=grid,
            name=name,
            defaults={
                "grid_code": grid.code,
                "kind": kind,
                "text": text,
                "founded_on": founded,
                "solved_before": solved,
                "activities_before": held,
                "is_demo": True,
            },
        )
        _step(desk, row, "founded", founded)
        AllianceMember.objects.bulk_create(
            AllianceMember(
                alliance=row,
                unit=desk.units[unit],
                role=("lead", "deputy", "member", "member")[place],
                since=founded + timedelta(days=10 * place),
            )
            for place, unit in enumerate(texts.IN_ALLIANCE[kind])
        )


# --- stars ------------------------------------------------------------------------------------------------------------


def _claims(desk: _Desk) -> None:
    """Last year's pledges are reviewed, this year's run; the last deliveries of today go the usual way."""
    known = {star.name: star for star in Star.objects.all()}
    if not known:
        return
    year = desk.today.year
    for *pledge, grade, review in texts.LAST_YEAR:
        row = _claim(desk, known, pledge, year - 1)
        part = 0.5 if grade == "partly" else 1.0
        _deliver_past(desk, row, part, date(year - 1, 12, 20))
        at = datetime(year, 1, 12, 15, tzinfo=timezone.get_current_timezone())
        row.status, row.grade, row.review, row.reviewed_at, row.version = "reviewed", grade, review, at, 3
        row.save(update_fields=["status", "grade", "review", "reviewed_at", "version"])
        _step(desk, row, "reviewed", date(year, 1, 12), before="delivered")
    rows = [_claim(desk, known, pledge, year) for pledge in texts.PLEDGES]
    for number, row in enumerate(rows[:-1]):
        _deliver_past(desk, row, (0.4, 0.75, 0.9, 0.6, 1.0)[number % 5], desk.today - timedelta(days=6))
    _late(desk, rows[6])
    _today(desk, rows)


def _claim(desk: _Desk, known: dict[str, Star], pledge: Any, year: int) -> StarClaim:
    name, star, text, amount, measure = pledge
    unit = desk.units[name]
    grid = unit.organization.grid
    day = min(date(year, 2, 20), desk.today)
    row = StarClaim.objects.create(
        unit=unit,
        star=known[star],
        grid=grid,
        grid_code=grid.code,
        year=year,
        pledge=text,
        amount=amount,
        measure=measure,
        due_on=date(year, 12, 25),
        by=desk.officer,
        at=datetime.combine(day, datetime.min.time(), timezone.get_current_timezone()) + timedelta(hours=9),
        client_id=uuid.UUID(int=desk.random.getrandbits(128), version=4),
        is_demo=True,
    )
    _step(desk, row, "pledged", day)
    return row


def _deliver_past(desk: _Desk, row: StarClaim, part: float, last: date) -> None:
    """Deliveries spread from March to `last` that make up `part` of what was pledged."""
    rows = list(_deliveries(desk, row, max(1, round((row.amount or 1) * part)), last))
    StarDelivery.objects.bulk_create(rows)
    row.status = "delivered" if part >= 1 else "delivering"
    row.version = 2
    row.save(update_fields=["status", "version"])
    _step(desk, row, "delivering", rows[0].on, before="pledged")
    if part >= 1:
        _step(desk, row, "delivered", rows[-1].on, before="delivering")


def _deliveries(desk: _Desk, row: StarClaim, total: int, last: date) -> Iterator[StarDelivery]:
    first = min(date(row.year, 3, 5), last)
    times = min(total, 6)
    words = texts.DONE.get(row.measure, ("完成一项",))
    for n in range(times):
        on = first + (last - first) * n // max(1, times - 1)
        amount = total // times + (1 if n < total % times else 0)
        gained = desk.random.randrange(20, 160)
        yield StarDelivery(
            claim=row,
            on=on,
            text=words[n % len(words)],
            amount=amount,
            beneficiaries=gained,
            by=desk.officer,
            at=datetime.combine(on, datetime.min.time(), timezone.get_current_timezone()) + timedelta(hours=17),
        )


def _late(desk: _Desk, row: StarClaim) -> None:
    """One pledge whose day has passed."""
    due = desk.today - timedelta(days=12)
    if due.year == row.year:
        row.due_on = due
        row.save(update_fields=["due_on"])


def _today(desk: _Desk, rows: list[StarClaim]) -> None:
    """Two deliveries of today, the first of a new pledge among them."""
    given: dict[str, Any] = {"actor": desk.officer, "now": desk.now}
    stars.deliver(rows[-1], stars.Delivered(desk.today, "疏通人和路楼院主管道，清淤检查井 4 座", 4, 320), **given)
    stars.deliver(rows[0], stars.Delivered(desk.today, "为 3 号院安装扶手和休息座椅", 1, 86), **given)
