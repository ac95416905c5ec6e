"""Where the lines of the log book come from: cases, mediation, tasks, and every record of field work.

Each source is one function of SOURCES; each costs one or two queries for any number of people and days.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.protect import mask_numbers
from fieldwork.logbook_rows import MOST_ROWS, Row, Whose
from fieldwork.models import (
    Attendance,
    CarePromise,
    CareSubject,
    FieldStep,
    Inspection,
    KnockAction,
    KnockedDoor,
    Patrol,
    QuickNote,
    RectificationNotice,
    Visit,
)
from incidents.models import Dispute, DisputeEvent, GridTask, GridTaskEntry, GridTaskPart, Incident, IncidentEvent

FINDING: Final = ("report", "self_handle")
HANDLING: Final = ("take", "feedback", "finish", "confirm", "answer")
CHECKING: Final = ("genuine", "not_genuine", "pass_check", "rework", "close", "close_checked")
LONGEST: Final = 200


def _url(name: str, *args: Any) -> str:
    """The address of a record; "" where there is no page for it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _words(*parts: object) -> str:
    """Parts that are there, without whole phone or identity numbers."""
    return mask_numbers(" · ".join(str(part) for part in parts if part))[:LONGEST]


# --- cases, mediation, tasks ------------------------------------------------------------------------------------------


def incidents(whose: Whose) -> Iterator[Row]:
    """One line per case and kind of work, at the first time."""
    events = IncidentEvent.objects.filter(
        whose.days("at"),
        whose.people(),
        whose.place("incident__grid_code"),
        kind=IncidentEvent.Kind.MOVE,
        move__in=(*FINDING, *HANDLING, *CHECKING),
    )
    if whose.reader is not None and whose.person is not None:
        events = events.filter(incident__in=whose.seen(Incident).values("pk"))
    columns = ("at", "move", "text", "incident__number", "incident__title", "incident__state")
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events.order_by("at", "pk").values(*columns)[: 4 * MOST_ROWS]:
        known = seen.setdefault((event["incident__number"], _kind(event["move"])), event)
        known["text"] = event["text"] or known["text"]
    for (number, kind), event in seen.items():
        result = event["text"] if kind != "reported" else ""
        yield Row(
            event["at"],
            kind,
            mask_numbers(f"{event['incident__title']}（{number}）"),
            mask_numbers(result or _state_name(event["incident__state"]))[:LONGEST],
            reverse("incidents:detail", args=[number]),
        )


def _kind(move: str) -> str:
    if move in FINDING:
        return "reported" if move == "report" else "self_handled"
    return "handled" if move in HANDLING else "checked"


def _state_name(state: str) -> str:
    return str(dict(IncidentEvent._meta.get_field("to_state").flatchoices)[state])


def disputes(whose: Whose) -> Iterator[Row]:
    """Sessions, agreements and visits; without the names of the parties."""
    kinds = DisputeEvent.Kind
    done = (kinds.ENTERED, kinds.SESSION, kinds.SETTLED, kinds.FAILED, kinds.VISITED)
    events = DisputeEvent.objects.filter(
        whose.days("happened_at"), whose.people(), whose.place("dispute__grid_code"), kind__in=done
    )
    if whose.reader is not None and whose.person is not None:
        events = events.filter(dispute__in=whose.seen(Dispute).values("pk"))
    for event in events.select_related("dispute").order_by("happened_at", "pk")[:MOST_ROWS]:
        matter = _("Dispute %(number)s (%(kind)s)") % {
            "number": event.dispute.number,
            "kind": event.dispute.get_kind_display(),
        }
        url = reverse("incidents:dispute", args=[event.dispute.number])
        yield Row(event.happened_at, "dispute", matter, str(event.get_kind_display()), url)


def tasks(whose: Whose) -> Iterator[Row]:
    """Progress in the grid's shares of tasks, and shares reported as done."""
    by = Q(by=whose.person) if whose.person is not None else Q()
    entries = GridTaskEntry.objects.filter(whose.days("at"), by, whose.place("part__grid_code"))
    if whose.reader is not None and whose.person is not None:
        entries = entries.filter(part__task__in=whose.seen(GridTask).values("pk"))
    for entry in entries.select_related("part__task").order_by("at", "pk")[:MOST_ROWS]:
        amount = f"{entry.amount:+d}" if entry.amount else ""
        yield _task_row(entry.at, entry.part, " ".join(filter(None, (amount, entry.text))))
    by = Q(reported_by=whose.person) if whose.person is not None else Q()
    shares = GridTaskPart.objects.filter(whose.days("reported_at"), by, whose.place("grid_code"))
    if whose.reader is not None and whose.person is not None:
        shares = shares.filter(task__in=whose.seen(GridTask).values("pk"))
    for share in shares.select_related("task").order_by("reported_at", "pk")[:MOST_ROWS]:
        yield _task_row(share.reported_at, share, share.report)


def _task_row(at: Any, share: GridTaskPart, result: str) -> Row:
    url = reverse("incidents:grid_task_part", args=[share.pk])
    return Row(at, "task", share.task.title, mask_numbers(result)[:LONGEST], url)


# --- field work -------------------------------------------------------------------------------------------------------


def _records(whose: Whose, model: Any) -> Any:
    """The field records of those people and days that the reader may see, oldest first."""
    rows = whose.seen(model).filter(whose.days("at"), whose.people("by"), whose.place("grid_code"))
    return rows.order_by("at", "pk")[:MOST_ROWS]


