"""What lists of party organizations, stars and profiles can be narrowed by."""

from typing import Any

import django_filters as filters
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, AmongFilter, StrictFilterSet
from grid.models.grid import CODE_VALIDATOR
from partybuilding.idle import idle_organizations
from partybuilding.models import CommunityProfile, Label, PartyOrganization, Star, StarAward
from partybuilding.posts import without_head

NO_NUL = RegexValidator(r"^[^\x00]*$", _("Null characters are not allowed."))


class PartyOrganizationFilter(StrictFilterSet):
    """Organizations; without `ended` the living ones."""

    q = filters.CharFilter(
        label=_("name"), field_name="organization__name", lookup_expr="icontains", max_length=50, validators=[NO_NUL]
    )
    kind = AmongFilter(label=_("kind"), choices=PartyOrganization.Kind.choices)
    grid = filters.CharFilter(
        label=_("below the code"), field_name="grid_code", lookup_expr="startswith", validators=[CODE_VALIDATOR]
    )
    headless = filters.ChoiceFilter(
        label=_("without a head"), choices=YES_NO, empty_label=_("All"), method="filter_headless"
    )
    grand = filters.ChoiceFilter(
        label=_("grand committee"), choices=YES_NO, empty_label=_("All"), method="filter_grand"
    )
    idle = filters.NumberFilter(
        label=_("nothing done in the year"), min_value=2000, max_value=2100, decimal_places=0, method="filter_idle"
    )
    ended = filters.ChoiceFilter(label=_("ended"), choices=YES_NO[:1], empty_label=_("No"), method="filter_ended")

    class Meta:
        model = PartyOrganization
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Adds "living" when the ended ones are not asked for."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["ended"] else found.filter(ended_on=None)

    def filter_headless(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that nobody leads today, or that somebody does."""
        alone = without_head(queryset, today=timezone.localdate()).values("pk")
        return queryset.filter(pk__in=alone) if value == "true" else queryset.exclude(pk__in=alone)

    def filter_grand(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Grand committees, or all others."""
        return queryset.filter(is_grand=value == "true")

    def filter_idle(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Of communities and grids, where the year saw neither activity nor meeting."""
        return idle_organizations(queryset, int(value))

    def filter_ended(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Only the ended ones."""
        return queryset.exclude(ended_on=None)


class StarAwardFilter(StrictFilterSet):
    """Stars of organizations."""

    year = filters.NumberFilter(label=_("year"), min_value=2000, max_value=2999)
    star = filters.ModelChoiceFilter(label=_("star"), queryset=Star.objects.all(), empty_label=_("All"))
    result = AmongFilter(label=_("result"), choices=StarAward.Result.choices)
    grid = filters.CharFilter(
        label=_("below the code"), field_name="party__grid_code", lookup_expr="startswith", validators=[CODE_VALIDATOR]
    )

    class Meta:
        model = StarAward
        fields: tuple[str, ...] = ()


class ProfileFilter(StrictFilterSet):
    """Profiles of communities."""

    q = filters.CharFilter(label=_("name or brand"), max_length=50, validators=[NO_NUL], method="filter_words")
    label = filters.ModelChoiceFilter(
        label=_("label"), field_name="labels", queryset=Label.objects.all(), empty_label=_("All")
    )
    grid = filters.CharFilter(
        label=_("below the code"), field_name="grid_code", lookup_expr="startswith", validators=[CODE_VALIDATOR]
    )

    class Meta:
        model = CommunityProfile
        fields: tuple[str, ...] = ()

    def filter_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Words of the grid's name or of the brand."""
        return queryset.filter(Q(grid__name__icontains=value) | Q(brand__icontains=value))
