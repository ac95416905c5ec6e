"""The register of volunteers: entered by themselves or by staff, changed, with their record (domain.md 5.2)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import blind_index, blind_indexes, is_phone, normalise
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.once import write_once
from grid.scope import scope_of
from grid.stages import check_version
from incidents.numbers import next_number
from volunteers.models import Volunteer, VolunteerRecord
from volunteers.people_news import applied_told
from volunteers.people_secrets import PHONE_BITS, PHONE_PURPOSE, record_try, sealed
from volunteers.stages import advance, keep_step
from volunteers.standing import PRESENT

ADULT: Final = 18
YOUNGEST: Final = 8
"""Younger children cannot agree to anything, also not with a guardian (Civil Code, art. 20)."""
OLDEST: Final = 110
PLAIN: Final = (
    "name", "phone", "birth_year", "guardian_name", "guardian_phone", "guardian_agreed_on", "weekdays", "evenings",
    "wants_points",
)  # fmt: skip
OWN: Final = frozenset({"phone", "skills", "weekdays", "evenings", "wants_points"})
"""What a volunteer changes herself; who she is, only staff."""
NAME_LENGTH: Final = 50
RECORD_LENGTH: Final = 300


def check_given(given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The fields of PLAIN in `given`, cleaned, with `is_minor` where the year of birth is given. NotValid by field.

    In the year in which somebody turns 18 the year alone does not say it: `of_age` does.
    """
    plain = {name: given[name] for name in PLAIN if name in given}
    for name in ("name", "guardian_name"):
        if name in plain:
            plain[name] = clean_field(name, plain[name], max_length=NAME_LENGTH)
    for name in ("phone", "guardian_phone"):
        if name in plain:
            plain[name] = normalise(plain[name])
    if "weekdays" in plain:
        plain["weekdays"] = sorted({int(day) for day in plain["weekdays"]})
    year, agreed = plain.get("birth_year"), plain.get("guardian_agreed_on")
    demand_valid(
        [
            ("name", plain.get("name", "?") != "", _("The name is missing.")),
            *(
                (name, not plain.get(name) or is_phone(plain[name]), _("This is no mobile number: 11 digits."))
                for name in ("phone", "guardian_phone")
            ),
            ("birth_year", year is None or year >= today.year - OLDEST, _("This cannot be the year.")),
            ("birth_year", year is None or year <= today.year - YOUNGEST, _("Volunteers are at least 8 years old.")),
            ("weekdays", set(plain.get("weekdays", [])) <= set(range(1, 8)), _("Choose days of the week.")),
            ("guardian_agreed_on", agreed is None or agreed <= today, _("This day is still to come.")),
        ]
    )
    if year is not None:
        plain["is_minor"] = _is_minor(today.year - year, of_age=bool(given.get("of_age")))
    return plain


def _is_minor(years: int, *, of_age: bool) -> bool:
    return years < ADULT or (years == ADULT and not of_age)


def check_person(volunteer: Volunteer) -> None:
    """NotValid unless there is a year of birth; a phone, or for minors the guardian's; the guardian's agreement."""
    minor = volunteer.is_minor
    demand_valid(
        [
            ("birth_year", volunteer.birth_year is not None, _("Give the year of birth.")),
            ("phone", bool(volunteer.phone) or minor, _("Give a phone: you are told of services by it.")),
            ("guardian_name", bool(volunteer.guardian_name) or not minor, _("Minors need a guardian.")),
            ("guardian_phone", bool(volunteer.guardian_phone) or not minor, _("Minors need a guardian’s phone.")),
            (
                "guardian_agreed_on",
                volunteer.guardian_agreed_on is not None or not minor,
                _("Say when the guardian agreed."),
            ),
        ]
    )


def clear_guardian(volunteer: Volunteer) -> None:
    """Nobody keeps the guardian of somebody of age."""
    if not volunteer.is_minor:
        volunteer.guardian_name = volunteer.guardian_phone = ""
        volunteer.guardian_agreed_on = None


# --- onto the register ------------------------------------------------------------------------------------------------


def register(
    grid: Grid, given: Mapping[str, Any], *, actor: User, now: datetime, client_id: UUID | None = None
) -> Volunteer:
    """`actor` registers herself in `grid`; her community approves it. `given`: PLAIN, `skills`, `of_age`, `consent`.

    NotNow when she is on the register already. With the phone of her own account she takes over the row that staff
    entered for it. NotValid without consent, for what cannot be, and for a phone that is registered.
    """
    if Volunteer.objects.filter(user=actor, status__in=PRESENT).exclude(client_id=client_id).exists():
        raise NotNow(_("You are on the register already."))
    plain = _consented(given, now)
    known = _row_of_account(plain.get("phone", ""), actor)
    if known is not None and scope_of(actor).can("volunteer.edit", known.grid_code):
        # whoever may enter people would approve herself, and take the points that she gave to that row
        raise _phone_taken(known, actor, now)
    if known is not None:
        return _take_over(known, actor, now)
    return _write(grid, plain, given, actor=actor, user=actor, now=now, client_id=client_id)


