"""Reading applications: which ones somebody may see, which wait for her review, what stands on a case's page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.scope import scope_of
from incidents.application_rules import RULES, Rule, most_of, reviewer_of
from incidents.models import Application, Incident
from incidents.procedure import procedure
from incidents.querysets import IncidentQuerySet
from incidents.rights import is_handler
from incidents.states import RESTING

Status = Application.Status


def visible_to(user: Any) -> QuerySet[Application]:
    """Applications about cases that `user` may see, and her own."""
    seen = Q(incident__in=Incident.objects.visible_to(user))
    if getattr(user, "pk", None) and user.is_active and not user.is_service:
        seen |= Q(applicant=user)
    return Application.objects.filter(seen)


def waiting_for(user: Any) -> QuerySet[Application]:
    """Pending applications whose next review is one that `user` may make: not her own, not reviewed by her before."""
    scope, mine = scope_of(user), Q(pk__in=())
    for rule in RULES.values():
        for ordinal in (1, 2):
            of_ordinal = Q(ordinal=1) if ordinal == 1 else Q(ordinal__gt=1)
            for step, capability in enumerate(rule.reviewers_of(ordinal), start=1):
                where = scope.q(capability, "incident__grid_code")
                mine |= Q(of_ordinal, where, kind=rule.kind, step=step)
    rows = Application.objects.filter(mine, status=Status.PENDING)
    return rows.exclude(applicant=user).exclude(reviews__approver=user)


def may_review(application: Application, user: Any) -> bool:
    """Whether the next review is one that `user` may make; one query when it is a second review."""
    if application.status != Status.PENDING or application.applicant_id == getattr(user, "pk", None):
        return False
    if not scope_of(user).can(reviewer_of(application), application.incident.grid_code):
        return False
    return application.step == 1 or not application.reviews.filter(approver=user).exists()


def resting(user: Any) -> IncidentQuerySet:
    """The bank of suspended and deferred problems (历史挂账库) as far as `user` sees it."""
    rows: IncidentQuerySet = Incident.objects.visible_to(user).filter(state__in=RESTING)
    return rows


# --- on the page of a case --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind that may be applied for now, or why not."""

    rule: Rule
    obstacle: Promise | None

    @property
    def label(self) -> str:
        """Its name."""
        return str(self.rule.kind.label)


@dataclass(frozen=True, slots=True)
class CaseApplications:
    """What the card shows: the applications with their reviews, and what the reader may do."""

    rows: list[tuple[Application, bool, bool]]
    """Each with: may be reviewed by the reader, may be withdrawn by her."""
    offers: list[Offer]

    def __bool__(self) -> bool:
        return bool(self.rows or self.offers)


def for_case(incident: Incident, user: Any, now: datetime) -> CaseApplications:
    """The card on the page of a case; two queries, one more for whoever may apply."""
    found = list(
        Application.objects.filter(incident=incident)
        .select_related("applicant", "organization")
        .prefetch_related("reviews")
        .order_by("id")
    )
    for row in found:
        row.incident = incident
    rows = [(row, _reviewable(row, user), _withdrawable(row, user)) for row in found]
    return CaseApplications(rows, offers(incident, user, found, now=now))


def _reviewable(row: Application, user: Any) -> bool:
    """As `may_review`, from the reviews that were read along."""
    own = row.applicant_id == user.pk or any(review.approver_id == user.pk for review in row.reviews.all())
    if own or row.status != Status.PENDING:
        return False
    return scope_of(user).can(reviewer_of(row), row.incident.grid_code)


def _withdrawable(row: Application, user: Any) -> bool:
    return row.status == Status.PENDING and (row.applicant_id == user.pk or is_handler(row.incident, user))


def offers(incident: Incident, user: Any, found: list[Application], *, now: datetime) -> list[Offer]:
    """The kinds that fit the case as it stands, for its handler; those that cannot be had say why."""
    if not may_apply(incident, user):
        return []
    rules = procedure()
    fitting = [rule for rule in RULES.values() if _fits(rule, incident, now)]
    return [Offer(rule, _obstacle(rule, incident, found, most_of(rule, rules), now)) for rule in fitting]


def may_apply(incident: Incident, user: Any) -> bool:
    """The present handler, who acts for the handling unit, or for the unit that answers for the case (首接负责)."""
    units = scope_of(user).organizations
    return is_handler(incident, user) or (incident.responsible_organization_id in units if units else False)


def _fits(rule: Rule, incident: Incident, now: datetime) -> bool:
    if rule.after_due:
        return incident.was_overdue or is_late(incident, now)
    return incident.state in rule.states


def _obstacle(rule: Rule, incident: Incident, found: list[Application], most: int, now: datetime) -> Promise | None:
    own = [row for row in found if row.kind == rule.kind]
    if any(row.status == Status.PENDING for row in own):
        return _("One is waiting for its review.")
    used = own if rule.after_due else [row for row in own if row.status == Status.APPROVED]
    if len(used) >= most:
        return _("No more can be granted for this case.")
    if not rule.after_due and is_late(incident, now):
        return _("The case is overdue already.")
    return None


def is_late(incident: Incident, now: datetime) -> bool:
    """Past the due time that the case shows; `applications.apply` asks the ledger itself."""
    return incident.due_at is not None and incident.due_at < now
