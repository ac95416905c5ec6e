"""What the lists of volunteers and teams can be narrowed by, for pages, files and API. Nothing personal is among it."""

from typing import Any, Final

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grid.filters import AmongFilter, StrictFilterSet
from incidents.filters import CODE
from partybuilding.forms.choices import WEEKDAYS
from volunteers.models import Team, Volunteer, VolunteerSkill
from volunteers.standing import PRESENT

AGE: Final = (("minor", _("Minors")), ("adult", _("Of age")))
TEAM: Final = (("none", _("In no team")), ("any", _("In a team")))


def teams_for(request: Any) -> QuerySet[Team]:
    """The teams that the reader sees."""
    rows: QuerySet[Team] = Team.objects.visible_to(getattr(request, "user", None))
    return rows


class VolunteerFilter(filters.FilterSet):
    """Volunteers; nobody is found by a part of her name or phone."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    status = AmongFilter(label=_("status"), choices=Volunteer.Status.choices)
    skill = filters.ModelChoiceFilter(
        label=_("skill"),
        field_name="skills",
        queryset=VolunteerSkill.objects.filter(is_active=True),
        empty_label=_("All"),
    )
    weekday = filters.ChoiceFilter(
        label=_("free on"),
        choices=[(str(day), name) for day, name in WEEKDAYS],
        empty_label=_("All"),
        method="filter_weekday",
    )
    age = filters.ChoiceFilter(label=_("age"), choices=AGE, empty_label=_("All"), method="filter_age")
    in_team = filters.ChoiceFilter(label=_("teams"), choices=TEAM, empty_label=_("All"), method="filter_in_team")
    team = filters.ModelChoiceFilter(
        label=_("team of volunteers"), queryset=teams_for, empty_label=_("All"), method="filter_team"
    )
    number = filters.CharFilter(label=_("volunteer number"), max_length=20, method="filter_number")

    class Meta:
        model = Volunteer
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Without a word about it, who left or was refused is left out."""
        chosen = super().filter_queryset(queryset)
        data = self.form.cleaned_data
        return chosen if data.get("status") or data.get("number") else chosen.filter(status__in=PRESENT)

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """At home in the subtree of a grid."""
        return rows.under(value)

    def filter_weekday(self, rows: Any, name: str, value: str) -> Any:
        """Free on that day; who said none is asked on every day."""
        return rows.filter(Q(weekdays__contains=[int(value)]) | Q(weekdays=[]))

    def filter_age(self, rows: Any, name: str, value: str) -> Any:
        """Minors, or the others."""
        return rows.filter(is_minor=value == "minor")

    def filter_in_team(self, rows: Any, name: str, value: str) -> Any:
        """In some team or in none."""
        within = Q(pk__in=Volunteer.objects.filter(memberships__status="active").order_by().values("pk"))
        return rows.filter(within if value == "any" else ~within)

    def filter_team(self, rows: Any, name: str, value: Team) -> Any:
        """In that team."""
        return rows.filter(pk__in=value.memberships.filter(status="active").order_by().values("volunteer"))

    def filter_number(self, rows: Any, name: str, value: str) -> Any:
        """The one of that number."""
        return rows.filter(number=value.strip().upper())


class StrictVolunteerFilter(StrictFilterSet, VolunteerFilter):
    """The same for other systems: an unknown filter is refused."""


class TeamFilter(filters.FilterSet):
    """Teams."""

    grid = filters.CharFilter(label=_("grid"), validators=[CODE], max_length=24, method="filter_grid")
    status = AmongFilter(label=_("status"), choices=Team.Status.choices)
    on_boards = filters.BooleanFilter(label=_("shown on boards of teams"))

    class Meta:
        model = Team
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        """Without a word about it, ended ones are left out."""
        chosen = super().filter_queryset(queryset)
        return chosen if self.form.cleaned_data.get("status") else chosen.filter(status=Team.Status.ACTIVE)

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.under(value)


class StrictTeamFilter(StrictFilterSet, TeamFilter):
    """The same for other systems."""
