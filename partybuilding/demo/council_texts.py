"""What the demo street talks about: forums as the press names them, topics with what was decided, opinions."""

from dataclasses import dataclass
from typing import Final

from grid.demo.divisions import JIANZHONG, XISHU


@dataclass(frozen=True, slots=True)
class Plot:
    """A forum: where (codes tried one after the other), how often, about which topics (keys of TOPICS)."""

    name: str
    kind: str
    codes: tuple[str, ...]
    every: int
    venue: str = ""
    rhythm: str = ""
    topics: tuple[str, ...] = ("home", "order", "care")
    alliance: str = ""
    chair: str = "社区党组织书记"


EACH: Final = "each"
"""A forum of every community of the street."""
FORUMS: Final = (
    Plot("小板凳议事会", "council", (EACH,), 30, "楼院小广场", "每月一次，有事随时开"),
    Plot("石榴树下话党建", "talk", (f"{JIANZHONG}002",), 30, "石榴园", "每月一次", ("order", "party")),
    Plot("网格议事会", "council", (f"{JIANZHONG}004",), 20, "清风睦邻亭", "家务事随时议", ("home", "order")),
    Plot("“红色物业”议事会", "alliance", (JIANZHONG,), 30, "街道党群服务中心", "每月一次", ("property",), "property"),
    Plot("网格“半月谈大碗茶”座谈会", "talk", (f"{JIANZHONG}003",), 15, "网格驿站茶桌", "半月一次", ("care", "home")),
    Plot("党建联席会议", "joint", (JIANZHONG,), 61, "街道二楼会议室", "每两月一次", ("party",), "", "街道党工委副书记"),
    Plot("民情恳谈会议", "talk", (f"{JIANZHONG}001",), 30, "社区议事厅", "每月一次", ("order", "care")),
    Plot("社区“大党委”会议", "grand", (f"{JIANZHONG}001",), 61, "社区议事厅", "每两月一次", ("party",)),
    Plot("专题部署推进会", "work", (JIANZHONG,), 45, "街道二楼会议室", "按需召开", ("work",), "", "街道党工委书记"),
    Plot("“双格”联动议事会", "council", (f"{JIANZHONG}013",), 60, "轻研小区活动室", "两月一次", ("pairing",)),
    Plot("坝坝会", "council", (XISHU, f"{JIANZHONG}005"), 30, "院坝", "每月一次", ("home", "order")),
    Plot("书南夜话", "talk", (XISHU, f"{JIANZHONG}005"), 30, "书院南街书屋", "每月一晚", ("care", "party")),
)
Talk = tuple[str, str, str, str, str]
"""Title, principle, what was said, what was decided, who does it."""
TOPICS: Final[dict[str, tuple[Talk, ...]]] = {
    "home": (
        ("单元门禁损坏", "real", "居民反映门禁坏了一个月，外人随意进出。", "更换三个单元的门禁主机", "物业服务企业"),
        ("楼道堆物堵通道", "hard", "多户在楼道放旧家具，老人上下楼不便。", "统一清理楼道并签文明公约", "楼栋长"),
        ("电梯频繁停运", "urgent", "一周停运两次，高层老人无法下楼。", "约维保单位一周内更换曳引绳", "物业服务企业"),
        ("雨天地下室积水", "urgent", "汛期积水影响配电。", "疏通排水沟并加装水泵", "市政设施养护队"),
    ),
    "order": (
        ("小区停车难", "hard", "车位少、占道多，居民建议重新划线。", "重新划设车位并错时共享周边车场", "社区居委会"),
        ("环境卫生死角", "real", "垃圾点周边有异味。", "增设两组分类投放点，每日两清", "环卫班组"),
        ("电动车飞线充电", "urgent", "三号楼多户飞线充电，存在火险。", "加装十二个充电口并联合巡查", "网格员"),
        ("夜间广场舞噪声", "hard", "学生家长希望调整时间。", "商定二十一时前结束并调低音量", "社区文艺队"),
    ),
    "care": (
        ("独居老人助餐", "big", "十几位老人午餐不便。", "与周边餐馆商定每日送餐", "社区党群服务中心"),
        ("暑期儿童托管", "real", "双职工家庭暑期无人看管。", "开办四周公益托管班", "社区居委会"),
        ("加装电梯意见征集", "big", "低层住户有顾虑，需逐户征求。", "逐户入户征求意见后再议", "楼栋党小组"),
    ),
    "party": (
        ("共建单位认领民生实事", "key", "各单位说明能提供的资源。", "形成本季度共建项目清单", "社区党委"),
        ("党员值日岗排班", "real", "双报到党员希望周末值岗。", "周末岗由双报到党员轮值", "网格党支部"),
        ("邻居节筹备", "big", "各网格提出节目和摊位。", "每个网格出一个睦邻项目", "社区居委会"),
    ),
    "property": (
        ("路灯照明", "real", "无主管楼院路灯多处不亮。", "由联盟成员单位更换路灯二十盏", "红色物业联盟"),
        ("房顶修复", "hard", "老楼顶层漏雨，无维修资金。", "分三批修复顶层防水", "红色物业联盟"),
        ("车位规划", "hard", "院内车位混乱。", "统一规划车位并公示", "红色物业联盟"),
    ),
    "pairing": (
        ("地面漏电", "urgent", "轻研小区雨后路灯杆附近地面漏电。", "断电检修并更换电缆", "轻研院后勤部门"),
        ("地下室漏水", "hard", "地下室管道老化漏水。", "更换主管道两段", "轻研院后勤部门"),
        ("房顶渗水", "hard", "七号楼顶层渗水。", "重做屋面防水", "轻研院后勤部门"),
        ("破损路面", "real", "小区主路破损影响出行。", "修补路面一百二十平方米", "社区居委会"),
    ),
    "work": (
        ("冬季安全隐患排查", "key", "各社区汇报排查进度。", "三类重点场所本月全部排查到位", "各社区"),
        ("老旧楼院改造推进", "key", "存在入户征求意见难。", "科级干部包联到院、每周调度", "包联科级干部"),
    ),
}
POOL: Final = (
    ("快递车占用消防通道", "urgent", "二号楼居民"),
    ("健身器材老化", "real", "楼栋长"),
    ("流浪犬较多", "hard", "居民代表"),
    ("想办一场旧物交换", "big", "社区志愿者"),
    ("菜市场门口乱停车", "hard", "商户代表"),
)
OPINIONS: Final = (
    ("congress", "王代表", "建议在学校门口增设护学岗和减速带。", "已设护学岗，减速带已安装两处。"),
    ("congress", "刘代表", "东门背街小巷照明不足，建议增设路灯。", "新增路灯六盏，已投入使用。"),
    ("conference", "陈委员", "老旧小区适老化改造应增加坡道和扶手。", "三个小区已加装坡道四处、扶手十二处。"),
    ("conference", "周委员", "社区医疗点取药不便，建议增加慢病药品种类。", "社区卫生服务中心已增配慢病药品三十一种。"),
    ("congress", "赵代表", "停车位紧张，建议周边单位错时开放。", "两家单位夜间开放车位八十六个。"),
)
