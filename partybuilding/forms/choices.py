"""What the forms of party work offer to choose from: weekdays, grids, members, units."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from grid.scope import scope_of
from partybuilding.models import PartnerUnit, PartyMember
from partybuilding.standing import shown

WEEKDAYS: Final = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)


def grids_where(user: Any, *rights: str, lowest: int = Grid.Level.MICRO) -> QuerySet[Grid]:
    """Grids of today from the street down to `lowest` where `user` has all of `rights`; the widest first."""
    scope, rows = scope_of(user), Grid.objects.current(timezone.localdate())
    for right in rights:
        rows = rows.filter(scope.q(right, "code"))
    found: QuerySet[Grid] = rows.filter(level__gte=Grid.Level.STREET, level__lte=lowest)
    return found.order_by("level", "code").defer("boundary")


def office_grids(user: Any, capability: str = "lists.edit") -> QuerySet[Grid]:
    """Those from the street to the third level, each below the one it belongs to: for a choice that is indented."""
    return grids_where(user, capability, lowest=Grid.Level.GRID).order_by("code")


class GridChoice(forms.ModelChoiceField):
    """A grid by its name, the ones above first."""

    def label_from_instance(self, obj: Grid) -> str:
        """The name after the level."""
        return f"{obj.get_level_display()} · {obj.name}"


class MemberChoice(forms.ModelChoiceField):
    """A party member, masked, with where she lives."""

    def label_from_instance(self, obj: PartyMember) -> str:
        """The masked name, the grid and the number that tells two of one name apart."""
        number = gettext("no. %(number)s") % {"number": obj.pk}
        return f"{shown(obj)} · {obj.grid.name} · {number}"


def members_offered(rows: QuerySet[PartyMember]) -> QuerySet[PartyMember]:
    """With what a choice of members shows."""
    return rows.select_related("grid").defer("grid__boundary", "phone").order_by("grid_code", "pk")


class UnitChoice(forms.ModelChoiceField):
    """A unit by the name of its organization."""

    def label_from_instance(self, obj: PartnerUnit) -> str:
        """The organization's name."""
        return obj.organization.name
