"""People in care of the demo street: about 900 under the tags of domain.md 3.5, and what was promised to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from fieldwork import care, promises
from fieldwork.models import CarePromise, CareSubject, FieldStep, Household, PopulationTag, Resident
from grid.models import Post
from grid.posts import PostKind

TODAY_PROMISES: Final = 3
SHARES: Final = {"old": 34, "young": 15, "grown": 8}
"""Of a hundred people of each age, who is in care: about 900 in all."""
OLD, YOUNG = 74, 14
AGED: Final = ("独居老人", "空巢老人", "独居老人", "老年人", "空巢老人", "重病")
CHILDREN: Final = ("未成年人", "留守儿童", "困境儿童")
_ORDINARY: Final = (
    ("残疾人", "视力残疾二级，出行需要帮助", ""),
    ("低保", "夫妻失业，孩子上学，享受低保", ""),
    ("退役军人", "退役军人，春节和八一上门慰问", ""),
    ("重病", "每周三次透析，家中只有老伴照料", "尿毒症，每周一、三、五透析"),
    ("困难家庭", "去年车祸后暂时不能工作", "骨折术后康复"),
    ("流动人口", "外地来郑务工，租住在此，孩子待入学", ""),
    ("残疾人", "肢体残疾，楼道无扶手，需要代办", ""),
    ("困难党员", "老党员，丧偶，收入低", ""),
    ("高校毕业生", "毕业未就业，愿意到社区见习", ""),
    ("重残", "长期卧床，家属全天照料", "脑梗后遗症，需防褥疮"),
    ("归侨侨眷", "归侨，子女在国外", ""),
)
_SEALED: Final = (
    ("社区矫正", "社区矫正期内，每月见面一次", ""),
    ("刑满释放", "安置帮教，帮助联系就业", ""),
    ("易肇事肇祸精神障碍", "监护人按时领药，随访情绪", "按医嘱服药，情绪平稳"),
)
GROWN: Final = (*_ORDINARY, *_ORDINARY, *_ORDINARY, *_SEALED)
REASONS: Final = {
    "独居老人": ("老伴去世，独自居住", "高血压、糖尿病，按时服药"),
    "空巢老人": ("子女在外地工作，逢年过节回来", "腿脚不便，上下楼困难"),
    "老年人": ("八十岁以上，需要代买代办", "听力下降，敲门要久一点"),
    "重病": ("冠心病术后，需要提醒复诊", "心脏支架术后，随身带药"),
    "未成年人": ("放学后无人看管，家长委托照看", ""),
    "留守儿童": ("父母在外打工，跟奶奶生活", ""),
    "困境儿童": ("单亲家庭，母亲患病", ""),
}
PROMISES: Final = (
    ("楼道加装扶手", "物业已安装，老人当天试用", 30),
    ("申请家庭医生每月上门一次", "家庭医生已签约，首次上门量了血压", 21),
    ("换掉老化的燃气软管", "燃气公司已更换并试压合格", 14),
    ("帮办高龄津贴", "材料已交，次月到账", 30),
    ("楼门口装声控灯", "灯已亮，晚上出门不再摸黑", 10),
    ("联系残联申请轮椅", "轮椅已送到家", 45),
    ("每周二代买一次菜", "志愿者已接上，连续四周没有断", 28),
    ("疏通厨房下水", "党员志愿者当天疏通", 3),
    ("为孩子联系暑期托管班", "已入班，免费", 20),
    ("屋顶漏水报修", "社区协调维修资金，已做防水", 60),
    ("安装烟感报警器", "已安装并教会使用", 15),
    ("陪同到医院复查", "网格员陪同就诊，结果平稳", 7),
)
NOT_KEPT: Final = "业主大会未通过，改由物业临时处理"


@dataclass(frozen=True, slots=True)
class _Team:
    """Who works where, by the code of the grid; looked up from the lowest grid upwards."""

    workers: dict[str, User]
    heads: dict[str, User]

    def of(self, code: str, *, sensitive: bool) -> User | None:
        """The nearest worker, or the community's head for what few may see."""
        people = self.heads if sensitive else self.workers
        return next((people[code[:n]] for n in range(len(code), 8, -1) if code[:n] in people), None)


def build_care(now: datetime) -> int:
    """Subjects and promises, the same on every load; those of today through the business. Returns the subjects."""
    tags = {tag.name: tag for tag in PopulationTag.objects.select_related("colour")}
    if not tags:
        return 0
    team, today = _team(timezone.localdate(now)), timezone.localdate(now)
    rows = (_subject(n, person, word, tags, team, today) for n, (person, word) in enumerate(_people(today)))
    subjects = CareSubject.objects.bulk_create((row for row in rows if row is not None), batch_size=500)
    FieldStep.objects.bulk_create((_step(row, row.status, _noon(row.since)) for row in subjects), batch_size=1000)
    _promise(subjects, team, today)
    return len(subjects) + _today(subjects, tags, team, now)


def _team(today: date) -> _Team:
    posts = Post.objects.on(today).filter(user__is_active=True).select_related("user", "grid").defer("grid__boundary")
    workers: dict[str, User] = {}
    heads: dict[str, User] = {}
    kinds = {PostKind.GRID_LEADER: workers, PostKind.GRID_WORKER: workers, PostKind.COMMUNITY_HEAD: heads}
    for post in posts.filter(kind__in=list(kinds), grid__isnull=False).order_by("pk"):
        kinds[PostKind(post.kind)].setdefault(post.grid.code, post.user)  # type: ignore[union-attr]
    return _Team(workers, heads)


