"""The text of a report's paper: edited by people while it is a draft; the numbers stay those of the frozen report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from reports.changes import text_changes
from reports.models import Report, ReportPaper
from reports.stages import check_version, keep_step

Json = dict[str, Any]

MOST_SECTIONS: Final = 20
HEADING_LENGTH: Final = 60
BODY_LENGTH: Final = 8000
EDITED: Final = "修改正文{n}处"
RESTORED: Final = "恢复为生成稿"


@dataclass(frozen=True, slots=True)
class Section:
    """One section as somebody typed it: the body's lines are its paragraphs; `key` as generated, "" for a new one."""

    heading: str
    body: str
    key: str = ""


def text_of(paper: ReportPaper) -> Json:
    """The text that stands now: edited, or as generated."""
    text: Json = paper.text or paper.report.snapshot["text"]
    return text


def sections_of(text: Mapping[str, Any]) -> list[Section]:
    """What an edit form begins with."""
    return [Section(each["heading"], "\n".join(each["paragraphs"]), each.get("key", "")) for each in text["sections"]]


def edit(
    paper: ReportPaper, sections: Sequence[Section], *, actor: User, now: datetime, version: int | None = None
) -> ReportPaper:
    """Replace the text of a draft; gives the locked row. Text equal to the generated one is kept as "not edited".

    NotAllowed without report.write, NotNow once it is checked, corrected or changed by somebody else,
    NotValid with messages for `heading_<n>` and `body_<n>`.
    """
    wanted = _cleaned(sections)
    with transaction.atomic():
        locked = _draft(paper, actor, version)
        old, generated = text_of(locked), locked.report.snapshot["text"]
        new = {**generated, "sections": wanted}
        if changed := text_changes(old, new):
            _save(locked, None if new == generated else new, actor, now, EDITED.format(n=len(changed)))
    return locked


def restore(paper: ReportPaper, *, actor: User, now: datetime, version: int | None = None) -> ReportPaper:
    """Back to the text as generated. The same errors as `edit`."""
    with transaction.atomic():
        locked = _draft(paper, actor, version)
        if locked.text is not None:
            _save(locked, None, actor, now, RESTORED)
    return locked


def must_stand(report: Report) -> None:
    """NotNow when a later issue corrects the report: nobody edits or signs what is overtaken."""
    if Report.objects.filter(corrects=report).exists():
        raise NotNow(_("This report is corrected already: see its newest issue."))


def _draft(paper: ReportPaper, actor: User, version: int | None) -> ReportPaper:
    rows = ReportPaper.objects.select_for_update(of=("self",)).select_related("report")
    locked: ReportPaper = rows.get(pk=paper.pk)
    demand(actor, "report.write", locked.report.grid_code)
    must_stand(locked.report)
    if locked.status != ReportPaper.Status.DRAFT:
        raise NotNow(_("Only a draft can be edited: take it back to draft first; what is signed stays."))
    check_version(locked, version)
    return locked


def _save(paper: ReportPaper, text: Json | None, actor: User, now: datetime, words: str) -> None:
    paper.text, paper.edited_by, paper.edited_at = text, actor, now
    paper.version += 1
    paper.save(update_fields=["text", "edited_by", "edited_at", "version"])
    keep_step(paper, before=paper.status, actor=actor, now=now, text=words)


def _cleaned(sections: Sequence[Section]) -> list[Json]:
    """Sections with a heading and at least one paragraph; those left wholly empty are dropped."""
    wrong: dict[str, list[str]] = {}
    cleaned: list[Json] = []
    for n, section in enumerate(sections):
        if section.heading.strip() or section.body.strip():
            heading = _line(section.heading, f"heading_{n}", HEADING_LENGTH, wrong)
            body = _line(section.body, f"body_{n}", BODY_LENGTH, wrong, multiline=True)
            paragraphs = [line.strip() for line in body.split("\n") if line.strip()]
            made = {"heading": heading, "paragraphs": paragraphs}
            cleaned.append(made | ({"key": section.key} if section.key else {}))
    if not 0 < len(cleaned) <= MOST_SECTIONS:
        wrong["heading_0"] = [_("A report has between 1 and 20 sections.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return cleaned


def _line(text: str, name: str, most: int, wrong: dict[str, list[str]], *, multiline: bool = False) -> str:
    """The text as it may be kept; what is wrong with it goes to `wrong` under `name`."""
    try:
        kept = clean_text(text, max_length=most, multiline=multiline)
    except NotValid as error:
        wrong[name] = [str(error)]
        return ""
    if not kept:
        wrong[name] = [_("A section needs a heading and at least one paragraph.")]
    return kept
