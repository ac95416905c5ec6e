"""What the form of a typical case begins with: background, practice and result out of the case's history, masked."""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.utils import translation

from grid.models import Grid
from incidents.models import CallBack, Incident, IncidentEvent
from incidents.story import event_title
from reports.documents.prose import date_text
from reports.typical.discreet import discreet
from reports.words import span, templates

TOLD: Final = (
    "verify",
    "file",
    "dispatch",
    "take",
    "report_up",
    "return",
    "feedback",
    "finish",
    "pass_check",
    "rework",
    "close",
    "close_checked",
    "answer",
)
"""The moves that make a story; the others are bookkeeping."""
LONGEST_LINE: Final = 400


def prefilled(incident: Incident) -> dict[str, str]:
    """Title, background, practice, result and lesson to begin with, in the office's Chinese."""
    names, words = people_of(incident), templates("typical")
    with translation.override(settings.LANGUAGE_CODE):
        texts = {
            "title": words["title"].format(place=_place(incident), category=_category(incident)),
            "background": _background(incident),
            "practice": "\n".join([words["practice_lead"], *_practice(incident)]),
            "result": _result(incident),
            "lesson": words["lesson"],
        }
    return {name: discreet(text, names=names) for name, text in texts.items()}


def people_of(incident: Incident) -> set[str]:
    """Every name that the case knows: its reporter, contact and everybody in its history."""
    actors = IncidentEvent.objects.filter(incident=incident, actor__isnull=False)
    names = {*actors.values_list("actor__real_name", flat=True).distinct(), incident.contact_name}
    if incident.reporter is not None:
        names.add(incident.reporter.real_name)
    return {name for name in names if name}


def _place(incident: Incident) -> str:
    """The community: a grid of some dozen households would point to a person."""
    row = Grid.objects.filter(code=incident.grid_code[:12]).values_list("name", flat=True).first()
    return str(row or incident.grid.name)


def _category(incident: Incident) -> str:
    return incident.category.name if incident.category else templates("typical")["uncategorised"]


def _background(incident: Incident) -> str:
    said = incident.text.strip().rstrip("。；;.") + "。"
    return str(templates("typical")["background"]).format(
        day=date_text(incident.reported_at),
        place=_place(incident),
        source=incident.get_source_display(),
        text=said,
        category=_category(incident),
        grid=_place(incident),
    )


def _practice(incident: Incident) -> Iterator[str]:
    words = templates("typical")
    for event in IncidentEvent.objects.filter(incident=incident, move__in=TOLD).order_by("sequence"):
        post = event.actor_name.partition("（")[2].removesuffix("）")
        text = event.text.strip().rstrip("。")[:LONGEST_LINE]
        yield words["practice_line"].format(
            day=date_text(event.at),
            step=event_title(event),
            by=words["by"].format(post=post) if post else "",
            text=words["said"].format(text=text) if text else "",
        )


def _result(incident: Incident) -> str:
    words: Any = templates("typical")
    ended = incident.closed_at
    assert ended is not None
    call = CallBack.objects.filter(incident=incident, is_excluded=False).exclude(satisfaction="").last()
    satisfied = words["satisfied"].format(words=words["satisfaction"][call.satisfaction]) if call else ""
    return str(words["result"]).format(
        day=date_text(ended),
        span=span(int((ended - incident.reported_at).total_seconds())),
        closing=words["late" if incident.was_overdue and not incident.was_excused else "on_time"],
        solved=words["solved"] if incident.is_solved else "",
        satisfied=satisfied,
    )
