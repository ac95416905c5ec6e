"""Dispatch rules of the demo streets: which unit acts on which category."""

from grid.demo.divisions import STREETS
from grid.models import Organization
from incidents.demo.texts import THEMES
from incidents.models import Category, DispatchRule


def build_rules(organizations: dict[str, Organization]) -> int:
    """One rule per street and theme that a unit acts on; all else goes to leaders by severity. Returns their number."""
    categories = {c.name: c for c in Category.objects.filter(parent__isnull=False)}
    rules = [
        DispatchRule(
            category=categories[theme.category],
            grid_code=street.code,
            target=DispatchRule.Target.ORGANIZATION,
            organization=organizations[f"{street.code}/{theme.unit}"],
            note="演示规则：按职责清单",
        )
        for street in STREETS
        for theme in THEMES
        if theme.unit and f"{street.code}/{theme.unit}" in organizations
    ]
    return len(DispatchRule.objects.bulk_create(rules))
