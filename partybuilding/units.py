"""Partner units (共建单位): made out of an organization or entered anew; what is known of them; their end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import is_phone, mask_name, mask_phone
from accounts.reveals import reveal
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid, Organization
from grid.scope import scope_of
from grid.stages import check_version
from partybuilding.models import PartnerKind, PartnerUnit, PartyOrganization, PartyStep

EDITS: Final = "lists.edit"
WORDS: Final = {
    "joined": gettext_lazy("became a partner"),
    "changed": gettext_lazy("changed"),
    "left": gettext_lazy("left"),
    "returned": gettext_lazy("became a partner again"),
    "signed": gettext_lazy("signed"),
    "ended": gettext_lazy("ended early"),
    "founded": gettext_lazy("founded"),
    "closed": gettext_lazy("dissolved"),
    "imported": gettext_lazy("imported"),
}
"""What a step in the record of a unit, an agreement or an alliance says."""
OFFERED: Final = (
    Organization.Kind.INSTITUTION,
    Organization.Kind.ENTERPRISE,
    Organization.Kind.PROPERTY,
    Organization.Kind.SOCIAL,
    Organization.Kind.DEPARTMENT,
    Organization.Kind.COMMITTEE,
)
"""Kinds of organizations that become partners; party organizations hold seats and posts instead."""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is known of a partner. `organization` None: a new one of `name` and `kind` in `grid` is entered with it."""

    organization: Organization | None = None
    name: str = ""
    kind: str = Organization.Kind.ENTERPRISE
    grid: Grid | None = None
    address: str = ""
    kinds: Iterable[PartnerKind] = field(default_factory=tuple)
    party: PartyOrganization | None = None
    contact_name: str = ""
    contact_phone: str = ""
    strengths: str = ""
    joined_on: date | None = None


def join(facts: UnitFacts, *, actor: User | None, now: datetime) -> PartnerUnit:
    """A partner from `joined_on` (today when None) on. `actor` None is a command on the server.

    NotAllowed without lists.edit in the grid of the organization; NotValid by field; NotNow when it is one already.
    """
    grid = facts.organization.grid if facts.organization is not None else facts.grid
    demand_valid((("grid", grid is not None, _("Say in which grid it serves.")),))
    assert grid is not None
    if actor is not None:
        demand(actor, EDITS, grid.code)
    plain = _cleaned(facts, timezone.localdate(now))
    with transaction.atomic():
        body = facts.organization or _new_body(facts, grid)
        try:
            with transaction.atomic():
                unit = PartnerUnit.objects.create(organization=body, party=facts.party, **plain)
        except IntegrityError as error:
            raise NotNow(_("This organization is a partner already.")) from error
        unit.kinds.set(facts.kinds)
        note(unit, "joined", actor=actor, now=now)
    return unit


def change(unit: PartnerUnit, facts: UnitFacts, *, version: int | None, actor: User, now: datetime) -> PartnerUnit:
    """Other words about a partner; an empty contact keeps the one that is there. Errors as `join`."""
    demand(actor, EDITS, unit.grid_code)
    with transaction.atomic():
        locked = _locked(unit, version)
        plain = _cleaned(facts, locked.joined_on or timezone.localdate(now))
        for name in ("contact_name", "contact_phone"):
            plain[name] = plain[name] or getattr(locked, name)
        for name, value in {**plain, "party": facts.party}.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
        locked.kinds.set(facts.kinds)
        note(locked, "changed", actor=actor, now=now)
    return locked


def leave(
    unit: PartnerUnit, *, on: date, text: str = "", version: int | None, actor: User, now: datetime
) -> PartnerUnit:
    """It is no partner from `on` on. What it promised stays; NotNow while a project of it runs."""
    demand(actor, EDITS, unit.grid_code)
    with transaction.atomic():
        locked = _locked(unit, version)
        good = on <= timezone.localdate(now) and (locked.joined_on is None or on >= locked.joined_on)
        demand_valid((("on", good, _("The day must not lie ahead, nor before it became a partner.")),))
        if locked.left_on is not None:
            raise NotNow(_("It is no partner any more."))
        if locked.projects.filter(status__in=("proposed", "agreed", "running", "done")).exists():
            raise NotNow(_("It still has open projects: finish or drop them first."))
        locked.left_on, locked.version = on, locked.version + 1
        locked.save(update_fields=["left_on", "version"])
        note(locked, "left", actor=actor, now=now, text=text)
    return locked


