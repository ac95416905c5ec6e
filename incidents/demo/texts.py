"""What people report in a street: made-up sentences by category, with how often and who acts."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Theme:
    """One category's texts. `weight` is its share; `rain` multiplies it on wet days; `unit` acts on it ("" = leader)."""

    category: str
    weight: int
    texts: tuple[str, ...]
    done: tuple[str, ...]
    unit: str = ""
    rain: float = 1.0
    night: float = 1.0


THEMES: Final = (
    Theme(
        "暴露垃圾",
        14,
        (
            "{place}门口垃圾桶满溢，袋装垃圾堆到了路边，有异味。",
            "{place}东侧墙根有人丢弃生活垃圾，招苍蝇。",
            "{place}垃圾没有及时清运，影响出行。",
        ),
        ("已联系保洁清运完毕，并冲洗地面。", "垃圾已清走，增加一次下午清运。"),
        unit="sanitation",
    ),
    Theme(
        "积存垃圾渣土",
        5,
        ("{place}后面堆着装修垃圾，一直没人拉走。", "{place}旁空地有渣土堆，刮风扬尘。"),
        ("装修垃圾已由清运车拉走。", "渣土已苫盖并清运。"),
        unit="sanitation",
    ),
    Theme(
        "乱堆物堆料",
        9,
        (
            "{place}楼道里堆放纸箱和旧家具，挡住通道。",
            "{place}一楼住户在公共区域堆放杂物。",
            "{place}单元门口乱堆乱放，老人进出不便。",
        ),
        ("已与住户沟通，当面清理完毕。", "楼道杂物已清空，张贴提示。"),
    ),
    Theme(
        "非法小广告",
        7,
        ("{place}单元门和楼道贴满小广告。", "{place}围墙上有喷涂的办证广告。"),
        ("小广告已铲除、覆盖。", "已清理并联系物业加强巡查。"),
    ),
    Theme(
        "下水道堵塞或破损",
        6,
        (
            "{place}化粪池外溢，污水流到路面。",
            "{place}一楼下水道堵塞，家里返水。",
            "{place}门前雨水篦子堵了，污水排不下去。",
        ),
        ("疏通车到场疏通，排水恢复正常。", "已清掏化粪池，冲洗路面。"),
        unit="municipal",
        rain=2.2,
    ),
    Theme(
        "道路积水",
        2,
        ("{place}门口低洼，雨后积水没过脚踝。", "{place}路口积水严重，车辆绕行。"),
        ("已打开雨水井盖强排，设置警示。", "积水已排除，篦子清掏完毕。"),
        unit="municipal",
        rain=9.0,
    ),
    Theme(
        "道路破损",
        5,
        ("{place}门前路面破损有坑，老人绊了一跤。", "{place}人行道砖松动翘起。"),
        ("坑槽已用冷补料修补。", "松动道砖已更换找平。"),
        unit="municipal",
    ),
    Theme(
        "路灯照明",
        5,
        ("{place}院里路灯坏了三盏，晚上漆黑。", "{place}门口路灯不亮，出行不安全。"),
        ("更换灯具，夜间已亮。", "线路故障已排除，路灯恢复。"),
        unit="municipal",
        night=2.5,
    ),
    Theme(
        "机动车乱停放",
        8,
        ("{place}消防通道被私家车占用。", "{place}门口机动车乱停，救护车进不来。"),
        ("已联系车主驶离，通道畅通。", "现场劝离并贴提示单。"),
        unit="traffic",
    ),
    Theme(
        "非机动车乱停放",
        7,
        ("{place}门口电动车乱停，占了盲道。", "{place}楼门口电动车堵门。"),
        ("车辆已规整到停车区。", "已摆放整齐并与外卖站点沟通。"),
    ),
    Theme(
        "充电难",
        3,
        ("{place}没有电动车充电桩，居民从楼上飞线充电。", "{place}充电插座坏了一半。"),
        ("飞线已清理，充电桩报修完成。", "已协调增设一组充电插座。"),
    ),
    Theme(
        "店外经营",
        6,
        ("{place}临街早餐店把桌椅摆到人行道上。", "{place}水果店占道摆摊。"),
        ("已劝导店家入店经营。", "现场整改，人行道恢复通行。"),
        unit="enforcement",
    ),
    Theme(
        "无照经营游商",
        4,
        ("{place}门口傍晚流动摊贩聚集，占道。", "{place}学校门口有流动小吃车。"),
        ("已劝离流动摊贩。", "现场疏导至便民点。"),
        unit="enforcement",
    ),
    Theme(
        "私搭乱建",
        2,
        ("{place}一楼住户在阳台下搭棚。", "{place}楼顶有人搭建彩钢房。"),
        ("已下达整改通知，当天下午拆除。", "违建棚子已拆除。"),
        unit="enforcement",
    ),
    Theme(
        "商业噪音",
        3,
        ("{place}底商夜里音响声大，影响休息。", "{place}旁边烧烤店深夜吵闹。"),
        ("已上门要求关停外放音响。", "与店家签订夜间静音承诺。"),
        unit="police",
        night=4.0,
    ),
    Theme(
        "施工扰民",
        3,
        ("{place}旁工地夜间施工，噪声扰民。", "{place}楼上中午装修打孔，孩子没法休息。"),
        ("已要求工地停止夜间施工。", "与业主约定装修时段。"),
        unit="environment",
        night=2.0,
    ),
    Theme(
        "养犬纠纷",
        3,
        ("{place}有人遛狗不拴绳，孩子被吓哭。", "{place}楼道养狗，天天叫。"),
        ("网格长与民警上门调解，双方和解。", "已劝导办证、拴绳。"),
    ),
    Theme(
        "邻里矛盾",
        3,
        ("{place}楼上漏水，两家为赔偿争吵。", "{place}邻居因晾晒占地发生口角。"),
        ("调解达成一致，楼上负责维修。", "双方各让一步，已签调解书。"),
    ),
    Theme(
        "物业纠纷",
        3,
        ("{place}电梯停运两天，物业说没有维修资金。", "{place}门岗没人值守，业主不满。"),
        ("协调物业当天修复电梯。", "召集物业与业主代表议事，恢复值守。"),
        unit="housing",
    ),
    Theme(
        "门禁",
        2,
        ("{place}单元门禁坏了，谁都能进。", "{place}门禁卡刷不开。"),
        ("门禁已修复。", "更换读卡器，恢复正常。"),
    ),
    Theme(
        "消防隐患",
        3,
        ("{place}楼道灭火器过期，消火栓没水。", "{place}沿街餐馆后厨油污重、没有灭火毯。"),
        ("器材已更换，复查合格。", "现场整改并培训使用。"),
        unit="fire",
    ),
    Theme(
        "绿地脏乱",
        3,
        ("{place}绿化带里有塑料袋和烟头。", "{place}草坪被人种菜。"),
        ("绿地已清理。", "菜地清除，补植草皮。"),
        unit="garden",
    ),
    Theme(
        "自来水管破裂",
        2,
        ("{place}门口水管爆裂，水往外喷。", "{place}地下水管漏水，路面渗水。"),
        ("抢修完成，恢复供水。", "更换破裂管段，已不漏水。"),
        unit="water",
    ),
    Theme(
        "架空线缆损坏",
        2,
        ("{place}有线缆垂落到人行道上。", "{place}楼间通信线松脱，低得能碰头。"),
        ("线缆已归整固定。", "废旧线缆剪除。"),
        unit="power",
        rain=2.0,
    ),
    Theme(
        "油烟污染",
        2,
        ("{place}底商饭店油烟直排，楼上不敢开窗。",),
        ("已责令加装油烟净化器。",),
        unit="environment",
    ),
)

