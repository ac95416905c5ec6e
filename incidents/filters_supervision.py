"""One FilterSet of supervision notices, for the API."""

from typing import Any, Final

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.filters import CODE, YES, as_number
from incidents.models import Supervision
from incidents.models.supervision import Trigger
from incidents.supervision_querysets import SupervisionQuerySet

MINE: Final = (("reply", _("Waits for the reply of my unit")),)


class StrictSupervisionFilter(StrictFilterSet):
    """What a list of notices can be narrowed by; a mistyped filter is refused."""

    kind = filters.ChoiceFilter(label=_("kind"), choices=Supervision.Kind.choices)
    state = AmongFilter(label=_("state"), choices=Supervision.State.choices)
    trigger = AmongFilter(label=_("trigger"), choices=Trigger.choices)
    standing = filters.ChoiceFilter(label=_("standing only"), choices=YES, method="filter_standing")
    late = filters.ChoiceFilter(label=_("reply is late"), choices=YES, method="filter_late")
    mine = filters.ChoiceFilter(label=_("mine"), choices=MINE, method="filter_mine")
    incident = filters.CharFilter(label=_("case"), max_length=20, method="filter_incident")
    grid = filters.CharFilter(
        label=_("grid"), field_name="incident__grid_code", lookup_expr="startswith", validators=[CODE], max_length=24
    )

    class Meta:
        model = Supervision
        fields: tuple[str, ...] = ()

    def filter_standing(self, rows: SupervisionQuerySet, name: str, value: str) -> SupervisionQuerySet:
        """Numbered and not lifted."""
        return rows.running()

    def filter_late(self, rows: SupervisionQuerySet, name: str, value: str) -> SupervisionQuerySet:
        """Unanswered past the time to reply."""
        return rows.late(timezone.now())

    def filter_mine(self, rows: SupervisionQuerySet, name: str, value: str) -> SupervisionQuerySet:
        """Which the caller is to answer."""
        user: Any = self.request.user if self.request else None
        return rows.unanswered().concerning(user)

    def filter_incident(self, rows: SupervisionQuerySet, name: str, value: str) -> SupervisionQuerySet:
        """About the case with this number."""
        return rows.filter(incident__number=as_number(value))