def notes(whose: Whose) -> Iterator[Row]:
    """Quick notes, and what became of them."""
    for note in _records(whose, QuickNote):
        became = note.get_became_display() if note.became else ""
        yield Row(note.at, "note", _words(note.text), str(became), _url("fieldwork:note", note.pk))


def patrols(whose: Whose) -> Iterator[Row]:
    """Rounds, with how many findings they had."""
    rows = _records(whose, Patrol).select_related("plan").annotate(found=Count("findings"))
    for patrol in rows:
        found = _("%(n)d findings") % {"n": patrol.found} if patrol.found else ""
        matter = _words(patrol.plan.name if patrol.plan else patrol.get_kind_display())
        result = _words(patrol.get_status_display(), found, patrol.text)
        yield Row(patrol.at, "patrol", matter, result, _url("fieldwork:patrol", patrol.client_id))


def visits(whose: Whose) -> Iterator[Row]:
    """Visits: the building, never the door; the purpose and what came of it."""
    related = ("purpose", "household__building__compound", "building__compound", "place")
    for visit in _records(whose, Visit).select_related(*related).defer("place__phone"):
        building = visit.household.building if visit.household else visit.building
        where = visit.place.name if visit.place else building and f"{building.compound}{building.name}"
        matter = _words(where, visit.purpose)
        yield Row(visit.at, "visit", matter, str(visit.get_outcome_display()), _url("fieldwork:visit", visit.pk))


def knocks(whose: Whose) -> Iterator[Row]:
    """One line per door-knock action and day, so many doors, so many answered; a grid has those of its buildings."""
    doors = KnockedDoor.objects.filter(whose.days("at"), whose.people("by"), whose.place("building__grid__code"))
    doors = doors.filter(action__in=whose.seen(KnockAction).values("pk"))
    columns = ("action_id", "action__title", "answer", "at")
    lots: dict[tuple[int, Any], list[dict[str, Any]]] = defaultdict(list)
    for door in doors.order_by("at").values(*columns)[: 4 * MOST_ROWS]:
        lots[door["action_id"], timezone.localdate(door["at"])].append(door)
    for (action, _day), lot in lots.items():
        answered = sum(door["answer"] == KnockedDoor.Answer.ANSWERED for door in lot)
        result = _("%(n)d doors, %(answered)d answered") % {"n": len(lot), "answered": answered}
        yield Row(lot[0]["at"], "knock", _words(lot[0]["action__title"]), result, _url("fieldwork:knock", action))


STEPPED: Final[dict[str, tuple[Any, str, Callable[[Any], str], str]]] = {
    "caresubject": (CareSubject, "care", lambda row: row.tag.name, "fieldwork:care_subject"),
    "carepromise": (CarePromise, "care", lambda row: row.title, "fieldwork:promise"),
    "rectificationnotice": (RectificationNotice, "inspection", lambda row: row.number, "fieldwork:rectification"),
}
"""Things whose steps are work: model, kind of line, how the thing is called without naming anybody, its page."""


def steps(whose: Whose) -> Iterator[Row]:
    """Care entered and ended, promises kept, notices issued and closed."""
    found = FieldStep.objects.filter(whose.days("at"), whose.people("by"), subject__in=STEPPED).order_by("at", "pk")
    by_kind: dict[str, list[FieldStep]] = defaultdict(list)
    for step in found[:MOST_ROWS]:
        by_kind[step.subject].append(step)
    for subject, taken in by_kind.items():
        model, kind, name_of, page = STEPPED[subject]
        rows = whose.seen(model).filter(whose.place("grid_code"), pk__in={step.subject_id for step in taken})
        if model is CareSubject:
            rows = rows.select_related("tag").only("tag", "status")  # what is sealed is not even fetched
        known = {row.pk: row for row in rows}
        names = dict(model.Status.choices)
        for step in taken:
            if (row := known.get(step.subject_id)) is not None:
                yield Row(
                    step.at, kind, _words(name_of(row)), str(names.get(step.after, step.after)), _url(page, row.pk)
                )


def inspections(whose: Whose) -> Iterator[Row]:
    """Places looked at, with how many hazards were found."""
    for row in (
        _records(whose, Inspection).select_related("place").defer("place__phone").annotate(found=Count("hazards"))
    ):
        result = _("%(n)d hazards") % {"n": row.found} if row.found else _("no hazard")
        yield Row(row.at, "inspection", _words(row.place.name), result, _url("fieldwork:inspection", row.pk))


def trainings(whose: Whose) -> Iterator[Row]:
    """Training that was attended."""
    there = Attendance.objects.filter(
        whose.days("session__starts_at"), whose.people("user"), presence=Attendance.Presence.PRESENT
    )
    if whose.code:
        there = there.filter(session__grid_code__startswith=whose.code[:9])
    for row in there.select_related("session__course").order_by("session__starts_at", "pk")[:MOST_ROWS]:
        result = _("passed") if row.passed else ""
        yield Row(row.session.starts_at, "training", _words(row.session.course), result)


SOURCES: Final[tuple[Callable[[Whose], Iterable[Row]], ...]] = (
    incidents,
    disputes,
    tasks,
    notes,
    patrols,
    visits,
    knocks,
    steps,
    inspections,
    trainings,
)
