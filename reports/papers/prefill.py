"""What the form of a new paper begins with: the text of a report, the story of a case, the list of the honoured."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone, translation

from accounts.models import User
from accounts.protect import mask_numbers
from grid.models import Grid, Organization
from incidents.models import Incident, IncidentEvent, Supervision
from incidents.story import event_title
from incidents.supervision_rights import addressee
from reports.documents.prose import chinese_number, date_text, heading_number
from reports.models import HonourPlace, HonourRound, Nomination, Paper, Report, ReportPaper
from reports.papers.wording import words
from reports.papers.writing import LENGTHS, create

TOLD: Final = (IncidentEvent.Kind.OVERDUE, IncidentEvent.Kind.SUPERVISED, IncidentEvent.Kind.REPLIED)
"""Events beside moves that a notice tells of."""
ANSWER_WITHIN: Final = timedelta(days=3)
TEXT_SHOWN: Final = 300

Json = dict[str, Any]


# --- of a report ------------------------------------------------------------------------------------------------------


def from_report(report: Report) -> Json:
    """Title and body of a bulletin made of the report's text, as edited if somebody edited it."""
    edited = ReportPaper.objects.filter(report=report).values_list("text", flat=True).first()
    text = edited or report.snapshot["text"]
    lines = []
    for number, section in enumerate(text["sections"], start=1):
        lines.append(heading_number(1, number) + section["heading"])
        lines.extend(section["paragraphs"])
    title = text["title"].replace("\n", "")
    period = f"{date_text(report.period_start)}"
    if report.period_end != report.period_start:
        period += f"至{date_text(report.period_end)}"
    head = words()["report"]["title"].format(title=title, period=period)
    return {"title": head[: LENGTHS["title"]], "body": "\n".join(lines)[: LENGTHS["body"]], "report": report}


# --- of a case --------------------------------------------------------------------------------------------------------


def from_case(kind: str, incident: Incident, *, now: datetime, until: date | None = None) -> Json:
    """Title, unit, text and day of a notice about a case: number, facts, history, limit, what is demanded.

    In the platform's own language; numbers of phones and identity cards are masked.
    """
    with translation.override(settings.LANGUAGE_CODE):
        until = until or timezone.localdate(now) + ANSWER_WITHIN
        title = words()["case"]["title"][kind].format(title=mask_numbers(_name_of(incident)))
        unit = _unit_of(incident)
        lines = mask_numbers("\n".join(_case_lines(kind, incident, until, now)))
        given: Json = {"title": title[: LENGTHS["title"]], "body": lines[: LENGTHS["body"]], "due_on": until}
        given |= {"incident": incident, "organization": unit}
        return given | {"main_to": unit.name if unit else str(_person_of(incident) or "")}


def _name_of(incident: Incident) -> str:
    return incident.title.rstrip("。！？；，.!?;, ")


def _unit_of(incident: Incident) -> Organization | None:
    unit, _person = addressee(incident)
    return Organization.objects.select_related("grid").defer("grid__boundary").filter(pk=unit).first()


def _person_of(incident: Incident) -> User | None:
    _unit, person = addressee(incident)
    return User.objects.filter(pk=person).first() if person else None


def _case_lines(kind: str, incident: Incident, until: date, now: datetime) -> Iterator[str]:
    said = words()["case"]
    yield said["intro"][kind].format(number=incident.number, title=_name_of(incident))
    yield said["headings"]["facts"]
    yield from _facts(incident, now)
    yield said["headings"]["history"]
    yield from _history(incident, now)
    yield said["headings"]["demands"]
    for sentence in said["demands"][kind]:
        yield sentence.format(until=date_text(until))


