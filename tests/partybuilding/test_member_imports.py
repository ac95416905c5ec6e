"""Members from Excel and CSV: dry run, row errors without what stands in a cell, what is known already, whose area."""

import pytest

from accounts.models import User
from grid.importing.offered import template
from grid.importing.run import import_file
from grid.models import ImportRun
from grid.posts import PostKind
from grid.sheets import read_table, write_csv
from partybuilding.imports import KINDS
from partybuilding.models import MemberTag, PartyMember, Skill
from tests import street
from tests.partybuilding.member_world import NAME, NOW, PHONE, TODAY, MemberWorld, build
from tests.street import GRID, OTHER_GRID

pytestmark = pytest.mark.django_db

HEAD = ["网格编码", "姓名", "手机号", "管理方式", "所在党组织", "工作单位", "入党年份", "特长", "标签", "发现情形"]
LINE = [GRID, "李秀英", "13900001111", "直管", "建中街社区党委", "", "1998", "社区治理、文化体育", "退休干部", ""]


@pytest.fixture
def world() -> MemberWorld:
    for name in ("社区治理", "文化体育"):
        Skill.objects.create(name=name)
    MemberTag.objects.create(name="退休干部")
    return build()


def run(world: MemberWorld, *lines: list[str], dry_run: bool = False, actor: User | None = None) -> ImportRun:
    return import_file(
        kind="members",
        file_name="党员.csv",
        raw=write_csv(HEAD, lines),
        options={},
        dry_run=dry_run,
        actor=actor or world.head,
        now=NOW,
    )


def test_a_file_enters_members_sealed_with_skills_and_organization(world: MemberWorld):
    done = run(world, LINE)
    assert (done.created, done.errors) == (1, 0)
    made = PartyMember.objects.get(grid_code=GRID, management="direct")
    assert (made.name, made.phone, made.party_id, made.joined_year) == ("李秀英", "13900001111", world.branch.pk, 1998)
    assert {str(one) for one in made.skills.all()} == {"社区治理", "文化体育"}
    assert made.phone_index


def test_the_same_file_again_changes_nothing_and_a_dry_run_writes_nothing(world: MemberWorld):
    assert (run(world, LINE, dry_run=True).created, PartyMember.objects.count()) == (1, 1)
    run(world, LINE)
    again = run(world, LINE)
    assert (again.created, again.changed) == (0, 0)
    more = run(world, [*LINE[:6], "1999", *LINE[7:]])
    assert (more.created, more.changed) == (0, 1)


def test_who_is_organized_is_not_moved_by_a_file_and_who_was_outside_is_brought_in(world: MemberWorld):
    outside = world.enter("李秀英", phone="13900001111", found="hidden")
    run(world, LINE)
    outside.refresh_from_db()
    assert (outside.party_id, outside.brought_in_on) == (world.branch.pk, TODAY)
    run(world, [GRID, NAME, PHONE, "兼管", "", "", "", "", "", ""])
    world.member.refresh_from_db()
    assert world.member.party_id == world.branch.pk


@pytest.mark.parametrize(
    ("column", "cell"),
    [(0, OTHER_GRID), (2, "12345"), (3, "不管"), (4, "没有的支部"), (5, "没有的单位"), (7, "绝活"), (9, "透明")],
)
def test_a_wrong_cell_is_an_error_of_its_row_without_the_person(world: MemberWorld, column: int, cell: str):
    line = [*LINE]
    line[column] = cell
    done = run(world, LINE, line if column == 2 else [*line[:1], "王五", *line[2:]])
    assert [found["row"] for found in done.findings] == [3]
    assert not any(word in str(done.findings) for word in ("王五", "李秀英", "13900001111"))
    assert PartyMember.objects.count() == 1  # nothing of the file


def test_twice_in_a_file_is_an_error(world: MemberWorld):
    assert [found["kind"] for found in run(world, LINE, LINE).findings] == ["twice"]


def test_the_empty_table_can_be_read_again(world: MemberWorld):
    (row,) = read_table(template(KINDS["members"], now=NOW), "党员.xlsx")
    assert row["姓名"] == "张示例"


def test_whoever_may_not_open_members_tries_no_phones_by_a_file(world: MemberWorld):
    instructor = street.make_person("instructor")
    street.give_post(instructor, PostKind.INSTRUCTOR, world.grids[street.STREET])
    lines = [[GRID, f"试{n}", f"138{n:04d}5678", "直管", *[""] * 6] for n in range(1231, 1237)]
    tried = run(world, *lines, dry_run=True, actor=instructor)
    assert (tried.created, tried.errors) == (0, 1)
    assert run(world, *lines[:5], dry_run=True, actor=instructor).errors == 0
    assert run(world, *lines, dry_run=True, actor=world.head).errors == 0
