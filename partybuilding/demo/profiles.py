"""By what the communities of the demo are known, and the stars that their organizations won."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG, XISHU, ZHENGTONG
from grid.models import Grid
from partybuilding.models import CommunityProfile, Label, PartyOrganization, Star, StarAward

# labels stand where the press puts them as far as the demo has the place, else in a community of 建中街
PROFILES: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    JIANZHONG: (
        "党建引领、多网合一",
        "街道党工委抓统筹，社区党委抓落实，网格党支部抓服务，楼栋党小组抓到户。",
        (
            "党建+网格+X",
            "变指导为引导、变管理为服务",
            "以评促优",
            "营商环境优化",
            "《西流湖街道网格员管理办法》",
            "《推进村（社区）微网格员队伍建设的方案》",
        ),
    ),
    f"{JIANZHONG}002": (
        "小板凳议事",
        "大事共议、实事共办、要事共决、急事共商、难事共解。",
        ("三联一创 五微共治", "五微活动", "五联", "五事工作法"),
    ),
    f"{JIANZHONG}009": (
        "阳光花苑",
        "13个网格党支部、58个楼栋党小组，党员认领公益服务清单。",
        ("党建+网格+X", "党建引领"),
    ),
    f"{JIANZHONG}013": ("党建红 市政蓝", "与市政设施中心共建，微网格里办实事。", ("三联一创 五微共治", "社区治理")),
    f"{JIANZHONG}014": (
        "五多三高小区群",
        "小区多、人口多、需求多，居民参与意愿高；五多三高的具体内容由社区填写。",
        ("五多", "三高", "社区治理"),
    ),
    f"{JIANZHONG}015": (
        "信托制物业",
        "党建引领下的居民自治、信托治理和社会组织赋能。",
        ("党建引领", "居民自治", "信托治理", "社会组织赋能"),
    ),
    ZHENGTONG: ("乐享政通", "社区党委、12个楼院党支部、30个楼栋党小组，党员联户。", ("社区治理", "党建引领")),
    XISHU: (
        "书南夜话",
        "生活物流网和社区治理网双网合一，小程序互联。",
        (
            "三自",
            "六步议事",
            "一核三治",
            "三治融合",
            "五大新城",
            "双网合一",
            "“南市”消费场景",
            "“书南夜话”对话场景",
            "坝坝会场景",
            "社区“网格学院”教学场景",
            "小牛哥",
            "慧聚莲花",
            "锦彩生活",
            "天府市民云·慧生活",
        ),
    ),
}
REASONS: Final = (
    "班子健全，组织生活规范",
    "共建单位多，三张清单兑现好",
    "全年无重大治安案件",
    "一老一小服务全覆盖",
    "帮助商户和居民就业创业",
)


def build_profiles(grids: Mapping[str, Grid]) -> None:
    """One profile for each place above that the demo has."""
    labels = {label.name: label for label in Label.objects.all()}
    wanted = {code: told for code, told in PROFILES.items() if code in grids}
    made = CommunityProfile.objects.bulk_create(
        CommunityProfile(grid=grids[code], grid_code=code, brand=brand, text=text, is_demo=True)
        for code, (brand, text, _names) in wanted.items()
    )
    through = CommunityProfile.labels.through
    through.objects.bulk_create(
        through(communityprofile_id=profile.pk, label_id=labels[name].pk)
        for profile in made
        for name in wanted[profile.grid_code][2]
        if name in labels
    )


def build_awards(made: Mapping[str, PartyOrganization], now: datetime) -> None:
    """Last year's stars are decided; this year's are put forward, the first of them won already."""
    stars, year = list(Star.objects.filter(is_active=True).order_by("position", "pk")), timezone.localdate(now).year
    parties = [made[key] for key in sorted(made) if key.startswith(JIANZHONG) and len(key) == 12]
    by = User.objects.filter(is_superuser=True).order_by("pk").first()
    rows = []
    for place, party in enumerate(parties):
        for number, star in enumerate(stars):
            if number in (place % 5, (place + 2) % 5) or place % 5 == 0:
                rows.append(_award(party, star, year - 1, "won", number, by, now - timedelta(days=330)))
            if number in ((place + 1) % 5, (place + 3) % 5):
                result = "won" if place % 4 == 0 else "recommended"
                rows.append(_award(party, star, year, result, number, by, now - timedelta(days=20)))
    StarAward.objects.bulk_create(rows)


def _award(
    party: PartyOrganization, star: Star, year: int, result: str, number: int, by: User | None, at: datetime
) -> StarAward:
    text = REASONS[number % len(REASONS)]
    return StarAward(party=party, star=star, year=year, result=result, text=text, by=by, at=at)
