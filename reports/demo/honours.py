"""Honours and typical cases of the demo street: two decided rounds of 2023, one open now, cases in every status.

The numbers of 2023 are those of public reports (domain.md 6.2: 12 + 71 = 83; 1 and 2); all people are made up.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Post
from grid.posts import PostKind
from incidents.demo.cast import Cast, gather_cast
from incidents.models import Incident
from incidents.states import State
from reports.honours import deciding, nominating, rounds
from reports.honours.nominating import Candidate
from reports.honours.rounds import PlaceSpec
from reports.honours.titles import load_titles
from reports.models import HonourPlace, HonourRound, HonourTitle, Nomination, TypicalCase
from reports.periods import at_time, local_day
from reports.typical import figures, writing

TEN = datetime.min.time().replace(hour=10)
ABOVE: Final = "二七区委社会工作部"
DEEDS: Final = (
    "坚持每周走访，带头参加楼道清理和夜间巡查，邻里矛盾当场调解，网格内事件办结及时。",
    "组建楼栋志愿小队，帮扶独居老人，雨季提前排查积水点，居民评价好。",
    "熟悉网格底数，政策宣传到户，推动老旧管网改造意见征集全覆盖。",
    "主动发现安全隐患并跟踪整改，配合部门联合处置占道经营问题。",
)
MODEL: Final = {
    "background": "小区建成年代早、无物业管理，管网老化、停车难等问题集中，居民诉求多。",
    "practice": "一是党建引领，成立小区党支部，楼栋设党小组；二是划细微网格，每栋楼一名微网格长；"
    "三是建立“发现—上报—处置—回访”闭环，小事不出网格；四是居民议事，改造方案先议后干。",
    "result": "网格内事件当日办结率明显提升，改造项目居民支持率高，形成“一”网为民、别具一“格”的治理范本。",
    "lesson": "把力量下沉到楼栋、把问题解决在网格，是老旧小区治理见效的关键。",
}


def build_honours(now: datetime) -> int:
    """Load the titles, run the rounds, write up cases; the number of awards."""
    with translation.override("zh-hans"), transaction.atomic():
        load_titles()
        cast, office = gather_cast(), Grid.objects.defer("boundary").get(code=JIANZHONG)
        titles = {title.name: title for title in HonourTitle.objects.all()}
        _pioneers(cast, office, titles["汝河网格先锋"])
        _district(cast, office, titles)
        _open_now(cast, office, titles, now)
        _cases(cast, office, now)
    return Nomination.objects.filter(status=Nomination.Status.AWARDED).count()


def _posts(kind: str, per_community: int, most: int) -> list[Post]:
    """The first posts of the kind in every community of the street, up to `most`."""
    rows = Post.objects.filter(kind=kind, grid__code__startswith=JIANZHONG, grid__kind="territorial")
    taken: dict[str, int] = {}
    chosen: list[Post] = []
    for post in rows.select_related("user", "grid").defer("grid__boundary").order_by("grid__code", "id"):
        community = post.grid.code[:12] if post.grid else ""
        if taken.get(community, 0) < per_community and len(chosen) < most:
            taken[community] = taken.get(community, 0) + 1
            chosen.append(post)
    return chosen


def _pioneers(cast: Cast, office: Grid, title: HonourTitle) -> None:
    """2023 上半年: 12 优秀三级网格长 and 71 优秀微网格员."""
    specs = [PlaceSpec(title, "优秀三级网格长", 12), PlaceSpec(title, "优秀微网格员", 71)]
    name, period = "2023年上半年网格先锋表彰（示例）", (date(2023, 1, 1), date(2023, 6, 30))
    posts = [_posts(PostKind.GRID_LEADER, 1, 12), _posts(PostKind.MICRO_LEADER, 5, 71)]
    _decided(cast, _opened(cast, office, name, period, specs, date(2023, 7, 3)), posts, date(2023, 7, 5))


def _district(cast: Cast, office: Grid, titles: dict[str, HonourTitle]) -> None:
    """2023 区级: 1 优秀社区书记 and 2 优秀网格长（员）."""
    specs = [
        PlaceSpec(titles["优秀社区书记"], "优秀社区书记", 1),
        PlaceSpec(titles["优秀网格长（员）"], "优秀网格长（员）", 2),
    ]
    name, period = "2023年度区级表彰（示例）", (date(2023, 1, 1), date(2023, 12, 31))
    posts = [_posts(PostKind.COMMUNITY_HEAD, 1, 1), _posts(PostKind.GRID_LEADER, 1, 14)[12:]]
    _decided(cast, _opened(cast, office, name, period, specs, date(2024, 1, 8)), posts, date(2024, 1, 10))


def _opened(
    cast: Cast, office: Grid, name: str, period: tuple[date, date], specs: Sequence[PlaceSpec], day: date
) -> HonourRound:
    secretary = cast.leader_of(JIANZHONG)
    first, last = period
    return rounds.open_round(
        office, name=name, first=first, last=last, places=specs, actor=secretary, now=at_time(day, TEN)
    )


def _decided(cast: Cast, one: HonourRound, posts: Sequence[Sequence[Post]], day: date) -> None:
    """Put forward by the communities, passed by the secretary, shown for five days, decided."""
    secretary, now = cast.leader_of(JIANZHONG), at_time(day, TEN)
    rows = [
        _put(cast, place, post, n, now)
        for place, own in zip(one.places.order_by("id"), posts, strict=True)
        for n, post in enumerate(own)
    ]
    rounds.close_nominations(one, actor=secretary, now=now + timedelta(days=3))
    for row in rows:
        nominating.support(row, text="经评审，同意推荐。", actor=secretary, now=now + timedelta(days=4))
    rounds.show(one, days=5, actor=secretary, now=now + timedelta(days=5))
    deciding.decide(one, actor=secretary, now=now + timedelta(days=11))


def _put(cast: Cast, place: HonourPlace, post: Post, n: int, now: datetime) -> Nomination:
    """By the head of the community; a head is put forward by the office of the street."""
    code = post.grid.code if post.grid else JIANZHONG
    office: User = cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER)
    actor = office if len(code) <= 12 else cast.leader_of(code[:12])
    return nominating.nominate(place, Candidate.of_post(post), reason=DEEDS[n % len(DEEDS)], actor=actor, now=now)


def _open_now(cast: Cast, office: Grid, titles: dict[str, HonourTitle], now: datetime) -> None:
    """A round of this half-year that takes nominations."""
    today = local_day(now)
    half = date(today.year, 1 if today.month < 7 else 7, 1)
    last = date(today.year, 6, 30) if today.month < 7 else date(today.year, 12, 31)
    specs = [
        PlaceSpec(titles[name], name, places)
        for name, places in (("网格事务明白人", 5), ("群众心声代言人", 5), ("为民服务贴心人", 5), ("最美网格员", 10))
    ]
    name = f"{today.year}年{'上' if half.month == 1 else '下'}半年网格之星评选"
    one = _opened(cast, office, name, (half, last), specs, today - timedelta(days=4))
    for place, own in zip(one.places.order_by("id"), _shares(_posts(PostKind.MICRO_LEADER, 1, 15)), strict=True):
        for n, post in enumerate(own):
            _put(cast, place, post, n, at_time(today - timedelta(days=2), TEN))


def _shares(posts: Sequence[Post]) -> list[Sequence[Post]]:
    """The posts dealt out to four headings."""
    return [posts[n::4] for n in range(4)]


# --- typical cases ----------------------------------------------------------------------------------------------------


def _cases(cast: Cast, office: Grid, now: datetime) -> None:
    """Of the solved and praised: a draft, one submitted, one declined, three adopted; and a place as a model."""
    writer, secretary = cast.at_desk(JIANZHONG, PostKind.OPERATOR), cast.leader_of(JIANZHONG)
    wanted = ("", "submit", "decline", "adopt", "adopt", "adopt")
    for pk, last in zip(_chosen(writer, now, len(wanted)), wanted, strict=False):
        case = writing.begin(figures.to_write_up(writer).get(pk=pk), actor=writer, now=now)
        writing.edit(case, {"lesson": "派遣一次到位、处置有反馈、办结有回访。"}, actor=writer, now=now)
        _sent(case, last, writer, secretary, now)
    model = writing.begin_freely(
        office, title="“一”网为民 别具一“格”——汝河小区网格治理范本（示例）", actor=writer, now=now
    )
    writing.edit(model, MODEL, actor=writer, now=now)
    _sent(model, "adopt", writer, secretary, now)


def _chosen(writer: User, now: datetime, count: int) -> list[int]:
    """The praised cases of the street first, then the last closed ones."""
    best = [one.pk for one in figures.candidates(writer, now=now) if one.grid_code.startswith(JIANZHONG)]
    closed = Incident.objects.filter(grid_code__startswith=JIANZHONG, state=State.CLOSED)
    rest = closed.exclude(pk__in=best).order_by("-closed_at", "-pk").values_list("pk", flat=True)[:count]
    return [*best, *rest][:count]


def _sent(case: TypicalCase, last: str, writer: User, secretary: User, now: datetime) -> None:
    """As far as `last` says."""
    if last:
        writing.submit(case, to=ABOVE, actor=secretary, now=now)
    if last == "adopt":
        writing.adopt(case, text="编入区级网格治理案例选编。", actor=writer, now=now)
    if last == "decline":
        writing.decline(case, text="做法可复制性不足，请补充机制建设内容。", actor=writer, now=now)