REJECTED: Final = (
    "不属于本街道管辖，已告知反映人联系所属街道。",
    "内容不清且无法联系反映人。",
    "属于法院已受理的诉讼事项。",
)
CANCELLED: Final = ("与已立案件重复。", "现场核实问题不存在。")
RETURNED: Final = ("不属于本单位职责范围，请重新派遣。", "现场为小区内部道路，应由物业负责。")
REWORK: Final = ("现场仍有残留，未清理干净。", "照片与现场不符，问题未解决。", "居民反映问题又出现，请重新处置。")
CHECKED: Final = ("现场核查，问题已解决。", "已核查，居民表示满意。", "核查通过。")
SELF_HANDLED: Final = ("巡查中发现，当场清理完毕。", "顺手处理，已恢复。", "现场劝导，立即整改。")

SEEN: Final = (
    "已到现场，情况属实。",
    "现场查看属实，已拍照留存。",
    "与居民核对过，反映情况属实。",
)
"""What the person says who looked whether a report is so."""

STEP_DONE: Final = (
    "已责令停止施工，告知书已送达。",
    "已完成调查取证，处罚决定已送达。",
    "当事人已签字确认，进入下一步。",
)
"""What a handler says at the end of one step of the work."""

RECALLED: Final = "经办人外出培训，改派其他人员办理。"
"""Why the dispatcher takes a case back."""
