"""Typical cases are begun, edited, submitted and answered here, and nowhere else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from incidents import lifecycle
from incidents.models import Incident, IncidentEvent
from incidents.states import State
from reports.models import TypicalCase
from reports.stages import advance, check_version, keep_step
from reports.typical.discreet import tells_too_much
from reports.typical.prefill import people_of, prefilled
from reports.words import templates

Status = TypicalCase.Status
LENGTHS: Final = {"title": 120, "background": 5000, "practice": 10_000, "result": 5000, "lesson": 5000}
NEEDED: Final = ("title", "background", "practice", "result")
ENDED: Final = (State.CLOSED, State.ANSWERED, State.SELF_HANDLED)
OFFICE_LEVEL: Final = 12
"""Characters of the code of a community: the office that writes a case up."""


def begin(incident: Incident, *, actor: User, now: datetime) -> TypicalCase:
    """A draft written from the history of a finished case. NotNow for one that runs or is written up already."""
    demand(actor, "report.write", incident.grid_code)
    if incident.state not in ENDED or incident.closed_at is None:
        raise NotNow(_("Only a finished case can be written up."))
    texts = {name: text[: LENGTHS[name]] for name, text in prefilled(incident).items()}
    grid = Grid.objects.defer("boundary").get(code=incident.grid_code[:OFFICE_LEVEL])
    return _create(incident, grid, texts, actor, now)


def begin_freely(grid: Grid, *, title: str, actor: User, now: datetime) -> TypicalCase:
    """A draft about a place or a way of working, without a single case behind it (汝河小区: 范本)."""
    demand(actor, "report.write", grid.code)
    demand_valid((("title", bool(title.strip()), _("A title is needed.")),))
    return _create(None, grid, {"title": title.strip()[: LENGTHS["title"]]}, actor, now)


def _create(incident: Incident | None, grid: Grid, texts: Mapping[str, str], actor: User, now: datetime) -> TypicalCase:
    try:
        with transaction.atomic():
            case = TypicalCase.objects.create(
                incident=incident, grid=grid, grid_code=grid.code, written_by=actor, created_at=now, **texts
            )
            keep_step(case, before="", actor=actor, now=now)
    except IntegrityError as error:
        raise NotNow(_("This case is written up already.")) from error
    return case


def edit(
    case: TypicalCase, texts: Mapping[str, str], *, actor: User, now: datetime, version: int | None = None
) -> TypicalCase:
    """Change the texts of a draft, or of one that was not adopted. NotNow for a stale form or a submitted one."""
    with transaction.atomic():
        locked = TypicalCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
        demand(actor, "report.write", locked.grid_code)
        check_version(locked, version)
        if locked.status not in (Status.DRAFT, Status.DECLINED):
            raise NotNow(_("It was submitted: take it back first."))
        _check_lengths(texts)
        for name, text in texts.items():
            setattr(locked, name, text.strip())
        locked.version += 1
        locked.save(update_fields=["version", *texts])
        keep_step(locked, before=locked.status, actor=actor, now=now)
    return locked


def _check_lengths(texts: Mapping[str, str]) -> None:
    limit = _("The text is too long: at most %(count)s characters are allowed.")
    checks = [(name, len(text) <= LENGTHS[name], limit % {"count": LENGTHS[name]}) for name, text in texts.items()]
    demand_valid([*checks, ("title", bool(texts.get("title", "x").strip()), _("A title is needed."))])


def submit(
    case: TypicalCase, *, to: str, actor: User, now: datetime, text: str = "", version: int | None = None
) -> TypicalCase:
    """Send it up. NotValid when a part is missing or when it still tells who somebody is."""
    with transaction.atomic():
        locked = TypicalCase.objects.select_for_update(of=("self",)).select_related("incident").get(pk=case.pk)
        _check_ready(locked, to)
        fields = {"submitted_to": to.strip(), "submitted_at": now, "answered_at": None, "answer": ""}
        found: TypicalCase = advance(locked, "submit", actor=actor, now=now, version=version, text=text, **fields)
    return found


def _check_ready(case: TypicalCase, to: str) -> None:
    names = people_of(case.incident) if case.incident else set()
    missing = [(name, bool(getattr(case, name).strip()), _("Write this part first.")) for name in NEEDED]
    telling = [
        (name, not tells_too_much(getattr(case, name), names=names), _("It still holds a name, number or room."))
        for name in LENGTHS
    ]
    demand_valid([("to", 0 < len(to.strip()) <= 100, _("Say to whom, in at most 100 characters.")), *missing, *telling])


def adopt(case: TypicalCase, *, text: str, actor: User, now: datetime, version: int | None = None) -> TypicalCase:
    """Enter that it was adopted above; the case behind it is marked as typical."""
    with transaction.atomic():
        found = _answered(case, "adopt", text, actor, now, version)
        if found.incident_id:
            mark = templates("typical")["mark"].format(to=found.submitted_to)
            lifecycle.change(
                found.incident_id, IncidentEvent.Kind.LABELLED, actor=actor, now=now, text=mark, is_typical=True
            )
    return found


def decline(case: TypicalCase, *, text: str, actor: User, now: datetime, version: int | None = None) -> TypicalCase:
    """Enter that it was not adopted, and why; it may be rewritten and submitted again."""
    return _answered(case, "decline", text, actor, now, version)


def _answered(case: TypicalCase, name: str, text: str, actor: User, now: datetime, version: int | None) -> TypicalCase:
    found: TypicalCase = advance(
        case, name, actor=actor, now=now, version=version, text=text, answered_at=now, answer=text.strip()[:500]
    )
    return found


def take_back(case: TypicalCase, *, text: str, actor: User, now: datetime, version: int | None = None) -> TypicalCase:
    """Take a submitted one back into the hands of its writer, with the reason."""
    found: TypicalCase = advance(case, "take_back", actor=actor, now=now, version=version, text=text)
    return found


def step(
    case: TypicalCase, name: str, *, text: str, to: str = "", actor: User, now: datetime, version: int | None
) -> TypicalCase:
    """One step by its name, for pages and API."""
    if name == "submit":
        return submit(case, to=to, text=text, actor=actor, now=now, version=version)
    known = {"adopt": adopt, "decline": decline, "take_back": take_back}
    if name not in known:
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    return known[name](case, text=text, actor=actor, now=now, version=version)
