"""What the board of wishes and lists of claims can be narrowed by."""

from typing import Any, Final

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.filters import YES_NO, AmongFilter, StrictFilterSet
from grid.models.grid import CODE_VALIDATOR
from volunteers.models import Wish, WishClaim, WishKind, WishRound

CLAIMED_AS: Final = (
    ("volunteer", _("volunteer")),
    ("member", _("party member")),
    ("team", _("team of volunteers")),
    ("unit", _("partner unit")),
)


class BoardFilter(filters.FilterSet):
    """Wishes on the board; nothing here touches what is sealed."""

    kind = filters.ModelChoiceFilter(
        label=_("kind"), queryset=WishKind.objects.filter(is_active=True), empty_label=_("All")
    )
    service = filters.ChoiceFilter(
        label=_("a service, not a thing"), choices=YES_NO, empty_label=_("All"), method="filter_service"
    )
    grid = filters.CharFilter(label=_("grid code"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    round = filters.ModelChoiceFilter(label=_("round"), queryset=WishRound.objects.none(), empty_label=_("All"))
    q = filters.CharFilter(label=_("words"), max_length=50, method="filter_words")

    class Meta:
        model = Wish
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, rounds: Any = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.filters["round"].queryset = WishRound.objects.none() if rounds is None else rounds

    def filter_service(self, rows: Any, name: str, value: str) -> Any:
        """Something done, or something given."""
        return rows.filter(kind__is_service=value == "true")

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """In the subtree of a grid."""
        return rows.filter(grid_code__startswith=value)

    def filter_words(self, rows: Any, name: str, value: str) -> Any:
        """In the wish or its public words; never in a name."""
        return rows.filter(Q(title__icontains=value) | Q(text__icontains=value))


class ClaimFilter(filters.FilterSet):
    """Claims of wishes, as those who follow them look for them."""

    status = AmongFilter(label=_("status"), choices=WishClaim.Status.choices)
    grid = filters.CharFilter(label=_("grid code"), validators=[CODE_VALIDATOR], max_length=24, method="filter_grid")
    late = filters.ChoiceFilter(label=_("Late"), choices=YES_NO[:1], empty_label=_("All"), method="filter_late")
    as_who = filters.ChoiceFilter(
        label=_("claimed as"),
        choices=CLAIMED_AS,
        empty_label=_("All"),
        method="filter_as_who",
    )

    class Meta:
        model = WishClaim
        fields: tuple[str, ...] = ()

    def filter_grid(self, rows: Any, name: str, value: str) -> Any:
        """Of wishes in the subtree of a grid."""
        return rows.filter(wish__grid_code__startswith=value)

    def filter_late(self, rows: Any, name: str, value: str) -> Any:
        """Not contacted by the last day."""
        return rows.filter(status="active", contact_by__lt=timezone.now())

    def filter_as_who(self, rows: Any, name: str, value: str) -> Any:
        """Alone as a volunteer or member, for a team, for a unit."""
        if value == "volunteer":
            return rows.filter(volunteer__isnull=False, team=None)
        return rows.filter(**{f"{value}__isnull": False})


class StrictClaimFilter(StrictFilterSet, ClaimFilter):
    """The same for other systems: an unknown filter is refused."""
