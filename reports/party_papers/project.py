"""The sheet of a joint project (共建项目单): what for, by whom, until when, its steps, its result, who confirmed it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from partybuilding.models import Project, ProjectStep
from reports.documents.blocks import Block, Heading, NumberLine, Paragraph, Signature, Table, Title
from reports.documents.prose import date_text, number_text
from reports.party_papers.kind import PaperKind, facts, issuer, words


def _rows(user: Any) -> QuerySet[Project]:
    rows: QuerySet[Project] = Project.objects.visible_to(user)
    full = ("grid", "type", "need__grid", "resource", "unit__organization", "alliance", "confirmed_by")
    return rows.select_related(*full).defer("grid__boundary", "need__grid__boundary").prefetch_related("steps")


def blocks(project: Project, _name: str) -> Iterator[Block]:
    """Title, number, the facts, content, steps, result, confirmation and grade, the lines to sign."""
    own = words()["project"]
    yield Title(own["title"])
    yield NumberLine(project.number)
    yield facts(dict(zip(own["facts"], _facts(project), strict=True)))
    if project.text:
        yield Heading(1, own["heading_text"])
        for line in project.text.splitlines():
            yield Paragraph(line)
    steps = list(project.steps.all())
    if steps:
        yield Heading(1, own["heading_steps"])
        yield _steps(steps, own)
    yield from _result(project, own)
    yield Paragraph("")
    for line in own["signed"]:
        yield Paragraph(line)
    yield Signature(issuer(project.grid_code), _on(project))


def _steps(steps: list[ProjectStep], own: Any) -> Table:
    """The steps; columns in which nothing stands are left out."""
    rows = [(n, step.part, step.text, _day(step.due_on), _day(step.done_on)) for n, step in enumerate(steps, 1)]
    kept = [column for column in range(len(own["steps"])) if any(row[column] for row in rows)]
    widths = (2, 4, 8, 5, 5)
    lines = [[row[column] for column in kept] for row in rows]
    return Table([own["steps"][column] for column in kept], lines, widths=[widths[column] for column in kept])


def _facts(project: Project) -> Iterator[Any]:
    yield project.title
    yield project.type.name
    yield project.grid.name
    yield f"{project.need.number}　{project.need.title}" if project.need else ""
    yield project.resource.title if project.resource else ""
    yield str(project.unit or project.alliance or "")
    yield _day(project.promised_on)
    yield _day(project.starts_on)
    yield _day(timezone.localdate(project.done_at)) if project.done_at else ""
    yield words()["project"]["status"][project.status]


def _result(project: Project, own: Any) -> Iterator[Block]:
    if not project.result:
        return
    yield Heading(1, own["heading_result"])
    for line in project.result.splitlines():
        yield Paragraph(line)
    numbers = {
        "members": project.members_count,
        "hours": None if project.hours is None else number_text(project.hours),
        "people": project.beneficiaries,
    }
    told = [own[name].format(n=number) for name, number in numbers.items() if number is not None]
    if told:
        yield Paragraph("，".join(told) + "。")
    if project.confirmed_at:
        day = date_text(timezone.localdate(project.confirmed_at))
        grade = own["grade"].format(grade=project.grade) if project.grade else ""
        yield Paragraph(own["confirmed"].format(day=day, grade=grade))


def _day(day: date | None) -> str:
    return date_text(day) if day else ""


def _on(project: Project) -> date:
    """The day of its last turn that is kept: confirmed, done, or proposed."""
    return timezone.localdate(project.confirmed_at or project.done_at or project.at)


PROJECT: Final = PaperKind(
    name="project_sheet",
    word="project_word",
    rows=_rows,
    blocks=blocks,
    stem=lambda project: words()["project"]["file"].format(number=project.number),
    on=_on,
    code=lambda project: project.grid_code,
    back=lambda project: ("partybuilding:project", project.pk),
)
