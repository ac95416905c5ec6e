"""Micro-projects (微创投): bids, coaching, the stages, milestones, who sees them (domain.md 5.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Organization
from grid.once import write_once
from grid.scope import scope_of
from grid.stages import Stage, check_version
from incidents.numbers import street_number
from volunteers import micro_news
from volunteers.models import BudgetLine, MicroCall, MicroKind, MicroProject, Milestone, Team, Wish
from volunteers.stages import TABLE, advance, keep_step

BEFORE_REVIEW: Final = ("submitted", "coaching")
PLANNED: Final = (*BEFORE_REVIEW, "review", "funded")
LIVING: Final = ("funded", "running", "mid_checked", "final")
OPEN_WISHES: Final = ("published", "claimed")
DECISIONS: Final = ("fund", "mid_check", "close")
"""Whoever bids does not take these for her own project."""
WITH_SUM: Final = ("fund", "finish")
"""Stages with a business of their own: money (`micro_money.fund`), the result (`finish`)."""


@dataclass(frozen=True, slots=True)
class NewBid:
    """What a team or organization bids.

    `budget` is (for what, yuan), together what is asked and the own money; `milestones` is (what, until when).
    """

    call: MicroCall
    title: str
    text: str
    asked: Decimal
    own_money: Decimal
    budget: Sequence[tuple[str, Decimal]]
    team: Team | None = None
    organization: Organization | None = None
    kind: MicroKind | None = None
    milestones: Sequence[tuple[str, date]] = ()
    wishes: Sequence[Wish] = ()


# --- who sees and who keeps -------------------------------------------------------------------------------------------


def led_teams(user: Any) -> QuerySet[Team]:
    """The active teams that `user` leads."""
    return Team.objects.filter(leader__user=user.pk, leader__status="active", status=Team.Status.ACTIVE)


def organizations_of(user: Any) -> QuerySet[Organization]:
    """The units that `user` acts for."""
    found: QuerySet[Organization] = Organization.objects.active().filter(pk__in=scope_of(user).organizations)
    return found


def _codes_of_bidder(user: Any) -> set[str]:
    """The grids of the teams and units that `user` may bid for, and all above them."""
    teams = led_teams(user).values_list("grid_code", flat=True)
    units = organizations_of(user).values_list("grid__code", flat=True)
    return {code[:n] for code in (*teams, *units) for n in range(9, len(code) + 1)}


def calls_seen_by(user: Any) -> QuerySet[MicroCall]:
    """Calls of one's grids and those above; a leader of a team and people of a unit see those that they may bid for."""
    seen = MicroCall.objects.visible_to(user)
    return MicroCall.objects.filter(Q(pk__in=seen.values("pk")) | Q(grid_code__in=_codes_of_bidder(user)))


def projects_seen_by(user: Any) -> QuerySet[MicroProject]:
    """Projects of one's grids and those above, those of one's team or unit, and those that one reviews."""
    seen = MicroProject.objects.visible_to(user)
    return MicroProject.objects.filter(
        Q(pk__in=seen.values("pk"))
        | Q(team__leader__user=user.pk)
        | Q(organization__in=scope_of(user).organizations)
        | Q(pk__in=MicroProject.objects.filter(reviewers__user=user.pk).values("pk"))
    )


def is_bidder(project: MicroProject, user: Any) -> bool:
    """Whether `user` leads the team of the project or works for its unit."""
    return _bids_for(project.team, project.organization_id, user)


def _bids_for(team: Team | None, organization_id: int | None, user: Any) -> bool:
    leads = team is not None and team.leader is not None and team.leader.user_id == user.pk
    return leads or (organization_id is not None and organization_id in scope_of(user).organizations)


def demand_keeper(project: MicroProject, actor: User) -> None:
    """NotAllowed for others than the bidder and whoever accompanies projects there."""
    if not is_bidder(project, actor):
        demand(actor, "micro.edit", project.grid_code)


def demand_decider(project: MicroProject, name: str, actor: User) -> None:
    """NotAllowed without the right to the stage `name`, and for the bidder where the stage gives or settles money."""
    stage = TABLE.stage_of(project, name)
    TABLE.demand_stage(project, stage, actor)
    if name in DECISIONS and is_bidder(project, actor):
        raise NotAllowed(_("Your own project is decided by somebody else."))


# --- the bid ----------------------------------------------------------------------------------------------------------


