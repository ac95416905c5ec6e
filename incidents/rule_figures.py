"""How each rule does: how often it decided, how often people decided otherwise, and why. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q

from incidents.models import DispatchDecision, Incident

DAYS: Final = 90
NEWEST: Final = 20
OVERRIDDEN: Final = Q(overridden_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one rule, or of the decisions that rest on no rule."""

    decided: int = 0
    overridden: int = 0
    left: int = 0

    @property
    def share(self) -> float | None:
        """Overridden of decided; None when it has decided nothing."""
        return self.overridden / self.decided if self.decided else None


NO_FIGURES: Final = Figures()


def figures(place: str, rules: Iterable[int], *, now: datetime) -> dict[int | None, Figures]:
    """By rule, and under None those of the level rule alone, of the last 90 days in the subtree; one query."""
    asked = Q(rule__in=list(rules)) | Q(rule__isnull=True)
    rows = _recent(place, now).filter(asked).order_by().values_list("rule")
    counted = rows.annotate(
        decided=Count("pk"),
        overridden=Count("pk", filter=OVERRIDDEN),
        left=Count("pk", filter=Q(left_to_person=True)),
    )
    return {rule: Figures(*numbers) for rule, *numbers in counted}


def _recent(place: str, now: datetime) -> Any:
    """The system's decisions that name somebody."""
    named = Q(chosen_organization__isnull=False) | Q(chosen_user__isnull=False)
    rows = DispatchDecision.objects.filter(named, at__gte=now - timedelta(days=DAYS), by__isnull=True)
    return rows.filter(incident__grid_code__startswith=place) if place else rows


def overrides_of(rule: int, user: Any) -> Sequence[DispatchDecision]:
    """The newest decisions by the rule that people changed, of cases that `user` may see; one query."""
    rows = DispatchDecision.objects.filter(OVERRIDDEN, rule=rule, incident__in=Incident.objects.visible_to(user))
    related = ("incident", "chosen_organization", "chosen_user", "overridden_by")
    rows = rows.select_related(*related).defer("incident__contact_name", "incident__contact_phone", "incident__text")
    return list(rows.order_by("-overridden_at")[:NEWEST])
