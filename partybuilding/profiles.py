"""How a community or compound is governed: brand, words, labels (三联一创 五微共治, 五多三高, 信托治理 …)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.stages import check_version
from partybuilding.models import CommunityProfile, Label, PartyOrganization
from partybuilding.organizations import EDITS, living


def make(grid: Grid, *, actor: User) -> CommunityProfile:
    """The profile of a grid from the street down. NotAllowed without party.edit there; NotNow when it has one."""
    demand(actor, EDITS, grid.code)
    if grid.level < Grid.Level.STREET:
        said = _("A profile belongs to a street, a community or a grid.")
        raise NotValid(said, {"grid": [said]})
    try:
        with transaction.atomic():
            return CommunityProfile.objects.create(grid=grid, grid_code=grid.code)
    except IntegrityError as error:
        raise NotNow(_("This grid has a profile already.")) from error


def edit(
    profile: CommunityProfile,
    *,
    brand: str,
    text: str,
    labels: Iterable[Label],
    version: int | None,
    actor: User,
    now: datetime,
) -> CommunityProfile:
    """Change it. NotAllowed without party.edit there; NotNow for a page that is out of date."""
    demand(actor, EDITS, profile.grid_code)
    with transaction.atomic():
        row = CommunityProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
        check_version(row, version)
        row.brand = clean_field("brand", brand, max_length=100)
        row.text = clean_field("text", text, max_length=3000, multiline=True)
        row.version += 1
        row.save(update_fields=["brand", "text", "version"])
        row.labels.set(labels)
    return row


def by_family(labels: Iterable[Label]) -> list[tuple[str, list[Label]]]:
    """(family in words, its labels), in the order of the families."""
    found: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        found[label.family].append(label)
    return [(str(name), found[key]) for key, name in Label.Family.choices if key in found]


def used_labels(user: Any) -> QuerySet[Label]:
    """The labels in use, each with `used_by`: the profiles of the reader that carry it."""
    seen = CommunityProfile.objects.visible_to(user).values("pk")
    rows = Label.objects.filter(is_active=True)
    return rows.annotate(used_by=Count("profiles", filter=Q(profiles__in=seen), distinct=True))


def organizations_of(profile: CommunityProfile, seen: Any) -> QuerySet[PartyOrganization]:
    """The living organizations in the grid itself."""
    rows = living(seen).filter(grid_code=profile.grid_code)
    return rows.select_related("organization").order_by("kind", "pk")