def bid(new: NewBid, *, actor: User, now: datetime, client_id: UUID | None = None) -> MicroProject:
    """Hand a project in. NotAllowed for others than the leader of the team, the unit's people or `micro.edit`.

    NotNow outside of the days of the call; NotValid by field: above the ceiling, too small an own share, a budget that
    does not add up. The same `client_id` gives the first one.
    """
    organization_id = new.organization.pk if new.organization else None
    if not _bids_for(new.team, organization_id, actor):
        demand(actor, "micro.edit", new.call.grid_code)
    if not new.call.opens_on <= timezone.localdate(now) <= new.call.closes_on:
        raise NotNow(_("This call is not open today."))
    words = _checked(new)
    key = client_id or uuid4()
    given = {**words, "call": new.call.pk, "asked": new.asked, "own": new.own_money, "budget": list(new.budget)}
    with transaction.atomic():
        made, fresh = write_once(
            MicroProject, key, given, actor=actor, write=lambda digest: _write(new, words, key, digest, actor, now)
        )
        if fresh:
            micro_news.handed_in(made, actor=actor, now=now)
    return made


def rework(project: MicroProject, new: NewBid, *, actor: User, now: datetime, version: int) -> MicroProject:
    """Write the bid anew while it is coached. NotNow once it is in review; call and bidder stay as they are."""
    demand_keeper(project, actor)
    words = _checked(new)
    with transaction.atomic():
        locked = MicroProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
        check_version(locked, version)
        if locked.status not in BEFORE_REVIEW:
            raise NotNow(_("The bid is in review or decided: it stays as it is."))
        fields = {**words, "asked": new.asked, "own_money": new.own_money, "kind": new.kind}
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=[*fields, "version"])
        locked.budget.all().delete()
        locked.milestones.all().delete()
        _write_parts(locked, new)
        keep_step(locked, before=locked.status, actor=actor, now=now, text=str(_("Bid written anew")))
    return locked


def _checked(new: NewBid) -> dict[str, str]:
    words = {
        "title": clean_text(new.title, max_length=100),
        "text": clean_text(new.text, max_length=5000, multiline=True),
    }
    call, share = new.call, new.call.own_share / 100
    enough = new.own_money >= 0 and new.own_money >= new.asked * share
    demand_valid(
        [
            ("title", bool(words["title"]), _("Give it a title.")),
            ("text", bool(words["text"]), _("Say what is done.")),
            ("team", bool(new.team) != bool(new.organization), _("Say whose project it is: a team or a unit.")),
            ("asked", new.asked > 0, _("More than nothing.")),
            ("asked", call.ceiling is None or new.asked <= call.ceiling, _("This is above the ceiling of the call.")),
            (
                "own_money",
                enough,
                _("The own share is at least %(share)s %% of what is asked.")
                % {"share": f"{call.own_share.normalize():f}"},
            ),
            *checks_of_budget(new.budget, new.asked + new.own_money),
        ]
    )
    return words


def checks_of_budget(budget: Sequence[tuple[str, Decimal]], whole: Decimal) -> list[tuple[str, bool, str]]:
    """What a budget must be: lines above nothing, each name once, together `whole` yuan."""
    total = sum((amount for _name, amount in budget), Decimal())
    said = _("The budget does not add up: %(total)s of %(whole)s yuan.") % {"total": total, "whole": whole}
    return [
        ("budget", total == whole, said),
        ("budget", all(amount > 0 for _name, amount in budget), _("Each line is more than nothing.")),
        ("budget", len({name for name, _amount in budget}) == len(budget), _("Each line has a name of its own.")),
    ]


def _write(new: NewBid, words: Mapping[str, str], key: UUID, digest: str, actor: User, now: datetime) -> MicroProject:
    made = MicroProject.objects.create(
        **words,
        number=street_number("micro", "微创投", new.call.grid_code, now=now),
        call=new.call,
        kind=new.kind,
        team=new.team,
        organization=new.organization,
        asked=new.asked,
        own_money=new.own_money,
        grid=new.call.grid,
        grid_code=new.call.grid_code,
        by=actor,
        at=now,
        client_id=key,
        digest=digest,
    )
    _write_parts(made, new)
    keep_step(made, before="", actor=actor, now=now)
    return made


def _write_parts(project: MicroProject, new: NewBid) -> None:
    write_budget(project, new.budget)
    Milestone.objects.bulk_create(
        Milestone(project=project, text=clean_text(text, max_length=200), due_on=day) for text, day in new.milestones
    )
    project.wishes.set(new.wishes)


def write_budget(project: MicroProject, budget: Sequence[tuple[str, Decimal]]) -> None:
    """The lines of a budget, as new."""
    BudgetLine.objects.bulk_create(
        BudgetLine(project=project, name=clean_text(name, max_length=60), amount=amount) for name, amount in budget
    )


def wishes_offered(user: Any, call: MicroCall) -> QuerySet[Wish]:
    """Wishes on the wall of the grid of the call, by their public words alone (心愿墙项目)."""
    rows: Any = Wish.objects.under(call.grid_code).filter(status__in=OPEN_WISHES)
    found: QuerySet[Wish] = rows.only("id", "number", "title", "display_name", "grid_code").order_by("-at", "-id")
    return found


# --- the way of a project ---------------------------------------------------------------------------------------------


