"""Checklists with versions: a released one never changes, a new version replaces it (domain.md 3.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from fieldwork.models import Checklist, ChecklistItem, PlaceKind
from grid.scope import scope_of

RIGHT: Final = "policy.decide"
"""Lists hold for the whole office: whoever answers for it decides them."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One thing to look at, as it is typed."""

    text: str
    part: str = ""
    basis: str = ""
    is_serious: bool = False


def in_force(kind: PlaceKind) -> Checklist | None:
    """The released list of the kind, with its items in two queries; None where the kind has none."""
    if not kind.checklist_code:
        return None
    rows = Checklist.objects.filter(code=kind.checklist_code, released_at__isnull=False, replaced_at__isnull=True)
    return rows.prefetch_related("items").first()


def new_version(checklist: Checklist, *, actor: User) -> Checklist:
    """A draft with the items of `checklist`, to be changed and released; the open draft where there is one."""
    _demand(actor)
    with transaction.atomic():
        same = Checklist.objects.select_for_update().filter(code=checklist.code)
        last = max(row.version for row in same)
        draft = same.filter(released_at=None).first()
        if draft is not None:
            return draft
        draft = Checklist.objects.create(
            code=checklist.code, name=checklist.name, source=checklist.source, version=last + 1
        )
        ChecklistItem.objects.bulk_create(
            ChecklistItem(
                checklist=draft,
                part=item.part,
                text=item.text,
                basis=item.basis,
                is_serious=item.is_serious,
                position=item.position,
            )
            for item in checklist.items.all()
        )
    return draft


def add_item(checklist: Checklist, item: NewItem, *, actor: User) -> ChecklistItem:
    """Put one thing at the end of a draft. NotNow for a released list, NotValid for one that stands there."""
    with transaction.atomic():
        draft = _draft(checklist, actor)
        if draft.items.filter(text=item.text).exists():
            said = _("This stands on the list already.")
            raise NotValid(said, {"text": [said]})
        last = draft.items.aggregate(last=Max("position"))["last"] or 0
        return ChecklistItem.objects.create(
            checklist=draft,
            text=item.text,
            part=item.part,
            basis=item.basis,
            is_serious=item.is_serious,
            position=last + 1,
        )


def drop_item(checklist: Checklist, item_id: int, *, actor: User) -> None:
    """Take one thing from a draft; NotNow for a released list."""
    with transaction.atomic():
        _draft(checklist, actor).items.filter(pk=item_id).delete()


def release(checklist: Checklist, *, actor: User, now: datetime) -> Checklist:
    """Bring a draft into force; the one before is replaced in the same moment. NotNow twice, NotValid without items."""
    with transaction.atomic():
        draft = _draft(checklist, actor)
        if not draft.items.exists():
            raise NotValid(_("A list without items cannot be released."))
        same = Checklist.objects.filter(code=draft.code, released_at__isnull=False, replaced_at=None)
        same.update(replaced_at=now)
        draft.released_at = now
        draft.save(update_fields=["released_at"])
    return draft


def _demand(actor: User) -> None:
    if not scope_of(actor).can(RIGHT):
        raise NotAllowed(_("You may not do this here."))


def _draft(checklist: Checklist, actor: User) -> Checklist:
    _demand(actor)
    locked = Checklist.objects.select_for_update().get(pk=checklist.pk)
    if locked.released_at is not None:
        raise NotNow(_("This version is released and stays as it is: make a new one."))
    return locked


def parts_of(checklist: Checklist | None) -> Mapping[str, list[ChecklistItem]]:
    """The items under the headings of the list, in its order; nothing without a list."""
    parts: dict[str, list[ChecklistItem]] = {}
    for item in checklist.items.all() if checklist else ():
        parts.setdefault(item.part, []).append(item)
    return parts
