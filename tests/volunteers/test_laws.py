"""What the database itself keeps of volunteers' work (architecture.md, laws 3 and 5)."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from grid.models import Grid
from tests import street
from volunteers.models import BudgetLine, Expense, MicroCall, MicroProject, PointAccount, PointEntry, Team, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return street.build_streets()[street.MICRO]


@pytest.fixture
def account(grid: Grid) -> PointAccount:
    person = Volunteer.objects.create(
        number="V1", name="孙七", consent_at=timezone.now(), at=timezone.now(), grid=grid, grid_code=grid.code
    )
    return PointAccount.objects.create(kind="volunteer", volunteer=person)


@pytest.fixture
def issue(db: Any) -> PointAccount:
    return PointAccount.objects.create(kind="issue")


def book(giver: PointAccount, taker: PointAccount, amount: int, key: str) -> PointEntry:
    return PointEntry.objects.create(kind="earn", key=key, giver=giver, taker=taker, amount=amount, at=timezone.now())


def test_a_booking_moves_the_balance_of_the_volunteer(account: PointAccount, issue: PointAccount) -> None:
    book(issue, account, 200, "a")
    book(account, issue, 50, "b")
    account.refresh_from_db()
    taken = account.taken.aggregate(n=Sum("amount"))["n"] - account.given.aggregate(n=Sum("amount"))["n"]
    assert account.balance == taken == 150


def test_a_booking_below_zero_is_refused_whoever_writes_it(account: PointAccount, issue: PointAccount) -> None:
    with pytest.raises(IntegrityError, match="points_never_negative"), transaction.atomic():
        book(account, issue, 1, "a")
    assert not PointEntry.objects.exists()


def test_the_same_event_is_booked_once(account: PointAccount, issue: PointAccount) -> None:
    book(issue, account, 1, "earn-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        book(issue, account, 1, "earn-1")


def test_a_balance_cannot_be_written_past_the_ledger(account: PointAccount) -> None:
    with pytest.raises(IntegrityError, match="follows its entries"), transaction.atomic():
        PointAccount.objects.filter(pk=account.pk).update(balance=10_000)


def test_bookings_are_neither_changed_nor_deleted(account: PointAccount, issue: PointAccount) -> None:
    entry = book(issue, account, 1, "a")
    for change in ("UPDATE volunteers_pointentry SET amount = 2", "DELETE FROM volunteers_pointentry"):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    entry.refresh_from_db()
    assert entry.amount == 1


def test_a_line_of_a_budget_is_never_overspent(grid: Grid) -> None:
    today, now = timezone.localdate(), timezone.now()
    here = {"grid": grid, "grid_code": grid.code}
    person = street.make_person("keeper")
    call = MicroCall.objects.create(name="微创投", opens_on=today, closes_on=today, budget=100, **here)
    project = MicroProject.objects.create(
        number="1",
        call=call,
        title="花园",
        text="花",
        team=Team.objects.create(name="队", **here),
        asked=100,
        by=person,
        at=now,
        **here,
    )
    line = BudgetLine.objects.create(project=project, name="花苗", amount=60)
    paid = {"line": line, "merchant": "花店", "text": "花苗", "paid_on": today, "by": person, "at": now}
    Expense.objects.create(amount=50, **paid)
    with pytest.raises(IntegrityError, match="budget_never_overspent"), transaction.atomic():
        Expense.objects.create(amount=11, **paid)
    line.refresh_from_db()
    assert line.spent == 50
