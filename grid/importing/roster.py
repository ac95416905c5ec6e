"""Rosters of posts (Excel or CSV): account, name, phone, post, grid or organization, from when to when."""

from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.models import User
from accounts.protect import is_phone
from accounts.text_guard import clean_text
from grid.importing.sheet import Task, cell, need_columns, read_day
from grid.models import Grid, Organization, Post
from grid.posts import ORGANIZATION_KINDS, PostKind
from grid.sheets import Row, read_table
from grid.tenure import appoint
from grid.topology import Finding, Severity

NEEDED: Final = ("username", "real_name", "post", "grid_code")


def import_roster(task: Task) -> None:
    """Give each person of the file the post of that line; people who have no account get one without a password.

    A line whose post is held already by that person changes nothing, so a roster can be imported again.
    """
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    need_columns(rows, NEEDED)
    kinds = _kinds_by_label()
    grids = {grid.code: grid for grid in Grid.objects.current(task.today).defer("boundary")}
    for row in rows:
        try:
            with transaction.atomic():
                _import_row(task, row, kinds, grids)
        except DomainError as error:
            task.refuse("bad_row", error, row=row.number, code=cell(row, "grid_code")[:24])


def _kinds_by_label() -> dict[str, str]:
    """Posts by what people write: the stored word, the Chinese and the English label."""
    kinds = {kind.value: kind.value for kind in PostKind}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            kinds |= {str(kind.label): kind.value for kind in PostKind}
    return kinds


def _import_row(task: Task, row: Row, kinds: dict[str, str], grids: dict[str, Grid]) -> None:
    kind = _known(kinds.get(cell(row, "post")), _("The post “%(value)s” is unknown."), cell(row, "post"))
    grid = _known(grids.get(cell(row, "grid_code")), _("The grid “%(value)s” is unknown."), cell(row, "grid_code"))
    organization = _organization(row, grid) if kind in ORGANIZATION_KINDS else None
    place = {"organization": organization} if organization else {"grid": grid}
    user = _person(task, row)
    starts_on = read_day(cell(row, "from"), "from") or task.today
    if Post.objects.held_by(user).filter(kind=kind, **place).on(max(starts_on, task.today)).exists():
        return
    ends_on = read_day(cell(row, "until"), "until")
    appoint(user=user, kind=kind, starts_on=starts_on, ends_on=ends_on, actor=task.actor, **place)  # type: ignore[arg-type]
    task.created += 1


def _known(value: Any | None, message: str, given: str) -> Any:
    if value is None:
        raise NotValid(message % {"value": given[:40]})
    return value


def _organization(row: Row, grid: Grid) -> Organization:
    code = cell(row, "organization")
    found = Organization.objects.active().filter(grid=grid, code=code).first()
    return _known(found, _("The organization “%(value)s” is unknown in that grid."), code)


def _person(task: Task, row: Row) -> User:
    username = clean_text(cell(row, "username"), max_length=150)
    real_name = clean_text(cell(row, "real_name"), max_length=50)
    if not username or not real_name:
        raise NotValid(_("Account and name must be given."))
    phone = _phone(row)
    user = User.objects.filter(username=username).first()
    if user is None:
        return User.objects.create_user(username, real_name=real_name, phone=phone)
    if user.real_name != real_name:
        values = {"username": username, "name": user.real_name}
        raise NotValid(_("The account %(username)s belongs to %(name)s.") % values)
    if phone and user.phone != phone:
        _note_phone(task, row, user, phone)
    return user


def _phone(row: Row) -> str:
    phone = cell(row, "phone")
    if phone and not is_phone(phone):
        raise NotValid(_("Enter a mobile number of 11 digits, for example 13812345678."))
    return phone


def _note_phone(task: Task, row: Row, user: User, phone: str) -> None:
    """Fill in a missing phone; one that the person has is kept, and the report says so."""
    if user.phone:
        message = _("%(person)s has another phone number; it was kept.") % {"person": user.real_name}
        task.findings.append(Finding(Severity.WARNING, "phone_differs", message, row.number))
    else:
        user.phone = phone
        user.save(update_fields=["phone", "phone_index"])
        task.changed += 1
