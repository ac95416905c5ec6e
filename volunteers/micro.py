"""Micro-projects (微创投): bids, coaching, scored review, funding, spending, checks (domain.md 5.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Organization
from grid.once import write_once
from grid.scope import scope_of
from incidents.numbers import street_number
from volunteers.models import BudgetLine, Expense, MicroCall, MicroProject, Milestone, Reviewer, Score, Team
from volunteers.stages import advance, keep_step

SPENDING: Final = ("running", "mid_checked", "final")


@dataclass(frozen=True, slots=True)
class NewBid:
    """What a team or organization bids; `budget` is (for what, yuan), its sum is what is asked and the own money."""

    call: MicroCall
    title: str
    text: str
    asked: Decimal
    own_money: Decimal
    budget: Sequence[tuple[str, Decimal]]
    team: Team | None = None
    organization: Organization | None = None


def bid(new: NewBid, *, actor: User, now: datetime, client_id: UUID | None = None) -> MicroProject:
    """Hand a project in. NotAllowed for others than the leader of the team, the unit's people or `micro.edit`.

    NotNow outside of the days of the call; NotValid by field: above the ceiling, too small an own share, a budget that
    does not add up.
    """
    _demand_bidder(new, actor)
    today = timezone.localdate(now)
    if not new.call.opens_on <= today <= new.call.closes_on:
        raise NotNow(_("This call is not open today."))
    words = {
        "title": clean_text(new.title, max_length=100),
        "text": clean_text(new.text, max_length=5000, multiline=True),
    }
    _check_bid(new, words)
    key = client_id or uuid4()
    given = {**words, "call": new.call.pk, "asked": new.asked, "own": new.own_money, "budget": list(new.budget)}
    made, _new = write_once(
        MicroProject, key, given, actor=actor, write=lambda digest: _write(new, words, key, digest, actor, now)
    )
    return made


def _demand_bidder(new: NewBid, actor: User) -> None:
    leads = new.team is not None and new.team.leader is not None and new.team.leader.user_id == actor.pk
    works = new.organization is not None and new.organization.pk in scope_of(actor).organizations
    if not (leads or works):
        demand(actor, "micro.edit", new.call.grid_code)


def _check_bid(new: NewBid, words: Mapping[str, str]) -> None:
    call, whole = new.call, new.asked + new.own_money
    share = call.own_share / 100
    demand_valid(
        [
            ("title", bool(words["title"]), _("Give it a title.")),
            ("text", bool(words["text"]), _("Say what is done.")),
            ("team", bool(new.team or new.organization), _("Say whose project it is.")),
            ("asked", new.asked > 0, _("More than nothing.")),
            ("asked", call.ceiling is None or new.asked <= call.ceiling, _("This is above the ceiling of the call.")),
            (
                "own_money",
                new.own_money >= 0 and new.own_money >= new.asked * share,
                _("The own share is at least %(share)s %% of what is asked.") % {"share": call.own_share.normalize()},
            ),
            ("budget", sum((n for _w, n in new.budget), Decimal()) == whole, _("The budget does not add up.")),
            ("budget", all(n > 0 for _w, n in new.budget), _("Each line is more than nothing.")),
        ]
    )


def _write(new: NewBid, words: Mapping[str, str], key: UUID, digest: str, actor: User, now: datetime) -> MicroProject:
    made = MicroProject.objects.create(
        **words,
        number=street_number("micro", "微创投", new.call.grid_code, now=now),
        call=new.call,
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
    BudgetLine.objects.bulk_create(
        BudgetLine(project=made, name=clean_text(name, max_length=60), amount=amount) for name, amount in new.budget
    )
    keep_step(made, before="", actor=actor, now=now)
    return made


def invite(project: MicroProject, reviewers: Sequence[User], *, actor: User) -> None:
    """Ask people to review; whoever has an interest of her own is kept and marked, her points do not count."""
    demand(actor, "micro.edit", project.grid_code)
    rows = [Reviewer(project=project, user=user, conflict=conflict_of(project, user)) for user in reviewers]
    Reviewer.objects.bulk_create(rows, ignore_conflicts=True)


def conflict_of(project: MicroProject, user: User) -> str:
    """Why `user` has an interest in `project`; "" when the platform knows of none."""
    if project.by_id == user.pk:
        return str(_("handed it in herself"))
    team = project.team
    if team is not None:
        member = team.memberships.filter(status="active", volunteer__user=user).exists()
        if member or (team.leader is not None and team.leader.user_id == user.pk):
            return str(_("is of the team"))
    if project.organization_id is not None and project.organization_id in scope_of(user).organizations:
        return str(_("works for the organization"))
    return ""


def declare(reviewer: Reviewer, text: str, *, actor: User) -> None:
    """The reviewer says that she has an interest: her points are taken out."""
    if reviewer.user_id != actor.pk:
        raise NotAllowed(_("This review is somebody else’s."))
    words = clean_text(text, max_length=200)
    demand_valid([("conflict", bool(words), _("Say which interest it is."))])
    with transaction.atomic():
        Score.objects.filter(reviewer=reviewer).delete()
        Reviewer.objects.filter(pk=reviewer.pk).update(conflict=words)


def score(reviewer: Reviewer, given: Mapping[int, Decimal], *, text: str, actor: User, now: datetime) -> None:
    """The points of one reviewer, every criterion of the call from nothing to its most.

    NotAllowed for another's review or with an interest; NotNow outside of the review; NotValid by criterion.
    """
    if reviewer.user_id != actor.pk:
        raise NotAllowed(_("This review is somebody else’s."))
    if reviewer.conflict or conflict_of(reviewer.project, actor):
        raise NotAllowed(_("You have an interest of your own in this project: your points do not count."))
    with transaction.atomic():
        project = MicroProject.objects.select_for_update(of=("self",)).get(pk=reviewer.project_id)
        if project.status != MicroProject.Status.REVIEW:
            raise NotNow(_("This project is not in review."))
        criteria = list(project.call.criteria.all())
        demand_valid(
            [
                (
                    f"criterion_{one.pk}",
                    one.pk in given and 0 <= given[one.pk] <= one.most,
                    _("From 0 to %(most)s.") % {"most": one.most},
                )
                for one in criteria
            ]
        )
        for one in criteria:
            Score.objects.update_or_create(reviewer=reviewer, criterion=one, defaults={"points": given[one.pk]})
        Reviewer.objects.filter(pk=reviewer.pk).update(text=clean_text(text, max_length=1000, multiline=True), at=now)


def results(call: MicroCall) -> list[tuple[MicroProject, Decimal | None, int]]:
    """The projects of a call with their mean of points and how many reviewed, the best first."""
    found = []
    for project in call.projects.exclude(status="refused").prefetch_related("reviewers__scores"):
        sums = [
            sum((row.points for row in one.scores.all()), Decimal())
            for one in project.reviewers.all()
            if not one.conflict and one.scores.all()
        ]
        found.append((project, sum(sums, Decimal()) / len(sums) if sums else None, len(sums)))
    return sorted(found, key=lambda line: (line[1] is None, -(line[1] or 0), line[0].pk))


def fund(
    project: MicroProject, granted: Decimal, *, actor: User, now: datetime, version: int | None = None
) -> MicroProject:
    """Grant money out of the call. NotNow beyond its money, with too few bids or without a review."""
    with transaction.atomic():
        call = MicroCall.objects.select_for_update(of=("self",)).get(pk=project.call_id)
        spent = call.projects.exclude(status__in=("refused", "stopped")).aggregate(n=Sum("granted"))["n"] or Decimal()
        demand_valid([("granted", 0 < granted <= project.asked, _("More than nothing, at most what was asked."))])
        if spent + granted > call.budget:
            raise NotNow(
                _("The money of the call does not suffice: %(left)s yuan are left.") % {"left": call.budget - spent}
            )
        if call.projects.count() < call.least_bids:
            raise NotNow(_("There are fewer bids than the call asks for."))
        if not Score.objects.filter(reviewer__project=project, reviewer__conflict="").exists():
            raise NotNow(_("Nobody without an interest has reviewed it yet."))
        done: MicroProject = advance(project, "fund", actor=actor, now=now, version=version, granted=granted)
    return done


def spend(
    line: BudgetLine, *, merchant: str, text: str, amount: Decimal, paid_on: date, actor: User, now: datetime
) -> Expense:
    """Note what was paid, with its receipt. NotNow when the line has less left or the project does not run.

    A mistake is noted with the amount below zero. The database keeps the sum and refuses an overspent line.
    """
    project = line.project
    _demand_keeper(project, actor)
    if project.status not in SPENDING:
        raise NotNow(_("Money is spent while the project runs."))
    words = {"merchant": clean_text(merchant, max_length=100), "text": clean_text(text, max_length=200)}
    demand_valid(
        [
            ("merchant", bool(words["merchant"]), _("Say to whom it was paid.")),
            ("text", bool(words["text"]), _("Say for what.")),
            ("amount", amount != 0, _("More than nothing.")),
            ("paid_on", paid_on <= timezone.localdate(now), _("This day is still to come.")),
        ]
    )
    try:
        with transaction.atomic():
            return Expense.objects.create(line=line, amount=amount, paid_on=paid_on, by=actor, at=now, **words)
    except IntegrityError as error:
        if "budget_never_overspent" in str(error):
            raise NotNow(_("This line of the budget has less left than that.")) from error
        raise


def _demand_keeper(project: MicroProject, actor: User) -> None:
    team = project.team
    leads = team is not None and team.leader is not None and team.leader.user_id == actor.pk
    if not leads and project.organization_id not in scope_of(actor).organizations:
        demand(actor, "micro.edit", project.grid_code)


def reach(milestone: Milestone, *, actor: User, now: datetime) -> None:
    """A milestone is reached; said twice it is the first day."""
    _demand_keeper(milestone.project, actor)
    Milestone.objects.filter(pk=milestone.pk, done_on=None).update(done_on=timezone.localdate(now))


def step(
    project: MicroProject,
    name: str,
    *,
    actor: User,
    now: datetime,
    text: str = "",
    version: int | None = None,
    **fields: Any,
) -> Any:
    """A plain stage. NotValid for the final review while milestones are open; NotNow as the machine says."""
    if name == "finish" and project.milestones.filter(done_on=None).exists():
        raise NotValid(_("Please correct the marked fields."), {"stage": [_("Some milestones are not reached yet.")]})
    return advance(project, name, actor=actor, now=now, text=text, version=version, **fields)
