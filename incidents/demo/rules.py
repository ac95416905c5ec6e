"""Dispatch rules of the demo streets: which unit acts on which category; and two drafts to be tested."""

from dataclasses import replace

from grid.demo.divisions import JIANZHONG, STREETS
from grid.models import Grid, Organization, Post
from grid.posts import PostKind
from incidents.demo.texts import THEMES
from incidents.models import Category, DispatchRule
from incidents.ruling import Content, change_draft, draft_for, write_draft


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


def build_drafts() -> int:
    """Two drafts of the shift leader: a category back to the communities, and one for a whole major class."""
    boss = Post.objects.filter(kind=PostKind.SHIFT_LEADER, grid__code=JIANZHONG).select_related("user").first()
    rule = DispatchRule.objects.live().filter(grid_code=JIANZHONG).select_related("category__parent").first()
    if boss is None or rule is None or rule.category is None:
        return 0
    changed = draft_for(rule, actor=boss.user)
    back = replace(
        Content.of(rule), organization=None, leader_level=int(Grid.Level.COMMUNITY), note="演示草稿：改由社区处置"
    )
    change_draft(changed.pk, back, actor=boss.user)
    whole = Content(JIANZHONG, rule.category.parent, rule.organization, priority=200, note="演示草稿：整个大类兜底")
    write_draft(whole, actor=boss.user)
    return 2
