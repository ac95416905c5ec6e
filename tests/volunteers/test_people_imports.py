"""Volunteers from Excel and CSV: dry run, errors without what a cell holds, whose area, what is known."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from grid.importing.offered import template
from grid.importing.run import import_file
from grid.models import Grid, ImportRun
from grid.sheets import read_table, write_csv
from tests import street
from tests.street import COMMUNITY, GRID, OTHER_GRID
from volunteers import people, people_secrets, teams
from volunteers.imports import KINDS
from volunteers.models import Volunteer, VolunteerSkill

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HEAD = "网格编码 姓名 手机号 出生年份 监护人 监护人手机号 监护人同意日期 特长 可服务日 所属队伍 本人同意".split()
LINE = [GRID, "李秀英", "13900001111", "1960", "", "", "", "理发、急救", "周六、周日", "银龄互助队", "是"]


@pytest.fixture
def grids() -> dict[str, Grid]:
    for name in ("理发", "急救"):
        VolunteerSkill.objects.create(name=name)
    return street.build_streets()


@pytest.fixture
def head(grids: dict[str, Grid]) -> User:
    staff = street.make_roles(grids)
    teams.found(grids[COMMUNITY], {"name": "银龄互助队"}, actor=staff["community"], now=NOW)
    return staff["community"]


def run(actor: User, *lines: list[str], dry_run: bool = False) -> ImportRun:
    raw = write_csv(HEAD, lines)
    return import_file(
        kind="volunteers", file_name="志愿者.csv", raw=raw, options={}, dry_run=dry_run, actor=actor, now=NOW
    )


def test_a_file_enters_volunteers_sealed_with_skills_times_and_team(head: User):
    done = run(head, LINE)
    assert (done.created, done.errors) == (1, 0)
    made = Volunteer.objects.get()
    assert (made.name, made.phone, made.status, made.weekdays) == ("李秀英", "13900001111", "active", [6, 7])
    assert {str(one) for one in made.skills.all()} == {"理发", "急救"}
    assert made.memberships.get().status == "active"
    assert people_secrets.find_volunteers("13900001111", actor=head, now=NOW) == [made]


def test_the_same_file_again_changes_nothing_and_a_dry_run_writes_nothing(head: User):
    assert (run(head, LINE, dry_run=True).created, Volunteer.objects.count()) == (1, 0)
    run(head, LINE)
    again = run(head, LINE)
    assert (again.created, again.changed) == (0, 0)
    more = run(head, [*LINE[:8], "周一", *LINE[9:]])
    assert (more.created, more.changed) == (0, 1)


@pytest.mark.parametrize(
    ("column", "cell"),
    [(0, OTHER_GRID), (2, "12345"), (3, "2015"), (3, ""), (7, "绝活"), (8, "周八"), (9, "没有的队"), (10, "")],
)
def test_a_wrong_cell_is_an_error_of_its_row_without_the_person(head: User, column: int, cell: str):
    line = [*LINE[:1], "王五", "13900002222", *LINE[3:]]
    line[column] = cell
    done = run(head, LINE, line)
    assert [found["row"] for found in done.findings] == [3]
    assert not any(word in str(done.findings) for word in ("王五", "李秀英", "13900001111", "13900002222"))
    assert not Volunteer.objects.exists()  # nothing of the file


def test_a_minor_comes_with_the_guardian(head: User):
    child = [GRID, "李小英", "", "2012", "李秀英", "13900001111", "2026-11-01", "", "", "", "是"]
    assert (run(head, LINE, child).created, Volunteer.objects.filter(is_minor=True).count()) == (2, 1)
    again: Any = run(head, child)
    assert (again.created, again.changed) == (0, 0)


def test_who_is_on_the_register_of_another_community_stays_there(head: User, grids: dict[str, Grid]):
    boss = User.objects.get(username="admin")
    given = {"name": "李秀英", "phone": "13900001111", "birth_year": 1960, "consent": True}
    people.enter(grids[OTHER_GRID], given, actor=boss, now=NOW)
    assert [found["kind"] for found in run(head, LINE).findings] == ["elsewhere"]


def test_the_empty_table_can_be_read_again(head: User):
    (row,) = read_table(template(KINDS["volunteers"], now=NOW), "志愿者.xlsx")
    assert row["姓名"] == "张示例"