def _people(today: date) -> Iterator[tuple[Resident, tuple[str, str, str]]]:
    """The residents of `SHARES`, each with tag, reason and health."""
    rows = Resident.objects.filter(household__is_demo=True).select_related("household__grid")
    fields = ("household__grid_code", "household__grid__code", "is_head", "birth_year")
    rows = rows.only("household", "household__grid", "household__building", *fields).order_by("pk")
    for n, person in enumerate(rows):
        age, lot = today.year - (person.birth_year or today.year), n * 7919 % 100
        if age >= OLD and lot < SHARES["old"]:
            word = AGED[n * 31 % len(AGED)]
            yield person, (word, *REASONS[word])
        elif age < YOUNG and lot < SHARES["young"]:
            word = CHILDREN[n * 31 % len(CHILDREN)]
            yield person, (word, *REASONS[word])
        elif YOUNG <= age < OLD and lot < SHARES["grown"]:
            yield person, GROWN[n // 7 % len(GROWN)]


def _subject(
    n: int, person: Resident, words: tuple[str, str, str], tags: dict[str, PopulationTag], team: _Team, today: date
) -> CareSubject | None:
    name, reason, health = words
    tag, home = tags.get(name), person.household
    worker = team.of(home.grid_code, sensitive=bool(tag and tag.is_sensitive))
    if tag is None or worker is None:
        return None
    since = today - timedelta(days=20 + n * 37 % 700)
    ended = n % 17 == 0
    agreed = not tag.is_sensitive and n % 5 > 0
    return CareSubject(
        household=home,
        resident=person,
        grid=home.grid,
        grid_code=home.grid_code,
        tag=tag,
        status=CareSubject.Status.ENDED if ended else CareSubject.Status.ACTIVE,
        reason=reason,
        health=health,
        basis=CareSubject.Basis.CONSENT if agreed else CareSubject.Basis.DUTY,
        consent_on=since if agreed else None,
        consent_until=today + timedelta(days=5 + n * 13 % 600) if agreed and not ended and n % 3 == 0 else None,
        carer=worker if n % 23 else None,
        since=since,
        ended_on=since + timedelta(days=15) if ended else None,
        entered_by=worker,
        is_demo=True,
    )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=10)


def _step(row: Any, after: str, at: datetime) -> FieldStep:
    """The beginning of a subject or a promise, and its end in the same line for history."""
    by_id = row.entered_by_id if isinstance(row, CareSubject) else row.promised_by_id
    return FieldStep(subject=row._meta.model_name, subject_id=row.pk, before="", after=after, by_id=by_id, at=at)


def _promise(subjects: list[CareSubject], team: _Team, today: date) -> None:
    """One promise to every sixth of them: most kept, some open, a few overdue or given up."""
    chosen = [one for one in subjects if one.status == CareSubject.Status.ACTIVE and not one.tag.is_sensitive][::6]
    rows = CarePromise.objects.bulk_create(_one(n, one, today) for n, one in enumerate(chosen))
    FieldStep.objects.bulk_create(_step(row, row.status, _noon(row.promised_on)) for row in rows)


def _one(n: int, subject: CareSubject, today: date) -> CarePromise:
    title, result, days = PROMISES[n % len(PROMISES)]
    is_open = n % 4 == 0
    made = today - timedelta(days=(n * 3 % 20) if is_open and n % 12 else days + 4 + n * 7 % 90)
    dropped = not is_open and n % 19 == 5
    done = made + timedelta(days=max(1, days - n % 5))
    return CarePromise(
        title=title,
        household=subject.household,
        subject=subject,
        grid=subject.grid,
        grid_code=subject.grid_code,
        promised_by=subject.carer or subject.entered_by,
        promised_on=made,
        due_on=made + timedelta(days=days),
        status=CarePromise.Status.OPEN
        if is_open
        else CarePromise.Status.DROPPED
        if dropped
        else CarePromise.Status.DONE,
        done_on=None if is_open or dropped else min(done, today),
        result="" if is_open else NOT_KEPT if dropped else result,
        is_demo=True,
    )


def _today(subjects: list[CareSubject], tags: dict[str, PopulationTag], team: _Team, now: datetime) -> int:
    """What somebody entered this morning, through the same doors as everybody; how many came into care."""
    today = timezone.localdate(now)
    taken = {one.household_id for one in subjects}
    homes = Household.objects.filter(is_demo=True, tenure=Household.Tenure.OWNED).exclude(pk__in=taken)
    home = homes.select_related("grid", "building__compound").defer("grid__boundary").order_by("pk").first()
    worker = team.of(home.grid_code, sensitive=False) if home else None
    if home is None or worker is None:
        return 0
    given = care.NewCare(
        home, tags["困难家庭"], "主要劳动力住院，孩子由邻居照看", "consent", consent_on=today, carer=worker
    )
    subject = care.enter(given, actor=worker, now=now)
    for title, _result, days in PROMISES[:TODAY_PROMISES]:
        promises.make(promises.NewPromise(title, today + timedelta(days=days), subject), actor=worker, now=now)
    CareSubject.objects.filter(pk=subject.pk).update(is_demo=True)
    CarePromise.objects.filter(subject=subject).update(is_demo=True)
    return 1
