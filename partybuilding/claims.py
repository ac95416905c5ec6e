"""党员认领公益服务清单: members claim kinds of services that they give when a resident orders one (row 2.31)."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_field
from grid.scope import scope_of
from partybuilding.models import PartyMember, ServiceClaim, SupportKind
from partybuilding.standing import is_member


def service_list() -> QuerySet[SupportKind]:
    """The public list: what residents may order."""
    rows: QuerySet[SupportKind] = SupportKind.objects.filter(is_service=True, is_active=True)
    return rows.order_by("position", "pk")


def counted(claims: QuerySet[Any], today: date) -> QuerySet[SupportKind]:
    """The list with the number of members among `claims` who claimed each service now."""
    held = Q(claims__in=claims.on(today).values("pk"))  # type: ignore[attr-defined]
    return service_list().annotate(members=Count("claims__member", filter=held, distinct=True))


def claim(member: PartyMember, kind: SupportKind, *, actor: User, now: datetime, text: str = "") -> ServiceClaim:
    """The member claims a service, or staff note it for her. A second time gives the first claim.

    NotAllowed for others; NotValid for what is not on the list.
    """
    _demand_hers(member, actor)
    on_list = kind.is_service and kind.is_active
    demand_valid([("kind", on_list, _("Choose a service that residents may order."))])
    if member.left_on is not None:
        raise NotNow(_("This member has left."))
    words = mask_numbers(clean_field("text", text, max_length=200))
    try:
        with transaction.atomic():
            return ServiceClaim.objects.create(
                member=member,
                kind=kind,
                text=words,
                since=timezone.localdate(now),
                grid_id=member.grid_id,
                grid_code=member.grid_code,
                is_demo=member.is_demo,
            )
    except IntegrityError:
        found: ServiceClaim = ServiceClaim.objects.get(member=member, kind=kind, until=None)
        return found


def release(row: ServiceClaim, *, actor: User, now: datetime) -> None:
    """She does not give it any more; one of today is taken away, an older one stays as history."""
    today = timezone.localdate(now)
    with transaction.atomic():
        locked = ServiceClaim.objects.select_for_update(of=("self",)).select_related("member").get(pk=row.pk)
        _demand_hers(locked.member, actor)
        if locked.until is not None:
            return
        if locked.since >= today:
            locked.delete()
            return
        locked.until = today
        locked.save(update_fields=["until"])


def _demand_hers(member: PartyMember, actor: User) -> None:
    if is_member(actor, member) or scope_of(actor).can("party.edit", member.grid_code):
        return
    raise NotAllowed(_("Only the member herself, or who keeps the members of the community."))
