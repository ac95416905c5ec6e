"""What becomes of volunteers: approved, refused, paused, of age, left (domain.md 5.2).

Who leaves or is refused is not reached any more: her contacts are erased, what she did stays on record.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow
from accounts.models import User
from notices.jobs import each
from volunteers.models import Membership, ServiceActivity, SignUp, Team, Volunteer, WishClaim
from volunteers.people import ADULT, check_person, clear_guardian, note
from volunteers.people_news import decided_told
from volunteers.people_secrets import sealed
from volunteers.stages import advance, advance_all
from volunteers.standing import PRESENT


def approve(volunteer: Volunteer, *, actor: User, now: datetime, version: int | None = None) -> Volunteer:
    """The community takes the applicant. NotAllowed for oneself; NotValid while a minor has no guardian."""
    _not_oneself(volunteer, actor)
    check_person(volunteer)
    with transaction.atomic():
        done: Volunteer = advance(volunteer, "approve", actor=actor, now=now, version=version)
        decided_told(done, done.user, "", now=now)
    return done


def refuse(volunteer: Volunteer, *, text: str, actor: User, now: datetime, version: int | None = None) -> Volunteer:
    """The community does not take the applicant, and says why; her contacts are erased, she may apply again."""
    _not_oneself(volunteer, actor)
    with transaction.atomic():
        user = volunteer.user
        done = _end(volunteer, "refuse", text, actor, now, version)
        decided_told(done, user, text, now=now)
    return done


def _not_oneself(volunteer: Volunteer, actor: User) -> None:
    if volunteer.user_id == actor.pk:
        raise NotAllowed(_("Your own application is decided by somebody else."))


def pause(volunteer: Volunteer, *, actor: User, now: datetime, version: int | None = None) -> Volunteer:
    """For a while nothing is asked of her."""
    done: Volunteer = advance(volunteer, "pause", actor=actor, now=now, version=version)
    return done


def resume(volunteer: Volunteer, *, actor: User, now: datetime, version: int | None = None) -> Volunteer:
    """She is there again."""
    done: Volunteer = advance(volunteer, "resume", actor=actor, now=now, version=version)
    return done


def leave(volunteer: Volunteer, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> Volunteer:
    """She is a volunteer no more: contacts erased, teams left, hours and honours stay on record.

    NotNow while she is expected at a shift, hours of hers are to be confirmed, or she has claimed a wish: somebody
    waits for her. What she only waits for herself is taken back with it.
    """
    with transaction.atomic():
        # signing up locks her as well: no shift comes in between
        Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
        _demand_free(volunteer, now)
        waiting = SignUp.objects.filter(volunteer=volunteer, status=SignUp.Status.WAITING)
        advance_all(waiting, "withdraw", actor=None, now=now)
        return _end(volunteer, "leave", text, actor, now, version)


def _demand_free(volunteer: Volunteer, now: datetime) -> None:
    """NotNow while somebody waits for her; a service that was called off and a shift that is over expect nobody."""
    to_come = Q(status=SignUp.Status.SIGNED_UP, shift__ends_at__gt=now)
    to_confirm = Q(status__in=(SignUp.Status.HERE, SignUp.Status.DONE))
    planned = SignUp.objects.filter(volunteer=volunteer, shift__service__status=ServiceActivity.Status.PLANNED)
    if planned.filter(to_come | to_confirm).exists():
        raise NotNow(_("First withdraw from the shifts, or have them confirmed."))
    if WishClaim.objects.filter(volunteer=volunteer, status__in=("active", "contacted", "delivered")).exists():
        raise NotNow(_("First grant the claimed wishes, or give them up."))


def _end(volunteer: Volunteer, step: str, text: str, actor: User, now: datetime, version: int | None) -> Volunteer:
    erased: dict[str, Any] = dict.fromkeys(("phone", "phone_index", "guardian_name", "guardian_phone"), "")
    erased |= {"user": None, "weekdays": [], "evenings": False, "wants_points": False}
    with transaction.atomic():
        _out_of_teams(volunteer, actor, now)
        done: Volunteer = advance(volunteer, step, actor=actor, now=now, version=version, text=text, **erased)
        done.skills.clear()
    return done


def _out_of_teams(volunteer: Volunteer, actor: User, now: datetime) -> None:
    today = timezone.localdate(now)
    for row in Membership.objects.filter(volunteer=volunteer, status__in=("asked", "active")).order_by("pk"):
        advance(row, "leave", actor=None, now=now, until=today)
    for team in Team.objects.select_for_update(of=("self",)).filter(leader=volunteer).order_by("pk"):
        team.leader, team.version = None, team.version + 1
        team.save(update_fields=["leader", "version"])


def grow_up(*, now: datetime) -> int:
    """Who surely is of age by now is a minor no more, and her guardian is erased; safe to run again. Returns them.

    A phone that an adult has on the register already (a parent's) stays the parent's alone.
    """
    last = timezone.localdate(now).year - ADULT - 1
    rows = Volunteer.objects.filter(is_minor=True, birth_year__lte=last, status__in=PRESENT)
    return each(list(rows.order_by("pk").values_list("pk", flat=True)), lambda pk: _grow_up(pk, now))


def _grow_up(pk: int, now: datetime) -> bool:
    """False when she left meanwhile, or another worker was first."""
    with transaction.atomic():
        rows = Volunteer.objects.select_for_update(of=("self",))
        row = rows.filter(pk=pk, is_minor=True, status__in=PRESENT).first()
        if row is None:
            return False
        adults = Volunteer.objects.filter(phone_index=row.phone_index, is_minor=False, status__in=PRESENT)
        if row.phone_index and adults.exists():
            row.phone = ""
        row.is_minor, row.version = False, row.version + 1
        clear_guardian(row)
        sealed(row).save()
        note(row, None, now, "is_minor")
    return True