def come_back(unit: PartnerUnit, *, version: int | None, actor: User, now: datetime) -> PartnerUnit:
    """A unit that left is a partner again."""
    demand(actor, EDITS, unit.grid_code)
    with transaction.atomic():
        locked = _locked(unit, version)
        if locked.left_on is None:
            raise NotNow(_("It is a partner."))
        locked.left_on, locked.version = None, locked.version + 1
        locked.save(update_fields=["left_on", "version"])
        note(locked, "returned", actor=actor, now=now)
    return locked


def reveal_contact(
    unit: PartnerUnit, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> tuple[str, str]:
    """(name, phone) of the contact in clear; the look is kept with its purpose. NotAllowed, NotValid."""
    demand(actor, "party.reveal", unit.grid_code)
    said: dict[str, Any] = {"actor": actor, "purpose": purpose, "now": now, "request": request}
    reveal(object_type="partnerunit", object_id=unit.pk, fields="contact phone", **said)
    return unit.contact_name, unit.contact_phone


def contact(unit: PartnerUnit) -> str:
    """The contact as everybody may read it: 李** 136****5678."""
    phone = mask_phone(unit.contact_phone) if unit.contact_phone else ""
    return " ".join(part for part in (mask_name(unit.contact_name), phone) if part)


def works_for(user: Any, unit: PartnerUnit) -> bool:
    """Whether `user` holds a post in the unit by which she acts for it."""
    return unit.organization_id in scope_of(user).organizations


def demand_hers(user: Any, unit: PartnerUnit | None, code: str) -> None:
    """NotAllowed unless `user` acts for the unit, or keeps the lists in the grid `code`."""
    if unit is None or not works_for(user, unit):
        demand(user, EDITS, code)


def attachable(user: Any) -> QuerySet[Organization]:
    """Organizations that could become partners, where `user` edits partners."""
    rows = Organization.objects.filter(scope_of(user).q(EDITS, "grid__code"), kind__in=OFFERED, partner=None)
    found: QuerySet[Organization] = rows.filter(is_active=True).select_related("grid").defer("grid__boundary")
    return found.order_by("grid__code", "name")


def note(row: Any, what: str, *, actor: User | None, now: datetime, text: str = "") -> None:
    """One line in the record of a unit, an agreement or an alliance; without names of persons."""
    subject = row._meta.model_name
    PartyStep.objects.create(subject=subject, subject_id=row.pk, after=what, by=actor, at=now, text=text[:500])


def record_of(row: Any) -> list[tuple[PartyStep, str]]:
    """What was done with `row`, newest first, with words, in one query."""
    steps = PartyStep.objects.filter(subject=row._meta.model_name, subject_id=row.pk).select_related("by")
    return [(step, str(WORDS.get(step.after, step.after))) for step in steps.order_by("-id")]


def _locked(unit: PartnerUnit, version: int | None) -> PartnerUnit:
    rows = PartnerUnit.objects.select_for_update(of=("self",)).select_related("organization__grid")
    locked: PartnerUnit = rows.defer("organization__grid__boundary").get(pk=unit.pk)
    check_version(locked, version)
    return locked


def _cleaned(facts: UnitFacts, joined_on: date) -> dict[str, Any]:
    phone = facts.contact_phone.strip()
    demand_valid((("contact_phone", not phone or is_phone(phone), _("Enter a mobile number of 11 digits.")),))
    return {
        "contact_name": clean_field("contact_name", facts.contact_name, max_length=50),
        "contact_phone": phone,
        "strengths": clean_field("strengths", facts.strengths, max_length=300),
        "joined_on": facts.joined_on or joined_on,
    }


def _new_body(facts: UnitFacts, grid: Grid) -> Organization:
    """The organization that a new partner is; its name stands once in a grid."""
    name = clean_field("name", facts.name, max_length=100)
    demand_valid(
        (
            ("name", bool(name), _("The name is missing.")),
            ("kind", facts.kind in OFFERED, _("Choose one of the kinds.")),
        )
    )
    if Organization.objects.filter(grid=grid, name=name, is_active=True).exists():
        said = _("An organization of this name is known here: choose it from the list.")
        raise NotValid(said, {"name": [said]})
    address = clean_field("address", facts.address, max_length=200)
    code = f"partner-{uuid4().hex[:8]}"
    return Organization.objects.create(grid=grid, kind=facts.kind, name=name, code=code, address=address)
