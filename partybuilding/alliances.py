"""红色党建联盟: units of one trade under one roof; what they did together and which issues they solved (S4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.stages import check_version
from partybuilding.models import Activity, Alliance, AllianceMember, PartnerUnit, Project, Resolution
from partybuilding.units import EDITS, note

MOST_BEFORE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class AllianceFacts:
    """What is typed of an alliance; the two numbers are what it had done before this platform."""

    name: str
    kind: str
    grid: Grid
    text: str = ""
    founded_on: date | None = None
    solved_before: int = 0
    activities_before: int = 0


def found(facts: AllianceFacts, *, actor: User, now: datetime) -> Alliance:
    """Found an alliance in a grid. NotAllowed without lists.edit there; NotValid by field; NotNow for a name taken."""
    demand(actor, EDITS, facts.grid.code)
    plain = _checked(facts, timezone.localdate(now))
    with transaction.atomic():
        row = _saved(Alliance(grid=facts.grid, grid_code=facts.grid.code, **plain))
        note(row, "founded", actor=actor, now=now)
    return row


def change(row: Alliance, facts: AllianceFacts, *, version: int | None, actor: User, now: datetime) -> Alliance:
    """Other words and numbers; the grid stays. Errors as `found`."""
    demand(actor, EDITS, row.grid_code)
    with transaction.atomic():
        locked = _locked(row, version)
        for name, value in _checked(facts, timezone.localdate(now)).items():
            setattr(locked, name, value)
        locked.version += 1
        _saved(locked)
        note(locked, "changed", actor=actor, now=now)
    return locked


def dissolve(row: Alliance, *, version: int | None, actor: User, now: datetime) -> Alliance:
    """It exists no more; its members leave with it, what it did stays."""
    demand(actor, EDITS, row.grid_code)
    with transaction.atomic():
        locked, today = _locked(row, version), timezone.localdate(now)
        if not locked.is_active:
            raise NotNow(_("This alliance was dissolved."))
        held = AllianceMember.objects.filter(alliance=locked, until=None)
        held.filter(since__gte=today).delete()  # the database knows no membership of no day
        held.update(until=today)
        locked.is_active, locked.version = False, locked.version + 1
        locked.save(update_fields=["is_active", "version"])
        note(locked, "closed", actor=actor, now=now)
    return locked


def add(row: Alliance, unit: PartnerUnit, *, role: str, since: date, actor: User, now: datetime) -> AllianceMember:
    """`unit` joins. NotNow when it is in it, when the unit left, or when the alliance was dissolved."""
    demand(actor, EDITS, row.grid_code)
    demand_valid(
        (
            ("role", role in AllianceMember.Role.values, _("Choose one of the roles.")),
            ("since", since <= timezone.localdate(now), _("The day must not lie ahead.")),
        )
    )
    with transaction.atomic():
        locked = _locked(row, None)
        if not locked.is_active or unit.left_on is not None:
            raise NotNow(_("The alliance was dissolved, or the unit is no partner any more."))
        if role == AllianceMember.Role.LEAD:  # one leads at a time
            lead = AllianceMember.objects.filter(alliance=locked, role=role, until=None)
            lead.update(role=AllianceMember.Role.MEMBER)
        try:
            with transaction.atomic():
                member = AllianceMember.objects.create(alliance=locked, unit=unit, role=role, since=since)
        except IntegrityError as error:
            raise NotNow(_("The unit is a member already.")) from error
        note(locked, "changed", actor=actor, now=now, text=f"+ {unit}")
    return member


def drop(member: AllianceMember, *, actor: User, now: datetime) -> None:
    """The unit leaves the alliance today."""
    demand(actor, EDITS, member.alliance.grid_code)
    today = timezone.localdate(now)
    with transaction.atomic():
        locked = _locked(member.alliance, None)
        row = AllianceMember.objects.filter(pk=member.pk, until=None).first()
        if row is None:
            raise NotNow(_("The unit left before."))
        if row.since >= today:
            row.delete()  # put in by mistake: the database knows no membership of no day
        else:
            row.until = today
            row.save(update_fields=["until"])
        note(locked, "changed", actor=actor, now=now, text=f"- {member.unit}")


def with_figures(rows: QuerySet[Alliance]) -> QuerySet[Alliance]:
    """Each alliance with `members`, `held` activities, `done` projects and `decided` matters, in the same query.

    `Alliance.solved_before + done + decided` is the number of issues solved, `activities_before + held` of activities.
    """
    counts: dict[str, Any] = {
        "members": AllianceMember.objects.filter(alliance=OuterRef("pk"), until=None).values("alliance"),
        "held": Activity.objects.filter(alliance=OuterRef("pk"), status="held").values("alliance"),
        "done": Project.objects.filter(alliance=OuterRef("pk"), status__in=("confirmed", "evaluated")).values(
            "alliance"
        ),
        "decided": Resolution.objects.filter(topic__meeting__forum__alliance=OuterRef("pk"), status="done").values(
            "topic__meeting__forum__alliance"
        ),
    }
    return rows.annotate(
        **{
            name: Coalesce(Subquery(one.order_by().annotate(n=Count("pk")).values("n")), 0)
            for name, one in counts.items()
        }
    )


def _locked(row: Alliance, version: int | None) -> Alliance:
    locked: Alliance = Alliance.objects.select_for_update(of=("self",)).get(pk=row.pk)
    check_version(locked, version)
    return locked


def _saved(row: Alliance) -> Alliance:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NotNow(_("An alliance of this name exists in this grid.")) from error
    return row


def _checked(facts: AllianceFacts, today: date) -> dict[str, Any]:
    name = clean_field("name", facts.name, max_length=60)
    numbers = (facts.solved_before, facts.activities_before)
    demand_valid(
        (
            ("name", bool(name), _("The name is missing.")),
            ("kind", facts.kind in Alliance.Kind.values, _("Choose one of the kinds.")),
            ("founded_on", facts.founded_on is None or facts.founded_on <= today, _("The day must not lie ahead.")),
            ("solved_before", all(0 <= number <= MOST_BEFORE for number in numbers), _("Zero or more.")),
        )
    )
    return {
        "name": name,
        "kind": facts.kind,
        "text": clean_field("text", facts.text, max_length=2000, multiline=True),
        "founded_on": facts.founded_on,
        "solved_before": facts.solved_before,
        "activities_before": facts.activities_before,
    }