def enter(
    grid: Grid, given: Mapping[str, Any], *, actor: User, now: datetime, client_id: UUID | None = None
) -> Volunteer:
    """Staff put somebody on the register, who is active at once. NotAllowed without `volunteer.edit` in `grid`."""
    demand(actor, "volunteer.edit", grid.code)
    plain = _consented(given, now)
    return _write(grid, plain, given, actor=actor, user=None, now=now, client_id=client_id)


def bring(grid: Grid, given: Mapping[str, Any], *, actor: User | None, now: datetime) -> Volunteer:
    """One line of an imported file (`actor` None: the command line), checked by the caller; active at once."""
    skills = sorted(skill.pk for skill in given["skills"])
    plain = {name: value for name, value in given.items() if name != "skills"}
    row = Volunteer(grid=grid, grid_code=grid.code, consent_at=now, at=now, **plain)
    clear_guardian(row)
    return _save_new(sealed(row), skills, "", actor, now)


def bring_up_to_date(volunteer: Volunteer, given: Mapping[str, Any], *, actor: User | None, now: datetime) -> bool:
    """What an imported file says of somebody known; whether anything was new."""
    plain = {name: value for name, value in given.items() if name in PLAIN}
    with transaction.atomic():
        row: Volunteer = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
        changed = _set(row, plain) + _set_skills(row, given)
        if changed:
            _store(row, actor, now, changed)
    return bool(changed)


