"""Points by hand: additions and deductions by the rules of a scheme, items given by hand; each with its evidence.

While a run is a draft they come and go; afterwards only an upheld objection takes one back.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from grid.access import demand
from incidents.models import Incident
from reports.assessment import runs
from reports.models import Assessment, AssessmentEntry, AssessmentExclusion, SchemeItem, SchemeRule

Status = Assessment.Status


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Points for one subject, by a rule or for an item given by hand; evidence is a case or words."""

    subject: str
    amount: Decimal
    reason: str
    rule: SchemeRule | None = None
    item: SchemeItem | None = None
    number: str = ""
    evidence: str = ""


def add(pk: int, new: NewEntry, *, actor: User, now: datetime) -> AssessmentEntry:
    """Give or take points in a draft. NotValid without evidence, with a wrong sign, or beyond the item's points."""
    with transaction.atomic():
        row = runs.locked(pk, Status.DRAFT)
        demand(actor, "assessment.edit", row.grid_code)
        case = runs.case_of(new.number, row) if new.number.strip() else None
        _check(row, new, case)
        entry = AssessmentEntry.objects.create(
            assessment=row,
            rule=new.rule,
            item=new.item,
            subject=new.subject,
            amount=new.amount,
            reason=mask_numbers(new.reason.strip()),
            incident=case,
            evidence=mask_numbers(new.evidence.strip()),
            by=actor,
            at=now,
        )
        runs.reckon_again(row)
    return entry


def _check(row: Assessment, new: NewEntry, case: Incident | None) -> None:
    keys = {line["key"] for line in row.results["lines"]}
    one = new.rule or new.item
    ours = one is not None and one.scheme_id == row.scheme_id and not (new.rule and new.item)
    demand_valid(
        (
            ("what", ours, _("Choose an addition, a deduction, or an item given by hand.")),
            ("subject", new.subject in keys, _("This one is not assessed here.")),
            ("reason", bool(new.reason.strip()), _("Say why in a few words.")),
            ("number", not new.number.strip() or case is not None, _("There is no such case in this grid.")),
            ("evidence", case is not None or bool(new.evidence.strip()), _("Evidence is needed: a case or words.")),
            ("amount", _amount_fits(new), _("The points do not fit: the sign of the rule, or 0 to those of the item.")),
        )
    )
    if new.item and row.entries.filter(item=new.item, subject=new.subject, withdrawn_at__isnull=True).exists():
        demand_valid((("what", False, _("This item is given already: withdraw that entry first.")),))


def _amount_fits(new: NewEntry) -> bool:
    if new.rule:
        return new.amount != 0 and (new.amount > 0) == (new.rule.amount > 0)
    return new.item is not None and new.item.mode == SchemeItem.Mode.HAND and 0 <= new.amount <= new.item.points


def withdraw(entry_pk: int, *, reason: str, actor: User, now: datetime) -> AssessmentEntry:
    """Take an entry of a draft back; it stays readable with the reason."""
    with transaction.atomic():
        row = runs.locked(
            AssessmentEntry.objects.values_list("assessment_id", flat=True).get(pk=entry_pk), Status.DRAFT
        )
        demand(actor, "assessment.edit", row.grid_code)
        entry = take_back(row, entry_pk, reason=reason, actor=actor, now=now)
        runs.reckon_again(row)
    return entry


def take_back(row: Assessment, entry_pk: int, *, reason: str, actor: User, now: datetime) -> AssessmentEntry:
    """Mark an entry of the locked run `row` as withdrawn; the caller reckons again. NotValid when it is already."""
    entry = row.entries.filter(pk=entry_pk, withdrawn_at__isnull=True).first()
    demand_valid((("reason", bool(reason.strip()), _("Say why in a few words.")),))
    if entry is None:
        raise NotNow(_("This entry does not stand any more."))
    entry.withdrawn_at, entry.withdrawn_by, entry.withdrawn_reason = now, actor, reason.strip()[:500]
    entry.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    found: AssessmentEntry = entry
    return found


def exclude(pk: int, *, number: str, reason: str, actor: User, now: datetime) -> AssessmentExclusion:
    """Leave a case out of a draft (剔除), with the reason; counted anew without it."""
    with transaction.atomic():
        row = runs.locked(pk, Status.DRAFT)
        demand(actor, "assessment.edit", row.grid_code)
        left_out = leave_out(row, number, reason=reason, actor=actor, now=now)
        runs.reckon_without(row, left_out.incident_id)
    return left_out


def leave_out(
    row: Assessment, number: str, *, reason: str, actor: User, now: datetime, objection: Any = None
) -> AssessmentExclusion:
    """Keep the exclusion for the locked run `row`; the caller reckons again. NotValid for a case not counted."""
    case = runs.case_of(number, row)
    demand_valid((("reason", bool(reason.strip()), _("Say why in a few words.")),))
    if case is not None and row.exclusions.filter(incident=case).exists():
        raise NotValid(_("This case is left out already."), {"number": [_("This case is left out already.")]})
    if case is None or not runs.counts_in(row, case.pk):
        message = _("This case is not among those counted here.")
        raise NotValid(message, {"number": [message]})
    return AssessmentExclusion.objects.create(
        assessment=row, incident=case, objection=objection, reason=mask_numbers(reason.strip())[:500], by=actor, at=now
    )