def coach(project: MicroProject, text: str, *, actor: User, now: datetime) -> MicroProject:
    """Note what was advised (辅导培训) or seen on the spot (实地督导). The first advice takes a bid into coaching.

    NotAllowed without `micro.edit`; NotNow for what is decided against or over; NotValid without words.
    """
    demand(actor, "micro.edit", project.grid_code)
    words = clean_text(text, max_length=500, multiline=True)
    demand_valid([("text", bool(words), _("Say in a few words what was advised."))])
    with transaction.atomic():
        locked: MicroProject = MicroProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if locked.status == MicroProject.Status.SUBMITTED:
            locked = advance(locked, "coach", actor=actor, now=now, text=words)
            micro_news.step_told(locked, "coach", actor=actor, now=now, text=words)
        elif locked.status in ("coaching", *LIVING):
            keep_step(locked, before=locked.status, actor=actor, now=now, text=words)
        else:
            raise NotNow(_("Nothing is advised any more: the project is in review or over."))
    return locked


def step(
    project: MicroProject, name: str, *, actor: User, now: datetime, text: str = "", version: int | None = None
) -> MicroProject:
    """A plain stage: to review, not chosen, begin, mid-term check, final review passed, withdraw, stop.

    NotNow as the machine says, to review while the call is open, to begin while the budget is above the money, or to
    the final review while a milestone is open. The bidder hears of it.
    """
    if name in WITH_SUM:
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    demand_decider(project, name, actor)
    with transaction.atomic():
        locked = MicroProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
        _CHECKS.get(name, _nothing)(locked)
        done: MicroProject = advance(locked, name, actor=actor, now=now, text=text, version=version)
        micro_news.step_told(done, name, actor=actor, now=now, text=text)
    return done


def stages_of_project() -> tuple[Stage, ...]:
    """The stages of a micro-project, as the table has them."""
    return TABLE.stages[MicroProject]


def demand_step(project: MicroProject, stage: Stage, actor: User) -> None:
    """NotAllowed without the right to the stage."""
    TABLE.demand_stage(project, stage, actor)


def _nothing(project: MicroProject) -> None:
    """No rule beyond the machine's."""


def _check_review(project: MicroProject) -> None:
    if not project.milestones.exists():
        raise NotNow(_("Without milestones nobody can check it later: add them to the bid first."))


def _check_start(project: MicroProject) -> None:
    money = (project.granted or Decimal()) + project.own_money
    planned = sum(project.budget.values_list("amount", flat=True), Decimal())
    if planned != money:
        said = _("The budget is %(planned)s yuan, the money is %(money)s yuan: plan the budget anew first.")
        raise NotNow(said % {"planned": planned, "money": money})


def _check_close(project: MicroProject) -> None:
    without = project.budget.filter(expenses__amount__gt=0, expenses__files=None).exists()
    if without:
        raise NotNow(_("An expense has no receipt yet: the final review needs all of them."))


_CHECKS: Final = {"review": _check_review, "start": _check_start, "close": _check_close}


def finish(
    project: MicroProject, *, result: str, beneficiaries: int, actor: User, now: datetime, version: int | None = None
) -> MicroProject:
    """Tell the result; the final review can begin. NotNow while a milestone is open; NotValid without words."""
    words = clean_text(result, max_length=3000, multiline=True)
    demand_valid(
        [
            ("result", bool(words), _("Say what came of it.")),
            ("beneficiaries", beneficiaries >= 0, _("Not less than nothing.")),
        ]
    )
    if project.milestones.filter(done_on=None).exists():
        raise NotNow(_("Some milestones are not reached yet."))
    with transaction.atomic():
        done: MicroProject = advance(
            project, "finish", actor=actor, now=now, version=version, result=words, beneficiaries=beneficiaries
        )
        micro_news.step_told(done, "finish", actor=actor, now=now)
    return done


def reach(milestone: Milestone, *, actor: User, now: datetime) -> None:
    """A milestone is reached; said twice it is the first day. NotNow before the project runs or after it."""
    demand_keeper(milestone.project, actor)
    if milestone.project.status not in ("running", "mid_checked"):
        raise NotNow(_("Milestones are reached while the project runs."))
    Milestone.objects.filter(pk=milestone.pk, done_on=None).update(done_on=timezone.localdate(now))


def overdue(rows: QuerySet[MicroProject], today: date) -> QuerySet[MicroProject]:
    """Those of `rows` under way with a milestone whose day has passed."""
    late = Q(milestones__done_on=None, milestones__due_on__lt=today, status__in=("running", "mid_checked"))
    return rows.filter(pk__in=rows.filter(late).order_by().values("pk"))


def remind_milestones(*, now: datetime) -> int:
    """Remind of milestones that are due within a week or late, each once (job); returns the people told."""
    rows = Milestone.objects.filter(
        done_on=None,
        due_on__lte=timezone.localdate(now) + micro_news.REMIND,
        project__status__in=("running", "mid_checked"),
    )
    return micro_news.remind(rows, now=now)
