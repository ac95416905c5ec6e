"""What hangs on a project: its planned steps, the members who took part, and whether it is one of the year's best."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from partybuilding.models import PartyMember, Project, ProjectPerson, ProjectStep
from partybuilding.units import demand_hers

OPEN: tuple[str, ...] = ("proposed", "agreed", "running")
MOST_STEPS = 40


def demand_may_work(project: Project, actor: User) -> None:
    """NotAllowed unless `actor` works for the unit or keeps the lists where the project lies."""
    demand_hers(actor, project.unit, project.grid_code)


def tick(step: ProjectStep, *, done: bool, actor: User, now: datetime) -> ProjectStep:
    """The step is done today, or was ticked by mistake. Ticked twice it keeps its first day."""
    demand_may_work(step.project, actor)
    with transaction.atomic():
        locked = ProjectStep.objects.select_for_update(of=("self",)).select_related("project").get(pk=step.pk)
        if locked.project.status not in OPEN:
            raise NotNow(_("The project is no longer under way: %(status)s.") % _status(locked.project))
        if done != (locked.done_on is not None):
            locked.done_on = timezone.localdate(now) if done else None
            locked.save(update_fields=["done_on"])
    return locked


def add_step(project: Project, text: str, *, due_on: date | None, actor: User) -> ProjectStep:
    """One more step at the end. NotNow for a project that is not under way; NotValid without words."""
    demand_may_work(project, actor)
    words = clean_field("text", text, max_length=200)
    demand_valid([("text", bool(words), _("Say what is to be done."))])
    with transaction.atomic():
        locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if locked.status not in OPEN:
            raise NotNow(_("The project is no longer under way: %(status)s.") % _status(locked))
        count = locked.steps.count()
        demand_valid([("text", count < MOST_STEPS, _("A project has at most 40 steps."))])
        step: ProjectStep = locked.steps.create(position=count + 1, text=words, due_on=due_on)
    return step


def note_people(project: Project, members: Iterable[PartyMember], *, hours: Decimal, actor: User) -> int:
    """Write down which members took part, each with `hours`; who stands there already gets these hours."""
    demand_may_work(project, actor)
    demand_valid([("hours", 0 <= hours <= 1000, _("Hours between 0 and 1000."))])
    rows = [ProjectPerson(project=project, member=member, hours=hours) for member in members]
    ProjectPerson.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["project", "member"], update_fields=["hours"]
    )
    return len(rows)


def choose_best(project: Project, *, best: bool, actor: User) -> Project:
    """Choose it as one of the best projects of its year (W98), or not any more. NotNow before it was confirmed."""
    demand(actor, "party.decide", project.grid_code)
    with transaction.atomic():
        locked: Project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if locked.status not in ("confirmed", "evaluated"):
            raise NotNow(_("Only confirmed projects are chosen."))
        locked.is_best = best
        locked.version += 1
        locked.save(update_fields=["is_best", "version"])
    return locked


def _status(project: Project) -> dict[str, str]:
    return {"status": project.get_status_display()}
