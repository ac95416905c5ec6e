"""Names of places and words of hazards for the demo: made up, as they would be written."""

from typing import Final

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "shop": (
        "{name}记便民店",
        "{name}家烟酒店",
        "{name}记五金店",
        "{name}家水果店",
        "{name}记粮油店",
        "{name}氏文具店",
    ),
    "restaurant": (
        "{name}记烩面馆",
        "{name}家胡辣汤",
        "{name}记面馆",
        "{name}家炒菜馆",
        "{name}氏火烧铺",
        "{name}记蒸饺店",
    ),
    "netbar": ("{name}氏网咖", "{name}家电竞馆"),
    "hotel": ("{name}家旅馆", "{name}氏宾馆", "{name}记招待所"),
    "song": ("{name}家量贩歌厅", "{name}氏棋牌歌厅"),
    "beauty": ("{name}氏理发店", "{name}家美容院", "{name}记足浴店", "{name}氏养生馆"),
    "school": ("{name}老师寄宿辅导班",),
    "nursery": ("{name}老师托管班", "{name}家幼儿园", "{name}氏书法班"),
    "clinic": ("{name}氏口腔诊所", "{name}氏中医诊所", "{name}家社区诊所"),
    "workshop": ("{name}记家具作坊", "{name}氏印刷作坊", "{name}记服装加工点"),
    "mixed": ("{name}家前店后宿门面", "{name}记仓储经营门面"),
    "shared_rent": ("{name}家出租房", "{name}氏合租公寓"),
    "crowded": ("{name}氏农贸市场", "{name}家养老院", "{name}氏生活超市"),
}
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "管理": ("台账只记到上月", "没有明确责任人", "员工说不出灭火器怎么用", "预案没有张贴", "没有演练记录"),
    "选址布局": ("防火门闭门器损坏", "后厨与前厅没有分隔", "阁楼放有床铺", "存放酒精两箱", "卷帘门下堆放货物"),
    "住宿": ("二楼住有三人", "经营和住宿共用一个楼梯", "夹层住人"),
    "疏散": ("后门上锁", "楼梯间堆放纸箱", "防盗窗没有逃生口", "应急灯不亮", "电动车停在出口"),
    "设施": ("灭火器过期", "没有安装烟感", "灭火器只有一具", "应急照明损坏"),
    "用电用材": ("插线板串接", "电线没有穿管", "吊顶为泡沫材料", "私接空调线路"),
}
EXTRA: Final = ("门口堆放杂物", "燃气软管老化", "没有安全标志")
DONE: Final = ("现场查看，全部整改到位。", "复查合格，已告知保持。", "隐患已消除，留存整改照片。")
