"""Drafts go live together, after they were tested; and back to what an earlier release held.

One transaction each: nobody is ever dispatched by half of a change.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from incidents.models import DispatchRule, RuleRelease
from incidents.rule_lint import ERROR, Finding, lint
from incidents.rule_replay import MONTHS, replay
from incidents.rulesets import RuleSet, as_data, read_rules
from incidents.ruling import check_place

NOTE_LENGTH: Final = 200
_ONE_AT_A_TIME: Final = 0x72756C65  # the advisory lock of releases ("rule")


@dataclass(frozen=True)
class Test:
    """What stands behind a release: the rules, the findings, and the replay on past cases."""

    __test__ = False  # no class of tests

    rules: RuleSet
    findings: list[Finding]
    replay: dict[str, Any]

    @property
    def blocking(self) -> list[Finding]:
        """Errors of the drafts themselves; what was wrong before is no reason to keep a mending back."""
        drafts = {draft.pk for draft in self.rules.drafts}
        return [finding for finding in self.findings if finding.severity == ERROR and finding.rule in drafts]

    @property
    def may_go_live(self) -> bool:
        """There are drafts, and nothing is wrong with them."""
        return bool(self.rules.drafts) and not self.blocking


def try_out(rules: RuleSet, *, now: datetime, months: int = MONTHS) -> Test:
    """Lint and replay of the drafts together with the live rules; writes nothing."""
    findings = lint([*rules.next, *(draft for draft in rules.drafts if draft.retires)], rules.place, now=now)
    return Test(rules, findings, replay(rules.live, rules.next, rules.place, now=now, months=months))


@transaction.atomic
def go_live(place: str, *, tested: str, note: str, actor: User, now: datetime) -> RuleRelease:
    """Put all drafts of the subtree of `place` into use.

    `tested`: the digest of the rules that the actor has seen tested. NotNow when they have changed since, when there
    are no drafts, or when a draft cannot do what it says; NotValid without a reason.
    """
    note = _checked(place, note, actor)
    rules = read_rules(place, lock=True)
    if not rules.drafts:
        raise NotNow(_("There are no drafts to go live."))
    if rules.digest != tested:
        raise NotNow(_("The rules have changed since the test: test them again."))
    test = try_out(rules, now=now)
    if test.blocking:
        raise NotNow(_("A draft cannot do what it says: %(text)s") % {"text": test.blocking[0].text})
    _keep_beginning(rules, actor, now)
    ended = [draft.replaces_id for draft in rules.drafts if draft.replaces_id]
    DispatchRule.objects.filter(pk__in=ended).update(is_active=False)
    DispatchRule.objects.filter(pk__in=[d.pk for d in rules.drafts if d.retires]).delete()
    DispatchRule.objects.filter(pk__in=[d.pk for d in rules.drafts if not d.retires]).update(
        is_draft=False, is_active=True
    )
    return _write(read_rules(place), test, note, actor, now)


@transaction.atomic
def go_back(release: RuleRelease, *, note: str, actor: User, now: datetime) -> RuleRelease:
    """Bring back the rules that an earlier release held in its subtree; drafts stay as they are.

    The rows themselves come back, with their versions: a rule is never changed in place. NotNow when nothing differs.
    """
    place = release.grid_code
    note = _checked(place, note, actor)
    before = read_rules(place, lock=True)
    wanted = {row["rule"] for row in release.rules}
    own = {rule.pk for rule in before.own}
    if wanted == own:
        raise NotNow(_("These rules are in use already."))
    DispatchRule.objects.filter(pk__in=own - wanted).update(is_active=False)
    DispatchRule.objects.under(place).filter(pk__in=wanted, is_draft=False).update(is_active=True)
    after = read_rules(place)
    findings = lint(after.live, place, now=now)
    test = Test(after, findings, replay(before.live, after.live, place, now=now))
    return _write(after, test, note, actor, now, back_to=release.version)


def _checked(place: str, note: str, actor: User) -> str:
    """The reason, after the right, with all other releases waiting until this one is written."""
    check_place(actor, place)
    note = note.strip()
    if not note or len(note) > NOTE_LENGTH:
        said = _("Give a reason, at most %(n)s characters.") % {"n": NOTE_LENGTH}
        raise NotValid(_("Please correct the marked fields."), {"note": [said]})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    return note


def _keep_beginning(rules: RuleSet, actor: User, now: datetime) -> None:
    """Before the first release of a subtree, what was there: so that one can go back to it."""
    if not RuleRelease.objects.filter(grid_code=rules.place).exists():
        _write(rules, Test(rules, [], {}), _("What was in use before the first release"), actor, now)


def _write(
    rules: RuleSet, test: Test, note: str, actor: User, now: datetime, back_to: int | None = None
) -> RuleRelease:
    last = RuleRelease.objects.aggregate(last=Max("version"))["last"] or 0
    return RuleRelease.objects.create(
        version=last + 1,
        grid_code=rules.place,
        rules=as_data(rules.own),
        lint=[finding.as_data() for finding in test.findings],
        replay=test.replay,
        note=note,
        back_to=back_to,
        by=actor,
        at=now,
    )
