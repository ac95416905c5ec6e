"""Reads the facts for `volunteers.matching` and says its reasons in words; a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partybuilding.matching import words_of
from volunteers.board import Reader, open_to, public
from volunteers.claims import LIVING
from volunteers.matching import Fit, Helper, ShiftFacts, WishFacts, fit_shift, fit_wish
from volunteers.models import Shift, SignUp, Volunteer, VolunteerSkill, Wish, WishClaim
from volunteers.services import HOLDING
from volunteers.standing import near

LOOKED_AT: Final = 150
"""Wishes of the own community, of the whole street, and shifts that are weighed."""
COMMUNITY_DIGITS: Final = 12
SHIFT_DAYS: Final = timedelta(days=21)
SHOWN: Final = 6

Reason = tuple[str, str]
"""Tone and words."""


@dataclass(frozen=True, slots=True)
class Match:
    """A wish or a shift with how it fits and why."""

    thing: Any
    fit: Fit
    reasons: list[Reason]


def helper_of(reader: Reader) -> tuple[Helper, dict[int, str]]:
    """The facts of who reads, with the names of her skills (one query); a member without skills has only a place."""
    volunteer = reader.volunteer
    if volunteer is None:
        return Helper(reader.home), {}
    names = dict(volunteer.skills.values_list("pk", "name"))
    pairs = {pair: name for name in names.values() for pair in words_of(name)}
    return Helper(
        volunteer.grid_code,
        frozenset(names),
        pairs,
        frozenset(volunteer.weekdays),
        volunteer.evenings,
        volunteer.is_minor,
    ), names


def wishes_for(reader: Reader, user: Any, *, now: datetime, most: int = SHOWN) -> list[Match]:
    """Open wishes that fit `reader` best, without her own; four queries."""
    helper, _names = helper_of(reader)
    if not helper.grid_code:
        return []
    rows = public(open_to(reader)).exclude(pk__in=_own_wishes(user))
    close = list(rows.filter(grid_code__startswith=helper.grid_code[:COMMUNITY_DIGITS])[:LOOKED_AT])
    rest = [] if len(close) == LOOKED_AT else list(rows[:LOOKED_AT])
    found = {row.pk: row for row in (*close, *rest)}
    today = timezone.localdate(now)
    fits = [fit_wish(helper, _wish_facts(row), today=today) for row in found.values()]
    fits.sort(key=lambda fit: (-fit.total, fit.pk))
    return [Match(found[fit.pk], fit, reasons_of_wish(fit)) for fit in fits[:most]]


def _own_wishes(user: Any) -> Any:
    return WishClaim.objects.filter(user=user.pk, status__in=LIVING).values("wish")


def _wish_facts(row: Wish) -> WishFacts:
    assert row.published_at is not None
    words = words_of(row.title, row.text, row.kind.name)
    day = timezone.localdate(row.published_at)
    return WishFacts(row.pk, row.grid_code, day, words, row.returns, row.wanted_on)


def shifts_for(volunteer: Volunteer, *, now: datetime, most: int = SHOWN) -> list[Match]:
    """Shifts of the coming three weeks that fit her best, without those that she is on; four queries."""
    helper, names = helper_of(Reader(volunteer, None, [], ()))
    own = SignUp.objects.filter(volunteer=volunteer).exclude(status="withdrawn").values("shift")
    taken = Count("sign_ups", filter=Q(sign_ups__status__in=HOLDING))
    rows = Shift.objects.filter(near(volunteer, "service__grid_code"), service__status="planned")
    rows = rows.filter(starts_at__gt=now, starts_at__lt=now + SHIFT_DAYS).exclude(pk__in=own)
    chosen = rows.select_related("service__kind", "service__grid").defer("service__grid__boundary", "service__text")
    found = {row.pk: row for row in chosen.annotate(taken=taken).order_by("starts_at", "pk")[:LOOKED_AT]}
    skills = _skills_of(found.values())
    fits = [fit for row in found.values() if (fit := fit_shift(helper, _shift_facts(row, skills)))]
    fits.sort(key=lambda fit: (-fit.total, found[fit.pk].starts_at, fit.pk))
    return [Match(found[fit.pk], fit, reasons_of_shift(fit, names)) for fit in fits[:most]]


def _skills_of(shifts: Iterable[Any]) -> dict[int, set[int]]:
    services = {shift.service_id for shift in shifts}
    pairs = VolunteerSkill.objects.filter(services__in=services).values_list("services", "pk").order_by()
    found: dict[int, set[int]] = {}
    for service, skill in pairs:
        found.setdefault(service, set()).add(skill)
    return found


def _shift_facts(row: Any, skills: dict[int, set[int]]) -> ShiftFacts:
    service = row.service
    return ShiftFacts(
        row.pk,
        service.grid_code,
        timezone.localtime(row.starts_at),
        frozenset(skills.get(service.pk, ())),
        row.slots - row.taken,
        service.for_minors,
    )


# --- words ------------------------------------------------------------------------------------------------------------


def reasons_of_wish(fit: Fit) -> list[Reason]:
    """Why the wish stands where it stands, what speaks for it first."""
    skill = _("Your skill: %(skills)s") % {"skills": "、".join(map(str, fit.skills))} if fit.skills else ""
    found = [_place(fit), ("success", skill), _time(fit), _waiting(fit)]
    return [one for one in found if one and one[1]]


def reasons_of_shift(fit: Fit, names: dict[int, str]) -> list[Reason]:
    """The same for a shift."""
    known = "、".join(names[int(pk)] for pk in fit.skills if int(pk) in names)
    skill = _("Your skill: %(skills)s") % {"skills": known} if known else ""
    left = ngettext("%(n)s place left", "%(n)s places left", fit.left or 0) % {"n": fit.left}
    found = [_place(fit), ("success", skill), _time(fit), ("secondary", left)]
    return [one for one in found if one and one[1]]


def _place(fit: Fit) -> Reason | None:
    words = {15: _("In your grid"), 12: _("In your community"), 9: _("In your street")}.get(fit.digits)
    return ("success" if fit.digits >= COMMUNITY_DIGITS else "secondary", words) if words else None


def _time(fit: Fit) -> Reason | None:
    if fit.is_free is None:
        return None
    return ("success", _("On a day when you are free")) if fit.is_free else ("warning", _("Outside your free times"))


def _waiting(fit: Fit) -> Reason | None:
    if fit.returns:
        return "warning", _("Waits again: a helper could not")
    if fit.waited:
        return "secondary", ngettext("Has waited for %(n)s day", "Has waited for %(n)s days", fit.waited) % {
            "n": fit.waited
        }
    return None
