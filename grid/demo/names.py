"""Made-up names: people, compounds, roads. Deterministic by number, so a reload gives the same street."""

from typing import Final

SURNAMES: Final = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN: Final = (
    "秀英 建国 桂兰 志强 玉兰 海燕 国强 丽娟 文军 淑珍 永刚 晓红 红梅 建军 春梅 卫东 雪梅 振华 玉梅 俊杰 "
    "凤英 德福 兰英 明辉 慧敏 少华 秋菊 长青 亚楠 新民 素云 保国 爱华 学文 彩霞 立新 金凤 守义 晓峰 雅琴 "
    "思远 欣怡 浩然 子涵 宇航 梦琪 佳宁 博文 静怡 天佑 婷婷 伟 敏 静 磊 洋 勇 艳 杰 涛 超 霞 平 刚 萍 红 辉 鹏 丹 波 军 玲 斌 云"
).split()
ROADS: Final = (
    "建中街 政通路 人和路 陇海中路 京广中路 大学路 兴华南街 交通路 淮南街 永安街 福民街 庆丰街 保全街 康复中街".split()
)
COMPOUNDS: Final = (
    "福民花园 建华小区 保全新村 五彩家园 永安里 庆丰苑 康复家属院 铁英小区 幸福里 陇海家园 交通厅家属院 人和新苑 "
    "世纪嘉园 阳光新城 兴华苑 绿苑小区 锦绣花园 康桥华苑 金桥公寓 祥和小区 长江花园 润华苑 鑫苑名家 升龙城 "
    "书香门第 碧云苑 紫荆公寓 汇丰花园 中原新城 亚新家园 机械厂家属院 棉纺厂家属院 铁路家属院 邮电家属院 供电局家属院 粮食局家属院"
).split()


def person_name(number: int) -> str:
    """The made-up name of person `number`; spread so that neighbours differ."""
    surname = SURNAMES[(number * 37 + number // 53) % len(SURNAMES)]
    return surname + GIVEN[(number * 61 + number // 7) % len(GIVEN)]


def phone_number(number: int) -> str:
    """A made-up mobile number: 199-0000-xxxx style numbers that no operator has given out."""
    return f"1990000{number % 10000:04d}"


def compound_name(number: int) -> str:
    """The made-up name of compound `number`, with a house number when the list has been used up."""
    name = COMPOUNDS[number % len(COMPOUNDS)]
    rounds = number // len(COMPOUNDS)
    return name if rounds == 0 else f"{ROADS[number % len(ROADS)]}{(number * 7) % 190 + 1}号院"