def _facts(incident: Incident, now: datetime) -> Iterator[str]:
    said = words()["case"]
    facts, text = said["facts"]
    yield facts.format(
        number=incident.number,
        category=f"“{incident.category}”" if incident.category else "未分类",
        place=f"{incident.grid.name}{incident.address}",
        reported=date_text(incident.reported_at),
        state=incident.get_state_display(),
    )
    if incident.text.strip() != incident.title:
        words_of_case = " ".join(incident.text.split())
        yield text.format(text=words_of_case[:TEXT_SHOWN] + ("……" if len(words_of_case) > TEXT_SHOWN else ""))
    if incident.due_at:
        late = said["late"] if incident.due_at < now else said["in_time"]
        yield said["due"].format(due=_clock(incident.due_at), late=late)
    counts = (("reworks", incident.rework_count), ("returns", incident.return_count))
    told = [said["counts"][name].format(n=n) for name, n in counts if n]
    if told:
        yield "、".join(told) + "。"


def _history(incident: Incident, now: datetime) -> Iterator[str]:
    """The last moves, one to a line, and the last standing supervision notice."""
    said = words()["case"]
    events = IncidentEvent.objects.filter(incident=incident, kind__in=(IncidentEvent.Kind.MOVE, *TOLD), at__lte=now)
    shown = list(events.order_by("-sequence")[: said["steps_shown"]])[::-1]
    for event in shown:
        actor = f"，{event.actor_name}" if event.actor_name and event.move != "report" else ""
        yield said["step"].format(at=_clock(event.at), title=event_title(event), actor=actor)
    notice = Supervision.objects.running().filter(incident=incident, issued_at__lte=now).order_by("-pk").first()
    if notice:
        day = date_text(notice.issued_at)
        yield said["notice"].format(number=notice.number, day=day, text=" ".join(notice.text.split()))


def _clock(at: datetime) -> str:
    return f"{date_text(at)}{timezone.localtime(at):%H:%M}"


# --- of a round of honours --------------------------------------------------------------------------------------------


def commendation(honours: HonourRound, *, actor: User, now: datetime) -> Paper:
    """The draft of the decision of commendation: the honoured by heading. A round that has a paper keeps it.

    Those awarded, or those who passed the review while nobody is awarded yet. The caller sets `honours.paper`.
    """
    if honours.paper is not None:
        return honours.paper
    grid: Grid = honours.grid
    given = commendation_text(honours)
    return create(Paper.Kind.COMMENDATION, grid, **given, actor=actor, now=now)


def commendation_text(honours: HonourRound) -> Json:
    """Title, addressees and body of the decision."""
    said = words()["commendation"]
    groups = list(_groups(honours))
    lines = [
        said["intro"].format(
            first=date_text(honours.period_start),
            last=date_text(honours.period_end),
            total=sum(len(names) for _place, names in groups),
        )
    ]
    for order, (place, names) in enumerate(groups, start=1):
        lines.append(said["heading"].format(order=chinese_number(order), heading=place.heading, n=len(names)))
        title = place.title
        lines.append(said["prize_too" if title.prize else "prize"].format(title=title.name, prize=title.prize))
        lines.append("、".join(names) + "。")
    lines.append(said["close"])
    title = said["title"].format(name=honours.name)
    return {"title": title, "main_to": said["main_to"], "body": "\n".join(lines)[: LENGTHS["body"]]}


def _groups(honours: HonourRound) -> Iterator[tuple[HonourPlace, list[str]]]:
    rows = Nomination.objects.filter(place__round=honours).order_by("pk")
    status = Nomination.Status
    chosen = rows.filter(status=status.AWARDED) if rows.filter(status=status.AWARDED).exists() else None
    rows = chosen if chosen is not None else rows.filter(status=status.SUPPORTED)
    by_place: dict[int, list[str]] = {}
    said = words()["commendation"]
    for one in rows:
        name = said["holder"].format(name=one.name, unit=one.unit) if one.unit else one.name
        by_place.setdefault(one.place_id, []).append(name)
    for place in HonourPlace.objects.filter(round=honours).select_related("title").order_by("pk"):
        if names := by_place.get(place.pk):
            yield place, names
