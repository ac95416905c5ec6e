"""Departments, task groups, committees and companies of the demo streets."""

from collections.abc import Iterable
from typing import Final

from grid.demo.divisions import JIANZHONG, MINGGONG, SONGSHAN, STREETS
from grid.models import Grid, Organization

Kind = Organization.Kind

# 16 departments posted into the grid network (domain.md 0.15); police, court and procuratorate are in
# the same one tree: 多网合一 (0.14).
DEPARTMENTS: Final = (
    ("police", "派出所", "治安警情、噪声扰民、养犬纠纷"),
    ("court", "人民法庭联络站", "诉前调解、司法确认"),
    ("procuratorate", "检察官工作室", "公益诉讼线索"),
    ("justice", "司法所", "矛盾纠纷、社区矫正、法律服务"),
    ("market", "市场监管所", "食品安全、消费纠纷、无照经营"),
    ("enforcement", "综合行政执法中队", "占道经营、违法建设、户外广告、油烟"),
    ("fire", "消防救援站", "消防隐患、消防通道"),
    ("traffic", "交警中队", "机动车乱停放、交通秩序"),
    ("health", "社区卫生服务中心", "公共卫生、健康服务"),
    ("environment", "生态环境工作站", "扬尘、噪声、废气"),
    ("sanitation", "环卫所", "垃圾清运、道路保洁、积雪"),
    ("municipal", "市政设施养护队", "道路破损、井盖、下水道、路灯"),
    ("garden", "园林绿化队", "绿地、行道树"),
    ("housing", "住房保障服务站", "物业纠纷、老旧小区、房屋安全"),
    ("civil", "民政服务站", "困难救助、养老、残疾人服务"),
    ("labour", "人力资源和社会保障所", "就业、社保、欠薪"),
)
UTILITIES: Final = (
    ("water", "供水服务所", "供水故障、水管破裂"),
    ("power", "供电服务站", "停电、线缆"),
    ("gas", "燃气服务站", "燃气泄漏、燃气安全"),
    ("heat", "热力服务站", "供暖故障"),
)
# the five groups of the task force (0.18)
TASK_GROUPS: Final = (
    ("tg1", "综合保障组", "统筹协调、会务后勤、资料归档"),
    ("tg2", "案件处置组", "案件受理、派遣、跟踪处置"),
    ("tg3", "技术运行组", "平台运行、数据维护"),
    ("tg4", "事项梳理组", "梳理高频事项和责任清单"),
    ("tg5", "督查考核组", "督办、考核、通报"),
)
PROPERTY: Final = ("康桥悦生活示例物业", "绿都示例物业", "正商示例物业", "鑫苑示例物业", "亚新示例物业")


def build_organizations(grids: dict[str, Grid]) -> dict[str, Organization]:
    """Write all organizations; returns them by "grid code/short code"."""
    wanted = [org for street in STREETS if street.whole for org in _of_street(grids, street.code, street.name)]
    wanted += [_org(g, Kind.COMMITTEE, "committee", f"{g.name}居民委员会") for c, g in grids.items() if g.level == 4]
    made = Organization.objects.bulk_create(wanted, batch_size=500)
    return {f"{org.grid.code}/{org.code}": org for org in made}


def _of_street(grids: dict[str, Grid], code: str, name: str) -> Iterable[Organization]:
    street, short = grids[code], name.removesuffix("街道")
    yield _org(street, Kind.OFFICE, "office", f"{name}办事处")
    yield _org(street, Kind.CENTRE, "centre", f"{name}运行中心")
    # the other two streets exist so that scope is visible: the departments most in use are enough there
    departments = DEPARTMENTS if code == JIANZHONG else DEPARTMENTS[:1] + DEPARTMENTS[4:6] + DEPARTMENTS[10:12]
    for key, title, duties in departments:
        yield _org(street, Kind.DEPARTMENT, key, short + title, duties)
    for key, title, duties in UTILITIES:
        yield _org(street, Kind.INSTITUTION, key, short + title, duties)
    for key, title, duties in TASK_GROUPS if code == JIANZHONG else ():
        yield _org(street, Kind.TASK_GROUP, key, title, duties)
    for number, title in enumerate(PROPERTY if code in (JIANZHONG, SONGSHAN, MINGGONG) else (), start=1):
        yield _org(street, Kind.PROPERTY, f"property{number}", f"{title}（{short}）")


def _org(grid: Grid, kind: str, code: str, name: str, duties: str = "") -> Organization:
    phone = f"0371-6{sum(map(ord, grid.code + code)) % 1000000:06d}0"
    return Organization(grid=grid, kind=kind, code=code, name=name, duties=duties, duty_phone=phone, is_demo=True)
