"""双报到: the 登记卡 that goes back to the employer, and the letter of the yearly evaluation (domain.md 4.2, W62)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from partybuilding import members
from partybuilding.member_sheets import who
from partybuilding.models import CardEntry, ReportIn, YearlyEvaluation
from partybuilding.report_ins import employer_of
from reports.documents.blocks import Block, Heading, NumberLine, Paragraph, Signature, Table, Title
from reports.documents.prose import date_text, number_text
from reports.party_papers.kind import Named, PaperKind, facts, issuer, words

FULL: Final = ("grid", "unit__organization", "member__unit__organization", "skill", "party__organization")
"""What the papers of a report read."""


def _reports(user: Any) -> QuerySet[ReportIn]:
    rows: QuerySet[ReportIn] = ReportIn.objects.visible_to(user)
    return rows.select_related(*FULL).defer("grid__boundary").prefetch_related("entries", "evaluations")


def _evaluations(user: Any) -> QuerySet[YearlyEvaluation]:
    seen = ReportIn.objects.visible_to(user).values("pk")
    full = [f"report__{path}" for path in FULL]
    rows = YearlyEvaluation.objects.filter(report__in=seen).select_related(*full)
    return rows.defer("report__grid__boundary").prefetch_related("report__entries")


def _last_day(report: ReportIn) -> date:
    """The day of the newest line; the paper has no other time in it."""
    return max([report.reported_on, *(entry.on for entry in report.entries.all())])


def _entries(entries: list[CardEntry]) -> Table:
    own = words()["card"]
    lines: list[tuple[Any, ...]] = [
        (n, date_text(entry.on), entry.text, number_text(entry.hours)) for n, entry in enumerate(entries, 1)
    ]
    if lines:
        lines.append(("", own["total"], "", number_text(_hours(entries))))
    return Table(own["header"], lines or [("", "—", own["nothing"], "—")], widths=(2, 5, 10, 3))


def _hours(entries: list[CardEntry]) -> Decimal:
    return sum((entry.hours for entry in entries), Decimal(0))


def _in_order(report: ReportIn) -> list[CardEntry]:
    return sorted(report.entries.all(), key=lambda entry: (entry.on, entry.pk))


# --- 登记卡 -----------------------------------------------------------------------------------------------------------


def card_blocks(report: ReportIn, name: str) -> Iterator[Block]:
    """Title, number, who reported where, what was done, how each year was found, the signature."""
    own = words()["card"]
    yield Title(own["title_member" if report.member_id else "title_unit"])
    yield NumberLine(report.number)
    yield facts(
        dict(
            zip(
                own["facts"],
                (
                    name or who(report),
                    str(employer_of(report) or ""),
                    report.grid.name,
                    date_text(report.reported_on),
                    str(report.party or ""),
                    str(report.skill or ""),
                    report.text,
                ),
                strict=True,
            )
        )
    )
    yield Heading(1, own["heading"])
    yield _entries(_in_order(report))
    years = sorted(report.evaluations.all(), key=lambda one: one.year)
    if years:
        yield Heading(1, own["heading_years"])
    for one in years:
        yield Paragraph(
            own["year"].format(year=one.year, grade=words()["grades"][one.grade], text=one.text.rstrip("。"))
        )
    yield Signature(issuer(report.grid_code), _last_day(report))


CARD: Final = PaperKind(
    name="registration_card",
    word="registration_card_word",
    rows=_reports,
    blocks=card_blocks,
    stem=lambda report: words()["card"]["file"].format(number=report.number),
    on=_last_day,
    code=lambda report: report.grid_code,
    back=lambda report: ("partybuilding:report_in", report.pk),
    named=Named(lambda report: report.member, members.may_reveal, members.reveal_member),
)


# --- the letter of the evaluation -------------------------------------------------------------------------------------


def letter_blocks(evaluation: YearlyEvaluation, name: str) -> Iterator[Block]:
    """To the employer: what was done in the year, the grade and the reason."""
    own, report = words()["letter"], evaluation.report
    entries = [entry for entry in _in_order(report) if entry.on.year == evaluation.year]
    said = {
        "who": name or who(report),
        "year": evaluation.year,
        "grid": report.grid.name,
        "day": date_text(report.reported_on),
        "number": report.number,
        "party": str(report.party or ""),
        "skill": str(report.skill or ""),
        "n": len(entries),
        "hours": number_text(_hours(entries)),
        "grade": words()["grades"][evaluation.grade],
    }
    yield Title(own["title"].format(**said))
    yield Paragraph(own["to"].format(employer=employer_of(report) or own["nobody"]), indent=False)
    yield Paragraph("".join(_intro(report, own, said)))
    yield Heading(1, own["heading_work"])
    yield Paragraph(own["work" if entries else "work_none"].format(**said))
    if entries:
        yield _entries(entries)
    yield Heading(1, own["heading_grade"])
    yield Paragraph(own["grade"].format(**said))
    for line in evaluation.text.splitlines():
        yield Paragraph(f"{line.rstrip('。')}。")
    yield Paragraph(own["end"])
    yield Signature(issuer(report.grid_code), timezone.localdate(evaluation.at))


def _intro(report: ReportIn, own: Any, said: dict[str, Any]) -> Iterator[str]:
    yield own["intro_member" if report.member_id else "intro_unit"].format(**said)
    if report.party:
        yield own["placed"].format(**said)
    if report.skill:
        yield own["claimed"].format(**said)
    yield own["intro_end"].format(**said)


LETTER: Final = PaperKind(
    name="evaluation_letter",
    word="evaluation_letter_word",
    rows=_evaluations,
    blocks=letter_blocks,
    stem=lambda one: words()["letter"]["file"].format(number=one.report.number, year=one.year),
    on=lambda one: timezone.localdate(one.at),
    code=lambda one: one.report.grid_code,
    back=lambda one: ("partybuilding:report_in", one.report_id),
    named=Named(lambda one: one.report.member, members.may_reveal, members.reveal_member),
)
