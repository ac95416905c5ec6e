"""Who is told of papers: the unit that a notice goes to, and the office when it is answered."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from incidents.people import actors_of, heads_of
from notices.models import Notice
from notices.writing import notify
from reports.documents.prose import date_text
from reports.models import Paper
from reports.papers.wording import kind_name, number_text


def tell_issued(paper: Paper, *, actor: User, now: datetime) -> None:
    """Tell whoever acts for the unit, and its heads."""
    with translation.override(settings.LANGUAGE_CODE):
        until = _("To be answered until %(day)s") % {"day": date_text(paper.due_on)} if paper.due_on else ""
        _tell(paper, "issued", Notice.Level.TASK, _people(paper, now), [paper.title, until], actor, now)


def tell_answered(paper: Paper, *, actor: User, now: datetime) -> None:
    """Tell whoever wrote the notice."""
    with translation.override(settings.LANGUAGE_CODE):
        words = [_("Answered"), paper.title, paper.reply[:200]]
        _tell(paper, "answered", Notice.Level.INFO, [paper.written_by], words, actor, now)


def tell_withdrawn(paper: Paper, reason: str, *, actor: User, now: datetime) -> None:
    """Tell the unit that the notice does not count any more."""
    with translation.override(settings.LANGUAGE_CODE):
        words = [_("Withdrawn"), paper.title, reason]
        _tell(paper, "withdrawn", Notice.Level.INFO, _people(paper, now), words, actor, now)


def _people(paper: Paper, now: datetime) -> set[User]:
    if not paper.organization_id:
        return set()
    day = timezone.localdate(now)
    return {*actors_of([paper.organization_id], day), *heads_of(paper.organization_id, day)}


def _tell(
    paper: Paper, what: str, level: str, people: Iterable[User], words: Iterable[str], actor: User, now: datetime
) -> None:
    notify(
        recipients=[user for user in people if not user.is_service and user.pk != actor.pk],
        kind=f"paper.{what}",
        level=level,
        title=f"{kind_name(paper.kind)} {number_text(paper)}",
        body="\n".join(line for line in words if line),
        url=reverse("reports:paper", args=[paper.pk]),
        dedupe_key=f"paper:{paper.pk}:{what}",
        grid_code=paper.grid_code,
        payload={"paper": paper.pk, "kind": paper.kind, "event": what, "grid_code": paper.grid_code},
        now=now,
    )
