"""Adjectives of reports and of what belongs to the office of one grid."""

from datetime import date
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from grid.querysets import InGridQuerySet as ByCodeQuerySet
from grid.scope import scope_of


class InGridQuerySet(ByCodeQuerySet):
    """Rows that belong to a grid by its code; seen by whoever holds `report.view` there."""

    capability = "report.view"

    @classmethod
    def of(cls, code_field: str, capability: str = "report.view") -> type["InGridQuerySet"]:
        """The same rule over another path to the code, or for another capability."""
        return super().of(code_field, capability)


class ReportQuerySet(InGridQuerySet):
    """Frozen reports."""

    def newest_issues(self) -> Self:
        """Without those that a later issue corrects."""
        return self.filter(corrected_by__isnull=True)

    def readable_by(self, user: Any) -> Self:
        """Those in scope, and those that were sent to `user`: a street's report is read in its communities so."""
        copies = self.model.objects.filter(paper__copies__user=user).values("pk")
        return self.filter(Q(pk__in=self.model.objects.visible_to(user).values("pk")) | Q(pk__in=copies))


ANSWERED_KINDS: Final = ("rectification", "supervision")
"""Papers that a unit has to answer."""


class PaperQuerySet(InGridQuerySet):
    """Bulletins, notices and decisions."""

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` sees reports; and what was issued to a unit that she acts for."""
        scope = scope_of(user)
        if "" in scope.prefixes("report.view"):
            return self
        issued_to = Q(organization__in=scope.organizations, number__isnull=False)
        return self.filter(scope.q("report.view", "grid_code") | issued_to)

    def unanswered(self) -> Self:
        """Issued notices that wait for an answer."""
        return self.filter(kind__in=ANSWERED_KINDS, status="issued")

    def overdue(self, today: date) -> Self:
        """Unanswered past their day."""
        return self.unanswered().filter(due_on__lt=today)


class AssessmentQuerySet(InGridQuerySet):
    """Assessments: those of one's own office, and the published ones in which one is assessed."""

    def visible_to(self, user: Any) -> Self:
        """Of the own grids; once published, also of the areas and units that one answers for."""
        scope = scope_of(user)
        if scope.can(self.capability, ""):
            return self  # an empty Q would be lost in the OR below
        keys = [*scope.prefixes(self.capability), *scope.prefixes("incident.check")]
        keys += [f"o{pk}" for pk in sorted(scope.led)]
        assessed = models.Q()
        for key in keys:
            assessed |= models.Q(results__lines__contains=[{"key": key}])
        shown = models.Q(status__in=("published", "final")) & assessed if keys else models.Q(pk__in=())
        return self.filter(scope.q(self.capability, self.code_field) | shown)


class ObjectionQuerySet(models.QuerySet[Any]):
    """Objections: seen with their assessment."""

    def visible_to(self, user: Any) -> Self:
        """Of the assessments that `user` sees."""
        assessments = self.model._meta.get_field("assessment").related_model._default_manager
        return self.filter(assessment__in=assessments.visible_to(user))


class DecisionQuerySet(InGridQuerySet):
    """What meetings decided."""

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` sees reports; and what she, or a unit that she acts for, has to do."""
        scope = scope_of(user)
        if "" in scope.prefixes("report.view"):
            return self
        return self.filter(scope.q("report.view", "grid_code") | self.owned_q(user))

    def owned_by(self, user: Any) -> Self:
        """What `user`, or a unit that she acts for, has to do."""
        return self.filter(self.owned_q(user))

    def open(self) -> Self:
        """Not done yet."""
        return self.filter(done_at__isnull=True)

    def overdue(self, today: date) -> Self:
        """Open past their day."""
        return self.open().filter(due_on__lt=today)

    @staticmethod
    def owned_q(user: Any) -> Q:
        """The condition of `owned_by`."""
        return Q(person=user.pk) | Q(organization__in=scope_of(user).organizations)
