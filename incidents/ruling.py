"""Drafts of dispatch rules: written and changed freely, without any effect until they go live (`rule_releases`).

A live rule is never changed in place: a decision always names the rule as it was when it decided.
"""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents.models import Category, DispatchRule

RIGHT: Final = "rules.edit"
LARGEST_PRIORITY: Final = 9999
STREET_DIGITS: Final = 9
LEADER_LEVELS: Final = (Grid.Level.STREET, Grid.Level.COMMUNITY, Grid.Level.GRID, Grid.Level.MICRO)


@dataclass(frozen=True, slots=True)
class Content:
    """What a rule says: category (None: any) in the subtree of a grid → a unit, or the leader (of a level)."""

    grid_code: str
    category: Category | None = None
    organization: Organization | None = None
    leader_level: int | None = None
    priority: int = 100
    note: str = ""

    @property
    def target(self) -> str:
        """A unit when one is named, else the leader."""
        return DispatchRule.Target.ORGANIZATION if self.organization else DispatchRule.Target.LEADER

    @classmethod
    def of(cls, rule: DispatchRule) -> "Content":
        """What a stored rule says."""
        return cls(rule.grid_code, rule.category, rule.organization, rule.leader_level, rule.priority, rule.note)

    def put_into(self, rule: DispatchRule) -> DispatchRule:
        """Give a row this content."""
        rule.grid_code, rule.category, rule.organization = self.grid_code, self.category, self.organization
        rule.leader_level, rule.priority, rule.note = self.leader_level, self.priority, self.note
        rule.target = self.target
        return rule


def check_place(actor: User, code: str) -> None:
    """NotAllowed unless `actor` changes rules in this subtree."""
    if not scope_of(actor).can(RIGHT, code):
        raise NotAllowed(_("You may not change dispatch rules for this subtree."))


def check_content(content: Content) -> None:
    """NotValid, with a message for each field, when a rule would say something that cannot be."""
    wrong: dict[str, list[str]] = {}
    today = timezone.localdate()
    if not Grid.objects.current(today).filter(code=content.grid_code).exists():
        wrong["grid_code"] = [_("There is no grid with this code.")]
    if content.category is not None and not content.category.is_active:
        wrong["category"] = [_("This category is not used any more.")]
    if content.organization is not None and (said := _wrong_unit(content.organization, content.grid_code)):
        wrong["organization"] = [said]
    if content.leader_level is not None and (content.organization or content.leader_level not in LEADER_LEVELS):
        wrong["leader_level"] = [_("Only a rule to the leader names a level, and only one that has a leader.")]
    if not 1 <= content.priority <= LARGEST_PRIORITY:
        wrong["priority"] = [_("A whole number from 1 to %(most)s.") % {"most": LARGEST_PRIORITY}]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _wrong_unit(unit: Organization, code: str) -> str:
    if not unit.is_active:
        return _("This unit does not work any more.")
    home = unit.grid.code
    near = home.startswith(code[:STREET_DIGITS]) or code.startswith(home)
    return "" if near else _("This unit does not serve the subtree.")


def write_draft(content: Content, *, actor: User) -> DispatchRule:
    """A new draft. NotAllowed outside the actor's subtrees, NotValid for nonsense."""
    check_place(actor, content.grid_code)
    check_content(content)
    draft = content.put_into(DispatchRule(is_active=False, is_draft=True))
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def change_draft(pk: int, content: Content, *, actor: User) -> DispatchRule:
    """Give a draft other content; NotNow when it has gone live or away meanwhile."""
    draft = _lock_draft(pk)
    check_place(actor, draft.grid_code)
    check_place(actor, content.grid_code)
    check_content(content)
    if draft.retires:
        raise NotNow(_("This draft ends a rule: there is nothing in it to change."))
    content.put_into(draft).save()
    return draft


@transaction.atomic
def draft_for(rule: DispatchRule, *, actor: User, retires: bool = False) -> DispatchRule:
    """The draft that takes the place of a live rule (or ends it); the one that is there already, if there is one."""
    check_place(actor, rule.grid_code)
    live = DispatchRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if not live.is_active:
        raise NotNow(_("This version of the rule is out of use: change the newest one."))
    there = DispatchRule.objects.drafts().filter(replaces=live).first()
    if there is not None:
        if there.retires != retires:
            DispatchRule.objects.filter(pk=there.pk).update(retires=retires)
            there.retires = retires
        return there
    draft = Content.of(live).put_into(DispatchRule(is_active=False, is_draft=True, replaces=live, retires=retires))
    draft.version = live.version + 1
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def discard_draft(pk: int, *, actor: User) -> None:
    """Throw a draft away; nothing has ever named it."""
    draft = _lock_draft(pk)
    check_place(actor, draft.grid_code)
    draft.delete()


def _lock_draft(pk: int) -> DispatchRule:
    draft = DispatchRule.objects.drafts().select_for_update(of=("self",)).filter(pk=pk).first()
    if draft is None:
        raise NotNow(_("This draft has gone live or was discarded meanwhile."))
    return draft