def _consented(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    said = _("Without agreement nothing is written down.")
    demand_valid([("consent", bool(given.get("consent")), said)])
    return check_given({"name": "", "phone": "", **given}, today=timezone.localdate(now))


def _write(
    grid: Grid,
    plain: dict[str, Any],
    given: Mapping[str, Any],
    *,
    actor: User,
    user: User | None,
    now: datetime,
    client_id: UUID | None,
) -> Volunteer:
    """The new row, once per `client_id`; the phone once on the register, which the database decides."""
    key = client_id or uuid4()
    volunteer = Volunteer(grid=grid, grid_code=grid.code, user=user, consent_at=now, at=now, client_id=key, **plain)
    clear_guardian(volunteer)
    check_person(sealed(volunteer))
    skills = sorted(skill.pk for skill in given.get("skills", ()))
    hashed = {"name": blind_index(volunteer.name, purpose=PHONE_PURPOSE), "phone": volunteer.phone_index}
    try:
        made, _new = write_once(
            Volunteer,
            key,
            {**hashed, "grid": grid.code, "year": volunteer.birth_year, "skills": skills, "by": actor.pk},
            actor=actor,
            write=lambda digest: _save_new(volunteer, skills, digest, actor, now),
        )
    except IntegrityError as error:
        if "user_id" in str(error):
            raise NotNow(_("You are on the register already.")) from error
        raise _phone_taken(volunteer, actor, now) if "volunteer_phone_once" in str(error) else error from error
    return made


def _save_new(volunteer: Volunteer, skills: list[int], digest: str, actor: User | None, now: datetime) -> Volunteer:
    volunteer.digest = digest
    volunteer.number = ""
    year, number = next_number("volunteer", now=now)
    volunteer.number = f"ZY{year}{number:06d}"
    volunteer.save(force_insert=True)
    volunteer.skills.set(skills)
    keep_step(volunteer, before="", actor=actor, now=now)
    if volunteer.user_id is not None:
        applied_told(volunteer, now=now)
        return volunteer
    done: Volunteer = advance(volunteer, "approve", actor=actor, now=now)
    return done


def _phone_taken(volunteer: Volunteer, actor: User, now: datetime) -> NotValid:
    """The refusal of a phone that stands on the register, after the try was recorded: nobody tries out numbers."""
    record_try(volunteer.phone, actor=actor, now=now, found=1)
    message = _("This phone is on the register already: ask your community to link it with your account.")
    return NotValid(message, {"phone": [message]})


def _row_of_account(phone: str, actor: User) -> Volunteer | None:
    """The row without an account that staff entered for the phone of `actor`'s own account (kept by the office)."""
    if not phone or normalise(actor.phone) != phone:
        return None
    indexes = blind_indexes(phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS)
    rows = Volunteer.objects.filter(phone_index__in=indexes, user=None, is_minor=False, status__in=PRESENT)
    return rows.first()


def _take_over(volunteer: Volunteer, actor: User, now: datetime) -> Volunteer:
    with transaction.atomic():
        row: Volunteer = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
        if row.user_id is not None:
            raise NotNow(_("Somebody changed this meanwhile. Look at it anew; what you typed is kept."))
        row.user, row.version = actor, row.version + 1
        row.save(update_fields=["user", "version"])
        note(row, actor, now, "account")
    return row


# --- changed ----------------------------------------------------------------------------------------------------------


def change(
    volunteer: Volunteer, given: Mapping[str, Any], *, actor: User, now: datetime, version: int | None = None
) -> Volunteer:
    """Change the fields that `given` holds (PLAIN, `skills`, `grid`, `user`, `of_age`); the others stay.

    The volunteer herself changes what OWN names, staff with `volunteer.edit` everything, in both grids when she moves.
    NotNow for another version or who has left; NotValid as in `register`.
    """
    plain = check_given(given, today=timezone.localdate(now))
    plain |= {name: given[name] for name in ("grid", "user") if name in given}
    try:
        with transaction.atomic():
            row = _lock(volunteer, actor, {*plain, *given} - {"consent", "of_age", "is_minor"}, version)
            if "grid" in plain:
                demand(actor, "volunteer.edit", plain["grid"].code)
            _demand_account(row, plain.get("user", row.user), actor)
            changed = _set(row, plain) + _set_skills(row, given)
            if changed:
                _store(row, actor, now, changed)
    except IntegrityError as error:
        if "volunteer_phone_once" in str(error):
            raise _phone_taken(Volunteer(phone=plain.get("phone", "")), actor, now) from error
        if "user_id" in str(error):
            message = _("This account belongs to another volunteer.")
            raise NotValid(message, {"user": [message]}) from error
        raise
    return row


def _lock(volunteer: Volunteer, actor: User, names: set[str], version: int | None) -> Volunteer:
    row: Volunteer = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
    hers = row.user_id == actor.pk and row.status in PRESENT
    if not (hers and names <= OWN):
        demand(actor, "volunteer.edit", row.grid_code)
    check_version(row, version)
    if row.status not in PRESENT:
        raise NotNow(_("She is a volunteer no more."))
    return row


def _demand_account(row: Volunteer, user: User | None, actor: User) -> None:
    """NotAllowed for linking one's own account with a row, or taking it off: hours and points would change hands."""
    if user != row.user and actor in (user, row.user):
        raise NotAllowed(_("Your own account is linked by somebody else."))


def _store(row: Volunteer, actor: User | None, now: datetime, changed: list[str]) -> None:
    row.version += 1
    sealed(row).save()
    note(row, actor, now, *changed)


def _set(row: Volunteer, plain: dict[str, Any]) -> list[str]:
    changed = [name for name, value in plain.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, plain[name])
    row.grid_code = row.grid.code if "grid" in changed else row.grid_code
    if changed:
        clear_guardian(row)
        check_person(row)
    return changed


def _set_skills(row: Volunteer, given: Mapping[str, Any]) -> list[str]:
    if "skills" not in given or set(given["skills"]) == set(row.skills.all()):
        return []
    row.skills.set(given["skills"])
    return ["skills"]


def note(volunteer: Volunteer, actor: User | None, now: datetime, *fields: str) -> None:
    """One line in the record of the volunteer: which fields were changed, never their values."""
    words = "、".join(_field_name(name) for name in fields)
    keep_step(
        volunteer, before=volunteer.status, actor=actor, now=now, text=_("Changed: %(fields)s") % {"fields": words}
    )


def _field_name(name: str) -> str:
    if name == "account":
        name = "user"
    return str(Volunteer._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


# --- training, honours, evaluation (order no. 67) ---------------------------------------------------------------------


def add_record(volunteer: Volunteer, kind: str, text: str, *, on: date, actor: User, now: datetime) -> VolunteerRecord:
    """A line of the record: training, honour or evaluation; it stays for good. NotAllowed without `volunteer.edit`.

    Nobody writes her own; NotValid for a day to come or without words.
    """
    demand(actor, "volunteer.edit", volunteer.grid_code)
    if volunteer.user_id == actor.pk:
        raise NotAllowed(_("Your own record is written by somebody else."))
    words = clean_field("text", text, max_length=RECORD_LENGTH)
    demand_valid(
        [
            ("kind", kind in VolunteerRecord.Kind.values, _("Choose one of the list.")),
            ("text", bool(words), _("Say it in a few words.")),
            ("on", on <= timezone.localdate(now), _("This day is still to come.")),
        ]
    )
    return VolunteerRecord.objects.create(volunteer=volunteer, kind=kind, text=words, on=on, by=actor, at=now)
