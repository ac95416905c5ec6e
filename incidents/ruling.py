"""Dispatch rules change by new versions: a decision always names the rule as it was when it decided."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from incidents.models import DispatchRule


@transaction.atomic
def new_version(changed: DispatchRule) -> DispatchRule:
    """Keep the row of `changed` as it was, inactive, and give its new values to a row of the next version.

    Raises NotNow when somebody else has made a new version meanwhile.
    """
    old = DispatchRule.objects.select_for_update().get(pk=changed.pk)
    if not old.is_active:
        raise NotNow(_("This version of the rule is out of use: change the newest one."))
    old.is_active = False
    old.save(update_fields=["is_active"])
    changed.pk = None
    changed._state.adding = True
    changed.version = old.version + 1
    changed.save()
    return changed


def put_out_of_use(rule: DispatchRule) -> None:
    """End a rule; its row stays for the decisions that name it."""
    DispatchRule.objects.filter(pk=rule.pk).update(is_active=False)
