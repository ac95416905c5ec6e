"""The review of micro-projects: who reviews, conflicts of interest, points by criteria (domain.md 5.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.scope import scope_of
from volunteers import micro_news
from volunteers.models import Criterion, MicroCall, MicroProject, Reviewer, Score

BEFORE_DECISION: Final = ("submitted", "coaching", "review")
_WITHDRAWN: Final = Q(status="stopped", granted=None)
STEP: Final = 3
"""Characters of one level of a grid's code below the street."""


@dataclass(frozen=True, slots=True)
class Line:
    """One project in the table of a call: the mean of the points of `count` reviewers without an interest."""

    project: MicroProject
    mean: Decimal | None
    count: int
    place: int | None
    within: bool
    """Whether the money of the call reaches this far, when it is given in this order."""


def conflict_of(project: MicroProject, user: User) -> str:
    """Why `user` has an interest in `project`; "" when the platform knows of none.

    She handed it in, is of its team, works for its unit, or holds a post where team or unit are at home: in the part
    of the call's grid (the community of a street, the grid of a community) that others compete with.
    """
    if project.by_id == user.pk:
        return str(_("handed it in herself"))
    team = project.team
    if team is not None:
        member = team.memberships.filter(status="active", volunteer__user=user).exists()
        if member or (team.leader is not None and team.leader.user_id == user.pk):
            return str(_("is of the team"))
    scope = scope_of(user)
    if project.organization_id is not None and project.organization_id in scope.organizations:
        return str(_("works for the organization"))
    home, length = _home_of(project), len(project.call.grid_code) + STEP
    if len(home) >= length and any(grant.prefix[:length] == home[:length] for grant in scope.grants):
        return str(_("holds a post in the grid of the bidder"))
    return ""


def _home_of(project: MicroProject) -> str:
    if project.team is not None:
        return project.team.grid_code
    return project.organization.grid.code if project.organization is not None else ""


def invite(project: MicroProject, reviewers: Sequence[User], *, actor: User, now: datetime) -> None:
    """Ask people to review; whoever has an interest of her own is kept and marked, her points do not count.

    NotAllowed without `micro.edit`; NotNow once it is decided.
    """
    demand(actor, "micro.edit", project.grid_code)
    if project.status not in BEFORE_DECISION:
        raise NotNow(_("This project is decided."))
    rows = [Reviewer(project=project, user=user, conflict=conflict_of(project, user)) for user in reviewers]
    with transaction.atomic():
        Reviewer.objects.bulk_create(rows, ignore_conflicts=True)
        asked = Reviewer.objects.filter(project=project, user__in=reviewers).select_related("user")
        micro_news.invited(project, asked, now=now)


def declare(reviewer: Reviewer, text: str, *, actor: User) -> None:
    """The reviewer says that she has an interest: her points are taken out. NotNow once it is decided."""
    _demand_own(reviewer, actor)
    words = clean_text(text, max_length=200)
    demand_valid([("conflict", bool(words), _("Say which interest it is."))])
    with transaction.atomic():
        project = MicroProject.objects.select_for_update(of=("self",)).get(pk=reviewer.project_id)
        if project.status not in BEFORE_DECISION:
            raise NotNow(_("This project is decided."))
        Score.objects.filter(reviewer=reviewer).delete()
        Reviewer.objects.filter(pk=reviewer.pk).update(conflict=words, text="", at=None)


def _demand_own(reviewer: Reviewer, actor: User) -> None:
    if reviewer.user_id != actor.pk:
        raise NotAllowed(_("This review is somebody else’s."))


def score(reviewer: Reviewer, given: Mapping[int, Decimal], *, text: str, actor: User, now: datetime) -> Reviewer:
    """The points of one reviewer, every criterion of the call from nothing to its most.

    NotAllowed for another's review or with an interest; NotNow outside of the review; NotValid by criterion.
    """
    _demand_own(reviewer, actor)
    if reviewer.conflict or conflict_of(reviewer.project, actor):
        raise NotAllowed(_("You have an interest of your own in this project: your points do not count."))
    with transaction.atomic():
        project = MicroProject.objects.select_for_update(of=("self",)).get(pk=reviewer.project_id)
        if project.status != MicroProject.Status.REVIEW:
            raise NotNow(_("This project is not in review."))
        criteria = list(Criterion.objects.filter(call=project.call_id))
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
        Score.objects.bulk_create(
            [Score(reviewer=reviewer, criterion=one, points=given[one.pk]) for one in criteria],
            update_conflicts=True,
            unique_fields=["reviewer", "criterion"],
            update_fields=["points"],
        )
        Reviewer.objects.filter(pk=reviewer.pk).update(text=clean_text(text, max_length=1000, multiline=True), at=now)
    return reviewer


def means(call: MicroCall) -> dict[int, tuple[Decimal, int]]:
    """By project: the mean of the sums of points, and how many reviewed it; interests left out; one query."""
    rows = Score.objects.filter(reviewer__project__call=call, reviewer__conflict="").order_by()
    sums: dict[int, list[Decimal]] = {}
    for project, _reviewer, total in rows.values_list("reviewer__project", "reviewer").annotate(total=Sum("points")):
        sums.setdefault(project, []).append(total)
    return {
        project: ((sum(found, Decimal()) / len(found)).quantize(Decimal("0.1")), len(found))
        for project, found in sums.items()
    }


def results(call: MicroCall) -> list[Line]:
    """The projects of a call, the best first, those without points behind; withdrawn ones are left out. Two queries."""
    known = means(call)
    rows = call.projects.filter(~_WITHDRAWN).select_related("team", "organization", "kind").order_by("id")
    ordered = sorted(rows, key=lambda one: (one.pk not in known, -known.get(one.pk, (Decimal(), 0))[0], one.pk))
    lines, left = [], call.budget
    for place, project in enumerate(ordered, 1):
        mean, count = known.get(project.pk, (None, 0))
        left -= project.granted or project.asked
        lines.append(Line(project, mean, count, place if count else None, left >= 0))
    return lines
