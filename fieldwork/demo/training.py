"""The academy of the demo street: teachers, sessions of two months with their lists, one to be noted, some to come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from django.utils import timezone, translation

from accounts.models import User
from fieldwork import training
from fieldwork.models import Attendance, Course, FieldStep, Teacher, TrainingSession
from fieldwork.training import NewSession
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Post
from grid.posts import PostKind
from incidents.demo.cast import Cast, gather_cast

SEED: Final = 20261123
ROOM: Final = "街道党群服务中心二楼会议室"
FIELD_POSTS: Final = (PostKind.GRID_LEADER, PostKind.GRID_WORKER, PostKind.MICRO_LEADER)
TEACHERS: Final = (
    ("周建平", "街道网格中心", "职责流程、系统操作"),
    ("李淑琴", "街道司法所", "矛盾纠纷调解"),
    ("王海涛", "辖区消防救援站", "九小场所检查、应急疏散"),
    ("赵敏", "社区卫生服务中心", "关爱对象探访、急救"),
    ("陈国栋", "淮河路派出所", "反诈、特殊人群工作"),
    ("刘桂芳", "建中街社区（优秀网格长）", "入户走访、群众工作"),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A session: so many days ago (negative: to come) of a course, by which teacher, where, for how many people."""

    days: int
    course: str
    teacher: int
    people: int
    community: int = 0
    place: str = ROOM
    remark: str = ""
    called_off: str = ""


PLOTS: Final = (
    Plot(58, "网格长履职业务培训", 0, 60, remark="新任二三级网格长、微网格长岗前培训"),
    Plot(52, "网格化管理暨信息系统操作培训", 0, 45, remark="锦绣城社区培训会的同一套教案"),
    Plot(46, "九小场所消防隐患现场教学", 2, 24, 1, "升龙商圈美食街"),
    Plot(41, "矛盾纠纷案例教学", 1, 35),
    Plot(37, "社情民意互动分享会", 5, 18, 2, "社区议事厅"),
    Plot(31, "突发事件情景模拟", 2, 40, 0, "街道停车场"),
    Plot(27, "外出培训：先进社区观摩学习", 5, 20, 0, "省内先进社区", called_off="大雾，高速封闭，改期"),
    Plot(24, "入户走访智慧课堂", 3, 80, 0, "线上"),
    Plot(17, "网格实训：跟岗巡查一日", 5, 12, 3, "各网格"),
    Plot(12, "网格比拼：事件处置技能竞赛", 0, 48),
    Plot(6, "九小场所消防隐患现场教学", 2, 22, 4, "沿街小旅馆"),
    Plot(2, "矛盾纠纷案例教学", 1, 30, 5, "社区调解室"),
)


def build_training(now: datetime) -> int:
    """Fill the academy; the sessions of today and to come go through the business. Returns the sessions."""
    random, cast = Random(SEED), gather_cast()
    street = Grid.objects.defer("boundary").get(code=JIANZHONG)
    homes = list(Grid.objects.filter(parent=street, valid_to=None).defer("boundary").order_by("code"))
    teachers = [Teacher.objects.get_or_create(name=n, unit=u, defaults={"subjects": s})[0] for n, u, s in TEACHERS]
    courses = Course.objects.in_bulk(field_name="title")
    with translation.override("zh-hans"):
        for plot in PLOTS:
            grid = homes[plot.community % len(homes)] if plot.community else street
            _held(random, cast, plot, grid, courses[plot.course], teachers[plot.teacher], now)
        _present(cast, street, courses, teachers, now)
    Attendance.objects.filter(session__grid_code__startswith=JIANZHONG, passed=False).update(remark="建议补课")
    return TrainingSession.objects.update(is_demo=True)


def _held(random: Random, cast: Cast, plot: Plot, grid: Grid, course: Course, teacher: Teacher, now: datetime) -> None:
    starts = _at(now - timedelta(days=plot.days), 14)
    off = bool(plot.called_off)
    actor = _planner(cast, grid)
    session = TrainingSession.objects.create(
        grid=grid,
        grid_code=grid.code,
        course=course,
        teacher=teacher,
        starts_at=starts,
        ends_at=starts + timedelta(hours=float(course.hours)),
        place=plot.place,
        remark=plot.remark,
        status=TrainingSession.Status.CALLED_OFF if off else TrainingSession.Status.HELD,
        created_by=actor,
        version=2,
    )
    people = _people(random, grid, plot.people)
    Attendance.objects.bulk_create(_signed(session, people) if off else _marked(random, session, people))
    kept = [("", "planned", starts - timedelta(days=7), "")]
    kept.append(("planned", session.status, starts - timedelta(hours=20) if off else session.ends_at, plot.called_off))
    FieldStep.objects.bulk_create(
        FieldStep(subject="trainingsession", subject_id=session.pk, before=a, after=b, by=actor, at=at, text=text)
        for a, b, at, text in kept
    )


def _people(random: Random, grid: Grid, count: int) -> Sequence[int]:
    posts = Post.objects.filter(grid__code__startswith=grid.code, kind__in=FIELD_POSTS, user__is_active=True)
    keys = sorted(set(posts.values_list("user", flat=True)))
    return random.sample(keys, min(count, len(keys)))


def _signed(session: TrainingSession, people: Sequence[int]) -> Iterator[Attendance]:
    for pk in people:
        yield Attendance(session=session, user_id=pk, noted_at=session.starts_at - timedelta(days=5))


def _marked(random: Random, session: TrainingSession, people: Sequence[int]) -> Iterator[Attendance]:
    """Nine of ten were there; of them nine of ten passed; some sent word."""
    presence = Attendance.Presence
    for pk in people:
        was = random.choices((presence.PRESENT, presence.EXCUSED, presence.ABSENT), (90, 7, 3))[0]
        passed = random.random() < 0.9 if was == presence.PRESENT else None
        yield Attendance(session=session, user_id=pk, presence=was, passed=passed, noted_at=session.ends_at)


def _present(cast: Cast, street: Grid, courses: dict[str, Course], teachers: Sequence[Teacher], now: datetime) -> None:
    """One of this morning that waits for its marks, and three to come, planned by the shift leader."""
    actor = _planner(cast, street)
    early = now - timedelta(hours=3)
    begun = NewSession(courses["突发事件情景模拟"], early, early + timedelta(hours=2), ROOM, teachers[2])
    session = training.plan(begun, grid=street, actor=actor, now=early - timedelta(days=2))
    training.call(session, kinds=[PostKind.COMMUNITY_HEAD], actor=actor, now=early - timedelta(days=2))
    for days, title, teacher, kinds in (
        (3, "网格长履职业务培训", 0, [PostKind.GRID_LEADER]),
        (9, "入户走访智慧课堂", 3, []),
        (15, "网格比拼：事件处置技能竞赛", 5, []),
    ):
        starts = _at(now + timedelta(days=days), 9)
        ends = starts + timedelta(hours=float(courses[title].hours))
        new = NewSession(courses[title], starts, ends, ROOM, teachers[teacher], places=160)
        session = training.plan(new, grid=street, actor=actor, now=now)
        if kinds:
            training.call(session, kinds=kinds, actor=actor, now=now)


def _planner(cast: Cast, grid: Grid) -> User:
    """The shift leader of the street, or the head of the community."""
    return cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER) if grid.code == JIANZHONG else cast.leader_of(grid.code)


def _at(moment: datetime, hour: int) -> datetime:
    day = timezone.localdate(moment)
    return datetime.combine(day, time(hour, 30), timezone.get_default_timezone())
